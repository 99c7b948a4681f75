"""A state file, its lock file and its backup: what is found there, and whether it may be believed."""

import os
import shlex
from datetime import UTC, datetime
from typing import Final

import msgspec

from numplan.files.atomic import close_quietly
from numplan.model.consent import Consent
from numplan.model.errors import ForeignStateError, StateError
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from numplan.state.last_seen import LastSeen, in_order, lost
from numplan.state.local.folder import StateFolder
from numplan.state.local.lock_file import read_record

_BEGIN_ANEW: Final = "\nif the state is meant to be gone, begin anew with --accept-lost-state"


class Stored(msgspec.Struct, frozen=True):
    """A state as found on disk: its bytes, when they were written, and what they say."""

    document: bytes
    modified: int
    state: State


class StateFiles:
    """The three files by name, and how they are read."""

    def __init__(self, name: str, consent: Consent) -> None:
        self.name = name
        self.lock_name = f"{name}.lock"
        self.backup_name = f"{name}.backup"
        self._consent = consent

    def peek_last_seen(self, folder: StateFolder) -> LastSeen | None:
        """What was last seen, without the lock."""
        descriptor = folder.open(self.lock_name, os.O_RDONLY)
        if descriptor is None:
            return None
        try:
            return read_record(descriptor).last_seen
        finally:
            close_quietly(descriptor)

    def load(self, folder: StateFolder, last: LastSeen | None) -> Stored | None:
        """The state on disk, or None where there never was one. Raises StateError."""
        place = folder.place(self.name)
        found = folder.read(self.name)
        if found is None:
            if last is not None and not self._consent.lost:
                raise lost(last, place, f"{self._way_back(folder, last)}{_BEGIN_ANEW}")
            return None
        try:
            state = decode_state(found[0], place)
        except ForeignStateError as problem:
            if last is None and found[0].strip():
                raise
            hint = f"{problem.hint}\n{self._way_back(folder, last)}"
            raise StateError(problem.message, hint=hint) from None
        except StateError as problem:
            if problem.hint:
                raise
            raise StateError(problem.message, hint=self._way_back(folder, last)) from None
        state = in_order(state, last, place, self._consent)
        return Stored(found[0], found[1].st_mtime_ns, state)

    def _way_back(self, folder: StateFolder, last: LastSeen | None) -> str:
        """What to do about a state that is lost or damaged. The backup is named, never used by itself."""
        try:
            found = folder.read(self.backup_name)
            state = decode_state(found[0], "") if found else None
        except StateError:
            found = state = None
        # After a new start, the backup may still be of the lineage that was given up.
        if found is None or state is None or (last and last.lineage != state.lineage):
            return (
                "there is no whole backup: put back a copy of your own; without one, move what is left of it "
                "away and take the account's numbers back with `numplan adopt --accept-lost-state`"
            )
        source, target = folder.place(self.backup_name), folder.place(self.name)
        written = datetime.fromtimestamp(found[1].st_mtime_ns // 10**9, UTC)
        flag = " --accept-older-state" if last and state.serial != last.serial else ""
        return (
            f"the backup is whole: serial {state.serial}, written {written:%Y-%m-%d %H:%M:%S UTC}. Put it "
            f"back with `cp {shlex.quote(source)} {shlex.quote(target)}`, then run `numplan plan{flag}` and "
            "look closely at what it wants to buy"
        )
