"""How findings speak of keys and values that somebody else wrote."""

import re
from collections.abc import Iterable, Sequence

from numplan.manifest.reading.positions import Step
from numplan.model.diagnostics import Diagnostic, Source, warning
from numplan.model.secrets import hidden
from numplan.model.text.printable import plural, printable

_LONGEST = 60
_SEPARATORS = frozenset(" -+().,/='\u00a0")
_DIGITS = range(3, 21)
"""How many digits a text has if it was meant for a number."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def quote(value: object) -> str:
    """A value in a few printable characters."""
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


def described(value: object, kind: str = "text") -> str:
    """What a value is, unquoted, as it may be a secret: `a line of 40 characters that holds letters`."""
    if not isinstance(value, str):
        return quote(value)
    holds = " that holds letters" if any(map(str.isalpha, value)) else ""
    return f"a {kind} of {plural(len(value), 'character')}{holds}"


def looks_like_number(text: str) -> bool:
    """Whether a text was meant for a phone number, and so is no secret: it has digits, separators, and at most one
    character that is neither.
    """
    others = [one for one in text if not one.isdecimal() and one not in _SEPARATORS]
    digits = sum(map(str.isdecimal, text))
    return len(text) <= _LONGEST and len(others) <= 1 and (digits in _DIGITS or not others)


def like_number(text: str, kind: str = "line") -> str:
    """A text where a phone number is expected: quoted if it looks like one, else described."""
    return quote(text) if looks_like_number(text) else described(text, kind)


def taken(number: str, country: str, *, source: Source, path: str = "") -> Diagnostic:
    """A warning about digits without a + that were taken for a number of a country."""
    return warning(
        f"{number[1:]} is read as {number}, a number of {country}",
        source=source,
        path=path,
        hint="write the +, or declare a country",
    )


def dotted_path(path: Iterable[Step]) -> str:
    """A path as people write it: `pools.ny_sales.count`, `sets.dialer.numbers[3]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _PLAIN_NAME.fullmatch(step) else quote(step)
            text += f".{name}" if text else name
    return text


def one_of(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _clipped(text: str) -> str:
    # A secret is hidden while it is whole: the beginning of one would be told.
    clipped = text if len(text) <= _LONGEST else hidden(text)[: _LONGEST - 1] + "…"
    return printable(clipped, lambda char: ascii(char)[1:-1])
