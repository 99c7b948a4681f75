"""The monthly charges by country and type, and by team, before and after: the figures, and the bars drawn of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
)
from numplan.model.charge import add_up
from numplan.model.plan import ZERO, Plan
from numplan.model.state import Attributes
from numplan.model.text.labels import seen_label

GROUPS: Final = 12
"""Countries and types, or teams, that are shown before the rest are added up."""
TEAMS: Final = ("team", "owner", "department", "cost_center", "cost_centre")
"""Labels that name who pays, the likeliest first."""
_Charges = list[Decimal | None]
_FULL: Final = 100
"""The length of the longest bar."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What the numbers of one country and type, or of one team, cost a month, with how many charges each figure lacks;
    `bars` are the lengths of before and after, none where several are added up.
    """

    name: str
    detail: str = ""
    before: Decimal
    after: Decimal
    unknown: tuple[int, int] = (0, 0)
    bars: tuple[str, str] | None = None

    @property
    def change(self) -> Decimal:
        """The change a month."""
        return self.after - self.before

    @property
    def says_anything(self) -> bool:
        """Whether any charge is in it, known or not."""
        return bool(self.before or self.after or any(self.unknown))


def groups_of(plan: Plan) -> tuple[Group, ...]:
    """By country and type, the dearest first; what remains of the plan's own figures is a group at the end."""
    return _grouped(plan, lambda one: (one.country, one.type), "countries and types")


def team_label(plan: Plan) -> str:
    """The label by which teams are told apart: that of the budgets, else the first of TEAMS that any number carries;
    empty where none does.
    """
    by_budget = (one.budget.label for one in plan.budgets if one.budget.label)
    carried = {name for one in plan.changes for _, attributes in _paid(one) for name in attributes.labels}
    return next(by_budget, "") or next((one for one in TEAMS if one in carried), "")


def teams_of(plan: Plan, label: str) -> tuple[Group, ...]:
    """By the value of a label."""
    return _grouped(plan, lambda one: (seen_label(one.labels, label) or f"no {label}", ""), "teams")


def _grouped(plan: Plan, key: Callable[[Attributes], tuple[str, str]], what: str) -> tuple[Group, ...]:
    charges: dict[tuple[str, str], tuple[_Charges, _Charges]] = defaultdict(lambda: ([], []))
    for change in plan.changes:
        for side, attributes in _paid(change):
            charges[key(attributes)][side].append(attributes.monthly_charge)
    every = (_group(name, detail, *sides) for (name, detail), sides in charges.items())
    found = [one for one in every if one.says_anything]
    found.sort(key=lambda one: (-max(one.before, one.after), one.name, one.detail))
    rest = found[GROUPS:]
    folded = [_sum(f"{len(rest)} more {what}", rest)] if rest else []
    shown, cost = _sum("", found), plan.cost
    other = Group(
        name="Held, or not in this plan",
        before=cost.monthly_before - shown.before,
        after=cost.monthly_after - shown.after,
        unknown=(cost.unknown_before - shown.unknown[0], cost.unknown_after - shown.unknown[1]),
    )
    remaining = [other] if other.says_anything else []
    return (*_drawn(found[:GROUPS]), *folded, *remaining)


def _group(name: str, detail: str, before: _Charges, after: _Charges) -> Group:
    sums = add_up(before), add_up(after)
    return Group(
        name=name,
        detail=detail,
        before=sums[0].known,
        after=sums[1].known,
        unknown=(sums[0].unknown, sums[1].unknown),
    )


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
        case Update():
            yield from ((0, change.before), (1, change.after))
        case Adopt() | Keep():
            yield from ((0, change.after), (1, change.after))
        case Forget() | Unavailable():
            pass


def _sum(name: str, groups: Sequence[Group]) -> Group:
    return Group(
        name=name,
        before=sum((one.before for one in groups), ZERO),
        after=sum((one.after for one in groups), ZERO),
        unknown=(sum(one.unknown[0] for one in groups), sum(one.unknown[1] for one in groups)),
    )


def _drawn(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Groups with their bars, the longest of them at full length."""
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
