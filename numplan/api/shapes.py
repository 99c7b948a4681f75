"""What the rows of an answer look like, whether numplan can read them or not: for whoever meets a server anew."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from numplan.api.decode import read_offers, read_owned, read_regions
from numplan.api.probe import Seen
from numplan.api.wire_types import AssignmentRow, OfferRow, OwnedRow, RegionRow, Wire
from numplan.model.account import Offer, OwnedNumber, Unreadable
from numplan.model.errors import AnswerError

_ROWS: Final[Mapping[str, type[Wire]]] = {
    "search": OfferRow,
    "find-number": OfferRow,
    "purchased-list": OwnedRow,
    "regions": RegionRow,
}
_NUMBERS: Final = ("number", "accessNumber")
_COUNTRIES: Final = ("country", "regionName")
_INSIDE: Final[Mapping[str, type[Wire]]] = {"assignment": AssignmentRow}
_KINDS: Final = {
    dict: "object",
    list: "list",
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


class Shape(NamedTuple):
    """One answer as it is written. `fault` says why numplan cannot read it at all; then there is nothing else.

    `unknown` are the fields that the vendor's page does not name, `kinds` the JSON types of each field, `missing` the
    fields that are in no row, and `forms` how numbers are written: `plus`, `digits`, `other`.
    """

    fault: str = ""
    total: int | None = None
    offers: tuple[Offer, ...] = ()
    owned: tuple[OwnedNumber, ...] = ()
    countries_offered: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    rows: int = 0
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    kinds: Mapping[str, tuple[str, ...]] = {}
    forms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


def shape_of(seen: Seen) -> Shape:
    """The shape of a successful answer."""
    try:
        read = _READERS[seen.endpoint](seen)
    except AnswerError as problem:
        return Shape(fault=problem.message)
    try:
        answer = json.loads(seen.body)
    except (
        ValueError,
        RecursionError,
    ):  # in what numplan does not read: a number of thousands of digits, say
        return read._replace(rows=len(read.offers) + len(read.owned) + len(read.unreadable))
    return _looked_at(read, seen, answer)


def _offers(seen: Seen) -> Shape:
    page = read_offers(seen.endpoint, seen.body)
    return Shape(total=page.total, offers=page.offers, unreadable=page.unreadable)


def _owned(seen: Seen) -> Shape:
    page = read_owned(seen.endpoint, seen.body)
    return Shape(total=page.total, owned=page.rows, unreadable=page.unreadable)


def _regions(seen: Seen) -> Shape:
    found = read_regions(seen.endpoint, seen.body)
    return Shape(countries_offered=tuple(one.name for one in found.rows), unreadable=found.unreadable)


_READERS: Final[Mapping[str, Callable[[Seen], Shape]]] = {
    "search": _offers,
    "find-number": _offers,
    "purchased-list": _owned,
    "regions": _regions,
}


def _looked_at(shape: Shape, seen: Seen, answer: Mapping[str, Any]) -> Shape:
    """The shape with what the rows of its answer look like."""
    rows = [row for row in answer.get("data") or () if isinstance(row, dict)]
    known = _fields(_ROWS[seen.endpoint])
    kinds: dict[str, dict[str, None]] = {}
    for row in rows:
        for name, value in _flat(row):
            kinds.setdefault(name, {})[_KINDS[type(value)]] = None
    inner = {f"{outer}.{name}" for outer, wire in _INSIDE.items() for name in _fields(wire)}
    heads = [name for name in answer if name not in {"data", "message", "status", "total"}]
    return shape._replace(
        rows=len(answer.get("data") or ()),
        unknown=tuple(sorted({*kinds} - known - inner) + heads),
        missing=tuple(sorted(known - {*kinds})) if rows else (),
        kinds={name: tuple(sorted(found)) for name, found in sorted(kinds.items())},
        forms=_different(map(_form, _values(rows, _NUMBERS))),
        types=_different(_values(rows, ("numberType",))),
        countries=_different(_values(rows, _COUNTRIES)),
    )


def _flat(row: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The fields of a row, and those of the objects in it."""
    for name, value in row.items():
        yield name, value
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())


def _values(rows: Iterable[Mapping[str, Any]], names: Iterable[str]) -> list[str]:
    return [text for row in rows for name in names if isinstance(text := row.get(name), str)]


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _form(number: str) -> str:
    if number.isascii() and number.isdecimal():
        return "digits"
    return "plus" if number[:1] == "+" and number[1:].isascii() and number[1:].isdecimal() else "other"


@cache
def _fields(wire: type[Wire]) -> frozenset[str]:
    return frozenset(one.encode_name for one in msgspec.structs.fields(wire))
