"""Texts that somebody else wrote, in characters that show; and counts in words."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_SHOWN: Final = frozenset("LNPS")
"""The Unicode categories that put ink on paper: letters, numbers, punctuation, symbols. Marks need something to stand
on, and separators, controls, formats and what has no meaning yet are nothing to see.
"""
_BLANK: Final = frozenset(
    "\u115f\u1160\u3164\uffa0"  # fillers of Hangul, which are letters
    "\u2800"  # braille without a dot
    "\ufffc"  # in the place of an object
    "\U00013441\U00013442"  # blanks among hieroglyphs
    "\U0001d159"  # a note without a head
)
_UNSEEN: Final = re.compile(
    f"[{''.join(sorted(_BLANK))}"
    "\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # marks that only choose how others look
)
"""Characters that count as printable and show nothing."""


def printable(text: str, instead: Callable[[str], str] = lambda _: " ") -> str:
    """The text with something `instead` of each character that has no shape of its own: controls, formats, separators
    other than the space, surrogates, and what Unicode has not given out.
    """
    return text if text.isprintable() else "".join(one if one.isprintable() else instead(one) for one in text)


def on_one_line(text: str, most: int, end: str = "") -> str:
    """The text, printable, with one space between words. At most so many characters; what is cut off has this end."""
    line = " ".join(printable(text).split())
    return line if len(line) <= most else line[: most - len(end)] + end


def as_seen(text: str) -> str:
    """The text as a reader sees it: without what shows nothing, and with one space between words. Two texts that only
    differ so are one for whoever approves them.
    """
    if text.isascii() and text.isprintable() and text == text.strip() and "  " not in text:
        return text
    composed = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(printable(composed, lambda one: " " if one.isspace() else "").split())


def plural(count: int, noun: str) -> str:
    """`1 change`, `2,000 changes`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def numbers(count: int) -> str:
    """`1 number`, `2,000 numbers`."""
    return plural(count, "number")


@lru_cache(maxsize=1024)  # a hundred thousand entries have a few labels
def is_visible(text: str) -> bool:
    """Whether a text holds at least one character that one can see."""
    return any(
        unicodedata.category(one)[0] in _SHOWN and one not in _BLANK
        for one in unicodedata.normalize("NFKC", text)
    )
