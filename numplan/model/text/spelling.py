"""The vendor's words for kinds of numbers, each in one canonical spelling."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

NUMBER_TYPES: Final = ("Geographic", "Mobile", "Non-Geographic", "Toll-Free", "UIFN")
CATEGORIES: Final = ("Voice", "Voice+SMS")

_UNHEARD: Final = str.maketrans("", "", "-_ ")
_LONGEST: Final = 80
_MOST: Final = 1000
_NEAR: Final = 2
_FEW: Final = 10


@lru_cache(maxsize=512)  # a hundred thousand rows hold a few hundred different words
def normalize(text: str) -> str:
    """What is left of a word when case, hyphens, underscores and spaces do not count."""
    return text.casefold().translate(_UNHEARD)


_TYPES: Final = {normalize(name): name for name in NUMBER_TYPES}
_CATEGORIES: Final = {normalize(name): name for name in CATEGORIES}


@lru_cache(maxsize=512)
def canonical_type(text: str) -> str:
    """The manifest's spelling of a number type; a type this version does not know stays as it is."""
    return _TYPES.get(normalize(text), text)


@lru_cache(maxsize=512)
def canonical_category(text: str) -> str:
    """The manifest's spelling of a number category; an unknown one stays as it is."""
    return _CATEGORIES.get(normalize(text), text)


def same_word(one: str, other: str) -> bool:
    """Whether two spellings of a country, state or type mean the same."""
    return one == other or normalize(one) == normalize(other)


def serves(category: str, asked: str) -> bool:
    """Whether a number of this category does what is asked for: `Voice+SMS` serves for `Voice`, as in the
    API page's own sample; not the other way round.
    """
    return set(normalize(asked).split("+")) <= set(normalize(category).split("+"))


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that whoever wrote `word` most likely meant."""
    from difflib import get_close_matches

    if len(known) > _MOST:
        like = (one for one in known if one[:1] == word[:1] and abs(len(one) - len(word)) <= _NEAR)
        known = [*islice(like, _MOST)]
    folded = {normalize(one): one for one in known}
    # difflib takes time with the square of the length; no known word is that long.
    close = get_close_matches(normalize(word[:_LONGEST]), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


class Meant:
    """The words that were most likely meant, for the first few alone: each takes time with the count of all words."""

    def __init__(self) -> None:
        self._left = _FEW

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        """The known word that whoever wrote `word` most likely meant, or None."""
        if not self._left:
            return None
        self._left -= 1
        return nearest(word, known if isinstance(known, Sequence) else [*known])
