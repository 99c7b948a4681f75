"""What may take the place of numbers that were reviewed: of their kinds, and no dearer than the dearest. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from numplan.model.account import Offer
from numplan.model.plan import ZERO
from numplan.model.state import Attributes

Kind = tuple[str, str | None]
"""A type with a category."""


class Ceiling(NamedTuple):
    """Of which kinds a number must be, and what it may cost at most: once, a month, a minute, a message. A rate that
    one of the reviewed numbers did not say is None, and bounds nothing.
    """

    kinds: frozenset[Kind]
    once: Decimal
    monthly: Decimal
    voice: Decimal | None = None
    message: Decimal | None = None

    def admits(self, one: Offer | Attributes) -> bool:
        """Whether it keeps below. A number that does not say a rate keeps below none."""
        return (
            (one.type, one.category) in self.kinds
            and (one.setup_charge or ZERO) <= self.once
            and (one.monthly_charge or ZERO) <= self.monthly
            and keeps_rate(one.rates.voice_rate, self.voice)
            and keeps_rate(one.rates.sms_rate, self.message)
        )


def ceiling_of(reviewed: Iterable[Offer | Attributes]) -> Ceiling:
    """The kinds and the highest prices of these; there is at least one."""
    some = tuple(reviewed)
    return Ceiling(
        frozenset((one.type, one.category) for one in some),
        max(one.setup_charge or ZERO for one in some),
        max(one.monthly_charge or ZERO for one in some),
        _highest([one.rates.voice_rate for one in some]),
        _highest([one.rates.sms_rate for one in some]),
    )


def keeps_rate(rate: Decimal | None, most: Decimal | None) -> bool:
    """Whether a rate is no higher than this; one that is not known is not, where there is a bound at all."""
    return most is None or (rate is not None and rate <= most)


def _highest(rates: list[Decimal | None]) -> Decimal | None:
    known = [one for one in rates if one is not None]
    return max(known) if len(known) == len(rates) else None
