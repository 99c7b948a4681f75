"""What a plain scalar becomes, so that YAML need not guess.

YAML 1.1 reads `+12050012202` as an integer, `NO` as false and `12:30` as 750. Here a plain scalar becomes
a number or a boolean only where the schema has no room for text.
"""

import re
from enum import Enum, auto
from typing import Final

_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# The lengths are bounded: Python takes seconds for the integer of a million digits, then refuses it.
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")


class ScalarKind(Enum):
    """What a plain scalar may become."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()


_TEXT: Final = ScalarKind.TEXT


def plain_value(text: str, kind: ScalarKind) -> str | float | bool | None:
    """The value of an unquoted scalar. What does not fit its kind stays text, for the schema to refuse."""
    if text in _NULLS:
        return None
    if kind is _TEXT:
        return text
    match kind:
        case ScalarKind.INTEGER | ScalarKind.NUMBER if _INTEGER.fullmatch(text):
            return int(text)
        case ScalarKind.NUMBER if _NUMBER.fullmatch(text):
            return float(text)
        case ScalarKind.BOOLEAN:
            return _BOOLEANS.get(text, text)
        case _:
            return text


def kind_of(types: str | list[str]) -> ScalarKind:
    """What a scalar may become where the schema admits these types."""
    admitted = {types} if isinstance(types, str) else set(types)
    if "string" in admitted:
        return ScalarKind.TEXT
    for name in ("number", "integer", "boolean"):
        if name in admitted:
            return ScalarKind[name.upper()]
    return ScalarKind.TEXT
