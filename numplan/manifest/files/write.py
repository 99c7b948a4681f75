"""Write manifests and the files that they name: whole or not at all, and never over what somebody else wrote."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from numplan.files.atomic import Folder
from numplan.files.read import FileError
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
        with Folder(real.parent, plain=False) as folder:
            temporary = folder.prepare(real.name, after, mode=mode)
            folder.put(temporary, real.name, recheck=lambda: _require_still(path, before))
            _sync(folder)
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
        with Folder(followed(path.parent, alone=False)) as folder:
            folder.add(folder.prepare(path.name, content, mode=0o666 & ~_umask()), path.name)
            _sync(folder)
    except FileExistsError:
        raise NumplanError(f"{path} already exists; nothing was written") from None
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


def _sync(folder: Folder) -> None:
    # What is renamed here is whole in any case: a folder that cannot be synced is no reason to fail.
    with suppress(OSError):
        folder.sync()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
