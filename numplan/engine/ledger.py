"""What one apply may spend: the limits of a policy, kept by what is sent."""

from decimal import Decimal

import msgspec

from numplan.model.plan import ZERO, Plan, released
from numplan.model.state import Attributes


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one apply; None is none. `max_monthly_increase` is net of what the plan releases."""

    max_purchases: int | None = None
    max_setup_cost: Decimal | None = None
    max_monthly_increase: Decimal | None = None


class Ledger:
    """What is spoken for: sent, about to be sent, or of an unknown outcome. What surely was not bought is freed."""

    def __init__(self, limits: Limits, plan: Plan) -> None:
        self._limits = limits
        self._count = 0
        self._once = ZERO
        self._monthly = -sum((one.monthly_charge or ZERO for _, one in released(plan.changes)), ZERO)

    def take(self, one: Attributes) -> str:
        """Why a purchase would go beyond a limit; an empty text where it does not, and then it is spoken for."""
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
        self._count, self._once, self._monthly = count, once, monthly
        return ""

    def give_back(self, one: Attributes) -> None:
        """A purchase that was spoken for was surely not made."""
        self._count -= 1
        self._once -= one.setup_charge or ZERO
        self._monthly -= one.monthly_charge or ZERO
