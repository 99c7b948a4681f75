"""Lines that fit a terminal, and long runs of alike ones folded."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final, Literal

import msgspec

from numplan.views.plain import one_line

WIDTH: Final = 80
"""Columns that lines are wrapped to, where they can be, unless a terminal has more."""
FOLD: Final = 10
"""Runs of more alike lines than this are folded."""
SHOWN: Final = 4
"""How many lines of a folded run are shown."""

_GLUE: Final = "\0"  # a space at which no line is broken; `one_line` leaves none

Style = Literal["", "red", "green", "yellow", "cyan", "bright_black"]


class Line(msgspec.Struct, frozen=True):
    """One line of text, with the colour it takes on a terminal."""

    text: str
    style: Style = ""


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


def some(rows: Sequence[str], *, expand: bool = False) -> list[str]:
    """The rows, or the first few of a long run and how many more there are."""
    if expand or len(rows) <= FOLD:
        return list(rows)
    return [*rows[:SHOWN], f"    … and {len(rows) - SHOWN:,} more (--expand shows all)"]
