"""A manifest's text as tokens that say where they stood: what to write anew without losing a comment.

PyYAML's events tell where each scalar begins and ends. All that is between two of them is punctuation, comments
and space, so dividing the text there needs no grammar.
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

from numplan.manifest.reading.yaml_events import yaml_loader
from numplan.manifest.schema.node import ANYTHING, Node
from numplan.manifest.schema.scalar_kinds import ScalarKind

COMMENT: Final = "#"
BREAK: Final = "\n"
MARKER: Final = "---"
"""Tokens of these kinds are comments, ends of lines, and lines that stand for themselves."""
ALIAS: Final = "*"
SCALAR: Final = "s"

_BETWEEN: Final = re.compile(
    r"(?P<break>\n)|(?P<comment>#[^\n]*)|(?P<marker>(?:---|\.\.\.)(?=\s|$)|%[^\n]*)"
    r"|(?P<punctuation>[-?:,\[\]{}])|(?P<property>[&!][^\s,\[\]{}]*)|(?P<space>[^\S\n]+)|(?P<other>.)"
)


class Token(NamedTuple):
    """One token: its kind, which for punctuation is the character, its text, its column, and the event of a scalar."""

    kind: str
    text: str
    column: int
    event: ScalarEvent | None = None
    is_text: bool = False
    """Whether the schema takes this scalar for text, however it looks."""


class TokenError(ValueError):
    """Something unknown stands between the scalars of a text."""


def tokenize(text: str, node: Node) -> list[Token]:
    """All tokens of a valid document, in order; spaces between them are left out.

    Joined with the spaces they are the text. Raises TokenError.
    """
    tokens: list[Token] = []
    at = 0
    for event, is_text in _scalars(yaml.parse(text, Loader=yaml_loader()), node):
        start, end = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]
        tokens += _between(text, at, start)
        written = text[start:end]
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            written = written if "+" in written.partition("\n")[0] else written.rstrip("\n")
            written = written.removesuffix("\n")
        at = start + len(written)
        if not written:
            continue
        column = start - (text.rfind("\n", 0, start) + 1)
        if isinstance(event, AliasEvent):
            tokens.append(Token(ALIAS, written, column))
        else:
            tokens.append(Token(SCALAR, written, column, event, is_text))
    return tokens + _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> list[Token]:
    found = []
    line_start = text.rfind("\n", 0, start) + 1
    for match in _BETWEEN.finditer(text, start, end):
        kind, column = match.lastgroup, match.start() - line_start
        match kind:
            case "break":
                found.append(Token(BREAK, "\n", column))
                line_start = match.end()
            case "comment":
                found.append(Token(COMMENT, match[0].rstrip(), column))
            case "marker":
                found.append(Token(MARKER, match[0].rstrip(), column))
            case "punctuation":
                found.append(Token(match[0], match[0], column))
            case "property":
                found.append(Token("&", match[0], column))
            case "space":
                pass
            case _:
                raise TokenError(f"{match[0]!r} stands where it is not expected")
    return found


def _scalars(events: Iterator[Event], node: Node) -> Iterator[tuple[ScalarEvent | AliasEvent, bool]]:
    """Each scalar and alias, and whether the schema has text there. Keys are never text by the schema."""
    open_: list[tuple[Node, bool, str | None]] = []  # the node, whether a mapping, the key that waits
    for event in events:
        inner, is_key = _node_of_next(open_, node)
        match event:
            case ScalarEvent():
                yield event, not is_key and inner.kind is ScalarKind.TEXT
                _advance(open_, event.value if is_key else None)
            case AliasEvent():
                yield event, False
                _advance(open_, "" if is_key else None)
            case MappingStartEvent() | SequenceStartEvent():
                open_.append((inner, isinstance(event, MappingStartEvent), None))
            case CollectionEndEvent():
                open_.pop()
                _advance(open_, "" if _node_of_next(open_, node)[1] else None)


def _node_of_next(open_: list[tuple[Node, bool, str | None]], root: Node) -> tuple[Node, bool]:
    """The node of what comes next, and whether it is a key."""
    if not open_:
        return root, False
    here, is_mapping, key = open_[-1]
    if not is_mapping:
        return here.element, False
    return (ANYTHING, True) if key is None else (here.fields.get(key, here.rest), False)


def _advance(open_: list[tuple[Node, bool, str | None]], key: str | None) -> None:
    if open_ and open_[-1][1]:
        open_[-1] = (*open_[-1][:2], key)
