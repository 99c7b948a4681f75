"""A manifest's text cut into pieces that say where they stood: what to write anew without losing a comment.

PyYAML's events tell where each scalar begins and ends. All that is between two of them is punctuation, comments
and space, so cutting there needs no grammar.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from numplan.manifest.reading.scalar_kinds import ANYTHING, Kind, Shape
from numplan.manifest.reading.yaml_events import yaml_loader

COMMENT: Final = "#"
BREAK: Final = "\n"
MARKER: Final = "---"
"""Pieces of these kinds are comments, ends of lines, and lines that stand for themselves."""
ALIAS: Final = "*"
SCALAR: Final = "s"

_BETWEEN: Final = re.compile(
    r"(?P<break>\n)|(?P<comment>#[^\n]*)|(?P<marker>(?:---|\.\.\.)(?=\s|$)|%[^\n]*)"
    r"|(?P<mark>[-?:,\[\]{}])|(?P<property>[&!][^\s,\[\]{}]*)|(?P<space>[^\S\n]+)|(?P<other>.)"
)


class Piece(NamedTuple):
    """One piece: its kind (a mark is a kind of its own), its text, its column, and the event of a scalar."""

    kind: str
    text: str
    column: int
    event: ScalarEvent | None = None
    is_text: bool = False
    """Whether the schema takes this scalar for text, however it looks."""


class CuttingError(ValueError):
    """The text holds something between its scalars that is not known here."""


def cut(text: str, shape: Shape) -> list[Piece]:
    """All pieces of a sound document, in order; spaces between them are left out.

    Joined with the spaces they are the text. Raises CuttingError.
    """
    pieces: list[Piece] = []
    at = 0
    for event, is_text in _scalars(yaml.parse(text, Loader=yaml_loader()), shape):
        start, end = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]
        pieces += _between(text, at, start)
        written = text[start:end]
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            written = written if "+" in written.partition("\n")[0] else written.rstrip("\n")
            written = written.removesuffix("\n")
        at = start + len(written)
        if not written:
            continue
        column = start - (text.rfind("\n", 0, start) + 1)
        if isinstance(event, AliasEvent):
            pieces.append(Piece(ALIAS, written, column))
        else:
            pieces.append(Piece(SCALAR, written, column, event, is_text))
    return pieces + _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> list[Piece]:
    found = []
    line_start = text.rfind("\n", 0, start) + 1
    for match in _BETWEEN.finditer(text, start, end):
        kind, column = match.lastgroup, match.start() - line_start
        match kind:
            case "break":
                found.append(Piece(BREAK, "\n", column))
                line_start = match.end()
            case "comment":
                found.append(Piece(COMMENT, match[0].rstrip(), column))
            case "marker":
                found.append(Piece(MARKER, match[0].rstrip(), column))
            case "mark":
                found.append(Piece(match[0], match[0], column))
            case "property":
                found.append(Piece("&", match[0], column))
            case "space":
                pass
            case _:
                raise CuttingError(f"{match[0]!r} stands where it is not expected")
    return found


def _scalars(events: Iterator[Event], shape: Shape) -> Iterator[tuple[ScalarEvent | AliasEvent, bool]]:
    """Each scalar and alias, and whether the schema has text there. Keys are left as they are."""
    open_: list[tuple[Shape, bool, str | None]] = []  # the shape, whether a mapping, the key that waits
    for event in events:
        inner, is_key = _place(open_, shape)
        match event:
            case ScalarEvent():
                yield event, not is_key and inner.kind is Kind.TEXT
                _step(open_, event.value if is_key else None)
            case AliasEvent():
                yield event, False
                _step(open_, "" if is_key else None)
            case MappingStartEvent() | SequenceStartEvent():
                open_.append((inner, isinstance(event, MappingStartEvent), None))
            case CollectionEndEvent():
                open_.pop()
                _step(open_, "" if _place(open_, shape)[1] else None)


def _place(open_: list[tuple[Shape, bool, str | None]], root: Shape) -> tuple[Shape, bool]:
    """The shape of what comes next, and whether it is a key."""
    if not open_:
        return root, False
    here, is_mapping, key = open_[-1]
    if not is_mapping:
        return here.element, False
    return (ANYTHING, True) if key is None else (here.fields.get(key, here.rest), False)


def _step(open_: list[tuple[Shape, bool, str | None]], key: str | None) -> None:
    if open_ and open_[-1][1]:
        open_[-1] = (*open_[-1][:2], key)
