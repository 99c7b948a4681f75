"""Answers that are lists of rows: what is wrong with one row is no reason to leave the others unread.

An answer is decoded without a look into its rows, then these, some hundreds at a time: that is fast, and takes little
memory. Only where so many cannot be decoded as they are, each is decoded by itself. What is wrong with an answer
beyond its rows stays an error: a status that is not OK, a key that stands twice, `data` that is no list.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from numplan.api.wire_types import (
    CountedAnswer,
    OfferRow,
    OwnedRow,
    RawAnswer,
    RegionRow,
    Wire,
    decode,
    exact,
    keys_of,
    prove,
    quoted,
)
from numplan.model.account import Unreadable
from numplan.model.documents.batches import as_list, batches_of
from numplan.model.number import E164, is_canonical

_SHOWN_MOST: Final = 40
_DIGITS_MOST: Final = 15
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")

Row = TypeVar("Row", bound=Wire)
Value = TypeVar("Value")


class Form(NamedTuple, Generic[Row]):
    """How an endpoint's answers are decoded: without a look into the rows, many rows, and a row by itself; in which
    field a row names its number; and what rows hold that has keys of its own.
    """

    frame: msgspec.json.Decoder[RawAnswer]
    rows: msgspec.json.Decoder[list[Row]]
    row: msgspec.json.Decoder[Row]
    number: str
    within: Callable[[Sequence[Row]], Sequence[Wire]] = lambda _: ()


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


# Made here, by one thread: see `wire_types`.
OFFERS: Final = Form[OfferRow](
    msgspec.json.Decoder(CountedAnswer),
    msgspec.json.Decoder(list[OfferRow], float_hook=exact),
    msgspec.json.Decoder(OfferRow, float_hook=exact),
    "number",
)
OWNED: Final = Form[OwnedRow](
    msgspec.json.Decoder(CountedAnswer),
    msgspec.json.Decoder(list[OwnedRow], float_hook=exact),
    msgspec.json.Decoder(OwnedRow, float_hook=exact),
    "accessNumber",
    lambda rows: [row.assignment for row in rows if row.assignment],
)
REGIONS: Final = Form[RegionRow](
    msgspec.json.Decoder(RawAnswer),
    msgspec.json.Decoder(list[RegionRow], float_hook=exact),
    msgspec.json.Decoder(RegionRow, float_hook=exact),
    "",
)
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANYTHING: Final = msgspec.json.Decoder(float_hook=exact)
_BEYOND: Final = object()
"""A value that is too large, or nested too deeply, to be read."""


def read_rows(endpoint: str, body: bytes, form: Form[Row], read: Callable[[Row], Value]) -> Read[Value]:
    """What each row says, by `read`, which raises FieldError for one that it cannot use. Raises AnswerError where the
    answer as a whole is not sound.
    """
    answer = decode(endpoint, body, form.frame)
    keys, place = keys_of([answer]), 1
    values: list[Value] = []
    unreadable: list[Unreadable] = []
    for raws in batches_of(answer.data or []):
        rows, places = _decoded(raws, place, form, unreadable)
        values += _read(rows, places, read, unreadable)
        keys += keys_of(rows, form.within(rows))
        place += len(raws)
    prove(endpoint, body, answer, keys)
    unreadable.sort(key=lambda one: one.row)
    return Read(tuple(values), tuple(unreadable), answer.total)


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
    raws: list[msgspec.Raw], first: int, form: Form[Row], unreadable: list[Unreadable]
) -> tuple[list[Row], Sequence[int]]:
    """The rows that can be decoded, and where they stand, from the place of the `first` on; `unreadable` gets the
    others.
    """
    try:
        return form.rows.decode(as_list(raws)), range(first, first + len(raws))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    rows: list[Row] = []
    places: list[int] = []
    for place, raw in enumerate(raws, first):
        try:
            rows.append(form.row.decode(raw))
        except (msgspec.MsgspecError, ValueError, RecursionError) as wrong:
            unreadable.append(_wrong(place, raw, form.number, wrong))
        else:
            places.append(place)
    return rows, places


def _read(
    rows: Sequence[Row], places: Sequence[int], read: Callable[[Row], Value], unreadable: list[Unreadable]
) -> list[Value]:
    """What the rows say; `unreadable` gets those that say nothing that can be used."""
    values: list[Value] = []
    for place, row in zip(places, rows, strict=True):
        try:
            values.append(read(row))
        except FieldError as wrong:
            problem = f"is {shown(wrong.value)}"
            unreadable.append(Unreadable(place, wrong.field, problem, wrong.number))
            if wrong.kept is not None:
                values.append(wrong.kept)
    return values


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
