"""Which parts of a refused document are valid, so that the rules can speak of those in the same run."""

from typing import Final

from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.schema.node import Node

_NONE: Final = object()
"""In the place of a value of which nothing is valid."""


def valid_part(document: object, node: Node) -> LocatedMap:
    """A mapping without its invalid parts, even if it then lacks required keys; an empty one for anything else. The
    positions stay, also those of what is left out.
    """
    kept = LocatedMap()
    if isinstance(document, LocatedMap):
        kept.files = document.files
        kept.positions = document.positions
        for name, inner in document.items():
            if (
                node.names.check(name)
                and (valid := _valid(inner, node.fields.get(name, node.rest))) is not _NONE
            ):
                kept[name] = valid
    return kept


def _valid(value: object, node: Node) -> object:
    """The value without its invalid parts, or _NONE."""
    if node.check(value):
        return value
    if not isinstance(value, LocatedMap):
        return _NONE
    kept = valid_part(value, node)
    return kept if node.check(kept) else _NONE
