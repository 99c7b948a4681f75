"""The API's answers read into numplan's values.

Tolerant where the vendor's page leaves room: numbers with or without `+`, types in any spelling, charges as text (the
page's form) or as JSON numbers, which are read digit by digit and never become floats, flow ids as text or integer.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from numplan.api.answers import (
    JUDGEMENT,
    OFFERS,
    OWNED,
    REGIONS,
    AssignmentRow,
    Judgement,
    OfferRow,
    OwnedRow,
    decode,
    quoted,
)
from numplan.model.account import Assignment, Offer, OwnedNumber, Region
from numplan.model.charge import Charge
from numplan.model.errors import AnswerError
from numplan.model.number import E164, NumberError, is_canonical, parse_number
from numplan.model.outcome import Refused, Succeeded
from numplan.model.vocabulary import canonical_category, canonical_type

_CHARGE_MOST: Final = Decimal(1_000_000_000)
_CHARGE_PLACES: Final = 20

_T = TypeVar("_T")
_R = TypeVar("_R")


class OfferPage(msgspec.Struct, frozen=True):
    """The rows of one search or find-number answer, and the total it named."""

    offers: tuple[Offer, ...]
    total: int | None


class OwnedPage(msgspec.Struct, frozen=True):
    """The rows of one purchased-list answer, and the total it named."""

    rows: tuple[OwnedNumber, ...]
    total: int | None


class Judged(msgspec.Struct, frozen=True):
    """The numbers that one POST's answer names under `success` and `error`, in order, repeats and all."""

    success: tuple[tuple[E164, Succeeded], ...]
    error: tuple[tuple[E164, Refused], ...]


def read_offers(endpoint: str, body: bytes) -> OfferPage:
    """Read an answer of search or find-number. Raises AnswerError."""
    answer = decode(endpoint, body, OFFERS)
    return OfferPage(_rows(endpoint, answer.data, _offer), _total(endpoint, answer.total))


def read_owned(endpoint: str, body: bytes) -> OwnedPage:
    """Read an answer of purchased-list. Raises AnswerError."""
    answer = decode(endpoint, body, OWNED)
    return OwnedPage(_rows(endpoint, answer.data, _owned), _total(endpoint, answer.total))


def read_regions(endpoint: str, body: bytes) -> tuple[Region, ...]:
    """Read an answer of regions; a country named twice has the types of both rows. Raises AnswerError."""
    types: dict[str, dict[str, None]] = {}
    for row in decode(endpoint, body, REGIONS).data or ():
        types.setdefault(row.region_name, {}).update((canonical_type(one), None) for one in row.types or ())
    return tuple(Region(name, tuple(found)) for name, found in types.items())


def read_judged(endpoint: str, body: bytes) -> Judged:
    """Read an answer of purchase-numbers or release-numbers: every element of `data`. Raises AnswerError."""
    parts = _rows(endpoint, decode(endpoint, body, JUDGEMENT).data, _judged)
    return Judged(
        tuple(chain.from_iterable(part.success for part in parts)),
        tuple(chain.from_iterable(part.error for part in parts)),
    )


class _FieldError(ValueError):
    """A field of a row that is of the right type is not what it must be; the message says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def _rows(endpoint: str, rows: Iterable[_R] | None, read: Callable[[_R], _T]) -> tuple[_T, ...]:
    found: list[_T] = []
    for row in rows or ():
        try:
            found.append(read(row))
        except _FieldError as wrong:
            raise AnswerError(endpoint, f"$.data[{len(found)}].{wrong.field}: {wrong}") from None
    return tuple(found)


def _offer(row: OfferRow) -> Offer:
    return Offer(
        number=_number("number", row.number),
        country=intern(row.country),
        type=canonical_type(row.number_type),
        category=canonical_category(row.number_category),
        setup_charge=_charge("setupCharge", row.setup_charge),
        monthly_charge=_charge("recurringCharge", row.recurring_charge),
        state=intern(row.state or ""),
        city=row.city_coverage or "",
    )


def _owned(row: OwnedRow) -> OwnedNumber:
    return OwnedNumber(
        number=_number("accessNumber", row.access_number),
        country=intern(row.country),
        type=canonical_type(row.number_type),
        setup_charge=_charge("nrc", row.nrc),
        monthly_charge=_charge("mrc", row.mrc),
        assignment=_assignment(row.assignment) if row.assignment else None,
    )


def _assignment(row: AssignmentRow) -> Assignment | None:
    flow_id = "" if row.flow_id is None or row.flow_id is UNSET else str(row.flow_id)
    if not row.type and not flow_id and not row.flow_name:
        return None
    return Assignment(type=(row.type or "").strip(), flow_id=flow_id, flow_name=row.flow_name or "")


def _judged(part: Judgement) -> Judged:
    return Judged(
        tuple(
            (_number(f"success.numbers[{place}].accessNumber", each.access_number), _succeeded(each.message))
            for place, each in enumerate(part.success.numbers or () if part.success else ())
        ),
        tuple(
            (_number(f"error.numbers[{place}].accessNumber", each.access_number), _refused(each.message))
            for place, each in enumerate(part.error.numbers or () if part.error else ())
        ),
    )


def _succeeded(message: str | UnsetType | None) -> Succeeded:
    return Succeeded(quoted(message))


def _refused(message: str | UnsetType | None) -> Refused:
    return Refused(quoted(message) or "the API gave no reason")


def _number(field: str, text: str) -> E164:
    if is_canonical(text):
        return text
    try:
        return parse_number(text)
    except NumberError:
        raise _FieldError(field, f"{quoted(text)[:40]!r} is not an E.164 number") from None


def _charge(field: str, written: object) -> Charge:
    try:
        return _charge_of(written) if type(written) is str else _read_charge(written)
    except msgspec.ValidationError as wrong:
        raise _FieldError(field, str(wrong).replace("`", "")) from None
    except ValueError as wrong:
        raise _FieldError(field, str(wrong)) from None


@lru_cache(maxsize=4096)  # a hundred thousand rows hold a few dozen different charges
def _charge_of(written: str) -> Charge:
    return _read_charge(written)


def _read_charge(written: object) -> Charge:
    charge = msgspec.convert(written, Decimal)
    exponent = charge.as_tuple().exponent
    if not isinstance(exponent, int) or charge < 0:
        raise ValueError(f"{charge} is not a charge")
    if charge >= _CHARGE_MOST or exponent < -_CHARGE_PLACES:
        raise ValueError("this charge is absurd")
    plain = charge.copy_abs()  # a zero may come with a sign
    return Charge(plain.quantize(Decimal(1)) if exponent > 0 else plain)


def _total(endpoint: str, total: int | UnsetType | None) -> int | None:
    if total is UNSET:
        return None
    if total is not None and total < 0:
        raise AnswerError(endpoint, f"$.total: {total} is less than nothing")
    return total
