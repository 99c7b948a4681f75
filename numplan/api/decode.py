"""The API's answers read into numplan's values.

Tolerant where the vendor's page leaves room: numbers with or without `+`, types in any spelling, charges as text (the
page's form) or as JSON numbers, which are read digit by digit and never become floats, flow ids as text or integer.
A charge or a rate that says no amount is not known; a row that cannot be read otherwise is kept apart.
"""

import re
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from numplan.api.row_by_row import (
    OFFERS,
    OWNED,
    REGIONS,
    FieldError,
    answered_number,
    read_rows,
    shown,
)
from numplan.api.wire_types import (
    POST_ANSWER,
    AssignmentRow,
    OfferRow,
    OwnedRow,
    PostResult,
    RegionRow,
    decode,
    keys_of,
    prove,
    quoted,
)
from numplan.model.account import Assignment, Offer, OwnedNumber, Region, Regions, Unreadable
from numplan.model.charge import UNRATED, Charge, Rates
from numplan.model.errors import AnswerError
from numplan.model.number import E164, is_canonical
from numplan.model.outcome import Refused, Succeeded
from numplan.model.text.spelling import canonical_category, canonical_type

_CHARGE_MOST: Final = Decimal(1_000_000_000)
_CHARGE_PLACES: Final = 20
_AMOUNT: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_BLOCK_MOST: Final = 86_400
_CUSTOMER_MOST: Final = 40
_NOBODY: Final = "no customer's id"
"""What stands for a `customerId` that is neither a number nor a text."""


class OfferPage(msgspec.Struct, frozen=True):
    """The rows of one search or find-number answer, and the total it named. A row without a price is unreadable."""

    offers: tuple[Offer, ...]
    total: int | None
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def sent(self) -> int:
        """How many rows there are."""
        return len(self.offers) + len(self.unreadable)


class OwnedPage(msgspec.Struct, frozen=True):
    """The rows of one purchased-list answer, and the total it named."""

    rows: tuple[OwnedNumber, ...]
    total: int | None
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def sent(self) -> int:
        """How many rows there are."""
        return len(self.rows) + len(self.unreadable)


class PostResults(msgspec.Struct, frozen=True):
    """The numbers that one POST's answer names under `success` and `error`, in order, repeats and all."""

    success: tuple[tuple[E164, Succeeded], ...]
    error: tuple[tuple[E164, Refused], ...]


def read_offers(endpoint: str, body: bytes) -> OfferPage:
    """Read an answer of search or find-number. Raises AnswerError."""
    read = read_rows(endpoint, body, OFFERS, _offer)
    return OfferPage(read.values, _total(endpoint, read.total), read.unreadable)


def read_owned(endpoint: str, body: bytes) -> OwnedPage:
    """Read an answer of purchased-list. Raises AnswerError."""
    read = read_rows(endpoint, body, OWNED, _owned)
    return OwnedPage(read.values, _total(endpoint, read.total), read.unreadable)


def read_regions(endpoint: str, body: bytes) -> Regions:
    """Read an answer of regions; a country named twice has the types of both rows. Raises AnswerError.

    A country whose types cannot be read is on offer, and may have any.
    """
    read = read_rows(endpoint, body, REGIONS, _region)
    types: dict[str, dict[str, None] | None] = {}
    for one in read.values:
        known = types.setdefault(one.name, {})
        if known is None or one.types is None:
            types[one.name] = None
        else:
            known.update(dict.fromkeys(one.types))
    rows = (Region(name, None if found is None else tuple(found)) for name, found in types.items())
    return Regions(tuple(rows), read.unreadable)


def read_results(endpoint: str, body: bytes) -> PostResults:
    """Read an answer of purchase-numbers or release-numbers: every element of `data`. Raises AnswerError."""
    parts: list[PostResults] = []
    answer = decode(endpoint, body, POST_ANSWER)
    prove(endpoint, body, answer, keys_of(*answer.parts()))
    for place, part in enumerate(answer.data or ()):
        try:
            parts.append(_results(part))
        except FieldError as wrong:
            problem = f"{shown(wrong.value)} is not an E.164 number"
            raise AnswerError(endpoint, f"$.data[{place}].{wrong.field}: {problem}") from None
    return PostResults(
        tuple(chain.from_iterable(part.success for part in parts)),
        tuple(chain.from_iterable(part.error for part in parts)),
    )


def _offer(row: OfferRow) -> Offer:
    number = _number("number", row.number)
    return Offer(
        number=number,
        country=_word("country", row.country, number),
        type=canonical_type(_word("numberType", row.number_type, number)),
        category=canonical_category(_word("numberCategory", row.number_category, number)),
        setup_charge=_price("setupCharge", row.setup_charge, number),
        monthly_charge=_price("recurringCharge", row.recurring_charge, number),
        state=intern(row.state or ""),
        city=intern(row.city_coverage or ""),
        rates=_rates_of(row.rate, row.sms_rate, row.initial_block, row.regular_block),
    )


def _owned(row: OwnedRow) -> OwnedNumber:
    number = _number("accessNumber", row.access_number)
    said = (
        row.country,
        row.number_type,
        row.nrc,
        row.mrc,
        row.customer_id,
        row.voice_rate,
        row.sms_rate,
    )
    try:
        country, kind, once, monthly, customer, rates = _facts(*said)
    except TypeError:  # a list or an object cannot be looked up
        country, kind, once, monthly, customer, rates = _facts.__wrapped__(*said)
    except FieldError as wrong:
        raise FieldError(wrong.field, wrong.value, number) from None
    flow = _assignment(row.assignment) if row.assignment else None
    return OwnedNumber(number, country, kind, once, monthly, flow, customer, rates)


@lru_cache(maxsize=4096, typed=True)  # a hundred thousand rows say a few dozen different things
def _facts(
    country: str, kind: str, once: object, monthly: object, customer: object, voice: object, message: object
) -> tuple[str, str, Charge | None, Charge | None, str, Rates]:
    """What a row says of its number. Raises FieldError."""
    return (
        _word("country", country),
        canonical_type(_word("numberType", kind)),
        _charge(once),
        _charge(monthly),
        _customer(customer),
        _rates_of(voice, message),
    )


def _region(row: RegionRow) -> Region:
    name, types = _word("regionName", row.region_name), row.types
    if types is None or types is UNSET:
        return Region(name, None)
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise FieldError("types", types, kept=Region(name, None))
    return Region(name, tuple(map(canonical_type, types)))


def _assignment(row: AssignmentRow) -> Assignment | None:
    flow_id = "" if row.flow_id is None or row.flow_id is UNSET else str(row.flow_id)
    if not row.type and not flow_id and not row.flow_name:
        return None
    return Assignment(type=(row.type or "").strip(), flow_id=flow_id, flow_name=row.flow_name or "")


def _results(part: PostResult) -> PostResults:
    return PostResults(
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
    number = answered_number(text)
    if number is None:
        raise FieldError(field, text)
    return number


def _word(field: str, text: str, number: E164 | None = None) -> str:
    """A text that says something."""
    if not text or text.isspace():
        raise FieldError(field, text, number)
    return intern(text)


def _customer(written: object) -> str:
    if written is None or written is UNSET:
        return ""
    if type(written) is int or type(written) is str:
        return _customer_of(written)
    return _NOBODY


@lru_cache(maxsize=512)
def _customer_of(written: int | str) -> str:
    return quoted(str(written))[:_CUSTOMER_MOST] or _NOBODY


def _price(field: str, written: object, number: E164) -> Charge:
    """A charge without which nobody buys."""
    charge = _charge(written)
    if charge is None:
        raise FieldError(field, written, number)
    return charge


def _charge(written: object) -> Charge | None:
    """The amount that a charge says, or None where it says none, or an absurd one."""
    if type(written) is str:
        return _charge_of(written)
    if type(written) is int:
        return Charge(written) if 0 <= written < _CHARGE_MOST else None
    return _sane(written) if isinstance(written, Decimal) else None


def _rates_of(voice: object, message: object, initial: object = UNSET, regular: object = UNSET) -> Rates:
    try:
        return _rates(voice, message, initial, regular)
    except TypeError:  # a list or an object cannot be looked up, and says no rate
        return Rates(_charge(voice), _charge(message), _seconds(initial), _seconds(regular))


@lru_cache(maxsize=4096, typed=True)  # a hundred thousand rows hold a few dozen different ones
def _rates(voice: object, message: object, initial: object, regular: object) -> Rates:
    found = Rates(_charge(voice), _charge(message), _seconds(initial), _seconds(regular))
    return found if found.known() else UNRATED


def _seconds(written: object) -> int | None:
    """The whole seconds that a block says, or None where it says none, or more than a day."""
    seconds = _charge(written)
    whole = seconds is not None and seconds == seconds.to_integral_value() and 0 < seconds <= _BLOCK_MOST
    return int(seconds) if seconds is not None and whole else None


@lru_cache(maxsize=4096)  # a hundred thousand rows hold a few dozen different charges
def _charge_of(written: str) -> Charge | None:
    text = written.strip()
    return _sane(Decimal(text)) if _AMOUNT.fullmatch(text) else None


def _sane(charge: Decimal) -> Charge | None:
    exponent = charge.as_tuple().exponent
    if not isinstance(exponent, int) or charge < 0 or charge >= _CHARGE_MOST or exponent < -_CHARGE_PLACES:
        return None
    plain = charge.copy_abs()  # a zero may come with a sign
    return Charge(plain.quantize(Decimal(1)) if exponent > 0 else plain)


def _total(endpoint: str, total: object) -> int | None:
    if not isinstance(total, int):
        return None
    if total < 0:
        raise AnswerError(endpoint, f"$.total: {total} is less than nothing")
    return total
