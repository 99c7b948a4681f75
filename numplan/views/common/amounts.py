"""Charges and counts as people read them."""

from decimal import Decimal
from functools import lru_cache
from typing import Final

from numplan.model.charge import Sum
from numplan.model.text.printable import plural

CENTS: Final = 2


@lru_cache(maxsize=1024)  # ten thousand numbers have a few dozen different charges
def amount(charge: Decimal | None, unknown: int = 0) -> str:
    """A charge with at least two decimals and no needless zeros; `?` where it is not known. A sum that lacks
    `unknown` charges says so: `12.40 and 2 unknown`.
    """
    if unknown:
        return f"{amount(charge)} and {unknown:,} unknown"
    if charge is None:
        return "?"
    if not charge:
        charge = abs(charge)  # a zero has no sign here
    trimmed = charge.normalize()
    exponent = trimmed.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent < CENTS:
        trimmed = charge.quantize(Decimal("0.01"))
    return f"{trimmed:f}"


def figure(money: Sum) -> str:
    """A sum in a column: `12.40`, or `12.40 + 2?` where two charges are not known."""
    return f"{amount(money.known)} + {money.unknown:,}?" if money.unknown else amount(money.known)


def change(charge: Decimal, unknown: int = 0) -> str:
    """A charge with its sign; zero is +0.00. A sum that lacks `unknown` charges says so."""
    return ("-" if charge < 0 else "+") + amount(abs(charge), unknown)


def to_settle(calls: int) -> str:
    """`1 call of an earlier run to settle first`, `2 calls of an earlier run to settle first`."""
    return f"{plural(calls, 'call')} of an earlier run to settle first"


def calls_settled(calls: int) -> str:
    """`1 call of an earlier run settled`, `2 calls of an earlier run settled`."""
    return f"{plural(calls, 'call')} of an earlier run settled"
