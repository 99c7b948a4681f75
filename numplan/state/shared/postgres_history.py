"""The history of a state in PostgreSQL: rows of a table beside that of the states, over a connection of its own, so
that whatever befalls it leaves alone the one that holds the lock.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from numplan.failpoints import failpoint
from numplan.model.errors import StateError
from numplan.model.history.record import Record, hash_of, line_of
from numplan.model.location.state_location import PostgresLocation
from numplan.state.history import added, taken, unconnected

_CREATION: Final = 0x6E756D686973746F  # the key under which the table is created: two at once would clash
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS numplan_history (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    "name text NOT NULL, digest bytea NOT NULL, line bytea NOT NULL, UNIQUE (name, digest))"
)
_THERE: Final = "SELECT to_regclass('numplan_history') IS NOT NULL"
_ADD: Final = (
    "INSERT INTO numplan_history (name, digest, line) SELECT %(name)s, digest, line FROM "
    "unnest(%(digests)b::bytea[], %(lines)b::bytea[]) WITH ORDINALITY AS t (digest, line, at) "
    "WHERE NOT EXISTS (SELECT 1 FROM numplan_history h WHERE h.name = %(name)s AND h.digest = t.digest) "
    "ORDER BY at ON CONFLICT (name, digest) DO NOTHING"
)
_PAGE: Final = (
    "SELECT position, line FROM numplan_history WHERE name = %s AND position > %s ORDER BY position "
    "LIMIT 20000"
)
_LAST: Final = "SELECT line FROM numplan_history WHERE name = %s ORDER BY position DESC LIMIT 1"
_HAS: Final = "SELECT 1 FROM numplan_history WHERE name = %s AND digest = %s"
_SETTINGS: Final[dict[str, Any]] = {"application_name": "numplan", "connect_timeout": 10}

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresHistory:
    """The rows of one state. `line` are the parameters to connect with."""

    def __init__(self, at: PostgresLocation, line: Mapping[str, str]) -> None:
        self._at = at
        self._line = line

    @property
    def place(self) -> str:
        """The state's URL and the table."""
        return f"the table numplan_history of {self._at.url}"

    def lines(self) -> Iterator[bytes]:
        """See HistoryStore."""
        with self._connected("read") as connection:
            if not _value(connection, _THERE):
                return
            position = 0
            while True:
                page = connection.execute(_PAGE, (self._at.name, position), binary=True).fetchall()
                yield from (bytes(line) for _, line in page)
                if not page:
                    return
                position = page[-1][0]

    def last(self) -> bytes:
        """See HistoryStore."""
        with self._connected("read") as connection:
            return self._last(connection) if _value(connection, _THERE) else b""

    def write(self, records: Sequence[Record], *, anew: bool) -> str:
        """See HistoryStore."""
        lines = [line_of(one) for one in records]
        with self._connected("write") as connection:
            if not _value(connection, _THERE):
                _create_table(connection)
            elif not anew and _value(connection, _HAS, (self._at.name, _digest(lines[-1]))):
                return ""
            failpoint("history.before-write")
            end = self._last(connection)
            new = self._add(connection, lines)
            failpoint("history.after-write")
        if new == len(lines) and hash_of(end) != records[0].previous:
            return unconnected(self.place, records[0])
        return "" if anew else added(self.place, new)

    def take_over(self, lines: Sequence[bytes], name: str) -> None:
        """See HistoryStore."""
        del name
        there = [*self.lines()]
        if there and there != [*lines]:
            raise taken(self.place)
        with self._connected("write") as connection:
            if not _value(connection, _THERE):
                _create_table(connection)
            self._add(connection, lines)

    def _last(self, connection: Connection) -> bytes:
        return bytes(_value(connection, _LAST, (self._at.name,)) or b"")

    def _add(self, connection: Connection, lines: Sequence[bytes]) -> int:
        """Add the lines that are not there; returns how many these were."""
        connection.execute("SET synchronous_commit = on")
        digests = [_digest(line) for line in lines]
        values = {"name": self._at.name, "digests": digests, "lines": [*lines]}
        return connection.execute(_ADD, values).rowcount

    @contextmanager
    def _connected(self, doing: str) -> Iterator[Connection]:
        try:
            server = make_conninfo("", **self._line)
            with psycopg.connect(server, autocommit=True, prepare_threshold=None, **_SETTINGS) as connection:
                yield connection
        except psycopg.Error as problem:
            why = " ".join(str(problem).split())[:400] or type(problem).__name__
            raise StateError(f"cannot {doing} {self.place}: {why}") from problem


def _create_table(connection: Connection) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_CREATION,))
        connection.execute(_TABLE)


def _digest(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()


def _value(connection: Connection, query: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 - as SQL has it
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
