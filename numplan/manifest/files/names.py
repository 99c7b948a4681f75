"""Names of files: what a manifest is called, and which of a folder's are parts of one."""

import os
from pathlib import Path
from typing import Final

FILE_NAMES: Final = ("numplan.yaml", "numplan.yml", "numplan.json")
"""What a manifest is called that nobody names."""
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
