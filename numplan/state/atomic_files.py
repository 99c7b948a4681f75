"""Files that are what they seem: never reached through a link, replaced whole or not at all."""

import errno
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Final, Self

from numplan.failpoints import failpoint
from numplan.model.errors import StateError
from numplan.state.os_errors import explained

SIZE_LIMIT: Final = 2 * 1024**3

# A FIFO must not hang the open, a link must not lead elsewhere, a child must not inherit.
_GUARDED: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PRIVATE: Final = 0o600


class Folder:
    """An open folder. Its files are reached through its descriptor, so a path that changes meanwhile does not
    lead elsewhere. Raises StateError where the folder cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained("open the folder", str(path)):
            self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shut(self._descriptor)

    def place(self, name: str) -> str:
        """The path of a file here, for people."""
        return str(self._path / name)

    def open(self, name: str, flags: int) -> int | None:
        """Open a regular file that has this one name, or create it private if `flags` say so.

        None where there is no such file. Raises StateError for anything that is not a plain file.
        """
        with explained("open", self.place(name)):
            # Looked at before it is opened, for opening a device can already do something.
            self.require_plain(name)
            try:
                descriptor = os.open(name, flags | _GUARDED, _PRIVATE, dir_fd=self._descriptor)
            except FileNotFoundError:
                return None
            try:
                self._vet(os.fstat(descriptor), name)
                if flags & os.O_CREAT:
                    _restore_mode(descriptor)
            except BaseException:
                shut(descriptor)
                raise
        return descriptor

    def read(self, name: str) -> tuple[bytes, os.stat_result] | None:
        """The whole of a file and its status, or None where there is none. Raises StateError."""
        descriptor = self.open(name, os.O_RDONLY)
        if descriptor is None:
            return None
        try:
            with explained("read", self.place(name)):
                status = os.fstat(descriptor)
                self.require_bounded(name, status.st_size)
                return FileIO(descriptor, closefd=False).readall(), status
        finally:
            shut(descriptor)

    def prepare(self, name: str, document: bytes, point: str, *, modified: int | None = None) -> str:
        """Write what is to take the place of `name` to a file beside it, durably. Returns that file's name.

        `modified` is the time to give it, in nanoseconds; `point` is the prefix of the failpoints. Raises
        OSError, and leaves nothing then.
        """
        temporary = f".{name}.{uuid.uuid4().hex}.tmp"
        failpoint(f"{point}.before-temp")
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _GUARDED, _PRIVATE, dir_fd=self._descriptor
        )
        with self._removing(temporary):
            try:
                _restore_mode(descriptor)
                failpoint(f"{point}.after-temp-open")
                half = len(document) // 2
                _write(descriptor, memoryview(document)[:half])
                failpoint(f"{point}.mid-write")
                _write(descriptor, memoryview(document)[half:])
                if modified is not None:
                    os.utime(descriptor, ns=(modified, modified))
                failpoint(f"{point}.after-write")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            failpoint(f"{point}.after-fsync")
        return temporary

    def put(
        self, temporary: str, name: str, point: str, *, last_look: Callable[[], None] = lambda: None
    ) -> None:
        """Let a prepared file take the place of `name`; durable once `sync` has returned.

        `last_look` may still refuse it, by what it raises. Raises OSError, or StateError where what it would
        replace is no plain file.
        """
        with self._removing(temporary):
            self.require_plain(name)
            last_look()
            os.rename(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
            failpoint(f"{point}.after-rename")

    def sync(self) -> None:
        """Make what was renamed here durable. Raises OSError."""
        try:
            os.fsync(self._descriptor)
        except OSError as problem:
            # Some network and FUSE file systems have no such call for folders: there is no more to be had.
            if problem.errno != errno.EINVAL:
                raise

    def sweep(self, name: str) -> None:
        """Remove what killed writers of `name` left. Only for the holder of its lock. Raises OSError."""
        leftover = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{32}}\.tmp")
        with os.scandir(self._descriptor) as entries:
            names = [one.name for one in entries if leftover.fullmatch(one.name)]
        for found in names:
            # What cannot be removed is only in the way of nobody: no reason to fail.
            with suppress(OSError):
                os.unlink(found, dir_fd=self._descriptor)

    def is_still(self, name: str, descriptor: int) -> bool:
        """Whether `name` is the file that `descriptor` has open."""
        try:
            return os.path.samestat(self._look(name), os.fstat(descriptor))
        except FileNotFoundError:
            return False

    def require_plain(self, name: str) -> None:
        """Raise StateError where `name` is there but is no regular file, or has a second name."""
        with suppress(FileNotFoundError):
            self._vet(self._look(name), name)

    def require_bounded(self, name: str, size: int) -> None:
        """Raise StateError where a file would be too large to be a state."""
        if size > SIZE_LIMIT:
            raise StateError(
                f"{self.place(name)} would be {size} bytes; a state has at most {SIZE_LIMIT}",
                hint="check that --state, NUMPLAN_STATE or the manifest names a state of numplan",
            )

    @contextmanager
    def _removing(self, temporary: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self._descriptor)
            raise

    def _look(self, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)

    def _vet(self, status: os.stat_result, name: str) -> None:
        # No names at all are fine: a reader without the lock may be overtaken by a rename.
        if stat.S_ISREG(status.st_mode) and status.st_nlink <= 1:
            return
        found = _kind(status)
        raise StateError(
            f"{self.place(name)} is {found}, not a plain file: it is neither read nor written",
            hint="move it away or put a plain file there; to keep state elsewhere, say where with --state",
        )


def shut(descriptor: int) -> None:
    """Close what was only read from, or what is past caring for: no error of that can lose anything."""
    with suppress(OSError):
        os.close(descriptor)


def _restore_mode(descriptor: int) -> None:
    """Give the owner what the umask took. Only then, for some file systems have fixed modes and refuse."""
    status = os.fstat(descriptor)
    if status.st_mode & _PRIVATE != _PRIVATE and status.st_uid == os.geteuid():
        os.fchmod(descriptor, _PRIVATE)


def _write(descriptor: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _kind(status: os.stat_result) -> str:
    for test, kind in (
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISREG, f"one of {status.st_nlink} hard links"),
    ):
        if test(status.st_mode):
            return kind
    return "a device"
