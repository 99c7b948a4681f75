"""What one apply may spend: the limits of a policy, and its budgets, kept by what is sent."""

from collections.abc import Iterator

from numplan.model.changes import bought, released
from numplan.model.charge import in_cents
from numplan.model.money.budget import Budget
from numplan.model.plan import ZERO, Plan
from numplan.model.policy import Policy, allows
from numplan.model.state import Attributes


class Ledger:
    """What is spoken for: sent, about to be sent, or of an unknown outcome. What surely was not bought is freed."""

    def __init__(self, limits: Policy, plan: Plan) -> None:
        self._limits = limits
        self._count = 0
        self._once = ZERO
        self._monthly = -sum((one.monthly_charge or ZERO for _, one in released(plan.changes)), ZERO)
        # Each budget's sum as it is without what is to be bought, and up to where purchases may raise it.
        self._most = {one.budget: one.most for one in plan.budgets}
        self._sums = {one.budget: one.after.known for one in plan.budgets}
        for one in bought(plan.changes) if self._sums else ():
            self._add(one, -1)

    def take(self, one: Attributes) -> str:
        """Why a purchase would go beyond a limit; an empty text where it does not, and then it is spoken for."""
        if not allows(self._limits.allowed_countries, one.country):
            return f"{one.country} is not among the allowed countries"
        if not allows(self._limits.allowed_types, one.type):
            return f"{one.type} is not among the allowed types"
        for charge, most in (
            (one.setup_charge, self._limits.max_setup_cost),
            (one.monthly_charge, self._limits.max_monthly_increase),
        ):
            if charge is None and most is not None:
                return f"what it costs is not known, and the limit is {most}"
        count = self._count + 1
        once = self._once + (one.setup_charge or ZERO)
        monthly = self._monthly + (one.monthly_charge or ZERO)
        for what, value, limit in (
            ("purchases", count, self._limits.max_purchases),
            ("one-time cost", once, self._limits.max_setup_cost),
            ("monthly increase", monthly, self._limits.max_monthly_increase),
        ):
            if limit is not None and value > limit:
                return f"with it the {what} of this apply would be {value}, and the limit is {limit}"
        for budget in self._of(one):
            if over := self._over(budget, one):
                return over
        self._count, self._once, self._monthly = count, once, monthly
        self._add(one, 1)
        return ""

    def _of(self, one: Attributes) -> Iterator[Budget]:
        """The budgets that a number counts for."""
        return (budget for budget in self._sums if budget.counts(one.labels))

    def _over(self, budget: Budget, one: Attributes) -> str:
        if one.monthly_charge is None:
            return f"what it costs a month is not known, and the budget of {budget.whose} is {in_cents(budget.monthly)}"
        total = self._sums[budget] + one.monthly_charge
        if one.monthly_charge <= 0 or total <= self._most[budget]:
            return ""
        return (
            f"with it the monthly charges of {budget.whose} would be {in_cents(total)}, and the budget is "
            f"{in_cents(budget.monthly)}"
        )

    def _add(self, one: Attributes, times: int) -> None:
        for budget in self._of(one):
            self._sums[budget] += times * (one.monthly_charge or ZERO)

    def give_back(self, one: Attributes) -> None:
        """A purchase that was spoken for was surely not made."""
        self._count -= 1
        self._once -= one.setup_charge or ZERO
        self._monthly -= one.monthly_charge or ZERO
        self._add(one, -1)
