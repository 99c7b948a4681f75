"""What is held against each other: manifest, state and account, and by which clock."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.declared_index import DeclaredNumbers
from numplan.model.manifest import Manifest, Retired
from numplan.model.moment import Moment
from numplan.model.number import E164
from numplan.model.state import Intent, State, Tombstone


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The three sides of a comparison. `declared` are the manifest's explicit numbers; `state` is None where there is
    none. `hold` is how long a number may be on its way into the account's listing, or out of it. `retired` are the
    numbers that no pool takes.
    """

    manifest: Manifest
    declared: DeclaredNumbers
    state: State | None
    snapshot: AccountSnapshot
    now: Moment
    hold: timedelta
    retired: Mapping[E164, Retired] = {}

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Calls with an unknown outcome."""
        return self.state.intents if self.state else ()

    @property
    def tombstones(self) -> tuple[Tombstone, ...]:
        """Numbers that are watched, since they may still turn up."""
        return self.state.tombstones if self.state else ()
