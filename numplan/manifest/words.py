"""How findings speak of keys and values that somebody else wrote."""

import re
from collections.abc import Iterable, Sequence

from numplan.manifest.located import Step

_LONGEST = 60
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def shown(value: object) -> str:
    """A value in few printable characters, whatever it holds."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _clipped(str(value))
        case str():
            return f'"{_clipped(value)}"'
        case list():
            return "a list"
        case _:
            return "a mapping"


def dotted(path: Iterable[Step]) -> str:
    """A path as people write it: `pools.ny_sales.count`, `sets.dialer.numbers[3]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _PLAIN_NAME.fullmatch(step) else shown(step)
            text += f".{name}" if text else name
    return text


def one_of(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _clipped(text: str) -> str:
    clipped = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in clipped)
