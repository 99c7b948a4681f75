"""The limits of one apply: the manifest's policy, as flags lift it, and the operator's, which nothing lifts. Pure."""

from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec

from numplan.model.manifest import Manifest
from numplan.model.operator import VARIABLE
from numplan.model.plan import Allowances
from numplan.model.policy import NO_LIMITS, Policy, both

FIRM: Final = f"the operator's policy alone, which {VARIABLE} names; no flag goes beyond it"
"""What lifts a limit of the operator's."""


class Side(NamedTuple):
    """One of the two policies that hold."""

    policy: Policy
    is_operators: bool


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one apply may do. `own` is the manifest's policy with the flags' word on it, `operators` the policy of
    whoever runs numplan.

    `both` is what holds, key by key: whoever counts or prices something holds it against that. The two sides are for
    those who say whose limit it was.
    """

    own: Policy = Policy()
    operators: Policy = NO_LIMITS

    @property
    def both(self) -> Policy:
        """What both allow: the lesser limit, what both lists have, the labels of either."""
        return both(self.operators, self.own)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both policies, first the one that nothing lifts."""
        return (Side(self.operators, is_operators=True), Side(self.own, is_operators=False))

    def exceeded(self, key: str, figure: Decimal | int) -> tuple[Any, Side] | None:
        """The limit under this key that a figure exceeds, and whose it is: the operator's, if it exceeds that one."""
        for side in self.sides:
            limit = getattr(side.policy, key)
            if limit is not None and figure > limit:
                return limit, side
        return None


def effective(manifest: Manifest, allowances: Allowances, *, destroy: bool = False) -> Limits:
    """The limits of an apply under these flags.

    A flag takes the place of a limit of the manifest, whichever is less, and never of one of the operator's. The
    share of releases is lifted for who says that all is to go: by `destroy` or `--allow-empty`.
    """
    flags: dict[str, Any] = {
        "max_purchases": allowances.max_purchases,
        "max_releases": allowances.max_releases,
        "max_release_share": NO_LIMITS.max_release_share if destroy or allowances.empty else None,
    }
    given = {key: value for key, value in flags.items() if value is not None}
    return Limits(own=msgspec.structs.replace(manifest.policy, **given), operators=manifest.operator)
