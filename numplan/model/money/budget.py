"""Budgets: what numbers may cost a month, all of them or those of a label's value. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from numplan.model.charge import Charge, Sum, in_cents
from numplan.model.text.labels import seen_label
from numplan.model.text.printable import as_seen


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The most that some of the managed numbers may cost a month, in the account's currency: all of them where no
    `label` is named, else those that carry its `value`. Without a value it is for the others: those that carry none of
    the values `besides`, or lack the label.
    """

    monthly: Charge
    label: str = ""
    value: str | None = None
    besides: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What says it, within `policy`: `budgets.monthly`, `budgets.each.sales`, `budgets.others`."""
        if not self.label:
            return "budgets.monthly"
        return "budgets.others" if self.value is None else f"budgets.each.{self.value}"

    @property
    def whose(self) -> str:
        """Whose numbers it is for: `all`, `owner=sales`, `owner (others)`."""
        if not self.label:
            return "all"
        return f"{self.label} (others)" if self.value is None else f"{self.label}={self.value}"

    @property
    def words(self) -> str:
        """Whose numbers it is for, in a sentence: `what is managed`, `what has owner=sales`."""
        if not self.label:
            return "what is managed"
        return (
            f"what has {self.whose}" if self.value is not None else f"what has another {self.label}, or none,"
        )

    @property
    def place(self) -> tuple[str, str | None]:
        """Where it stands among the budgets of one policy: no two of them stand in one place."""
        return self.label, self.value

    def counts(self, labels: Mapping[str, str]) -> bool:
        """Whether a number with these labels is one of those it is for."""
        if not self.label:
            return True
        value = seen_label(labels, self.label)
        if self.value is None:
            return value is None or value not in map(as_seen, self.besides)
        return value == as_seen(self.value)

    def holds(self, other: "Budget") -> bool:
        """Whether whatever keeps this one keeps the other too: it is for all that the other is for, and no more."""
        if self.monthly > other.monthly or self.label not in {"", other.label}:
            return False
        if not self.label or self.value is not None:
            return not self.label or self.value == other.value
        if other.value is not None:
            return other.value not in self.besides
        return set(self.besides) <= set(other.besides)

    def __str__(self) -> str:
        """`50.00`, or with more words `50.00 by owner, besides sales, support`."""
        if not self.label:
            return in_cents(self.monthly)
        besides = f", besides {', '.join(self.besides)}" if self.besides else ""
        return f"{in_cents(self.monthly)} by {self.label}{besides}"


class BudgetLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a budget is for, a month, before the plan and after it. `raised`: the plan itself makes it more, by a charge
    that is known or by one that is not. `is_operators`: no change of the manifest raises the budget so far.
    """

    budget: Budget
    before: Sum
    after: Sum
    raised: bool = False
    is_operators: bool = False

    @property
    def left(self) -> Decimal | None:
        """What may be added still; negative where it is exceeded, and None where a charge is not known."""
        return None if self.after.unknown else self.budget.monthly - self.after.known

    @property
    def is_beyond(self) -> bool:
        """Whether the charges that are known alone are more than the budget."""
        return self.after.known > self.budget.monthly

    @property
    def is_refused(self) -> bool:
        """Whether the plan raises what is beyond its budget then, or may be."""
        return self.raised and (self.is_beyond or bool(self.after.unknown))

    @property
    def most(self) -> Decimal:
        """Up to where the plan may raise it. What was beyond the budget before, or may have been, is not raised."""
        before = self.before.known
        return before if self.after.unknown else max(before, self.budget.monthly)


Budgets = tuple[Budget, ...] | msgspec.UnsetType
"""The budgets of one policy. Where there are none they are not written down, and so unset."""


def together(one: Budgets, other: Budgets) -> Budgets:
    """What holds where two policies set budgets: all of them, but for those of `one` that the `other` has, or holds by
    a stricter one.
    """
    if not one:
        return other
    return (*(other or ()), *dropped(one, other)) or other


def dropped(one: Budgets, other: Budgets) -> tuple[Budget, ...]:
    """The budgets of `one` that may be exceeded though all of the `other` are kept."""
    return tuple(budget for budget in one or () if not _is_held(budget, other or ()))


def _is_held(budget: Budget, by: Iterable[Budget]) -> bool:
    return any(one.holds(budget) for one in by)
