"""What a plan makes of the budgets: each sum that has one, before and after, and whether the plan raises it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from numplan.engine.compare.charged import Charged, charged, sums_by
from numplan.engine.compare.comparison import Comparison
from numplan.engine.policy.limits import Limits
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource
from numplan.model.changes import (
    Adopt,
    Change,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
    acting,
)
from numplan.model.charge import Sum, in_cents
from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.money.budget import Budget, BudgetLine
from numplan.model.number import E164
from numplan.model.plan import ZERO
from numplan.model.state import Attributes


class Paid(NamedTuple):
    """What one number costs a month, and its labels."""

    labels: Mapping[str, str]
    monthly: Decimal | None


class Shift(NamedTuple):
    """What a change makes of what is paid for; None where it is nothing. A replace of two numbers is two shifts."""

    resource: Resource
    before: Paid | None
    after: Paid | None

    def within(self, budget: Budget) -> tuple[Paid | None, Paid | None]:
        """What of it counts for a budget, before and after."""
        before, after = (
            None if side is None or not budget.counts(side.labels) else side
            for side in (self.before, self.after)
        )
        return before, after


def budget_lines(limits: Limits, comparison: Comparison, changes: Sequence[Change]) -> tuple[BudgetLine, ...]:
    """Each budget that holds, with what it is for before these changes and after them; nothing is counted where no
    budget is set.
    """
    budgets = limits.both.budgets
    if not budgets:
        return ()
    now = [*charged(comparison), *_back(comparison, changes)]
    sums = {label: sums_by(label, now) for label in {one.label for one in budgets}}
    moving = shifts(now, changes)
    return tuple(_line(one, sums[one.label], moving, limits) for one in budgets)


def _back(comparison: Comparison, changes: Iterable[Change]) -> Iterator[Charged]:
    """What no listing showed, and a look-up found all the same."""
    missing = {one.number for one in comparison.missing}
    for change in changes if missing else ():
        if isinstance(change, Keep | Update) and change.after.number in missing:
            one = change.after
            yield Charged(one.number, change.resource, one.labels, one.monthly_charge, "managed")


def _line(
    budget: Budget, sums: Mapping[str | None, Sum], moving: Sequence[Shift], limits: Limits
) -> BudgetLine:
    label = budget.label
    own = [
        one
        for value, one in sums.items()
        if budget.counts({} if value is None or not label else {label: value})
    ]
    before = Sum(sum((one.known for one in own), ZERO), sum(one.unknown for one in own))
    known, unknown, gained = before.known, before.unknown, 0
    for shift in moving:
        was, is_now = shift.within(budget)
        if was is not None:
            known -= was.monthly or ZERO
            unknown -= was.monthly is None
        if is_now is not None:
            known += is_now.monthly or ZERO
            unknown += is_now.monthly is None
            gained += is_now.monthly is None and (was is None or was.monthly is not None)
    return BudgetLine(
        budget=budget,
        before=before,
        after=Sum(known, unknown),
        raised=known > before.known or gained > 0,
        is_operators=any(
            one.place == budget.place and known > one.monthly for one in limits.operators.budgets or ()
        )
        or budget not in (limits.own.budgets or ()),
    )


def shifts(now: Iterable[Charged], changes: Iterable[Change]) -> list[Shift]:
    """What the changes make of what is paid for `now`. What is kept, blocked or cannot be had moves nothing."""
    doing = [one for one in acting(changes) if not isinstance(one, Keep | Unavailable)]
    about = {number for change in doing for number in _numbers(change)}
    paid = {one.number: Paid(one.labels, one.monthly) for one in now if one.number in about}
    return [shift for change in doing for shift in _shifts(change, paid)]


def _numbers(change: Change) -> Iterator[E164]:
    for side in ("before", "after"):
        if (attributes := getattr(change, side, None)) is not None:
            yield attributes.number


def _shifts(change: Change, paid: Mapping[E164, Paid]) -> Iterator[Shift]:
    match change:
        case Purchase():
            yield Shift(change.resource, paid.get(change.after.number), _paid(change.after))
        case Adopt() | Update():
            was = paid.get(change.after.number)
            if was is not None or isinstance(change, Adopt):
                monthly = was.monthly if was is not None else change.after.monthly_charge
                yield Shift(change.resource, was, Paid(change.after.labels, monthly))
        case Forget(missing=False):
            pass  # the account pays for it still: within this plan it makes room for nothing
        case Release() | Forget():
            yield Shift(change.resource, paid.get(change.before.number), None)
        case Replace() if change.buys_first:
            yield Shift(change.resource, paid.get(change.before.number), None)
            yield Shift(change.resource, paid.get(change.after.number), _paid(change.after))
        case Replace():
            yield Shift(change.resource, paid.get(change.before.number), _paid(change.after))
        case _:
            pass


def _paid(attributes: Attributes) -> Paid:
    return Paid(attributes.labels, attributes.monthly_charge)


def over_by_itself(lines: Iterable[BudgetLine]) -> Iterator[Diagnostic]:
    """What is beyond its budget though the plan raises nothing: prices rose, or the budget was lowered. It is told, and
    stops nothing.
    """
    for one in lines:
        if one.is_beyond and not one.raised:
            yield warning(
                f"{one.budget.words} comes to {one.after.in_cents} a month, beyond its budget of "
                f"{in_cents(one.budget.monthly)}, and nothing here raises it",
                path=f"policy.{one.budget.key}",
                hint="prices rose, or the budget was lowered; what would raise it further is refused",
            )


def with_charges(comparison: Comparison, rows: Mapping[E164, OwnedNumber]) -> Comparison:
    """The comparison with what the account charges by another look at it; of numbers that this does not show, it stays
    as it was.
    """
    owned = {
        number: msgspec.structs.replace(row, monthly_charge=rows[number].monthly_charge)
        if number in rows
        else row
        for number, row in comparison.snapshot.owned.items()
    }
    snapshot = msgspec.structs.replace(comparison.snapshot, owned=owned)
    return msgspec.structs.replace(comparison, snapshot=snapshot)
