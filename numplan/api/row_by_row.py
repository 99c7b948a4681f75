"""Answers that are lists of rows: what is wrong with one row is no reason to leave the others unread.

An answer is decoded whole, its rows typed: that is fast, and nearly always works. Only where it fails is each row
decoded by itself. What is wrong with an answer beyond its rows stays an error: a status that is not OK, a key that
stands twice, `data` that is no list.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from numplan.api.wire_types import (
    OfferAnswer,
    OfferRow,
    OwnedAnswer,
    OwnedRow,
    RawAnswer,
    RawCounted,
    RegionAnswer,
    RegionRow,
    RowAnswer,
    Wire,
    decode,
    exact,
    proven,
    quoted,
)
from numplan.model.account import Unreadable
from numplan.model.number import E164, is_canonical

_SHOWN_MOST: Final = 40
_DIGITS_MOST: Final = 15
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")

Row = TypeVar("Row", bound=Wire)
Value = TypeVar("Value")


class Form(NamedTuple, Generic[Row]):
    """How an endpoint's answers are decoded: whole, without a look into the rows, and a row by itself; and in which
    field a row names its number.
    """

    whole: msgspec.json.Decoder[RowAnswer[Row]]
    frame: msgspec.json.Decoder[RawAnswer]
    row: msgspec.json.Decoder[Row]
    number: str


class Read(NamedTuple, Generic[Value]):
    """What the rows of an answer say, the rows that cannot be read, and what stands as the total."""

    values: tuple[Value, ...]
    unreadable: tuple[Unreadable, ...]
    total: object


class FieldError(ValueError):
    """A field that is of the right type says nothing that can be used: what it holds, whose row it is, and what can be
    used of the row all the same.
    """

    def __init__(self, field: str, value: object, number: E164 | None = None, kept: Any = None) -> None:  # noqa: ANN401 - a value of its reader's
        super().__init__(field)
        self.field = field
        self.value = value
        self.number = number
        self.kept = kept


# Made here, by one thread: see `answers`.
OFFERS: Final = Form[OfferRow](
    msgspec.json.Decoder(OfferAnswer, float_hook=exact),
    msgspec.json.Decoder(RawCounted),
    msgspec.json.Decoder(OfferRow, float_hook=exact),
    "number",
)
OWNED: Final = Form[OwnedRow](
    msgspec.json.Decoder(OwnedAnswer, float_hook=exact),
    msgspec.json.Decoder(RawCounted),
    msgspec.json.Decoder(OwnedRow, float_hook=exact),
    "accessNumber",
)
REGIONS: Final = Form[RegionRow](
    msgspec.json.Decoder(RegionAnswer, float_hook=exact),
    msgspec.json.Decoder(RawAnswer),
    msgspec.json.Decoder(RegionRow, float_hook=exact),
    "",
)
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANYTHING: Final = msgspec.json.Decoder(float_hook=exact)
_BEYOND: Final = object()
"""A value that is too large, or nested too deeply, to be read."""


class Decoded(NamedTuple, Generic[Row]):
    """The rows of an answer that could be decoded, where they stand, the rows that could not, and the total."""

    rows: list[Row]
    places: Sequence[int]
    unreadable: list[Unreadable]
    total: object


def read_rows(endpoint: str, body: bytes, form: Form[Row], read: Callable[[Row], Value]) -> Read[Value]:
    """What each row says, by `read`, which raises FieldError for one that it cannot use. Raises AnswerError where the
    answer as a whole is not sound.
    """
    return read_decoded(decode_rows(endpoint, body, form), read)


def decode_rows(endpoint: str, body: bytes, form: Form[Row]) -> Decoded[Row]:
    """The rows of an answer. Raises AnswerError where it is not sound as a whole."""
    unreadable: list[Unreadable] = []
    try:
        whole = form.whole.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        frame = decode(endpoint, body, form.frame)
        return Decoded(*_decoded(frame.data or (), form, unreadable), unreadable, frame.total)
    rows = proven(endpoint, body, whole).data or []
    return Decoded(rows, range(1, len(rows) + 1), unreadable, whole.total)


def read_decoded(decoded: Decoded[Row], read: Callable[[Row], Value]) -> Read[Value]:
    """What each row says. The rows are taken out one after the other: of a million, both would take much memory."""
    rows, places, unreadable, total = decoded
    rows.reverse()
    values: list[Value] = []
    for place in places:
        try:
            values.append(read(rows.pop()))
        except FieldError as wrong:
            problem = f"is {shown(wrong.value)}"
            unreadable.append(Unreadable(place, wrong.field, problem, wrong.number))
            if wrong.kept is not None:
                values.append(wrong.kept)
    unreadable.sort(key=lambda one: one.row)
    return Read(tuple(values), tuple(unreadable), total)


def answered_number(text: object) -> E164 | None:
    """A number as an answer may write it: 5 to 15 digits with or without `+`, and nothing else."""
    if not isinstance(text, str):
        return None
    if is_canonical(text):
        return text
    return plus if is_canonical(plus := f"+{text}") else None


def shown(value: object) -> str:
    """A value of a field, in a few words."""
    match value:
        case msgspec.UNSET:
            return "missing"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(quoted(value[: 2 * _SHOWN_MOST])[:_SHOWN_MOST])
        case int():
            return str(value)[:_SHOWN_MOST]
        case Decimal():
            return str(value)[:_SHOWN_MOST]
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "beyond all bounds"


def _decoded(
    raws: Sequence[msgspec.Raw], form: Form[Row], unreadable: list[Unreadable]
) -> tuple[list[Row], list[int]]:
    """The rows that can be decoded, and where they stand; `unreadable` gets the others."""
    rows: list[Row] = []
    places: list[int] = []
    for place, raw in enumerate(raws, 1):
        try:
            rows.append(form.row.decode(raw))
        except (msgspec.MsgspecError, ValueError, RecursionError) as wrong:
            unreadable.append(_wrong(place, raw, form.number, wrong))
        else:
            places.append(place)
    return rows, places


def _wrong(place: int, raw: msgspec.Raw, key: str, wrong: Exception) -> Unreadable:
    """What is wrong with a row that cannot be decoded."""
    try:
        fields = _FIELDS.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Unreadable(place, "", f"is {shown(_value(raw))}, not a row")
    what, _, where = str(wrong).partition(" - at `$.")
    field = where.removesuffix("`")
    if missing := _MISSING.match(what):
        field = f"{field}.{missing[1]}" if field else missing[1]
    name, *inner = field.split(".")
    value = _value(fields[name]) if name in fields else UNSET
    for name in inner:
        value = value.get(name, UNSET) if isinstance(value, dict) else UNSET
    named = _value(fields[key]) if key in fields else UNSET
    digits = str(named) if type(named) is int and 0 < named < 10**_DIGITS_MOST else named
    return Unreadable(place, field, f"is {shown(value)}", answered_number(digits))


def _value(raw: msgspec.Raw) -> Any:  # noqa: ANN401 - any of JSON's
    try:
        return _ANYTHING.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _BEYOND
