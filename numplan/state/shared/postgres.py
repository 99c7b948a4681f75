"""State in a row of a PostgreSQL table.

One connection holds the lock, an advisory one, and does all writes of a run. There is no second connection in
mid-run: with the first one the lock is gone, and with the lock the right to write. A killed run leaves no lock.
"""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from numplan.model.errors import StateError
from numplan.model.location.recipients import Grant
from numplan.model.location.state_location import PostgresLocation
from numplan.model.state import State
from numplan.state.backend import TRIAL, LockInfo, PlainClock, Trial, other_lock, unnamed
from numplan.state.os_errors import EITHER, MAYBE_UNLOCKED, UNTOUCHED
from numplan.state.shared.postgres_connection import line_to
from numplan.state.shared.postgres_history import PostgresHistory
from numplan.state.shared.store import Copy, TakenError, broken_lock, overtaken
from numplan.state.shared.terraform_lock import decode_lock, encode_lock

_NOTHING: Final = "nothing was written"
_CREATION: Final = 0x6E756D706C616E  # the key under which tables are created: two at once would clash
_TABLES: Final = (
    (
        "CREATE TABLE IF NOT EXISTS numplan_state (name text PRIMARY KEY, lineage text NOT NULL, "
        "serial bigint NOT NULL, write_id text NOT NULL, document bytea NOT NULL, "
        "written_at timestamptz NOT NULL DEFAULT now())"
    ),
    (
        "CREATE TABLE IF NOT EXISTS numplan_lock (name text PRIMARY KEY, holder text NOT NULL, "
        "backend integer NOT NULL)"
    ),
)
_READ: Final = "SELECT document, lineage, serial, write_id FROM numplan_state WHERE name = %s"
_INSERT: Final = (
    "INSERT INTO numplan_state (name, lineage, serial, write_id, document) "
    "SELECT %(name)s, %(lineage)s, %(serial)s, %(write_id)s, %(document)b WHERE pg_backend_pid() = %(backend)s "
    "ON CONFLICT (name) DO NOTHING RETURNING serial"
)
_UPDATE: Final = (
    "UPDATE numplan_state SET lineage = %(lineage)s, serial = %(serial)s, write_id = %(write_id)s, "
    "document = %(document)b, written_at = now() WHERE name = %(name)s AND lineage = %(old_lineage)s "
    "AND serial = %(old_serial)s AND write_id = %(old_write_id)s AND pg_backend_pid() = %(backend)s "
    "RETURNING serial"
)
_LOCKS: Final = (
    "FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid::bigint = %(high)s AND l.objid::bigint = %(low)s"
)
_WHO: Final = "SELECT k.holder FROM numplan_lock k WHERE k.name = %(name)s AND k.backend = l.pid"
_HOLDER: Final = f"SELECT l.pid, ({_WHO}) {_LOCKS}"
_STILL_HELD: Final = (
    f"SELECT pg_backend_pid() = %(backend)s AND EXISTS (SELECT 1 {_LOCKS} AND l.pid = %(backend)s)"
)
_ANNOUNCE: Final = (
    "INSERT INTO numplan_lock (name, holder, backend) VALUES (%s, %s, pg_backend_pid()) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, backend = excluded.backend"
)
# A partner that is gone without a word is noticed within half a minute.
_PARAMETERS: Final[dict[str, Any]] = {
    "application_name": "numplan",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
_PATIENCE: Final = 5.0
"""Seconds for a connection that was ended to be gone."""

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresStore:
    """One state in such a table. The tables are created by the first run that locks. `grant` is what the place may
    be sent. Raises SettingError where it is on another machine and sslmode does not ask for TLS.
    """

    def __init__(self, at: PostgresLocation, grant: Grant = Grant.ALL) -> None:
        self.at = at
        self._line = line_to(at, grant)
        self._clock = PlainClock()

    @property
    def place(self) -> str:
        """The URL, which holds no password."""
        return self.at.url

    @property
    def history(self) -> PostgresHistory:
        """The table beside it."""
        return PostgresHistory(self.at, self._line)

    def try_writing(self) -> Trial:
        """See Backend: rows, and the tables where there are none, in a transaction that is taken back."""
        row = {"name": f"{self.at.name}.{TRIAL}", "lineage": "", "serial": 0, "write_id": "", "document": b""}
        try:
            with self._connect() as connection, connection.transaction(force_rollback=True):
                if not _has_tables(connection):
                    _create_tables(connection)
                backend = connection.info.backend_pid
                connection.execute(_INSERT, {**row, "backend": backend})
                connection.execute(_ANNOUNCE, (row["name"], ""))
        except psycopg.Error as problem:
            raise self.failure("write", problem, "nothing was changed") from problem
        return Trial(written=True)

    def fetch(self) -> Copy | None:
        """What is stored, or None. Raises StateError."""
        try:
            with self._connect() as connection:
                return self.read(connection) if _has_tables(connection) else None
        except psycopg.Error as problem:
            raise self.failure("read", problem, "nothing was changed") from problem

    def take(self, info: LockInfo) -> "_PostgresLock":
        """Take the lock, at once. Raises TakenError or StateError."""
        connection: Connection | None = None
        try:
            connection = self._connect()
            if not _has_tables(connection):
                _create_tables(connection)
            # What a role's defaults say about durability does not hold for state.
            connection.execute("SET synchronous_commit = on")
            key = self._key(connection)
            if _value(connection, "SELECT pg_try_advisory_lock(%s)", (key,)):
                connection.execute(_ANNOUNCE, (self.at.name, encode_lock(info).decode()))
                return _PostgresLock(self, connection, key)
            holder = self._holder(connection)
            connection.close()
        except psycopg.Error as problem:
            if connection is not None:
                connection.close()
            raise self.failure("lock", problem, "nothing was changed") from problem
        raise TakenError(holder[1] if holder else None)

    def holder(self) -> LockInfo | None:
        """Who holds the lock, or None. Raises StateError."""
        try:
            with self._connect() as connection:
                found = self._holder(connection) if _has_tables(connection) else None
        except psycopg.Error as problem:
            raise self.failure("look at the lock of", problem, "nothing was changed") from problem
        return found[1] if found else None

    def unlock(self, lock_id: str) -> None:
        """End the connection of the run that holds the lock under this id. Raises StateError."""
        try:
            with self._connect() as connection:
                found = self._holder(connection) if _has_tables(connection) else None
                if found is None or found[1].id != lock_id:
                    raise other_lock(self.place, lock_id, found[1] if found else None)
                connection.execute("SELECT pg_terminate_backend(%s)", (found[0],))
                deadline = time.monotonic() + _PATIENCE
                while (now := self._holder(connection)) is not None and now[0] == found[0]:
                    if time.monotonic() > deadline:
                        raise StateError(
                            f"the connection that locks {self.place} did not end",
                            hint=f"let the database's operator end it: pg_terminate_backend({found[0]})",
                        )
                    time.sleep(0.02)
        except psycopg.Error as problem:
            raise self.failure("unlock", problem, MAYBE_UNLOCKED) from problem

    def read(self, connection: Connection) -> Copy | None:
        """The row. Raises psycopg.Error."""
        row = connection.execute(_READ, (self.at.name,), binary=True).fetchone()
        return Copy(bytes(row[0]), row[1:]) if row else None

    def failure(self, doing: str, problem: psycopg.Error, stand: str) -> StateError:
        """The error for what the server or the way to it refused; `stand` says how things are now."""
        why = " ".join(str(problem).split())[:400] or type(problem).__name__
        return StateError(
            f"cannot {doing} {self.place}: {why}; {stand}",
            hint="check the URL, and what PGPASSWORD, PGPASSFILE or PGSERVICE say of the credentials; the role "
            "needs to read and write the tables numplan_state and numplan_lock, or to create them",
        )

    def _connect(self) -> Connection:
        server = make_conninfo("", **self._line)
        return psycopg.connect(server, autocommit=True, prepare_threshold=None, **_PARAMETERS)

    def _key(self, connection: Connection) -> int:
        """The key of the lock: of this name in this very table, wherever the search path leads."""
        table = _value(connection, "SELECT 'numplan_state'::regclass::oid::bigint", ())
        digest = hashlib.sha256(f"numplan:{table}:{self.at.name}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def _holder(self, connection: Connection) -> tuple[int, LockInfo] | None:
        """The process of the connection that holds the lock, and who that is."""
        row = connection.execute(_HOLDER, {"name": self.at.name, **_halves(self._key(connection))}).fetchone()
        if row is None:
            return None
        now = self._clock.now()
        told = decode_lock(row[1].encode(), self.place, now) if row[1] else None
        return row[0], told or unnamed(self.place, now)


class _PostgresLock:
    """The lock, and the one connection that has it."""

    def __init__(self, store: PostgresStore, connection: Connection, key: int) -> None:
        self._store = store
        self._connection = connection
        self._key = key
        self._backend = connection.info.backend_pid

    def require(self) -> None:
        asked = {"backend": self._backend, **_halves(self._key)}
        try:
            held = _value(self._connection, _STILL_HELD, asked)
        except psycopg.Error as problem:
            raise self._store.failure("make sure of the lock of", problem, _NOTHING) from problem
        if not held:
            raise broken_lock(self._store.place, None)

    def fetch(self) -> Copy | None:
        try:
            return self._store.read(self._connection)
        except psycopg.Error as problem:
            raise self._store.failure("read", problem, _NOTHING) from problem

    def swap(self, document: bytes, state: State, before: Copy | None) -> Copy:
        version = (state.lineage, state.serial, state.write_id)
        row = {
            "name": self._store.at.name,
            "document": document,
            "backend": self._backend,
            **dict(zip(("lineage", "serial", "write_id"), version, strict=True)),
        }
        if before is not None:
            row |= dict(zip(("old_lineage", "old_serial", "old_write_id"), before.version, strict=True))
        try:
            written = self._connection.execute(_INSERT if before is None else _UPDATE, row).fetchone()
        except psycopg.Error as problem:
            # The server rolls back what it refuses; whether it had committed when the line was cut, nobody says.
            stand = EITHER if self._connection.closed else UNTOUCHED
            raise self._store.failure("write", problem, stand) from problem
        if written is None:
            self.require()
            raise overtaken(self._store.place)
        return Copy(document, version)

    def release(self) -> None:
        with suppress(psycopg.Error):
            self._connection.execute("DELETE FROM numplan_lock WHERE backend = pg_backend_pid()")
            self._connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))
        self._connection.close()


def _has_tables(connection: Connection) -> bool:
    return bool(_value(connection, "SELECT to_regclass('numplan_state') IS NOT NULL", ()))


def _create_tables(connection: Connection) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_CREATION,))
        for table in _TABLES:
            connection.execute(table)


def _halves(key: int) -> dict[str, int]:
    """A key as the two columns of pg_locks have it."""
    return {"high": (key >> 32) & 0xFFFFFFFF, "low": key & 0xFFFFFFFF}


def _value(connection: Connection, query: str, values: Sequence[object] | dict[str, Any]) -> Any:  # noqa: ANN401 - as SQL has it
    """The one value of a query's one row."""
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
