"""The API's answers as they travel, and their reading into numplan's values.

Source: the vendor's Virtual Numbers page. Only the fields that numplan uses are declared; others are ignored.
Strict: a wrong type, a key given twice, NaN, text that is not UTF-8 or a `status` other than OK is an
AnswerError that names the endpoint and the field. Tolerant where the page leaves room: numbers with or
without `+`, types in any spelling, charges as text (the page's form) or as JSON numbers, which are read digit
by digit and never become floats, flow ids as text or integer, optional fields missing or null.
"""

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from numplan.model.account import Assignment, Offer, OwnedNumber, Region
from numplan.model.errors import AnswerError
from numplan.model.number import E164, NumberError, parse_number
from numplan.model.outcome import Refused, Succeeded
from numplan.model.vocabulary import canonical_category, canonical_type

_CHARGE_MOST: Final = Decimal(1_000_000_000)
_CHARGE_PLACES: Final = 20
_QUOTED_MOST: Final = 300
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class _Wire(msgspec.Struct, frozen=True, rename="camel"):
    """A struct of the API: camelCase names."""


class _OfferRow(_Wire, frozen=True):
    number: str
    country: str
    number_type: str
    number_category: str
    setup_charge: Decimal
    recurring_charge: Decimal
    state: str | None = None
    city_coverage: str | None = None


class _AssignmentRow(_Wire, frozen=True):
    type: str | None = None
    flow_id: str | int | None = msgspec.field(default=None, name="flowID")
    flow_name: str | None = None


class _OwnedRow(_Wire, frozen=True):
    access_number: str
    country: str
    number_type: str
    nrc: Decimal
    mrc: Decimal
    assignment: _AssignmentRow | None = None


class _RegionRow(_Wire, frozen=True):
    region_name: str
    types: list[str] | None = None


class _Verdict(_Wire, frozen=True):
    access_number: str
    message: str | None = None


class _Verdicts(_Wire, frozen=True):
    numbers: list[_Verdict] | None = None


class _Judgement(_Wire, frozen=True):
    success: _Verdicts | None = None
    error: _Verdicts | None = None


class _Head(_Wire, frozen=True):
    status: str
    message: str | None = None


class _OfferAnswer(_Wire, frozen=True):
    data: list[_OfferRow] | None
    total: int | None = None


class _OwnedAnswer(_Wire, frozen=True):
    data: list[_OwnedRow] | None
    total: int | None = None


class _RegionAnswer(_Wire, frozen=True):
    data: list[_RegionRow] | None


class _JudgementAnswer(_Wire, frozen=True):
    data: list[_Judgement] | None


class _Message(_Wire, frozen=True):
    message: str | None = None


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
    answer = _decode(endpoint, body, _OfferAnswer)
    return OfferPage(_rows(endpoint, answer.data, _offer), _total(endpoint, answer.total))


def read_owned(endpoint: str, body: bytes) -> OwnedPage:
    """Read an answer of purchased-list. Raises AnswerError."""
    answer = _decode(endpoint, body, _OwnedAnswer)
    return OwnedPage(_rows(endpoint, answer.data, _owned), _total(endpoint, answer.total))


def read_regions(endpoint: str, body: bytes) -> tuple[Region, ...]:
    """Read an answer of regions; a country named twice has the types of both rows. Raises AnswerError."""
    types: dict[str, dict[str, None]] = {}
    for row in _decode(endpoint, body, _RegionAnswer).data or ():
        types.setdefault(row.region_name, {}).update((canonical_type(one), None) for one in row.types or ())
    return tuple(Region(name, tuple(found)) for name, found in types.items())


def read_judged(endpoint: str, body: bytes) -> Judged:
    """Read an answer of purchase-numbers or release-numbers: every element of `data`. Raises AnswerError."""
    success: list[tuple[E164, Succeeded]] = []
    error: list[tuple[E164, Refused]] = []
    for index, part in enumerate(_decode(endpoint, body, _JudgementAnswer).data or ()):
        for place, each in enumerate(part.success.numbers or () if part.success else ()):
            where = f"$.data[{index}].success.numbers[{place}].accessNumber"
            success.append((_number(endpoint, where, each.access_number), Succeeded(quoted(each.message))))
        for place, each in enumerate(part.error.numbers or () if part.error else ()):
            where = f"$.data[{index}].error.numbers[{place}].accessNumber"
            words = quoted(each.message) or "the API gave no reason"
            error.append((_number(endpoint, where, each.access_number), Refused(words)))
    return Judged(tuple(success), tuple(error))


def message_of(body: bytes) -> str:
    """The vendor's `message` in the body of an error, fit to be quoted; empty where there is none."""
    try:
        return quoted(msgspec.json.decode(body, type=_Message).message)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""


def quoted(text: str | None) -> str:
    """A vendor's sentence on one line, without control characters, of bounded length."""
    line = " ".join(_UNPRINTABLE.sub(" ", text or "").split())
    return line if len(line) <= _QUOTED_MOST else line[: _QUOTED_MOST - 1] + "…"


_T = TypeVar("_T")
_R = TypeVar("_R")


def _decode(endpoint: str, body: bytes, kind: type[_T]) -> _T:
    try:
        _refuse_repeats(body)
        head = msgspec.json.decode(body, type=_Head)
        if head.status.strip().casefold() != "ok":
            said = quoted(head.message)
            raise AnswerError(
                endpoint, f"$.status: {quoted(head.status)!r} is not OK" + (f" ({said})" if said else "")
            )
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as wrong:
        what, _, where = str(wrong).partition(" - at `")
        raise AnswerError(endpoint, f"{where.removesuffix('`') or '$'}: {what.replace('`', '')}") from None
    except UnicodeDecodeError:
        raise AnswerError(endpoint, "the answer is not UTF-8") from None
    except RecursionError:
        raise AnswerError(endpoint, "the answer is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as wrong:
        raise AnswerError(endpoint, f"the answer is not sound JSON: {quoted(str(wrong))}") from None


def _refuse_repeats(body: bytes) -> None:
    """Raise ValueError for a key that an object has twice: decoders keep the last and say nothing."""
    json.loads(
        body.decode("utf-8"),
        object_pairs_hook=_unique,
        parse_int=len,
        parse_float=len,
        parse_constant=_no_constant,
    )


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) == len(pairs):
        return
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f"an object has the key {key[:40]!r} twice")
        seen.add(key)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a value of JSON")


def _rows(endpoint: str, rows: Iterable[_R] | None, read: Callable[[str, str, _R], _T]) -> tuple[_T, ...]:
    return tuple(read(endpoint, f"$.data[{index}]", row) for index, row in enumerate(rows or ()))


def _offer(endpoint: str, where: str, row: _OfferRow) -> Offer:
    return Offer(
        number=_number(endpoint, f"{where}.number", row.number),
        country=row.country,
        type=canonical_type(row.number_type),
        category=canonical_category(row.number_category),
        setup_charge=_charge(endpoint, f"{where}.setupCharge", row.setup_charge),
        monthly_charge=_charge(endpoint, f"{where}.recurringCharge", row.recurring_charge),
        state=row.state or "",
        city=row.city_coverage or "",
    )


def _owned(endpoint: str, where: str, row: _OwnedRow) -> OwnedNumber:
    return OwnedNumber(
        number=_number(endpoint, f"{where}.accessNumber", row.access_number),
        country=row.country,
        type=canonical_type(row.number_type),
        setup_charge=_charge(endpoint, f"{where}.nrc", row.nrc),
        monthly_charge=_charge(endpoint, f"{where}.mrc", row.mrc),
        assignment=_assignment(row.assignment),
    )


def _assignment(row: _AssignmentRow | None) -> Assignment | None:
    if row is None or (not row.type and row.flow_id in {None, ""} and not row.flow_name):
        return None
    flow_id = "" if row.flow_id is None else str(row.flow_id)
    return Assignment(type=(row.type or "").strip(), flow_id=flow_id, flow_name=row.flow_name or "")


def _number(endpoint: str, where: str, text: str) -> E164:
    try:
        return parse_number(text)
    except NumberError:
        raise AnswerError(endpoint, f"{where}: {quoted(text)[:40]!r} is not an E.164 number") from None


def _charge(endpoint: str, where: str, charge: Decimal) -> Decimal:
    exponent = charge.as_tuple().exponent
    if not isinstance(exponent, int) or charge < 0:
        raise AnswerError(endpoint, f"{where}: {charge} is not a charge")
    if charge >= _CHARGE_MOST or exponent < -_CHARGE_PLACES:
        raise AnswerError(endpoint, f"{where}: this charge is absurd")
    plain = charge.copy_abs()  # a zero may come with a sign
    return plain.quantize(Decimal(1)) if exponent > 0 else plain


def _total(endpoint: str, total: int | None) -> int | None:
    if total is not None and total < 0:
        raise AnswerError(endpoint, f"$.total: {total} is less than nothing")
    return total
