"""What is held against each other: manifest, state and account, by which clock, and on which day."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.declared_index import DeclaredNumbers
from numplan.engine.compare.in_force import idle_entries
from numplan.model.address import Resource
from numplan.model.manifest import Manifest, Retired
from numplan.model.moment import Moment, age
from numplan.model.number import E164
from numplan.model.others import NOBODY, Others
from numplan.model.state import Intent, State, Tombstone
from numplan.model.today import Today


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The three sides of a comparison. `declared` are the manifest's explicit numbers; `state` is None where there is
    none, `others` are other states on the account. `hold` is how long a number may be on its way into the account's
    listing, or out of it. `retired` are the numbers that no pool takes, `idle` the entries that a date keeps from
    buying and releasing.
    """

    manifest: Manifest
    declared: DeclaredNumbers
    state: State | None
    snapshot: AccountSnapshot
    now: Moment
    today: Today
    hold: timedelta
    retired: Mapping[E164, Retired] = {}
    idle: frozenset[Resource]
    others: Others = NOBODY
    just_released: frozenset[E164] = frozenset()
    """What this state or another one released so lately that the account may show it still: nobody's to take in."""

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Calls with an unknown outcome."""
        return self.state.intents if self.state else ()

    @property
    def tombstones(self) -> tuple[Tombstone, ...]:
        """Numbers that are watched, since they may still turn up."""
        return self.state.tombstones if self.state else ()


def sides_of(
    manifest: Manifest,
    state: State | None,
    snapshot: AccountSnapshot,
    now: Moment,
    today: Today,
    others: Others = NOBODY,
) -> Sides:
    """The sides of a comparison with the manifest that is in force."""
    hold = timedelta(minutes=manifest.api.hold_minutes)
    states = (*filter(None, (state,)), *others.states.values())
    return Sides(
        manifest=manifest,
        declared=DeclaredNumbers(manifest.explicit()),
        state=state,
        snapshot=snapshot,
        now=now,
        today=today,
        hold=hold,
        retired={one.number: one for one in manifest.retire},
        idle=idle_entries(manifest, today),
        others=others,
        just_released=frozenset(
            one.number for known in states for one in known.released if age(now, one.at) < hold
        ),
    )
