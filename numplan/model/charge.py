"""What a number costs: charges, and rates of its use. Amounts in the account's currency, exact as they are written."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

import msgspec

_NOTHING: Final = Decimal(0)
_CENTS: Final = 2


class Charge(Decimal):
    """An amount that a number costs: a Decimal that is finite, and a type by itself so that documents are read by
    `from_document`.
    """

    __slots__ = ()


class Sum(msgspec.Struct, frozen=True):
    """Charges added up: those that are known, and how many are not."""

    known: Decimal = _NOTHING
    unknown: int = 0

    def __str__(self) -> str:
        """`12.40 and 2 unknown`."""
        return f"{self.known} and {self.unknown} unknown" if self.unknown else str(self.known)

    @property
    def in_cents(self) -> str:
        """As text with two decimals at least: `12.40 and 2 unknown`."""
        known = in_cents(self.known)
        return f"{known} and {self.unknown} unknown" if self.unknown else known


def add_up(charges: Iterable[Decimal | None]) -> Sum:
    """The sum of charges; None is one that is not known."""
    listed = list(charges)
    known = [one for one in listed if one is not None]
    return Sum(sum(known, _NOTHING), len(listed) - len(known))


def in_cents(charge: Decimal) -> str:
    """An amount as it is, with two decimals at least: `500.00` of 500, `0.005` of 0.005."""
    exponent = charge.as_tuple().exponent
    is_short = isinstance(exponent, int) and exponent > -_CENTS
    return f"{charge:.{_CENTS}f}" if is_short else f"{charge:f}"


@lru_cache(maxsize=4096)
def charge_of(text: str) -> Charge:
    """The charge that a text says. Equal texts give the one value: a hundred thousand rows hold a few dozen charges.

    Raises ValueError for what is no amount.
    """
    try:
        charge = Charge(text)
    except InvalidOperation:
        charge = Charge("NaN")
    if not charge.is_finite():
        raise ValueError(f"{text[:40]!r} is not a charge")
    return charge


def from_document(kind: type[Any], written: object) -> Charge:
    """Read what msgspec does not know by itself: its `dec_hook`. Raises ValueError, and TypeError for another kind."""
    if kind is not Charge:
        raise TypeError(f"{kind} stands in no document")
    if not isinstance(written, str):
        raise ValueError("a charge is text")  # noqa: TRY004 - msgspec explains where a ValueError came from
    return charge_of(written)


def to_document(value: object) -> str:
    """Write what msgspec does not know by itself: its `enc_hook`. Raises TypeError for anything but a charge."""
    if not isinstance(value, Charge):
        raise TypeError(f"{type(value)} stands in no document")
    return str(value)


RATES: Final = ("voice_rate", "sms_rate", "initial_block", "regular_block")
"""Their names, here and in every document."""


class Rates(msgspec.Struct, frozen=True, gc=False):
    """What a minute of a call costs, and a message, in the account's currency; and by how many seconds calls are
    charged: the first so many as a whole, then each further block. None is not known.

    The vendor's page names no units. Rates are taken as per minute and message, blocks as seconds.
    """

    voice_rate: Charge | None = None
    sms_rate: Charge | None = None
    initial_block: int | None = None
    regular_block: int | None = None

    def known(self) -> dict[str, Any]:
        """Those that are known, by name."""
        return {name: value for name in RATES if (value := getattr(self, name)) is not None}


UNRATED: Final = Rates()
"""What a row says that names no rates."""


class Usage(msgspec.Struct, frozen=True):
    """For how many minutes a month a number is expected to be called, and how many messages it is to carry."""

    minutes: int = 0
    messages: int = 0

    def __str__(self) -> str:
        """`400 minutes and 100 messages`."""
        told = ((self.minutes, "minute"), (self.messages, "message"))
        return " and ".join(f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in told if count)

    def cost(self, rates: Rates) -> Decimal | None:
        """What that comes to in a month, without the rounding of each call to its blocks; None where a rate that
        matters is not known.
        """
        parts = ((self.minutes, rates.voice_rate), (self.messages, rates.sms_rate))
        total = Decimal(0)
        for count, rate in parts:
            if count and rate is None:
                return None
            total += count * (rate or 0)
        return total
