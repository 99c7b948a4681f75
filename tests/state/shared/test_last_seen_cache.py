"""An older copy that somebody put back at a shared place is refused where a newer one was seen."""

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from numplan.model.consent import EVERY_CONSENT
from numplan.model.errors import StateError
from numplan.model.location.state_location import http_location
from numplan.model.stored.state_document import encode_state
from numplan.state.shared.backend import RemoteBackend
from numplan.state.shared.http import HttpStore
from numplan.state.shared.last_seen_cache import LastSeenCache
from tests.services.state_server import StateServer
from tests.state.samples import make_state, next_after

FIRST = make_state()
SECOND = next_after(FIRST)
THIRD = next_after(SECOND)

Machine = Callable[..., RemoteBackend]


@pytest.fixture
def path() -> str:
    return f"/{uuid.uuid4().hex}"


@pytest.fixture
def machine(server: StateServer, path: str, tmp_path: Path) -> Machine:
    """The same place from this machine; or from another, with an environment that says where that remembers."""

    def open_backend(environment: Mapping[str, str] | None = None, **details) -> RemoteBackend:
        environment = {"XDG_CACHE_HOME": str(tmp_path)} if environment is None else environment
        store = HttpStore(http_location(server.url + path), {}, pauses=())
        return RemoteBackend(store, environment=environment, **details)

    with open_backend().lock("apply") as session:
        session.write(FIRST)
        session.write(SECOND)
        session.write(THIRD)
    return open_backend


def memory_of(tmp_path: Path) -> Path:
    [found] = (tmp_path / "numplan" / "states").iterdir()
    return found


def test_an_older_copy_is_refused_by_all_who_read_or_write(machine: Machine, server: StateServer, path: str):
    server.states[path] = encode_state(SECOND)
    backend = machine()
    with backend.lock("apply") as session:
        for use in (backend.read, session.read, lambda: session.write(THIRD)):
            with pytest.raises(StateError, match=r"holds serial 2.*serial 3 of") as refused:
                use()
            assert "--accept-older-state" in refused.value.hint
    assert server.states[path] == encode_state(SECOND)


def test_so_is_a_place_that_is_empty(machine: Machine, server: StateServer, path: str):
    del server.states[path]
    backend = machine()
    with backend.lock("apply") as session:
        for use in (backend.read, session.read, lambda: session.write(FIRST)):
            with pytest.raises(StateError, match="is gone: serial 3") as refused:
                use()
            assert "--accept-lost-state" in refused.value.hint
    assert path not in server.states


def test_so_is_another_lineage(machine: Machine, server: StateServer, path: str):
    server.states[path] = encode_state(make_state(7, lineage="lineage-b"))
    with pytest.raises(StateError, match="of another lineage"):
        machine().read()


def test_what_another_machine_wrote_since_is_newer_and_is_remembered(
    machine: Machine, server: StateServer, path: str
):
    fourth = next_after(THIRD)
    with machine({}).lock("apply") as session:
        session.write(fourth)
    with machine().lock("apply") as session:
        assert session.read() == fourth
    server.states[path] = encode_state(THIRD)
    with pytest.raises(StateError, match="serial 4"):
        machine().read()


def test_who_accepts_the_older_copy_goes_on_after_the_last_serial(
    machine: Machine, server: StateServer, path: str
):
    server.states[path] = encode_state(FIRST)
    with machine(consent=EVERY_CONSENT).lock("apply") as session:
        found = session.read()
        assert (found.serial, found.numbers) == (3, FIRST.numbers)
        session.write(next_after(found))
    assert machine().read().serial == 4


def test_who_accepts_the_loss_begins_anew(machine: Machine, server: StateServer, path: str):
    del server.states[path]
    anew = make_state(lineage="lineage-b")
    with machine(consent=EVERY_CONSENT).lock("apply") as session:
        assert session.read() is None
        session.write(anew)
    assert machine().read() == anew


def test_a_place_that_was_left_is_forgotten(machine: Machine, server: StateServer, path: str):
    from msgspec.structs import replace

    with machine().lock("state migrate") as session:
        session.write(replace(next_after(THIRD), moved_to="elsewhere"))
    del server.states[path]
    assert machine().read() is None


def test_a_machine_that_remembers_nothing_refuses_nothing(machine: Machine, server: StateServer, path: str):
    server.states[path] = encode_state(FIRST)
    assert machine({"HOME": ""}).read() == FIRST
    assert machine({}).read() == FIRST


def test_each_place_has_its_own_memory(machine: Machine, tmp_path: Path):
    assert machine().read() == THIRD
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    assert LastSeenCache("http://127.0.0.1/another", environment).recall() is None


def test_the_home_folder_is_for_those_who_name_no_cache(tmp_path: Path):
    LastSeenCache("s3://bucket/key", {"HOME": str(tmp_path), "XDG_CACHE_HOME": "relative"}).wrote(FIRST)
    assert memory_of(tmp_path / ".cache").exists()


def test_the_memory_is_its_owners_alone_and_leaves_nothing_beside_it(machine: Machine, tmp_path: Path):
    found = memory_of(tmp_path)
    assert found.stat().st_mode & 0o777 == 0o600
    assert found.parent.stat().st_mode & 0o777 == 0o700
    assert machine().place.encode() in found.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b"[" * 5000, b'{"place":"x","mark":7}'])
def test_a_damaged_memory_is_none_and_is_written_anew(
    machine: Machine, server: StateServer, path: str, tmp_path: Path, damage: bytes
):
    memory_of(tmp_path).write_bytes(damage)
    server.states[path] = encode_state(SECOND)
    with machine().lock("apply") as session:
        assert session.read() == SECOND
        session.write(THIRD)
    server.states[path] = encode_state(SECOND)
    with pytest.raises(StateError, match="serial 3"):
        machine().read()


def test_a_cache_that_cannot_be_written_fails_nothing(machine: Machine, tmp_path: Path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder would have to be")
    with machine({"XDG_CACHE_HOME": str(blocked)}).lock("apply") as session:
        session.write(next_after(THIRD))
    assert machine().read().serial == 4
