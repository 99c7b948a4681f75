"""The compiled form of a schema, one for all that is done with it: a document is read by it, checked by it, and
reduced to its valid part.

jsonschema takes a second for 10,000 entries, and nearly every entry is valid. So the check says first which values
need jsonschema's words at all. It knows the keywords that our schemas use, compiles no other, and a law in the tests
holds it to jsonschema's verdict.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from numplan.manifest.schema.scalar_kinds import ScalarKind, kind_of
from numplan.manifest.schema.shipped import schema

Check = Callable[[Any], bool]
"""Whether a value is admitted."""


class Node:
    """What the schema says of one place: which values it admits (`check`), what a scalar becomes there (`kind`), which
    names of keys it admits (`names`), and the nodes of the keys it knows (`fields`), of all other keys (`rest`) and of
    the elements of a list (`element`). The last two are the node itself unless given.
    """

    __slots__ = ("check", "element", "fields", "kind", "names", "rest")

    def __init__(
        self,
        check: Check,
        kind: ScalarKind = ScalarKind.TEXT,
        names: "Node | None" = None,
        fields: Mapping[str, "Node"] | None = None,
        rest: "Node | None" = None,
        element: "Node | None" = None,
    ) -> None:
        self.check = check
        self.kind = kind
        self.names = names or self
        self.fields = fields or {}
        self.rest = rest or self
        self.element = element or self


ANYTHING: Final = Node(lambda _: True)
"""The node of what the schema does not know: any value, and all scalars are text."""
NOTHING: Final = Node(lambda _: False)
"""The node of what must not be there, which is read all the same: no value, and all scalars are text."""


class Compiler:
    """The nodes of one schema document, whose references all lead into its own `$defs`; each is made once."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._made: dict[int, tuple[object, Node]] = {}

    def node(self, schema: Mapping[str, Any] | bool) -> Node:
        """The node of one schema of the document. Raises LookupError for keywords that are not known here."""
        if isinstance(schema, bool):
            return ANYTHING if schema else NOTHING
        if (
            id(schema) not in self._made
        ):  # kept with the schema: an id is given anew once nobody holds what had it
            self._made[id(schema)] = schema, self._compiled(schema)
        return self._made[id(schema)][1]

    def _compiled(self, schema: Mapping[str, Any]) -> Node:
        known = {"$ref"} if "$ref" in schema else _COMPILED
        if unknown := schema.keys() - known - _ANNOTATIONS:
            raise LookupError(f"the schema uses the keyword {min(unknown)!r}, which has no check here")
        if "$ref" in schema:
            return self.node(self._root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        names, rest, element = (
            self.node(schema.get(name, True)) for name in ("propertyNames", "additionalProperties", "items")
        )
        fields = {name: self.node(inner) for name, inner in schema.get("properties", {}).items()}
        checks = [make(schema[name]) for name, make in _SIMPLE.items() if name in schema]
        if "anyOf" in schema:
            checks.append(_any_of([self.node(option).check for option in schema["anyOf"]]))
        if names is not ANYTHING:
            checks.append(_for(dict, _each(names.check)))
        if element is not ANYTHING:
            checks.append(_for(list, _each(element.check)))
        if fields or rest is not ANYTHING:
            inner = {name: field.check for name, field in fields.items()}
            checks.append(_for(dict, _each_field(inner, rest.check)))
        check = checks[0] if len(checks) == 1 else _all_of(checks)
        return Node(check, kind_of(schema.get("type", "string")), names, fields, rest, element)


@cache
def compiler(name: str) -> Compiler:
    """The nodes of one shipped schema."""
    return Compiler(schema(name))


def schema_node(name: str) -> Node:
    """The node of a whole document, by the name of its schema: `manifest` or `policy`."""
    return compiler(name).node(schema(name))


@cache
def whole(pattern: str) -> re.Pattern[str]:
    """A pattern of the schema as Python's: `$` is the end of the text, not also before a last newline."""
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


def _for(kind: type, check: Check) -> Check:
    """A keyword holds for values of one kind; values of any other pass it."""
    return lambda value: not isinstance(value, kind) or check(value)


def _each(check: Check) -> Check:
    return lambda values: all(map(check, values))


def _each_field(fields: Mapping[str, Check], rest: Check) -> Check:
    def check(value: Mapping[str, Any]) -> bool:
        for name, inner in value.items():  # noqa: SIM110 - a generator takes half as long again
            if not fields.get(name, rest)(inner):
                return False
        return True

    return check


def _all_of(checks: list[Check]) -> Check:
    def check(value: object) -> bool:
        for one in checks:  # noqa: SIM110 - a generator takes half as long again
            if not one(value):
                return False
        return True

    return check


def _any_of(checks: list[Check]) -> Check:
    return lambda value: any(check(value) for check in checks)


def _type(wanted: str | list[str]) -> Check:
    names = [wanted] if isinstance(wanted, str) else wanted
    classes = tuple(_CLASSES[name] for name in names if name in _CLASSES)
    others = [_NUMBERS[name] for name in names if name not in _CLASSES]
    if not others:
        return lambda value: isinstance(value, classes)
    return lambda value: isinstance(value, classes) or any(check(value) for check in others)


def _pattern(wanted: str) -> Check:
    search: Callable[[str], object] | None = None

    def check(value: str) -> bool:
        nonlocal search
        if search is None:  # few of a schema's patterns are asked, and compiling them all takes milliseconds
            search = whole(wanted).search
        return search(value) is not None

    return _for(str, check)


def _same(value: object, wanted: object) -> bool:
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _is_number(value: object) -> bool:
    """JSON's true and false are no numbers, though Python's are."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:  # noqa: ANN401 - any value may stand where the schema is asked about it
    return _is_number(value) and (isinstance(value, int) or (math.isfinite(value) and value.is_integer()))


_CLASSES: Final = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}
_NUMBERS: Final = {"integer": _is_integer, "number": _is_number}
_SIMPLE: Final[Mapping[str, Callable[[Any], Check]]] = {
    "type": _type,
    "required": lambda wanted: _for(dict, frozenset(wanted).issubset),
    "const": lambda wanted: lambda value: _same(value, wanted),
    "enum": lambda wanted: lambda value: any(_same(value, choice) for choice in wanted),
    "pattern": _pattern,
    "maxLength": lambda wanted: _for(str, lambda value: len(value) <= wanted),
    "minimum": lambda wanted: lambda value: not _is_number(value) or value >= wanted,
    "maximum": lambda wanted: lambda value: not _is_number(value) or value <= wanted,
}
"""The keywords that look at the value alone, the cheap ones first: what each wants, as a check."""
_COMPILED: Final = _SIMPLE.keys() | {
    "anyOf", "properties", "additionalProperties", "propertyNames", "items"
}  # fmt: skip
_ANNOTATIONS: Final = frozenset(
    ("$schema", "$id", "$defs", "title", "description", "examples", "default", "patternErrorMessage")
)
