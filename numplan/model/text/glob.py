"""Patterns of addresses and numbers: `pool.ny_*`, `+1205*`, `set.dialer["+1205003292?"]`.

`*` stands for any characters, also for none, and `?` for exactly one. Everything else stands for itself, the
brackets and quotes of an address too. A pattern covers a text whole, and case counts.
"""

import re
from functools import lru_cache


def covers(pattern: str, text: str) -> bool:
    """Whether a pattern covers the whole text."""
    return _compiled(pattern).fullmatch(text) is not None


def is_pattern(text: str) -> bool:
    """Whether a text stands for more than itself."""
    return "*" in text or "?" in text


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*+|\?)", pattern)
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(part[:1], re.escape(part)) for part in parts), re.DOTALL)
