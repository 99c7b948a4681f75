"""Charges: amounts in the account's currency, exact as they are written."""

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any


class Charge(Decimal):
    """An amount that a number costs: a Decimal that is finite, and a type by itself so that documents are read by
    `from_document`.
    """

    __slots__ = ()


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
        raise ValueError(f"{text[:40]!r} is no charge")
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
