"""What this machine last saw at places that others share, in the user's cache.

Nobody else looks there, and a machine that is new every time remembers nothing. So nothing fails for what cannot
be read or written here: a record that lags, or is missing, only notices less.
"""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from numplan.files.atomic import Folder
from numplan.model.state import State
from numplan.state.last_seen import LastSeen

_LONGEST: Final = 1 << 16


class _Remembered(msgspec.Struct, frozen=True):
    """A file's content; `place` is for whoever looks into the folder."""

    place: str
    last_seen: LastSeen = msgspec.field(name="mark")


class LastSeenCache:
    """What was last seen at one place, under its URL. `environment` says where the user's cache is, if there is one."""

    def __init__(self, place: str, environment: Mapping[str, str]) -> None:
        folder = _cache(environment)
        self._place = place
        self._path = folder and folder / f"{hashlib.sha256(place.encode()).hexdigest()[:32]}.json"

    def recall(self) -> LastSeen | None:
        """What was last seen, as far as it is known."""
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                found = msgspec.json.decode(file.read(_LONGEST), type=_Remembered)
        except (OSError, UnicodeError, RecursionError, msgspec.MsgspecError):
            return None
        return found.last_seen if found.place == self._place else None

    def see(self, state: State) -> None:
        """Remember a state that was read, unless it is older than what is remembered, or of another lineage."""
        last = self.recall()
        if last is None or (last.lineage == state.lineage and last.serial < state.serial):
            self._keep(LastSeen(state.lineage, state.serial))

    def wrote(self, state: State) -> None:
        """Remember a state that was written; one that says where it was moved to is the last of its place."""
        if state.moved_to:
            self._forget()
        else:
            self._keep(LastSeen(state.lineage, state.serial))

    def _keep(self, last: LastSeen) -> None:
        if self._path is None:
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with Folder(self._path.parent, plain=False) as folder:
                # Of several processes at once, the last one's word stands, whole.
                document = msgspec.json.encode(_Remembered(self._place, last))
                folder.put(folder.prepare(self._path.name, document), self._path.name)

    def _forget(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()


def _cache(environment: Mapping[str, str]) -> Path | None:
    """The folder of these files, as the XDG Base Directory Specification has it; None where no home is known."""
    cache, home = environment.get("XDG_CACHE_HOME", ""), environment.get("HOME", "")
    if os.path.isabs(cache):  # noqa: PTH117 - a relative one is to be ignored
        return Path(cache, "numplan", "states")
    return Path(home, ".cache", "numplan", "states") if home else None
