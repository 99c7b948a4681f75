"""The history of a state file: a file of lines beside it, which is only ever added to.

Its lock is the file itself: a run that gave up waiting, whose writing goes on, and the run after it never write at
once. A line that was cut off by the end of a process is completed by the next writing, and nothing is ever taken away.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from numplan.failpoints import failpoint
from numplan.files.atomic import Folder, close_quietly
from numplan.files.read import FileError
from numplan.model.errors import StateError
from numplan.model.history.record import Record, hash_of, line_of
from numplan.state.history import added, taken, unconnected
from numplan.state.os_errors import explained

SUFFIX: Final = ".history.jsonl"
_PIECE: Final = 1 << 20
_LOOK_BACK: Final = 1 << 20
"""Bytes of the end of a history, at least, in which lines are looked for that may be there already."""
_PAUSE: Final = 0.01
_TURN: Final = 5.0
"""Seconds that another writing may take before it is called stuck."""


class LocalHistory:
    """The file. Nothing is touched before a method is called."""

    def __init__(self, state: Path) -> None:
        self._folder = state.parent
        self._name = f"{state.name}{SUFFIX}"

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self._folder / self._name)

    def lines(self) -> Iterator[bytes]:
        """See HistoryStore."""
        with self._told("read"), Folder(self._folder) as folder:
            descriptor = folder.open(self._name, os.O_RDONLY)
        if descriptor is None:
            return
        try:
            rest: list[bytes] = []  # the pieces of a line that has no end so far
            while piece := self._read(descriptor):
                first, *more = piece.split(b"\n")
                rest.append(first)
                for line in more:
                    yield b"".join(rest)
                    rest = [line]
            if last := b"".join(rest):
                yield last
        finally:
            close_quietly(descriptor)

    def last(self) -> bytes:
        """See HistoryStore."""
        with self._told("read"), Folder(self._folder) as folder:
            descriptor = folder.open(self._name, os.O_RDONLY)
            if descriptor is None:
                return b""
            try:
                end = _end(descriptor, os.fstat(descriptor).st_size, _LOOK_BACK)
            finally:
                close_quietly(descriptor)
        return _last(end)

    def write(self, records: Sequence[Record], *, anew: bool) -> str:
        """See HistoryStore."""
        lines = [line_of(one) for one in records]
        with self._told("write"), Folder(self._folder) as folder:
            descriptor = folder.open(self._name, os.O_RDWR | os.O_CREAT)
            assert descriptor is not None  # noqa: S101 - it would have been created
            try:
                _wait_for_turn(descriptor)
                size = os.fstat(descriptor).st_size
                if size and _ends_with(descriptor, size, lines[-1] + b"\n"):
                    return ""
                failpoint("history.before-write")
                end = _end(descriptor, size, max(_LOOK_BACK, 2 * sum(map(len, lines))))
                first = _first_lacking(end, lines)
                follows = hash_of(_last(end)) == records[0].previous
                if not first and not follows:  # they may stand before all that was looked at
                    first = _first_lacking(self.lines(), lines)
                _append(descriptor, size, _completing(end[-1], lines[first:]))
                if not size:
                    folder.sync()
            finally:
                close_quietly(descriptor)
        if not first and not follows:
            return unconnected(self.place, records[0])
        return "" if anew or first == len(lines) else added(self.place, len(lines) - first)

    def take_over(self, lines: Sequence[bytes], name: str) -> None:
        """See HistoryStore."""
        del name
        content = b"".join(line + b"\n" for line in lines)
        with self._told("write"), Folder(self._folder) as folder:
            descriptor = folder.open(self._name, os.O_RDONLY)
            if descriptor is not None:
                try:
                    there = b"".join(iter(lambda: os.read(descriptor, _PIECE), b""))
                finally:
                    close_quietly(descriptor)
                if there and there != content:
                    raise taken(self.place)
            folder.put(folder.prepare(self._name, content), self._name)
            folder.sync()

    def _read(self, descriptor: int) -> bytes:
        with self._told("read"):
            return os.read(descriptor, _PIECE)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """What goes wrong within, as a StateError."""
        try:
            with explained(doing, self.place):
                yield
        except FileError as problem:
            raise StateError(f"{self.place} {problem}: it is neither read nor written") from None


def _wait_for_turn(descriptor: int) -> None:
    """Lock the file. Raises OSError where another writing does not end."""
    deadline = time.monotonic() + _TURN
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise OSError("another run is writing it, and does not end") from None
            time.sleep(_PAUSE)
        else:
            return


def _ends_with(descriptor: int, size: int, text: bytes) -> bool:
    return size >= len(text) and os.pread(descriptor, len(text), size - len(text)) == text


def _end(descriptor: int, size: int, length: int) -> list[bytes]:
    """The last lines of the file, of so many bytes and more; the last of all is empty, or was cut off."""
    length = min(size, length)
    while True:
        found = os.pread(descriptor, length, size - length).split(b"\n")
        if length == size:
            return found
        if found[1:]:
            return found[1:]
        length = min(size, 2 * length)  # a line without an end, longer than any of ours: look further back


def _last(end: Sequence[bytes]) -> bytes:
    """The last whole line."""
    return end[-1] if end[-1].endswith(b"}") else b"".join(end[-2:-1])


def _first_lacking(written: Iterable[bytes], lines: Sequence[bytes]) -> int:
    """From where on lines are not among what is written: after the last one that is."""
    there = {*lines}.intersection(written)
    return next((at for at in range(len(lines), 0, -1) if lines[at - 1] in there), 0)


def _completing(cut: bytes, rest: Sequence[bytes]) -> bytes:
    """What adds the rest of the lines to a file that ends with a piece of a line, or with an empty one."""
    content = b"".join(line + b"\n" for line in rest)
    if not cut:
        return content
    if rest and rest[0].startswith(cut):
        return content[len(cut) :]
    return b"\n" + content


def _append(descriptor: int, size: int, content: bytes) -> None:
    """Add to the end, durably. Where that fails, the file is as long as it was, if it can be."""
    try:
        half = len(content) // 2
        _write(descriptor, memoryview(content)[:half], size)
        failpoint("history.mid-write")
        _write(descriptor, memoryview(content)[half:], size + half)
        failpoint("history.after-write")
        os.fsync(descriptor)
        failpoint("history.after-fsync")
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _write(descriptor: int, rest: memoryview, place: int) -> None:
    while rest:
        written = os.pwrite(descriptor, rest, place)
        rest, place = rest[written:], place + written
