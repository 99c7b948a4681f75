"""Which parts of a refused manifest are sound, so that the rules can speak of those in the same run."""

from collections.abc import Mapping
from typing import Any, Final

from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.scalar_kinds import resolved
from numplan.manifest.schema.validator import Check, Verdicts

UNSOUND: Final = object()
"""In the place of a value of which nothing can be kept."""


class Part:
    """The schema of one value and of what lies inside it."""

    __slots__ = ("admits", "names", "parts", "rest")

    def __init__(self, schema: Mapping[str, Any], root: Mapping[str, Any], verdicts: Verdicts) -> None:
        here = resolved(schema, root)
        rest = here.get("additionalProperties")
        self.admits: Check = verdicts.check(schema)
        self.names: Check = verdicts.check(here.get("propertyNames", {}))
        self.parts = {name: Part(inner, root, verdicts) for name, inner in here.get("properties", {}).items()}
        self.rest = Part(rest, root, verdicts) if isinstance(rest, Mapping) else None

    def sound(self, value: object) -> object:
        """The value without its unsound parts, or UNSOUND. Places stay: also those of what is left out."""
        if self.admits(value):
            return value
        if not isinstance(value, LocatedMap):
            return UNSOUND
        kept = self.pruned(value)
        return kept if self.admits(kept) else UNSOUND

    def pruned(self, value: LocatedMap) -> LocatedMap:
        """The mapping without its unsound parts, even if it then lacks what it must have."""
        kept = LocatedMap()
        kept.marks = value.marks
        for name, inner in value.items():
            part = self.parts.get(name, self.rest)
            if part is not None and self.names(name) and (sound := part.sound(inner)) is not UNSOUND:
                kept[name] = sound
        return kept


def compile_part(schema: Mapping[str, Any]) -> Part:
    """The parts of a whole schema, whose references all lead into its own `$defs`."""
    return Part(schema, schema, Verdicts(schema))
