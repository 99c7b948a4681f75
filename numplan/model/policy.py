"""What one apply may do: a manifest's `policy:`, an operator's policy, and what holds where both speak. Pure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import msgspec

from numplan.model.charge import Charge
from numplan.model.money.budget import Budgets, together
from numplan.model.text.countries import same_country
from numplan.model.today import Span, days_of

WITHOUT: Final = "none"
"""The word of `allowed_trunks` for numbers on no trunk."""

Share = Annotated[str, msgspec.Meta(pattern=r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)%$")]
"""A part of a whole, as text: `50%`."""
Trunk = int | Literal["none"]
"""The id of a SIP trunk, or WITHOUT."""


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one apply, as the keys of `policy:` have them. None means no limit; charges are in the account's
    currency. What is not set is as it stands here. `rebuy_after`: for how long no pool buys again what was released.
    `budgets` are for what all that is managed costs a month, not for one apply.
    """

    max_purchases: int | None = None
    max_releases: int | None = 5
    max_release_share: Share = "50%"
    max_adoptions: int | None = None
    max_setup_cost: Charge | None = None
    max_monthly_increase: Charge | None = None
    budgets: Budgets = msgspec.UNSET
    allowed_countries: tuple[str, ...] | None = None
    allowed_types: tuple[str, ...] | None = None
    allowed_trunks: tuple[Trunk, ...] | None = None
    required_labels: tuple[str, ...] = ()
    unmanaged: Literal["ignore", "warn"] = "ignore"
    rebuy_after: Span = "90d"

    @property
    def no_rebuy(self) -> timedelta:
        """The span of `rebuy_after`."""
        return timedelta(days=days_of(self.rebuy_after))


NO_LIMITS: Final = Policy(max_releases=None, max_release_share="100%", rebuy_after="0d")
"""The policy that allows everything: what an operator says who says nothing."""


def both(one: Policy, other: Policy) -> Policy:
    """What is allowed where two policies hold: the lesser limit, what both lists have, the labels of either. Where
    neither is stricter it is as `other` has it.
    """
    return Policy(
        **{key: hold(getattr(one, key), getattr(other, key)) for key, hold in TOGETHER.items()},
    )


def percent(share: Share) -> Decimal:
    """The figure of a share: 50 of `50%`."""
    return Decimal(share.partition("%")[0])


def allows(allowed: tuple[Any, ...] | None, value: object) -> bool:
    """Whether a list of allowed countries, types or trunks has a value; no list has them all."""
    return allowed is None or any(_same(value, one) for one in allowed)


def _same(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return same_country(one, other)
    return one == other


def _lesser(one: Any, other: Any) -> Any:  # noqa: ANN401 - counts or charges
    return one if other is None or (one is not None and one < other) else other


def _lesser_share(one: Share, other: Share) -> Share:
    return one if percent(one) < percent(other) else other


def _longer(one: Span, other: Span) -> Span:
    return one if days_of(one) > days_of(other) else other


def _in_both(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return one if other is None else tuple(value for value in other if allows(one, value))


def _in_either(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return (*other, *(value for value in one if value not in other))


def _warned(one: str, other: str) -> str:
    return "warn" if "warn" in {one, other} else other


TOGETHER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "max_purchases": _lesser,
    "max_releases": _lesser,
    "max_release_share": _lesser_share,
    "max_adoptions": _lesser,
    "max_setup_cost": _lesser,
    "max_monthly_increase": _lesser,
    "budgets": together,
    "allowed_countries": _in_both,
    "allowed_types": _in_both,
    "allowed_trunks": _in_both,
    "required_labels": _in_either,
    "unmanaged": _warned,
    "rebuy_after": _longer,
}
"""What holds of two values of each key; the second of them where the first is no stricter."""
