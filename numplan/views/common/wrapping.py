"""Lines that fit a terminal, and long runs of alike ones folded."""

import sys
from collections.abc import Sequence
from textwrap import wrap
from typing import Final, Literal

import msgspec

from numplan.views.common.sanitize import one_line

WIDTH: Final = 80
"""Columns that lines are wrapped to, where they can be, unless a terminal has more."""
FOLD: Final = 10
"""Runs of more alike lines than this are folded."""

_GLUE: Final = "\0"  # a space at which no line is broken; `one_line` leaves none

Style = Literal["", "red", "green", "yellow", "cyan", "bright_black"]


class Line(msgspec.Struct, frozen=True):
    """One line of text, with the colour it takes on a terminal."""

    text: str
    style: Style = ""


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    """How much is shown before the rest is only counted."""

    longest: int
    """Runs of more alike lines than this are cut."""
    shown: int
    """Lines of a run that is cut."""
    groups: int
    """Sets and pools of one section, and reasons why numbers are held."""
    details: int
    """Lines under one number, or of one sentence."""
    refusals: int
    """Refusals of one guard that has more than `longest`."""
    errors: int
    """Errors, of which as many as possible are shown: each has to be mended."""


FOLDS: Final = (
    Fold(longest=FOLD, shown=4, groups=12, details=12, refusals=4, errors=50),
    Fold(longest=5, shown=3, groups=5, details=4, refusals=2, errors=20),
    Fold(longest=2, shown=2, groups=2, details=1, refusals=1, errors=4),
)
"""From the usual one to one that makes any plan short."""
UNFOLDED: Final = Fold(
    longest=sys.maxsize,
    shown=sys.maxsize,
    groups=sys.maxsize,
    details=sys.maxsize,
    refusals=sys.maxsize,
    errors=sys.maxsize,
)


def wrapped(text: str, indent: str, facts: Sequence[str] = (), *, width: int = WIDTH) -> list[str]:
    """A sentence in lines of at most `width` columns, those after the first indented. No word is cut, and no line
    breaks within one of the facts that end it, unless it is too long for a line of its own.
    """
    lead = text[: len(text) - len(text.lstrip(" "))]
    room = width - len(indent) - 1
    glued = [one_line(fact) for fact in facts]
    end = ", ".join(fact.replace(" ", _GLUE) if len(fact) <= room else fact for fact in glued)
    lines = wrap(
        f"{one_line(text)} {end}".strip(),
        width,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_GLUE, " ") for line in lines]


def cut(lines: Sequence[str], fold: Fold) -> list[str]:
    """The lines of one sentence, as many as are shown."""
    return (
        list(lines)
        if len(lines) <= fold.details
        else [*lines[: fold.details - 1], f"{lines[fold.details - 1]} …"]
    )


def some(rows: Sequence[str], fold: Fold = FOLDS[0], *, expand: bool = False) -> list[str]:
    """The rows, or the first few of a long run and how many more there are."""
    if expand or len(rows) <= fold.longest:
        return list(rows)
    return [*rows[: fold.shown], f"    … and {len(rows) - fold.shown:,} more (--expand shows all)"]
