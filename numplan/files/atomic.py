"""Files that are what they seem: never reached through a link, replaced whole or not at all."""

import errno
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from numplan.failpoints import failpoint
from numplan.files.read import FileError

# A FIFO must not hang the open, a link must not lead elsewhere, a child must not inherit.
_GUARDED: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PRIVATE: Final = 0o600


class Folder:
    """An open folder. Its files are reached through its descriptor, so a path that changes meanwhile does not
    lead elsewhere. All here raises OSError, and FileError for what is there and is no plain file; if not `plain`, what
    is replaced may be anything.
    """

    def __init__(self, path: Path, *, plain: bool = True) -> None:
        self._path = path
        self._plain = plain
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close_quietly(self._descriptor)

    def place(self, name: str) -> str:
        """The path of a file here, for people."""
        return str(self._path / name)

    def open(self, name: str, flags: int) -> int | None:
        """Open a regular file that has this one name, or create it private if `flags` say so.

        None where there is no such file.
        """
        # Looked at before it is opened, for opening a device can already do something.
        self.require_plain(name)
        try:
            descriptor = os.open(name, flags | _GUARDED, _PRIVATE, dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        try:
            self.vet(os.fstat(descriptor), name)
            if flags & os.O_CREAT:
                _restore_mode(descriptor)
        except BaseException:
            close_quietly(descriptor)
            raise
        return descriptor

    def prepare(
        self,
        name: str,
        content: bytes | Iterable[bytes],
        point: str = "",
        *,
        modified: int | None = None,
        mode: int = _PRIVATE,
    ) -> str:
        """Write what is to take the place of `name`, all of it or piece by piece, to a file beside it, durably. Returns
        that file's name, and leaves nothing where it raises.

        `modified` is the time to give it, in nanoseconds; `point` is the prefix of the failpoints, if there are any.
        """
        temporary = f".{name}.{uuid.uuid4().hex}.tmp"
        _pass(point, "before-temp")
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _GUARDED, _PRIVATE, dir_fd=self._descriptor
        )
        with self._removing(temporary):
            try:
                _restore_mode(descriptor)
                _pass(point, "after-temp-open")
                for place, piece in enumerate(_pieces(content)):
                    if place == 1:
                        _pass(point, "mid-write")
                    _write(descriptor, piece)
                if modified is not None:
                    os.utime(descriptor, ns=(modified, modified))
                if mode != _PRIVATE:
                    with suppress(OSError):  # some file systems have fixed modes
                        os.fchmod(descriptor, mode)
                _pass(point, "after-write")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            _pass(point, "after-fsync")
        return temporary

    def put(
        self, temporary: str, name: str, point: str = "", *, recheck: Callable[[], None] = lambda: None
    ) -> None:
        """Let a prepared file take the place of `name`; durable once `sync` has returned.

        `recheck` may still refuse it, by what it raises.
        """
        with self._removing(temporary):
            if self._plain:
                self.require_plain(name)
            recheck()
            os.rename(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
            _pass(point, "after-rename")

    def remove(self, name: str) -> None:
        """Remove a file."""
        os.unlink(name, dir_fd=self._descriptor)

    def add(self, temporary: str, name: str) -> None:
        """Let a prepared file be `name`, never in the place of another. Raises FileExistsError where there is one."""
        with self._removing(temporary):
            try:
                os.link(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, dir_fd=self._descriptor))
                os.replace(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
            else:
                os.unlink(temporary, dir_fd=self._descriptor)

    def sync(self) -> None:
        """Make what was renamed here durable."""
        try:
            os.fsync(self._descriptor)
        except OSError as problem:
            # Some network and FUSE file systems have no such call for folders: there is no more to be had.
            if problem.errno != errno.EINVAL:
                raise

    def sweep(self, name: str) -> None:
        """Remove what killed writers of `name` left. Only for the holder of its lock."""
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
        """See that `name` is a regular file without a second name, if it is there."""
        with suppress(FileNotFoundError):
            self.vet(self._look(name), name)

    def vet(self, status: os.stat_result, name: str) -> None:
        """See that this is the status of a plain file; `name` is what was looked at."""
        del name  # for who says it in other words
        # No names at all are fine: a reader without the lock may be overtaken by a rename.
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            raise FileError(f"is {_kind(status)}, not a plain file")

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


def replace_whole(path: Path, content: bytes | Iterable[bytes], point: str = "") -> None:
    """Put a private file in place, durably, but never of what is not a plain file. Raises OSError, FileError."""
    with Folder(path.parent) as folder:
        temporary = folder.prepare(path.name, content, point)
        folder.put(temporary, path.name, point)
        folder.sync()


def close_quietly(descriptor: int) -> None:
    """Close what was only read from, or what is past caring for: no error of that can lose anything."""
    with suppress(OSError):
        os.close(descriptor)


def _pass(point: str, step: str) -> None:
    if point:
        failpoint(f"{point}.{step}")


def _restore_mode(descriptor: int) -> None:
    """Give the owner what the umask took. Only then, for some file systems have fixed modes and refuse."""
    status = os.fstat(descriptor)
    if status.st_mode & _PRIVATE != _PRIVATE and status.st_uid == os.geteuid():
        os.fchmod(descriptor, _PRIVATE)


def _pieces(content: bytes | Iterable[bytes]) -> Iterator[bytes | memoryview]:
    """What was given whole, in two halves: a crash between them is a case of its own."""
    if not isinstance(content, bytes):
        yield from content
        return
    half = len(content) // 2
    yield memoryview(content)[:half]
    yield memoryview(content)[half:]


def _write(descriptor: int, content: bytes | memoryview) -> None:
    rest = memoryview(content)
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
