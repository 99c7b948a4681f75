"""The API's answers as they travel, and their reading into numplan's values.

Source: the vendor's Virtual Numbers page. Only the fields that numplan uses are declared; others are ignored.
Strict: a wrong type, a key given twice, NaN, text that is not UTF-8 or a `status` other than OK is an
AnswerError that names the endpoint and the field. Tolerant where the page leaves room: numbers with or
without `+`, types in any spelling, charges as text (the page's form) or as JSON numbers, which are read digit
by digit and never become floats, flow ids as text or integer, optional fields missing or null.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from numplan.api.repeats import most_keys, refuse_repeats
from numplan.model.account import Assignment, Offer, OwnedNumber, Region
from numplan.model.errors import AnswerError
from numplan.model.number import E164, NumberError, is_canonical, parse_number
from numplan.model.outcome import Refused, Succeeded
from numplan.model.vocabulary import canonical_category, canonical_type

_CHARGE_MOST: Final = Decimal(1_000_000_000)
_CHARGE_PLACES: Final = 20
_QUOTED_MOST: Final = 300
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class _Wire(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="camel"):
    """A struct of the API: camelCase names. What an answer may leave out is UNSET where it does."""


class _OfferRow(_Wire, frozen=True):
    number: str
    country: str
    number_type: str
    number_category: str
    setup_charge: object
    recurring_charge: object
    state: str | UnsetType | None = UNSET
    city_coverage: str | UnsetType | None = UNSET
    # Not used, but named by the vendor's page: keys that nobody has named are looked at one by one.
    country_code: object = UNSET
    initial_block: object = UNSET
    regular_block: object = UNSET
    rate: object = UNSET
    sms_rate: object = UNSET


class _AssignmentRow(_Wire, frozen=True):
    type: str | UnsetType | None = UNSET
    flow_id: str | int | UnsetType | None = msgspec.field(default=UNSET, name="flowID")
    flow_name: str | UnsetType | None = UNSET


class _OwnedRow(_Wire, frozen=True):
    access_number: str
    country: str
    number_type: str
    nrc: object
    mrc: object
    assignment: _AssignmentRow | UnsetType | None = UNSET
    assignment_type: object = UNSET
    customer_id: object = UNSET
    sms_rate: object = UNSET
    voice_rate: object = UNSET


class _RegionRow(_Wire, frozen=True):
    region_name: str
    types: list[str] | UnsetType | None = UNSET


class _Verdict(_Wire, frozen=True):
    access_number: str
    message: str | UnsetType | None = UNSET


class _Verdicts(_Wire, frozen=True):
    numbers: list[_Verdict] | UnsetType | None = UNSET


class _Judgement(_Wire, frozen=True):
    success: _Verdicts | UnsetType | None = UNSET
    error: _Verdicts | UnsetType | None = UNSET


class _Head(_Wire, frozen=True):
    status: str
    message: str | UnsetType | None = UNSET

    def parts(self) -> Iterator[_Wire]:
        """All that it holds, at any depth."""
        yield from ()


class _OfferAnswer(_Head, frozen=True, kw_only=True):
    data: list[_OfferRow] | None
    total: int | UnsetType | None = UNSET

    def parts(self) -> Iterator[_Wire]:
        yield from self.data or ()


class _OwnedAnswer(_Head, frozen=True, kw_only=True):
    data: list[_OwnedRow] | None
    total: int | UnsetType | None = UNSET

    def parts(self) -> Iterator[_Wire]:
        yield from self.data or ()
        yield from (row.assignment for row in self.data or () if row.assignment)


class _RegionAnswer(_Head, frozen=True, kw_only=True):
    data: list[_RegionRow] | None
    total: object = UNSET

    def parts(self) -> Iterator[_Wire]:
        yield from self.data or ()


class _JudgementAnswer(_Head, frozen=True, kw_only=True):
    data: list[_Judgement] | None

    def parts(self) -> Iterator[_Wire]:
        yield from self.data or ()
        for one in chain.from_iterable((part.success, part.error) for part in self.data or ()):
            if one:
                yield one
                yield from one.numbers or ()


def _keys(answer: _Head) -> int:
    """From how many keys an answer was read, with all that it holds."""
    return sum(map(_present, chain((answer,), answer.parts())))


def _present(part: _Wire) -> int:
    values = astuple(part)
    return len(values) - values.count(UNSET)


class _Message(_Wire, frozen=True):
    message: str | UnsetType | None = UNSET


def _decimal(written: str) -> Decimal | str:
    """A number of JSON, digit by digit; one whose exponent is beyond all bounds stays as it is written."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return written


# Made here, by one thread: msgspec prepares a type where it is first decoded, and a second thread that comes in
# between finds it half prepared, which ends the process.
_HEAD: Final = msgspec.json.Decoder(_Head)
_OFFERS: Final = msgspec.json.Decoder(_OfferAnswer, float_hook=_decimal)
_OWNED: Final = msgspec.json.Decoder(_OwnedAnswer, float_hook=_decimal)
_REGIONS: Final = msgspec.json.Decoder(_RegionAnswer, float_hook=_decimal)
_JUDGEMENT: Final = msgspec.json.Decoder(_JudgementAnswer, float_hook=_decimal)
_MESSAGE: Final = msgspec.json.Decoder(_Message)


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
    answer = _decode(endpoint, body, _OFFERS)
    return OfferPage(_rows(endpoint, answer.data, _offer), _total(endpoint, answer.total))


def read_owned(endpoint: str, body: bytes) -> OwnedPage:
    """Read an answer of purchased-list. Raises AnswerError."""
    answer = _decode(endpoint, body, _OWNED)
    return OwnedPage(_rows(endpoint, answer.data, _owned), _total(endpoint, answer.total))


def read_regions(endpoint: str, body: bytes) -> tuple[Region, ...]:
    """Read an answer of regions; a country named twice has the types of both rows. Raises AnswerError."""
    types: dict[str, dict[str, None]] = {}
    for row in _decode(endpoint, body, _REGIONS).data or ():
        types.setdefault(row.region_name, {}).update((canonical_type(one), None) for one in row.types or ())
    return tuple(Region(name, tuple(found)) for name, found in types.items())


def read_judged(endpoint: str, body: bytes) -> Judged:
    """Read an answer of purchase-numbers or release-numbers: every element of `data`. Raises AnswerError."""
    parts = _rows(endpoint, _decode(endpoint, body, _JUDGEMENT).data, _judged)
    return Judged(
        tuple(chain.from_iterable(part.success for part in parts)),
        tuple(chain.from_iterable(part.error for part in parts)),
    )


def message_of(body: bytes) -> str:
    """The vendor's `message` in the body of an error, fit to be quoted; empty where there is none."""
    try:
        return quoted(_MESSAGE.decode(body).message)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""


def quoted(text: str | UnsetType | None) -> str:
    """A vendor's sentence on one line, without control characters, of bounded length."""
    line = " ".join(_UNPRINTABLE.sub(" ", text or "").split())
    return line if len(line) <= _QUOTED_MOST else line[: _QUOTED_MOST - 1] + "…"


_T = TypeVar("_T")
_Answer = TypeVar("_Answer", bound=_Head)
_R = TypeVar("_R")


def _decode(endpoint: str, body: bytes, answers: msgspec.json.Decoder[_Answer]) -> _Answer:
    try:
        answer = _sound(endpoint, body, answers)
    except msgspec.ValidationError as wrong:
        what, _, where = str(wrong).partition(" - at `")
        raise AnswerError(endpoint, f"{where.removesuffix('`') or '$'}: {what.replace('`', '')}") from None
    except UnicodeDecodeError:
        raise AnswerError(endpoint, "the answer is not UTF-8") from None
    except RecursionError:
        raise AnswerError(endpoint, "the answer is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as wrong:
        raise AnswerError(endpoint, f"the answer is not sound JSON: {quoted(str(wrong))}") from None
    _require_ok(endpoint, answer)
    return answer


def _sound(endpoint: str, body: bytes, answers: msgspec.json.Decoder[_Answer]) -> _Answer:
    most = most_keys(body)  # before there are rows, for it takes the room of the body once more
    try:
        answer = answers.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        refuse_repeats(body)  # what is wrong with the JSON is said first, then what its status says
        _require_ok(endpoint, _HEAD.decode(body))
        raise
    if _keys(answer) != most:
        refuse_repeats(body)
    return answer


def _require_ok(endpoint: str, head: _Head) -> None:
    if head.status.strip().casefold() != "ok":
        said = quoted(head.message or "")
        raise AnswerError(
            endpoint, f"$.status: {quoted(head.status)!r} is not OK" + (f" ({said})" if said else "")
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


def _offer(row: _OfferRow) -> Offer:
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


def _owned(row: _OwnedRow) -> OwnedNumber:
    return OwnedNumber(
        number=_number("accessNumber", row.access_number),
        country=intern(row.country),
        type=canonical_type(row.number_type),
        setup_charge=_charge("nrc", row.nrc),
        monthly_charge=_charge("mrc", row.mrc),
        assignment=_assignment(row.assignment) if row.assignment else None,
    )


def _assignment(row: _AssignmentRow) -> Assignment | None:
    flow_id = "" if row.flow_id is None or row.flow_id is UNSET else str(row.flow_id)
    if not row.type and not flow_id and not row.flow_name:
        return None
    return Assignment(type=(row.type or "").strip(), flow_id=flow_id, flow_name=row.flow_name or "")


def _judged(part: _Judgement) -> Judged:
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


def _charge(field: str, written: object) -> Decimal:
    try:
        return _charge_of(written) if type(written) is str else _read_charge(written)
    except msgspec.ValidationError as wrong:
        raise _FieldError(field, str(wrong).replace("`", "")) from None
    except ValueError as wrong:
        raise _FieldError(field, str(wrong)) from None


@lru_cache(maxsize=4096)  # a hundred thousand rows hold a few dozen different charges
def _charge_of(written: str) -> Decimal:
    return _read_charge(written)


def _read_charge(written: object) -> Decimal:
    charge = msgspec.convert(written, Decimal)
    exponent = charge.as_tuple().exponent
    if not isinstance(exponent, int) or charge < 0:
        raise ValueError(f"{charge} is not a charge")
    if charge >= _CHARGE_MOST or exponent < -_CHARGE_PLACES:
        raise ValueError("this charge is absurd")
    plain = charge.copy_abs()  # a zero may come with a sign
    return plain.quantize(Decimal(1)) if exponent > 0 else plain


def _total(endpoint: str, total: int | UnsetType | None) -> int | None:
    if total is UNSET:
        return None
    if total is not None and total < 0:
        raise AnswerError(endpoint, f"$.total: {total} is less than nothing")
    return total
