"""The JSON Schemas that ship with numplan: found in a wheel and in a checkout alike."""

import json
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

NAMES: Final = ("manifest", "state", "plan")
"""The schemas that may be asked for; each lies in `schemas/NAME.schema.json`."""


def schema_text(name: str) -> str:
    """The text of one schema, byte for byte as it ships.

    Raises LookupError if this installation holds no schema of that name.
    """
    for folder in _folders():
        candidate = folder / f"{name}.schema.json"
        if name in NAMES and candidate.is_file():
            return candidate.read_text(encoding="utf-8")
    raise LookupError(f"this installation of numplan holds no schema named {name!r}")


@cache
def schema(name: str) -> dict[str, Any]:
    """One schema as plain values, read once a run: not to be changed by the caller."""
    document: dict[str, Any] = json.loads(schema_text(name))
    return document


def _folders() -> tuple[Traversable, ...]:
    """Where schemas may lie: inside the package (a wheel), or beside it (a checkout)."""
    package = resources.files("numplan")
    return package / "schemas", package / ".." / "schemas"
