"""Write manifests and the files that they name: whole or not at all, and never over what somebody else wrote."""

import os
import stat
import uuid
from contextlib import suppress
from pathlib import Path

from numplan.manifest.files.read import FileError
from numplan.manifest.files.repository import followed, read_named
from numplan.model.errors import NumplanError
from numplan.model.secrets import require_none


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Let `after` take the place of `before` in one step, with the mode that the file has.

    A link stays one, and what it leads to is replaced; one that leads out of the repository is refused. Raises
    NumplanError where the file does not hold `before` any more, and where it cannot be written; it is then as it was.
    """
    require_none(after, str(path))
    try:
        real = followed(path)
        mode = stat.S_IMODE(real.stat().st_mode)
        temporary = _prepared(real, after, mode)
        try:
            _require_still(path, before)
            temporary.replace(real)
        except BaseException:
            temporary.unlink()
            raise
        _sync(real.parent)
    except FileError as problem:
        raise NumplanError(f"{path} {problem}") from None
    except OSError as problem:
        raise NumplanError(f"{path} cannot be written: {problem.strerror}") from None


def create_file(path: Path, content: bytes) -> None:
    """Write a file that was not there. Raises NumplanError where it is, where a link in a repository leads out of
    it, and where it cannot be written.
    """
    require_none(content, str(path))
    try:
        path = followed(path.parent, alone=False) / path.name
        temporary = _prepared(path, content, 0o666 & ~_umask())
        try:
            os.link(temporary, path)  # unlike a rename, this never takes the place of another
        finally:
            temporary.unlink()
        _sync(path.parent)
    except FileExistsError:
        raise NumplanError(f"{path} is here already; nothing was written") from None
    except FileError as problem:
        raise NumplanError(f"{path.parent} {problem}; nothing was written") from None
    except OSError as problem:
        raise NumplanError(f"{path} cannot be written: {problem.strerror}") from None


def _require_still(path: Path, before: bytes) -> None:
    if read_named(path) != before:
        raise NumplanError(
            f"{path} was changed by something else meanwhile; it was left as it is",
            hint="run the command again",
        )


def _prepared(path: Path, content: bytes, mode: int) -> Path:
    """A file beside another one, durable, that is to take its place. Raises OSError, and leaves nothing then."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            with suppress(OSError):  # some file systems have fixed modes
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink()
        raise
    return temporary


def _sync(folder: Path) -> None:
    # What is renamed here is whole in any case: a folder that cannot be synced is no reason to fail.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
