"""A fast yes or no: whether the schema admits a value.

jsonschema takes a second for 10,000 entries, and nearly every entry is sound. So this says which values need
jsonschema's words at all. It knows the keywords that our schema uses, refuses to compile any other, and a law
in the tests holds it to jsonschema's verdict.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

Check = Callable[[Any], bool]


@cache
def whole(pattern: str) -> re.Pattern[str]:
    """A pattern of the schema as Python's: `$` is the end of the text, not also before a last newline."""
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


class Verdicts:
    """The checks of one schema document, whose references all lead into its own `$defs`."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._referred: dict[str, Check] = {}

    def check(self, schema: Mapping[str, Any]) -> Check:
        """Whether a value is admitted by one schema of the document.

        Raises LookupError for keywords that have no check here.
        """
        parts = [self._keyword(name, schema) for name in sorted(schema, key=_cost) if name not in _SILENT]
        return parts[0] if len(parts) == 1 else _every(parts)

    def _keyword(self, name: str, schema: Mapping[str, Any]) -> Check:
        wanted = schema[name]
        if name in _SIMPLE:
            return _SIMPLE[name](wanted)
        match name:
            case "$ref":
                return self._reference(wanted)
            case "additionalProperties":
                return self._keys(schema.get("properties", {}), wanted)
            case "propertyNames":
                return _for(dict, _all(self.check(wanted)))
            case "items":
                return _for(list, _all(self.check(wanted)))
            case "anyOf":
                options = [self.check(option) for option in wanted]
                return lambda value: any(option(value) for option in options)
            case _:
                raise LookupError(f"the schema uses the keyword {name!r}, which has no check here")

    def _reference(self, reference: str) -> Check:
        if reference not in self._referred:
            self._referred[reference] = self.check(self._root["$defs"][reference.removeprefix("#/$defs/")])
        return self._referred[reference]

    def _keys(self, properties: Mapping[str, Any], additional: Mapping[str, Any] | bool) -> Check:
        known = {name: self.check(inner) for name, inner in properties.items()}
        rest = self.check(additional) if isinstance(additional, Mapping) else lambda _: additional

        def check(value: Mapping[str, Any]) -> bool:
            for name, inner in value.items():  # noqa: SIM110 - a generator takes half as long again
                if not known.get(name, rest)(inner):
                    return False
            return True

        return _for(dict, check)


def _for(kind: type | tuple[type, ...], check: Check) -> Check:
    """A keyword holds for values of one kind; values of any other pass it."""
    return lambda value: not isinstance(value, kind) or check(value)


def _every(parts: Sequence[Check]) -> Check:
    def check(value: object) -> bool:
        for part in parts:  # noqa: SIM110 - a generator takes half as long again
            if not part(value):
                return False
        return True

    return check


def _all(check: Check) -> Check:
    return lambda values: all(map(check, values))


def _type(wanted: str | list[str]) -> Check:
    names = [wanted] if isinstance(wanted, str) else wanted
    checks = [_TYPES[name] for name in names]
    if len(checks) == 1:
        return checks[0]
    certain = frozenset(_CERTAIN[name] for name in names)
    return lambda value: type(value) in certain or any(check(value) for check in checks)


def _pattern(wanted: str) -> Check:
    search = whole(wanted).search
    return _for(str, lambda value: search(value) is not None)


def _same(value: object, wanted: object) -> bool:
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _is_number(value: object) -> bool:
    """JSON's true and false are no numbers, though Python's are."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:  # noqa: ANN401 - any value may stand where the schema is asked about it
    return _is_number(value) and (isinstance(value, int) or (math.isfinite(value) and value.is_integer()))


_TYPES: Final[Mapping[str, Check]] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": _is_integer,
    "number": _is_number,
}

_CERTAIN: Final[Mapping[str, type]] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": int,
}
"""A class whose every value is of a type, and which tells it without a check."""

_SIMPLE: Final[Mapping[str, Callable[[Any], Check]]] = {
    "type": _type,
    "const": lambda wanted: lambda value: _same(value, wanted),
    "enum": lambda wanted: lambda value: any(_same(value, choice) for choice in wanted),
    "pattern": _pattern,
    "maxLength": lambda wanted: _for(str, lambda value: len(value) <= wanted),
    "minimum": lambda wanted: lambda value: not _is_number(value) or value >= wanted,
    "maximum": lambda wanted: lambda value: not _is_number(value) or value <= wanted,
    "required": lambda wanted: _for(dict, frozenset(wanted).issubset),
}

# `properties` is read with `additionalProperties`, which stands beside it everywhere in our schema.
_SILENT: Final = frozenset(
    [
        "$schema",
        "$id",
        "$defs",
        "title",
        "description",
        "examples",
        "default",
        "patternErrorMessage",
        "properties",
    ]
)


def _cost(keyword: str) -> int:
    """Cheap keywords are checked first."""
    order = ("type", "required", "const", "enum")
    return order.index(keyword) if keyword in order else len(order)
