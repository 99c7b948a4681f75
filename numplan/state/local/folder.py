"""The folder of a state file: what is wrong there is told as of the state."""

import os
from io import FileIO
from pathlib import Path

from numplan.files.atomic import Folder, close_quietly
from numplan.files.read import FileError
from numplan.model.errors import StateError
from numplan.state.backend import SIZE_LIMIT
from numplan.state.os_errors import explained


class StateFolder(Folder):
    """Such a folder. Raises StateError where it, or a file in it, cannot be opened or read, and for what is no plain
    file; OSError where something cannot be written.
    """

    def __init__(self, path: Path) -> None:
        with explained("open the folder", str(path)):
            super().__init__(path)

    def open(self, name: str, flags: int) -> int | None:
        """As any folder does."""
        with explained("open", self.place(name)):
            return super().open(name, flags)

    def read(self, name: str) -> tuple[bytes, os.stat_result] | None:
        """The whole of a file and its status, or None where there is none."""
        descriptor = self.open(name, os.O_RDONLY)
        if descriptor is None:
            return None
        try:
            with explained("read", self.place(name)):
                status = os.fstat(descriptor)
                self.require_bounded(name, status.st_size)
                return FileIO(descriptor, closefd=False).readall(), status
        finally:
            close_quietly(descriptor)

    def require_bounded(self, name: str, size: int) -> None:
        """Raise StateError where a file would be too large to be a state."""
        if size > SIZE_LIMIT:
            raise StateError(
                f"{self.place(name)} would be {size} bytes; a state has at most {SIZE_LIMIT}",
                hint="check that --state, NUMPLAN_STATE or the manifest names a state of numplan",
            )

    def vet(self, status: os.stat_result, name: str) -> None:
        """As any folder does."""
        try:
            super().vet(status, name)
        except FileError as problem:
            raise StateError(
                f"{self.place(name)} {problem}: it is neither read nor written",
                hint="move it away or put a plain file there; to keep state elsewhere, say where with --state",
            ) from None
