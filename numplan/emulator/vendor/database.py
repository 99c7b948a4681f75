"""The emulator's SQLite: one connection, one lock, whole transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TABLES = """
CREATE TABLE offers (
    id INTEGER PRIMARY KEY,
    country TEXT NOT NULL COLLATE NOCASE,
    state TEXT NOT NULL COLLATE NOCASE,
    number_type TEXT NOT NULL,
    category TEXT NOT NULL,
    shared TEXT NOT NULL UNIQUE,
    head TEXT NOT NULL,
    tail TEXT NOT NULL
);
CREATE TABLE numbers (
    number TEXT PRIMARY KEY,
    offer INTEGER NOT NULL REFERENCES offers,
    for_sale INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX for_sale ON numbers (offer, number) WHERE for_sale = 1;
CREATE TABLE owned (
    number TEXT PRIMARY KEY,
    offer INTEGER NOT NULL REFERENCES offers,
    trunk INTEGER,
    bought_at INTEGER NOT NULL UNIQUE,
    row TEXT NOT NULL,
    shown_from REAL NOT NULL DEFAULT 0,
    shown_after INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE released (
    number TEXT PRIMARY KEY,
    offer INTEGER NOT NULL REFERENCES offers,
    bought_at INTEGER NOT NULL,
    row TEXT NOT NULL,
    shown_until REAL NOT NULL,
    shown_through INTEGER NOT NULL
);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('bought', 0), ('populated', 0);
"""
_FORMAT = 1
# offers.shared: the whole offer as JSON, which is what makes it the same offer; head and tail: the JSON
# of its search row on both sides of a number's digits, so that a row is joined, never encoded.
# owned.shown_from and shown_after: the listing lag, in the clock's seconds and in listing calls; released
# holds what is owned no more but still listed, until both its limits have passed.


class Database:
    """The database that stock and account share.

    All access goes through `transaction`: one at a time, so that no number is sold twice whatever
    the number of threads; carried out whole or not at all.
    """

    def __init__(self, database: str | None) -> None:
        """Open `database`, or one in memory, and make its tables.

        Raises `sqlite3.DatabaseError` for a file that is something else.
        """
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            database or ":memory:", isolation_level=None, check_same_thread=False, timeout=30
        )
        try:
            self._open()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        version, tables = self._one("PRAGMA user_version"), self._one("SELECT count(*) FROM sqlite_master")
        if tables and version != _FORMAT:
            raise sqlite3.DatabaseError("it is not a database of this emulator")
        if not tables:
            self._connection.executescript(f"{_TABLES}; PRAGMA user_version = {_FORMAT};")
        self._settle_in()

    def _settle_in(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def _one(self, question: str) -> int:
        return int(self._connection.execute(question).fetchone()[0])

    @property
    def populated(self) -> bool:
        """Whether its first numbers have been put in, all of them."""
        with self._lock:
            return bool(self._one("SELECT value FROM counters WHERE name = 'populated'"))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, inside a write transaction that ends with the block."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def content(self) -> bytes:
        """The whole database as one value, for `become`."""
        with self._lock:
            return self._connection.serialize()

    def become(self, content: bytes) -> None:
        """Replace everything by what another store's `content` held."""
        source = sqlite3.connect(":memory:")
        try:
            source.deserialize(content)
            with self._lock:
                source.backup(self._connection)
                self._settle_in()  # the copy brought the source's own modes
        finally:
            source.close()

    def close(self) -> None:
        """Close the database; a file keeps what it holds."""
        with self._lock:
            self._connection.close()
