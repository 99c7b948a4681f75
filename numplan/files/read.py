"""Reading files that somebody else named: never a hang on a pipe, never more than a set size."""

import os
import stat
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 256 * 1024 * 1024


class FileError(Exception):
    """A file cannot be used; the message goes on after the file's name: `is a folder`."""


def reason(failure: Exception) -> str:
    """Why something could not be opened or read, as the operating system says it."""
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror.lower()
    return str(failure) or type(failure).__name__


def read_straight(real: Path) -> bytes:
    """All bytes of a regular file under its real path; no link is followed there, also none that was put in the
    way since the path was looked at. Raises FileError for anything else and for anything too large.
    """
    try:
        descriptor = _opened(real)
    except FileNotFoundError:
        raise FileError("does not exist") from None
    except (OSError, ValueError) as failure:
        raise FileError(f"cannot be opened: {reason(failure)}") from None
    try:
        return _read_bounded(descriptor)
    finally:
        os.close(descriptor)


def _opened(real: Path) -> int:
    """Go from folder to folder, each through the descriptor of the one before."""
    # O_NONBLOCK: opening a named pipe that nobody writes to would wait for ever.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    passing = getattr(os, "O_PATH", None)  # of Linux; elsewhere each folder would have to be readable
    if passing is None:
        return os.open(real, flags)
    *folders, name = real.parts
    at = os.open(folders[0] if folders else ".", passing | os.O_CLOEXEC)
    try:
        for folder in folders[1:]:
            at, before = os.open(folder, passing | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=at), at
            os.close(before)
        return os.open(name, flags, dir_fd=at)
    finally:
        os.close(at)


def _read_bounded(descriptor: int) -> bytes:
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise FileError("is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise FileError("is not a regular file")
        pieces = []
        left = MAX_BYTES + 1
        while left and (piece := os.read(descriptor, min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    except (OSError, MemoryError) as failure:
        raise FileError(f"cannot be read: {reason(failure)}") from None
    if not left:
        raise FileError(f"is larger than {MAX_BYTES >> 20} MiB")
    return b"".join(pieces)
