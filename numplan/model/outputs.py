"""The outputs of a manifest: values for other programs, made of the numbers of its entries."""

import msgspec

from numplan.model.address import Resource
from numplan.model.diagnostics import Source


class NumbersOf(msgspec.Struct, frozen=True):
    """Part of an output: the number of an entry under `numbers`, or all numbers of a set or a pool."""

    resource: Resource


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """A value for other programs: text around the numbers of entries. A list of numbers is its only part."""

    name: str
    parts: tuple[str | NumbersOf, ...]
    source: Source

    @property
    def resources(self) -> frozenset[Resource]:
        """The entries whose numbers it tells."""
        return frozenset(part.resource for part in self.parts if isinstance(part, NumbersOf))
