"""The plan of one pool while it is made: a value that each step takes and returns anew."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import msgspec

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.offers import Offers, Picks
from numplan.engine.compare.pools.status import PoolStatus
from numplan.engine.plan.pool_choice import Spare
from numplan.engine.plan.ranked_stock import RankedStocks
from numplan.model.changes import Change
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import PoolEntry
from numplan.model.number import E164
from numplan.model.plan import Allowances, Deferred
from numplan.model.state import Instance, Tombstone


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan of a pool depends on besides the pool. `taken` are numbers that others have, or that are picked
    for others already; `promised` are those that other pools prefer. `stocks` are what pools choose from.
    """

    comparison: Comparison
    offers: Offers
    allowances: Allowances
    taken: AbstractSet[E164]
    promised: AbstractSet[E164]
    stocks: RankedStocks

    def may_go(self, one: Instance) -> bool:
        """Whether somebody allowed the release of this number by name."""
        return self.allowances.allows_release(one.address, one.number)


class PoolDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided of a pool so far, and what is open: how many slots are empty (`missing_count`), which numbers
    come first (`to_retry`), which are bought already (`late_arrivals`), which members are to move to another trunk
    (`moving`), which former members leave (`to_leave`). `picked` are the numbers that it takes, `spare` those that
    could take the place of one of these.
    """

    status: PoolStatus
    preferred: Picks
    missing_count: int
    to_retry: tuple[Tombstone, ...]
    late_arrivals: tuple[Instance, ...]
    to_leave: tuple[Instance, ...] = ()
    leaving: frozenset[E164] = frozenset()
    moving: tuple[Instance, ...] = ()
    picked: frozenset[E164] = frozenset()
    spare: Spare = ()
    changes: tuple[Change, ...] = ()
    held: tuple[Deferred, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    together: tuple[tuple[E164, E164], ...] = ()

    @property
    def pool(self) -> PoolEntry:
        """The entry that declares it."""
        return self.status.pool

    def having(
        self,
        *,
        changes: Iterable[Change] = (),
        held: Iterable[Deferred] = (),
        diagnostics: Iterable[Diagnostic] = (),
        picked: Iterable[E164] = (),
        **others: object,
    ) -> "PoolDraft":
        """The draft with more changes, findings and picks, and with `others` of its members replaced."""
        return msgspec.structs.replace(
            self,
            changes=(*self.changes, *changes),
            held=(*self.held, *held),
            diagnostics=(*self.diagnostics, *diagnostics),
            picked=self.picked.union(picked),
            **others,
        )


def draft_of(status: PoolStatus, preferred: Picks, around: Surroundings) -> PoolDraft:
    """A draft in which nothing is decided yet."""
    return PoolDraft(
        status=status,
        preferred=preferred,
        missing_count=status.shortage,
        to_retry=status.to_retry,
        late_arrivals=tuple(one for one in status.late_arrivals if not around.may_go(one)),
        to_leave=status.leaving,
    )
