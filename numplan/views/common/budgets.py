"""Budgets as each view tells them: for whom, before, after, the budget, and what is left of it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from numplan.model.charge import in_cents
from numplan.model.money.budget import BudgetLine
from numplan.model.plan import Plan
from numplan.views.common.amounts import amount, figure

TITLES = ("before", "after", "budget", "left")


class BudgetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One budget in words. `left` is `?` where a charge is not known, and negative where the budget is exceeded."""

    whose: str
    before: str
    after: str
    budget: str
    left: str
    is_beyond: bool
    is_refused: bool

    @property
    def figures(self) -> tuple[str, ...]:
        """What stands under TITLES."""
        return self.before, self.after, self.budget, self.left


def budget_rows(lines: Sequence[BudgetLine], most: int | None = None) -> tuple[BudgetRow, ...]:
    """The budgets in the order of the policy; no more than `most` of them, and then first those that are exceeded, then
    those whose sums move.
    """
    if most is not None and len(lines) > most:
        lines = sorted(lines, key=_weight)[:most]
    return tuple(map(_row, lines))


def _weight(one: BudgetLine) -> int:
    if one.is_refused or one.is_beyond:
        return 0
    return 1 if one.before != one.after or not one.budget.label else 2


def _row(one: BudgetLine) -> BudgetRow:
    return BudgetRow(
        whose=one.budget.whose,
        before=figure(one.before),
        after=figure(one.after),
        budget=amount(one.budget.monthly),
        left=amount(one.left),
        is_beyond=one.is_beyond,
        is_refused=one.is_refused,
    )


def budget_documents(plan: Plan) -> dict[str, Any]:
    """The budgets, for machines; nothing where none is set, for readers that know no such name."""
    return {"budgets": [_document(one) for one in plan.budgets]} if plan.budgets else {}


def _document(one: BudgetLine) -> dict[str, Any]:
    budget = one.budget
    return {
        "key": f"policy.{budget.key}",
        "label": budget.label or None,
        "value": budget.value,
        "before": in_cents(one.before.known),
        "after": in_cents(one.after.known),
        "budget": in_cents(budget.monthly),
        "left": None if one.left is None else in_cents(one.left),
        "unknown": {"before": one.before.unknown, "after": one.after.unknown},
        "raised": one.raised,
        "refused": one.is_refused,
        "operators": one.is_operators,
    }
