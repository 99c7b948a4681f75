"""State in PostgreSQL keeps what every backend promises, and what only a database can break."""

import threading
import uuid
from collections.abc import Iterator

import pytest

from numplan.model.errors import StateError
from numplan.model.location.state_location import PostgresLocation, parse_location
from numplan.state.backend import Backend
from numplan.state.shared.backend import RemoteBackend
from tests.services.cutting import Line, line_to
from tests.services.places import CALLS
from tests.state.backend_contract import HastyClock, Open, SharedBackendContract
from tests.state.history_contract import HistoryContract, held, told
from tests.state.samples import make_state, next_after


def opener(port: int, name: str, user: str = "postgres", options: str = "") -> Open:
    place = parse_location(f"postgresql://{user}@127.0.0.1:{port}/postgres?state={name}{options}")
    assert isinstance(place, PostgresLocation)

    def open_backend(environment=None, clock=None) -> Backend:
        from numplan.state.shared.postgres import PostgresStore

        return RemoteBackend(PostgresStore(place), environment=environment, clock=clock or HastyClock())

    return open_backend


def execute(port: int, query: str) -> list[tuple]:
    import psycopg

    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as connection:
        done = connection.execute(query)
        return done.fetchall() if done.description else []


class TestPostgresHistory(HistoryContract):
    @pytest.fixture
    def history(self, postgres_port: int):
        name = uuid.uuid4().hex
        return lambda: opener(postgres_port, name)().history

    def test_the_history_of_another_state_is_another(self, history, postgres_port: int):
        (first,) = told(2)
        history().write(first, anew=True)
        assert held(opener(postgres_port, uuid.uuid4().hex)().history) == []

    def test_a_role_that_may_not_is_told(self, postgres_port: int):
        (first,) = told(1)
        with pytest.raises(StateError, match="cannot write the table numplan_history"):
            opener(postgres_port, "x", user="denied")().history.write(first, anew=True)


class TestPostgres(SharedBackendContract):
    CALLS = CALLS["postgres"]
    STAYS_LOCKED = False
    UNLOCK_BY_ID = "pg_terminate_backend"

    @pytest.fixture
    def line(self, postgres_port: int) -> Iterator[Line]:
        with line_to(postgres_port) as line:
            yield line

    @pytest.fixture
    def name(self) -> str:
        return uuid.uuid4().hex

    @pytest.fixture
    def open_backend(self, line: Line, name: str) -> Open:
        return opener(line.port, name)

    @pytest.fixture
    def denied(self, postgres_port: int, name: str) -> Backend:
        return opener(postgres_port, name, user="denied")()

    def test_a_session_that_the_server_ends_is_over_and_its_lock_is_free(
        self, open_backend: Open, postgres_port: int, name: str
    ):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            execute(
                postgres_port, f"SELECT pg_terminate_backend(backend) FROM numplan_lock WHERE name = '{name}'"
            )
            with pytest.raises(StateError):
                session.require_lock()
            with pytest.raises(StateError):
                session.write(next_after(stored))
            with open_backend().lock("apply", timeout=5) as other:
                other.write(next_after(stored))
                with pytest.raises(StateError):
                    session.write(next_after(stored))
        assert open_backend().read().serial == 2

    def test_a_row_that_something_else_changed_is_not_written_over(
        self, open_backend: Open, postgres_port: int, name: str
    ):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            execute(postgres_port, f"UPDATE numplan_state SET write_id = 'x' WHERE name = '{name}'")
            with pytest.raises(StateError, match="changed during this run"):
                session.write(next_after(stored))

    def test_a_lock_that_a_pooler_gave_back_is_no_lock(self, open_backend: Open):
        """A pooler that hands the connection to others may unlock all that it holds."""
        with open_backend().lock("apply") as session:
            session._lock._connection.execute("SELECT pg_advisory_unlock_all()")
            with pytest.raises(StateError, match="lock"):
                session.write(make_state())

    def test_a_refused_write_leaves_the_state_before(self, open_backend: Open):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            session._lock._connection.execute("SET default_transaction_read_only = on")
            with pytest.raises(StateError, match=r"read-only.*untouched"):
                session.write(next_after(stored))
        assert open_backend().read() == stored

    def test_states_of_other_names_do_not_meet(self, open_backend: Open, line: Line):
        with open_backend().lock("apply") as session, opener(line.port, "another")().lock("apply"):
            session.write(make_state())
        assert opener(line.port, "another")().read() is None

    def test_two_schemas_are_two_places(self, open_backend: Open, postgres_port: int, name: str):
        execute(postgres_port, "CREATE SCHEMA IF NOT EXISTS apart")
        apart = opener(postgres_port, name, options="&options=-csearch_path%3Dapart")
        with open_backend().lock("apply") as session, apart().lock("apply") as other:
            session.write(make_state())
            other.write(make_state(numbers=5))
        assert len(apart().read().numbers) == 5
        assert len(open_backend().read().numbers) == 2

    def test_the_tables_are_created_once_though_many_begin_at_once(self, postgres_port: int):
        schema = f"s{uuid.uuid4().hex}"
        execute(postgres_port, f"CREATE SCHEMA {schema}")
        fresh = opener(postgres_port, "default", options=f"&options=-csearch_path%3D{schema}")
        assert fresh().read() is None
        broken = []

        def begin() -> None:
            try:
                with fresh().lock("apply", timeout=30):
                    pass
            except Exception as problem:  # noqa: BLE001 - told below
                broken.append(problem)

        threads = [threading.Thread(target=begin) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not broken
