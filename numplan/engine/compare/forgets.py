"""Which numbers the manifest's lines of `forget` mean, looked up once for all of these lines. Pure."""

from collections.abc import Iterable

from numplan.model.address import Resource
from numplan.model.manifest import Forgotten
from numplan.model.number import E164


class Forgets:
    """The lines together."""

    def __init__(self, lines: Iterable[Forgotten]) -> None:
        """A line means one number, a resource with all its numbers, or one number of a resource."""
        self._meant = frozenset((line.resource, line.number) for line in lines)

    def means(self, resource: Resource, number: E164) -> bool:
        """Whether any line means a number of a resource."""
        return not self._meant.isdisjoint(((None, number), (resource, None), (resource, number)))
