"""The JSON Schemas of the stored documents, made from their types: `python -m numplan.state.schema [FOLDER]`
writes them anew, to `schemas` of this source tree unless told otherwise.

What the types say in docstrings becomes descriptions, so that the schemas cannot drift from the code.
"""

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

import msgspec

from numplan.model.address import NAME_PATTERN, Address, Resource
from numplan.model.charge import Charge
from numplan.model.number import E164, MAX_DIGITS, MIN_DIGITS
from numplan.model.plan import PLAN_VERSION, Plan
from numplan.model.state import STATE_VERSION, State
from numplan.model.stored.state_document import ONLY_WHERE_SAID

DOCUMENTS: Final[Mapping[str, tuple[type[msgspec.Struct], int, str]]] = {
    "state.schema.json": (State, STATE_VERSION, "State of numplan"),
    "plan.schema.json": (Plan, PLAN_VERSION, "Saved plan of numplan"),
}

_RESOURCE: Final = rf"(number|set|pool)\.{NAME_PATTERN}"
_FORMS: Final[Mapping[object, Mapping[str, str]]] = {
    E164: {"pattern": rf"^\+[1-9][0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}}$"},
    Resource: {"pattern": f"^{_RESOURCE}$"},
    Address: {"pattern": rf'^{_RESOURCE}(\["\+[1-9][0-9]+"\])?$'},
    datetime: {"format": "date-time"},
}
_CHECKSUM: Final = {
    "type": "string",
    "pattern": "^sha256:[0-9a-f]{64}$",
    "description": 'SHA-256 of all bytes of the document before the `,` that precedes `"checksum"`.',
}

_HMAC: Final = {
    "type": "string",
    "pattern": "^sha256:[0-9a-f]{64}$",
    "description": "HMAC-SHA256, by the first key of NUMPLAN_PLAN_KEY, of all bytes of the document before "
    'the `,` that precedes `"hmac"`. It stands just before the checksum, where there is a key.',
}


def schema_of(document: type[msgspec.Struct], version: int, title: str) -> dict[str, Any]:
    """The JSON Schema 2020-12 of a sealed document as it is written: every member, and the checksum last."""
    _, components = msgspec.json.schema_components(
        [document], schema_hook=_schema_of, ref_template="#/$defs/{name}"
    )
    definitions = {name: dict(node) for name, node in components.items()}
    for kind in dict.fromkeys(_structs(document)):
        _describe(definitions[kind.__name__], kind)
    top = definitions.pop(document.__name__)
    members = {**top["properties"], "checksum": _CHECKSUM}
    required = [name for name in members if name not in ONLY_WHERE_SAID]
    if document is Plan:
        members["hmac"] = _HMAC
    members["version"] = {"const": version, "description": "The edition of this document."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": top["description"],
        "type": "object",
        "properties": members,
        "required": required,
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def text_of(name: str) -> str:
    """The text of one schema file."""
    return json.dumps(schema_of(*DOCUMENTS[name]), indent=2, ensure_ascii=False) + "\n"


def _schema_of(kind: type[Any]) -> dict[str, Any]:
    """What msgspec does not know by itself. Raises NotImplementedError for anything but charges."""
    if kind is not Charge:
        raise NotImplementedError
    return {"type": "string", "format": "decimal"}


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 - a type hint can be anything
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from _structs(hint)
    for part in get_args(kind):
        yield from _structs(part)


def _describe(node: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    node["description"] = _one_line(inspect.getdoc(kind) or "")
    hints, words = get_type_hints(kind), _member_docs(kind)
    for name, member in node["properties"].items():
        if name in hints:  # not the tag that tells the variants of a union apart
            _refine(member, hints[name])
        if name in words:
            member["description"] = words[name]


def _refine(node: dict[str, Any], hint: Any) -> None:  # noqa: ANN401
    """Add the forms that a text must have, wherever in the hint it stands."""
    parts = [part for part in get_args(hint) if part is not NoneType]
    if hint in _FORMS:
        node.update(_FORMS[hint])
    elif "anyOf" in node and len(parts) == 1:
        for branch in node["anyOf"]:
            if branch != {"type": "null"}:
                _refine(branch, parts[0])
    elif node.get("type") == "array" and isinstance(node.get("items"), dict):
        _refine(node["items"], parts[0])
    elif node.get("type") == "object" and parts and parts[0] in _FORMS:
        node["propertyNames"] = dict(_FORMS[parts[0]])


def _member_docs(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The texts that stand below members in the source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class
    docs = {}
    for member, below in zip(body.body, body.body[1:], strict=False):
        match member, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = _one_line(inspect.cleandoc(text))
    return docs


def _one_line(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[2] / "schemas"
    for file in DOCUMENTS:
        (folder / file).write_text(text_of(file), encoding="utf-8")
