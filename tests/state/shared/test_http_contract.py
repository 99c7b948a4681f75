"""The HTTP backend keeps what every backend promises, in Terraform's form and in GitLab's."""

import uuid
from collections.abc import Iterator

import pytest

from numplan.model.errors import StateLockedError
from numplan.model.location.state_location import HttpLocation, parse_location
from numplan.state.backend import Backend
from numplan.state.shared.backend import RemoteBackend
from numplan.state.shared.http import HttpStore
from tests.services.cutting import Line, line_to
from tests.services.places import CALLS
from tests.services.state_server import GITLAB, StateServer
from tests.state.backend_contract import HastyClock, Open, SharedBackendContract

CREDENTIALS = {"NUMPLAN_STATE_USERNAME": "jane", "NUMPLAN_STATE_PASSWORD": "wrong"}


def opener(url: str) -> Open:
    place = parse_location(url)
    assert isinstance(place, HttpLocation)

    def open_backend(environment=None, clock=None):
        store = HttpStore(place, CREDENTIALS, pauses=(0.01, 0.01))
        return RemoteBackend(store, environment=environment, clock=clock or HastyClock())

    return open_backend


class HttpContract(SharedBackendContract):
    CALLS = CALLS["http"]
    ROOT = "/"

    @pytest.fixture
    def line(self, server: StateServer) -> Iterator[Line]:
        with line_to(server.server_port) as line:
            yield line

    @pytest.fixture
    def open_backend(self, line: Line) -> Open:
        return opener(f"http://127.0.0.1:{line.port}{self.ROOT}{uuid.uuid4().hex}")

    @pytest.fixture
    def denied(self, server: StateServer, open_backend: Open) -> Backend:
        server.require("jane", "secret")
        return open_backend()


class TestHttpBackend(HttpContract):
    pass


class TestGitLab(HttpContract):
    CALLS = CALLS["gitlab"]
    ROOT = GITLAB

    def test_a_conflict_names_the_holder(self, open_backend: Open):
        """GitLab says who, since when and under which id; the rest of its answer is about the one who asks."""
        job = "https://ci.example.test/job/17"
        with (
            open_backend().lock("destroy") as session,
            pytest.raises(StateLockedError) as refused,
            open_backend({"CI_JOB_URL": job}).lock("apply"),
        ):
            pass
        said = str(refused.value)
        assert "a run by jane, since 20" in said
        assert session.run in said
        assert job not in said
        assert "apply" not in said

    def test_holder_tells_who_and_since_when(self, open_backend: Open):
        assert open_backend().holder() is None
        with open_backend().lock("apply") as session:
            holder = open_backend().holder()
            assert (holder.id, holder.who, holder.pid) == (session.run, "jane", 0)
        assert open_backend().holder() is None
