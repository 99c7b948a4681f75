"""The JSON Schemas that ship with numplan: found in a wheel and in a checkout alike."""

from functools import cache
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("manifest", "policy", "state", "plan")
"""The schemas that may be asked for; each lies in `schemas/NAME.schema.json`."""
REFERENCE: Final = {"$ref": "#/$defs/reference"}
"""What the shipped schema admits beside a value, wherever a variable may stand for one."""


def schema_text(name: str) -> str:
    """The text of one schema, byte for byte as it ships.

    Raises LookupError if this installation holds no schema of that name.
    """
    for folder in _folders():
        candidate = folder / f"{name}.schema.json"
        if name in NAMES and candidate.is_file():
            return candidate.read_text(encoding="utf-8")
    raise LookupError(f"this installation of numplan has no schema named {name!r}")


@cache
def schema(name: str) -> dict[str, Any]:
    """One schema as plain values, read once a run: not to be changed by the caller.

    The manifest's is the one that holds once variables have their values: editors see `${var.name}`, checks never.
    """
    import msgspec  # a command line is checked against NAMES before anything is decoded

    document: dict[str, Any] = _without_references(msgspec.json.decode(schema_text(name)))
    return document


def _without_references(node: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """A part of a schema, without the references to variables that it admits in place of a value."""
    if isinstance(node, list):
        return [_without_references(one) for one in node]
    if not isinstance(node, dict):
        return node
    rules = {key: _without_references(value) for key, value in node.items()}
    match rules.get("anyOf"):
        case [value, reference] if reference == REFERENCE:
            del rules["anyOf"]
            rules |= value
    return rules


def _folders() -> tuple[Path, ...]:
    """Where schemas may lie: inside the package (a wheel), or beside it (a checkout)."""
    package = Path(__file__).parents[2]
    return package / "schemas", package.parent / "schemas"
