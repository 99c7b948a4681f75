"""Names of files: which of a folder's are parts of a manifest."""

import os
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".yaml", ".yml", ".json")
STATES: Final = ".state.json"
"""How a file's name ends that holds a state: it lies beside a manifest, and is no part of it."""


def folder_of(path: Path) -> Path:
    """The folder that a manifest is, or that it lies in."""
    # Path.is_dir raises for names that no file can have.
    return path if os.path.isdir(path) else path.parent  # noqa: PTH112


def is_part(name: str) -> bool:
    """Whether a file of this name, in a folder that is a manifest, is part of it."""
    return name.endswith(SUFFIXES) and not name.endswith(STATES) and not name.startswith(".")
