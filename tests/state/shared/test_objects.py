"""State in object stores keeps what every backend promises: S3, Azure and Google Cloud Storage over real HTTP.

No emulator of Google's that keeps its conditions is to be had from a registry, so that one server is ours; the
library's own store in memory stands beside it, the conditions kept by another implementation.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from numplan.model.errors import SettingError, StateError
from numplan.model.location.state_location import ObjectLocation, parse_location
from numplan.state.backend import Backend, LockInfo
from numplan.state.shared.backend import RemoteBackend
from tests.services.cutting import Line, line_to
from tests.services.gcs import write_account
from tests.services.objects import ACCOUNT, KEY, refusing_server
from tests.services.places import CALLS
from tests.state.backend_contract import BackendContract, Break, HastyClock, Open, SharedBackendContract
from tests.state.history_contract import HistoryContract, held, lines, told
from tests.state.samples import make_state, next_after

QUICK: dict[str, Any] = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {
        "init_backoff": timedelta(milliseconds=10),
        "max_backoff": timedelta(milliseconds=50),
        "base": 2,
    },
}


def opener(url: str, store: Any = None) -> Open:
    place = parse_location(url)
    assert isinstance(place, ObjectLocation)

    def open_backend(environment=None, clock=None) -> Backend:
        from numplan.state.shared.objects import ObjectStore, open_store

        opened = open_store(place, retries=QUICK) if store is None else store
        return RemoteBackend(ObjectStore(place, opened), environment=environment, clock=clock or HastyClock())

    return open_backend


class ObjectContract(SharedBackendContract):
    @pytest.fixture
    def key(self) -> str:
        return f"{uuid.uuid4().hex}/numplan.state.json"

    def test_a_state_that_another_wrote_without_the_lock_is_not_written_over(self, open_backend: Open):
        first = make_state()
        with open_backend().lock("apply") as session:
            session.write(first)
            other = next_after(first)
            open_backend()._store.swap(encoded(other), open_backend()._store.fetch())
            with pytest.raises(StateError, match="changed during this run"):
                session.write(next_after(first))
        assert open_backend().read() == other

    def test_an_unlock_whose_answer_was_lost_is_done(self, open_backend: Open, line: Line, caplog):
        """The library makes the call again, and finds nothing to delete."""
        with open_backend().lock("apply") as session:
            line.cut(self.CALLS.unlock, "answer")
            open_backend().unlock(session.run)
        with open_backend().lock("apply"):
            line.cut(self.CALLS.unlock, "answer")
        assert line.done == 2
        assert open_backend().holder() is None
        assert caplog.text == ""


class ObjectHistoryContract(HistoryContract):
    @pytest.fixture
    def history(self, open_backend: Open):
        return lambda: open_backend().history

    @pytest.fixture
    def key(self) -> str:
        return f"{uuid.uuid4().hex}/numplan.state.json"

    def test_an_object_holds_what_one_write_of_state_told_and_is_created_once(self, history):
        first, second = told(2, 1)
        history().write([*first, *second], anew=True)
        store = history()
        names = [key.rpartition("/")[2] for key in store._keys()]
        assert names == ["2-run-1.jsonl", "3-run-1.jsonl"]
        assert store.place.split("?")[0].endswith("/numplan.state.json.history/")
        (other,) = told(1)
        with pytest.raises(StateError, match="cannot write"):
            history().write([msgspec.structs.replace(other[0], actor="mallory")], anew=True)
        assert held(history()) == lines(first, second)

    def test_the_order_is_that_of_the_serials(self, history):
        groups = told(*[1] * 12)
        for group in groups:
            history().write(group, anew=True)
        assert held(history()) == lines(*groups)


class TestS3(ObjectContract):
    CALLS = CALLS["s3"]

    @pytest.fixture(autouse=True)
    def _credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    @pytest.fixture
    def line(self, s3_port: int) -> Iterator[Line]:
        with line_to(s3_port) as line:
            yield line

    @pytest.fixture
    def open_backend(self, line: Line, key: str) -> Open:
        endpoint = f"http://127.0.0.1:{line.port}"
        return opener(f"s3://states/{key}?region=us-east-1&endpoint={endpoint}")

    @pytest.fixture
    def denied(self, key: str) -> Iterator[Backend]:
        """Moto takes any credentials, so another server says no, as S3 does."""
        with refusing_server() as port:
            yield opener(f"s3://states/{key}?region=us-east-1&endpoint=http://127.0.0.1:{port}")()

    def test_a_bucket_that_is_not_there_is_told(self, line: Line):
        missing = opener(f"s3://nowhere/x.json?region=us-east-1&endpoint=http://127.0.0.1:{line.port}")
        with pytest.raises(StateError) as refused, missing().lock("apply"):
            pass
        assert "bucket" in f"{refused.value.message} {refused.value.hint}"

    def test_whether_older_copies_are_kept_is_seen_and_nothing_is_left(self, line: Line):
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{line.port}", region_name="us-east-1")
        bucket = f"kept-{uuid.uuid4().hex}"
        client.create_bucket(Bucket=bucket)
        place = opener(f"s3://{bucket}/x.json?region=us-east-1&endpoint=http://127.0.0.1:{line.port}")
        assert place().try_writing() == (True, False)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        assert place().try_writing() == (True, True)
        assert "Contents" not in client.list_objects_v2(Bucket=bucket)

    def test_an_endpoint_in_the_clear_is_for_this_machine_only(self):
        with pytest.raises(ValueError, match="in the clear"):
            parse_location("s3://states/x.json?endpoint=http://minio.example.com")


class TestS3History(ObjectHistoryContract):
    _credentials = TestS3._credentials
    line = TestS3.line
    open_backend = TestS3.open_backend


class TestAzure(ObjectContract):
    CALLS = CALLS["azure"]

    @pytest.fixture(autouse=True)
    def _credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)

    @pytest.fixture
    def line(self, azure_port: int) -> Iterator[Line]:
        with line_to(azure_port) as line:
            yield line

    @pytest.fixture
    def open_backend(self, line: Line, key: str) -> Open:
        endpoint = f"http://127.0.0.1:{line.port}/{ACCOUNT}"
        return opener(f"az://states/{key}?account={ACCOUNT}&endpoint={endpoint}")

    @pytest.fixture
    def denied(self, open_backend: Open, monkeypatch: pytest.MonkeyPatch) -> Backend:
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "d3Jvbmc=")
        return open_backend()


class TestGcs(ObjectContract):
    CALLS = CALLS["gcs"]

    @pytest.fixture(autouse=True)
    def _credentials(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", write_account(tmp_path / "account.json"))

    @pytest.fixture
    def line(self, gcs_port: int) -> Iterator[Line]:
        with line_to(gcs_port) as line:
            yield line

    @pytest.fixture
    def open_backend(self, line: Line, key: str) -> Open:
        return opener(f"gs://states/{key}?endpoint=http://127.0.0.1:{line.port}")

    @pytest.fixture
    def denied(self, key: str) -> Iterator[Backend]:
        """Another server says no, as Google does."""
        with refusing_server() as port:
            yield opener(f"gs://states/{key}?endpoint=http://127.0.0.1:{port}")()

    def test_a_write_is_on_condition_of_the_generation(self, open_backend: Open):
        """Two puts of the same bytes have one etag, and two generations: the second is known from the first."""
        backend = open_backend()
        with backend.lock("apply") as session:
            session.write(make_state())
        stored = backend._store.fetch()
        assert int(stored.version["version"]) > 0
        again = backend._store.swap(stored.document, stored)
        assert again.version["e_tag"] == stored.version["e_tag"]
        assert again.version["version"] != stored.version["version"]
        with pytest.raises(StateError, match="changed during this run"):
            backend._store.swap(encoded(next_after(make_state())), stored)


class TestInMemory(BackendContract):
    @pytest.fixture
    def open_backend(self) -> Open:
        from obstore.store import MemoryStore

        return opener("gs://states/prod/numplan.state.json", MemoryStore())

    @pytest.fixture
    def break_lock(self, open_backend: Open) -> Break:
        return lambda session: open_backend().unlock(session.run)


def test_the_lock_is_an_object_as_terraforms_s3_backend_keeps_it():
    import json

    import obstore
    from obstore.store import MemoryStore

    store = MemoryStore()
    with opener("s3://states/prod/x.json", store)().lock("apply") as session:
        lock = json.loads(bytes(obstore.get(store, "prod/x.json.tflock").bytes()))
        assert lock["ID"] == session.run
        assert set(lock) == {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}
    assert not list(obstore.list(store).collect())


def test_a_holder_that_left_no_readable_word_is_a_holder():
    import obstore
    from obstore.store import MemoryStore

    store = MemoryStore()
    obstore.put(store, "x.json.tflock", b"not JSON")
    holder = opener("gs://states/x.json", store)().holder()
    assert isinstance(holder, LockInfo)
    assert (holder.id, holder.who) == ("", "unknown")


def test_a_store_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "no base64 at all!")
    with pytest.raises(SettingError, match="cannot be opened"):
        opener("az://states/x.json?account=acme")()


GET = "Generic S3 error: Error performing"
INSIDES = "in 1.24s, after 4 retries, max_retries: 4, retry_timeout: 60s "


@pytest.mark.parametrize(
    ("library", "words"),
    [
        (
            f"{GET} GET http://127.0.0.1:1/b/x {INSIDES} - HTTP error: error sending request",
            "GET http://127.0.0.1:1/b/x: no answer came; no server listens there, or the way to it is closed",
        ),
        (
            f"{GET} GET https://s3.eu central/b/x in 93.8\u00b5s - HTTP error: builder error",
            "that is no address that can be called",
        ),
        (
            f"{GET} PUT http://169.254.169.254/latest/api/token in 1ms - Server returned",
            "no credentials are set, and this machine has none of its own (169.254.169.254 gives none)",
        ),
    ],
)
def test_the_librarys_insides_are_left_out(library: str, words: str):
    from numplan.state.shared.object_errors import words_of

    said = words_of(Exception(library))
    assert said.endswith(words)
    assert "retr" not in said
    assert "builder error" not in said


def test_who_names_a_profile_is_told_how_its_keys_get_here():
    from numplan.state.shared.object_errors import hint_of

    assert "aws configure export-credentials" in hint_of("s3", {"AWS_PROFILE": "minio"})
    assert "export" not in hint_of("s3", {"AWS_PROFILE": "minio", "AWS_ACCESS_KEY_ID": "x"})


def encoded(state: Any) -> bytes:
    from numplan.model.stored.state_document import encode_state

    return encode_state(state)
