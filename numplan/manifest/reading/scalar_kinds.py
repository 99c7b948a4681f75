"""What kind of value the schema admits at each place, so that YAML need not guess.

YAML 1.1 reads `+12050012202` as an integer, `NO` as false and `12:30` as 750. Here a plain scalar becomes
a number or a boolean only where the schema has no room for text.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# The lengths are bounded: Python takes seconds for the integer of a million digits, then refuses it.
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")


class Kind(Enum):
    """What a plain scalar may become."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()


class Shape:
    """The schema of one place, boiled down to what reading needs."""

    __slots__ = ("element", "fields", "kind", "rest")

    def __init__(self, kind: Kind = Kind.TEXT) -> None:
        self.kind = kind
        self.fields: dict[str, Shape] = {}
        self.rest: Shape = self
        self.element: Shape = self


_TEXT: Final = Kind.TEXT

ANYTHING: Final = Shape()
"""The shape of what the schema does not know: all text."""


def plain_value(text: str, kind: Kind) -> str | float | bool | None:
    """The value of an unquoted scalar. What does not fit its kind stays text, for the schema to refuse."""
    if text in _NULLS:
        return None
    if kind is _TEXT:
        return text
    match kind:
        case Kind.INTEGER if _INTEGER.fullmatch(text):
            return int(text)
        case Kind.NUMBER if _INTEGER.fullmatch(text):
            return int(text)
        case Kind.NUMBER if _NUMBER.fullmatch(text):
            return float(text)
        case Kind.BOOLEAN:
            return _BOOLEANS.get(text, text)
        case _:
            return text


def compile_shape(schema: Mapping[str, Any]) -> Shape:
    """The shape of a whole schema, whose references all lead into its own `$defs`."""
    return _compile(schema, schema)


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with its reference into `$defs` followed; its own keywords stand before the referred ones."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target = root["$defs"][reference.removeprefix("#/$defs/")]
    return {**resolved(target, root), **{key: value for key, value in schema.items() if key != "$ref"}}


def _compile(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Shape:
    here = resolved(schema, root)
    shape = Shape(_kind(here.get("type", "string")))
    shape.rest = shape.element = ANYTHING
    shape.fields = {name: _compile(inner, root) for name, inner in here.get("properties", {}).items()}
    if isinstance(here.get("additionalProperties"), dict):
        shape.rest = _compile(here["additionalProperties"], root)
    if "items" in here:
        shape.element = _compile(here["items"], root)
    return shape


def _kind(types: str | list[str]) -> Kind:
    admitted = {types} if isinstance(types, str) else set(types)
    if "string" in admitted:
        return Kind.TEXT
    for name, kind in (("number", Kind.NUMBER), ("integer", Kind.INTEGER), ("boolean", Kind.BOOLEAN)):
        if name in admitted:
            return kind
    return Kind.TEXT
