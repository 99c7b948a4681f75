"""Whether a text shows anything to who reads it."""

import unicodedata
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


@lru_cache(maxsize=1024)  # a hundred thousand entries have a few labels
def is_visible(text: str) -> bool:
    """Whether a text holds at least one character that one can see."""
    return any(
        unicodedata.category(one)[0] in _SHOWN and one not in _BLANK
        for one in unicodedata.normalize("NFKC", text)
    )
