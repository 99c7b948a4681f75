"""The guard `budget`: what a plan raises beyond its budget, or may. Pure. Each refusal names the entries that do, and
where they are declared.
"""

from collections.abc import Iterator, Sequence

from numplan.engine.compare.charged import charged
from numplan.engine.compare.comparison import Comparison
from numplan.engine.guard.limit_guards import declared_at
from numplan.engine.plan.budgets import Shift, shifts
from numplan.engine.policy.limits import FIRM
from numplan.model.address import Resource
from numplan.model.changes import Change
from numplan.model.charge import Sum, in_cents
from numplan.model.diagnostics import Source
from numplan.model.manifest import Manifest
from numplan.model.money.budget import Budget, BudgetLine
from numplan.model.operator import VARIABLE
from numplan.model.plan import ZERO, Refusal


def check_budgets(
    lines: Sequence[BudgetLine], changes: Sequence[Change], manifest: Manifest, comparison: Comparison
) -> Iterator[Refusal]:
    """A refusal for each budget that these changes go beyond. What is beyond it without them is none."""
    refused = [one for one in lines if one.is_refused]
    if not refused:
        return
    moving = shifts(charged(comparison), changes)
    declared = declared_at(manifest)
    for one in refused:
        raising = _raising(one.budget, moving)
        yield Refusal(
            guard="budget",
            summary=_summary(one),
            subjects=tuple(_subject(resource, more, declared.get(resource)) for resource, more in raising),
            resources=tuple(resource for resource, _ in raising),
            lifted_by=_lifted_by(one),
            source=next((declared[resource] for resource, _ in raising if resource in declared), None),
        )


def _summary(one: BudgetLine) -> str:
    limit = in_cents(one.budget.monthly)
    may = f"{VARIABLE} allows {limit}" if one.is_operators else f"its budget is {limit}"
    unknown = "" if one.is_beyond else "; while a charge is not known, nothing raises the sum"
    return (
        f"{one.budget.words} would cost {one.after.in_cents} a month, {one.before.in_cents} now, "
        f"and {may}{unknown}"
    )


def _lifted_by(one: BudgetLine) -> str:
    if one.is_operators:
        return FIRM
    key = f"policy.{one.budget.key}"
    if one.after.unknown:
        return f"the charge that is not known, once the vendor tells it, or a policy without {key}"
    return f"{key}, {in_cents(one.after.known)} or more"


def _raising(budget: Budget, moving: Sequence[Shift]) -> list[tuple[Resource, Sum]]:
    """The entries that make the sum more, and by how much, the most first."""
    more: dict[Resource, Sum] = {}
    for shift in moving:
        before, after = shift.within(budget)
        found = more.get(shift.resource, Sum())
        known = ((after and after.monthly) or ZERO) - ((before and before.monthly) or ZERO)
        unknown = (after is not None and after.monthly is None) - (
            before is not None and before.monthly is None
        )
        more[shift.resource] = Sum(found.known + known, found.unknown + unknown)
    raising = [(resource, one) for resource, one in more.items() if one.known > 0 or one.unknown > 0]
    return sorted(raising, key=lambda one: (one[1].known, one[1].unknown), reverse=True)


def _subject(resource: Resource, more: Sum, source: Source | None) -> str:
    place = f" ({source})" if source else ""
    return f"{resource}{place}: {more.in_cents} a month more"
