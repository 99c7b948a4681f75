"""A JSON document whose long lists are written row by row, so that it need never be whole in memory."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from numplan.views.common.sanitize import escaped

_AT_ONCE: Final = 500
"""Rows of one piece: enough for what is done to each piece to cost next to nothing a row."""


class Rows:
    """A list in a document. Its rows are made when they are written, once."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows = rows

    def pieces(self) -> Iterator[str]:
        """The list as JSON."""
        yield "["
        rows, between = iter(self._rows), ""
        while some := list(islice(rows, _AT_ONCE)):
            yield f"{between}{_encoded(some)[1:-1]}"
            between = ","
        yield "]"


def pieces(value: object) -> Iterator[str]:
    """A document on one line, in pieces that end between rows. Mappings in it may hold Rows in the place of a list."""
    match value:
        case Rows():
            yield from value.pieces()
        case dict() if any(_holds_rows(one) for one in value.values()):
            start = "{"
            for name, one in value.items():
                yield f"{start}{_encoded(name)}:"
                yield from pieces(one)
                start = ","
            yield "}"
        case _:
            yield _encoded(value)


def _holds_rows(value: object) -> bool:
    return isinstance(value, Rows) or (
        isinstance(value, dict) and any(_holds_rows(one) for one in value.values())
    )


def _encoded(value: object) -> str:
    return escaped(msgspec.json.encode(value).decode())
