"""The monthly charges by country and type, before and after: the figures, and the bars drawn of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from numplan.model.plan import (
    ZERO,
    Adopt,
    Blocked,
    Change,
    Forget,
    Keep,
    Plan,
    Purchase,
    Release,
    Replace,
    Update,
)
from numplan.model.state import Attributes

GROUPS: Final = 12
"""Countries and types that are shown before the rest are added up."""
_FULL: Final = 100
"""The length of the longest bar."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What the numbers of one country and type cost a month; `bars` are the lengths of before and after, none
    where several are added up.
    """

    country: str
    type: str = ""
    before: Decimal
    after: Decimal
    bars: tuple[str, str] | None = None

    @property
    def change(self) -> Decimal:
        """The change a month."""
        return self.after - self.before


def groups_of(plan: Plan) -> tuple[Group, ...]:
    """The dearest groups first; what remains of the plan's own figures is a group of its own at the end."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for change in plan.changes:
        for side, attributes in _paid(change):
            sums[attributes.country, attributes.type][side] += attributes.monthly_charge or ZERO
    found = [
        Group(country=country, type=kind, before=before, after=after)
        for (country, kind), (before, after) in sums.items()
        if before or after
    ]
    found.sort(key=lambda one: (-max(one.before, one.after), one.country, one.type))
    rest = found[GROUPS:]
    folded = [_sum(f"{len(rest)} more countries and types", rest)] if rest else []
    other = Group(
        country="Held, or not in this plan",
        before=plan.cost.monthly_before - sum((one.before for one in found), ZERO),
        after=plan.cost.monthly_after - sum((one.after for one in found), ZERO),
    )
    remaining = [other] if other.before or other.after else []
    return (*_drawn(found[:GROUPS]), *folded, *remaining)


def _paid(change: Change) -> Iterator[tuple[int, Attributes]]:
    """What is paid for before (0) and after (1). An update or an adoption changes no charge; the account holds
    no number that is forgotten.
    """
    match change:
        case Purchase():
            yield 1, change.after
        case Release():
            yield 0, change.before
        case Replace():
            yield 0, change.before
            yield 1, change.after
        case Blocked():
            yield from ((0, change.before), (1, change.before))
        case Update() | Adopt() | Keep():
            yield from ((0, change.after), (1, change.after))
        case Forget():
            pass


def _sum(name: str, groups: Sequence[Group]) -> Group:
    return Group(
        country=name,
        before=sum((one.before for one in groups), ZERO),
        after=sum((one.after for one in groups), ZERO),
    )


def _drawn(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The same groups with their bars, the longest of them at full length."""
    most = max((max(one.before, one.after) for one in groups), default=ZERO)
    return tuple(
        msgspec.structs.replace(one, bars=(_length(one.before, most), _length(one.after, most)))
        for one in groups
    )


def _length(charge: Decimal, most: Decimal) -> str:
    """A bar in hundredths of the longest; whatever costs anything can be seen."""
    if charge <= 0 or most <= 0:
        return "0"
    return f"{max(charge / most * _FULL, Decimal('0.5')):.2f}"
