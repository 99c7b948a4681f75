"""Which files a manifest leads to: those below its repository, wherever links point.

Whoever can propose a change to a manifest can also propose a link to any file of the machine that reads it. What a
flag or the environment names may lie anywhere; a link that is found in a repository on the way there may not lead
out of it.
"""

import os
from pathlib import Path, PurePosixPath
from typing import Final

from numplan.files.read import FileError, read_straight, reason

_GIT: Final = ".git"
_HIDDEN: Final = "leads to a name that begins with a dot: such files are for programs, and may hold secrets"


def followed(path: Path, *, alone: bool = True) -> Path:
    """The path that a flag names, with every link on the way followed; nothing need be there.

    Raises FileError for a link in a repository that leads out of it. Where there is no repository, a last name that
    is a link must stay in its folder; if not `alone`, which is what a manifest is, that one may lead anywhere too.
    """
    try:
        here = Path.cwd().resolve() if not path.is_absolute() else Path(path.anchor)
        for at, name in enumerate(path.parts[path.is_absolute() :], 1 + path.is_absolute()):
            here = _step(here, name, is_last=alone and at == len(path.parts))
    except (OSError, ValueError, RuntimeError) as failure:
        raise FileError(f"cannot be opened: {reason(failure)}") from None
    return here


def read_named(path: Path, *, alone: bool = True) -> bytes:
    """All bytes of a file that a flag names; see `followed`. Raises FileError."""
    return read_straight(followed(path, alone=alone))


def read_below(folder: Path, name: str) -> bytes:
    """All bytes of a file that a manifest in this folder names, or that is part of it; see `below`. Raises
    FileError.
    """
    return read_straight(below(folder, name))


def below(folder: Path, name: str) -> Path:
    """The real path of a file that a manifest in this folder names, or that is part of it. Raises FileError for a
    name that leads out of the folder or is hidden, and for a link that leads out of its repository.
    """
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if PurePosixPath(name).is_absolute() or os.pardir in parts:
        raise FileError("must lie under the manifest's folder: no absolute path, no `..`")
    if any(part.startswith(".") for part in parts):
        raise FileError(
            "has a name that begins with a dot: such files are for programs, and may hold secrets"
        )
    home = followed(folder)
    try:
        real = Path(os.path.realpath(home.joinpath(*parts), strict=True))
    except FileNotFoundError:
        raise FileError("does not exist") from None
    except (OSError, ValueError) as failure:
        raise FileError(f"cannot be opened: {reason(failure)}") from None
    _require_inside(real, home, repository_of(home))
    return real


def repository_of(folder: Path) -> Path | None:
    """The nearest folder upward, from a real path, that holds a `.git`; None where none does."""
    return next((one for one in (folder, *folder.parents) if os.path.lexists(one / _GIT)), None)


def _step(here: Path, name: str, *, is_last: bool) -> Path:
    """One name further from a real path."""
    if name == os.pardir:
        return here.parent
    there = here / name
    if not there.is_symlink():
        return there
    repository = repository_of(here)
    real = Path(os.path.realpath(there))
    if repository is not None or is_last:
        _require_inside(real, here, repository)
    return real


def _require_inside(real: Path, folder: Path, repository: Path | None) -> None:
    """Raise FileError for a real path that is not below the repository, or the folder where there is none, or that
    is hidden there from this folder.
    """
    root = repository or folder
    if not real.is_relative_to(root):
        raise FileError(
            "is a link that leads out of the " + ("repository" if repository else "manifest's folder")
        )
    nearer = folder if real.is_relative_to(folder) else root
    # Two dots are how mounted settings are named that are replaced as a whole.
    if any(part[:1] == "." != part[1:2] for part in real.relative_to(nearer).parts):
        raise FileError(_HIDDEN)
