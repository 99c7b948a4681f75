"""Patterns of addresses and numbers: `pool.ny_*`, `+1205*`, `set.dialer["+1205003292?"]`.

`*` stands for any characters, also for none, and `?` for exactly one. Everything else stands for itself, the
brackets and quotes of an address too. A pattern covers a text whole, and case counts.
"""

from fnmatch import fnmatchcase


def covers(pattern: str, text: str) -> bool:
    """Whether a pattern covers the whole text."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def is_pattern(text: str) -> bool:
    """Whether a text stands for more than itself."""
    return "*" in text or "?" in text
