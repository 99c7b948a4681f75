"""What one apply may spend: the limits of a policy, kept by what is sent."""

from numplan.model.changes import released
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
        self._count, self._once, self._monthly = count, once, monthly
        return ""

    def give_back(self, one: Attributes) -> None:
        """A purchase that was spoken for was surely not made."""
        self._count -= 1
        self._once -= one.setup_charge or ZERO
        self._monthly -= one.monthly_charge or ZERO
