"""The history of a state in an object: objects beside it, each created once and never changed.

An object holds the records that one write of state told, under `KEY.history/SERIAL-RUN.jsonl`. So its name follows from
what is in it, and whoever writes it a second time finds it there.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any, Final

import msgspec
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from numplan.failpoints import failpoint
from numplan.model.errors import StateError
from numplan.model.history.record import Record, line_of
from numplan.model.location.state_location import ObjectLocation
from numplan.state.history import added, taken
from numplan.state.shared.object_errors import words_of

FOLDER: Final = ".history"
_NAME: Final = re.compile(r"([0-9]{1,18})-([0-9A-Za-z_-]{1,80})\.jsonl")
_TROUBLES: Final = (BaseError, OSError, ValueError)
_AT_ONCE: Final = 16
"""Objects that are read or written at the same time."""


class ObjectHistory:
    """The objects below one prefix of a bucket, which is the library's."""

    def __init__(self, at: ObjectLocation, bucket: Any) -> None:  # noqa: ANN401 - one of the library's stores
        self._at = at
        self._bucket = bucket
        self._prefix = f"{at.key}{FOLDER}/"

    @property
    def place(self) -> str:
        """The URL of their folder."""
        return msgspec.structs.replace(self._at, key=self._prefix).url

    def lines(self) -> Iterator[bytes]:
        """See HistoryStore."""
        keys = self._keys()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for start in range(0, len(keys), 4 * _AT_ONCE):
                for content in threads.map(self._content, keys[start : start + 4 * _AT_ONCE]):
                    yield from _lines(content)

    def last(self) -> bytes:
        """See HistoryStore."""
        keys = self._keys()
        return _lines(self._content(keys[-1]))[-1] if keys else b""

    def write(self, records: Sequence[Record], *, anew: bool) -> str:
        """See HistoryStore."""
        groups = [
            (self._key(serial, run), b"".join(line_of(one) + b"\n" for one in group))
            for (serial, run), group in groupby(records, key=lambda one: (one.serial, one.run))
        ]
        # The last one is written after all others: where it is, they are.
        last, content = groups[-1]
        if not anew and (self._found(last) or b"").startswith(content):
            return ""
        failpoint("history.before-write")
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(lambda one: self._create(*one), groups[:-1]))
        self._create(last, content)
        failpoint("history.after-write")
        return "" if anew else added(self.place, len(records))

    def take_over(self, lines: Sequence[bytes], name: str) -> None:
        """See HistoryStore."""
        key, keys = self._key(0, name), self._keys()
        if keys and keys != [key]:
            raise taken(self.place)
        if lines:
            self._create(key, b"".join(line + b"\n" for line in lines))

    def _key(self, serial: int, run: str) -> str:
        return f"{self._prefix}{serial}-{run}.jsonl"

    def _keys(self) -> list[str]:
        """The objects of the history, in its order: that of the serials."""
        found: list[tuple[int, str]] = []
        try:
            for page in obstore.list(self._bucket, self._prefix):
                for one in page:
                    key = one["path"]
                    if (name := _NAME.fullmatch(key.removeprefix(self._prefix))) is not None:
                        found.append((int(name[1]), key))
        except _TROUBLES as problem:
            raise self._failure("read", problem) from problem
        return [key for _, key in sorted(found)]

    def _content(self, key: str) -> bytes:
        found = self._found(key)
        if found is None:
            raise StateError(f"{self._at.url}: its history changed while it was read; read it again")
        return found

    def _found(self, key: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._bucket, key).bytes())
        except FileNotFoundError:
            return None
        except _TROUBLES as problem:
            raise self._failure("read", problem) from problem

    def _create(self, key: str, content: bytes) -> None:
        """Create an object. One that is there already is ours, and may hold more: what state had no room for."""
        try:
            obstore.put(self._bucket, key, content, mode="create", use_multipart=False)
        except (AlreadyExistsError, PreconditionError) as problem:
            there = self._found(key)
            if there is None or not there.startswith(content):
                raise self._failure("write", problem) from problem
        except _TROUBLES as problem:
            raise self._failure("write", problem) from problem

    def _failure(self, doing: str, problem: Exception) -> StateError:
        return StateError(f"cannot {doing} {self.place}: {words_of(problem)}")


def _lines(content: bytes) -> list[bytes]:
    return content.removesuffix(b"\n").split(b"\n")
