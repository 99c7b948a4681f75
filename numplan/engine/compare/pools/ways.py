"""Where the manifest's moves of whole resources lead. Each name is followed once, whoever asks. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from numplan.model.address import Resource
from numplan.model.manifest import Move


class Ways:
    """The ways from name to name. They lead in no circle: a manifest in which they do is refused."""

    def __init__(self, moves: Sequence[Move], pools: AbstractSet[Resource]) -> None:
        """`pools` are those that are declared."""
        self._onward: dict[Resource, list[Resource]] = {}
        for move in moves:
            if move.number is None:
                self._onward.setdefault(move.resource, []).append(move.to)
        self._pools = pools
        self._ends: dict[Resource, Resource] = {}
        self._beyond: dict[Resource, tuple[Resource, ...]] = {}

    def names(self) -> Sequence[Resource]:
        """The resources that moves lead away from, in their order."""
        return [*self._onward]

    def end(self, resource: Resource) -> Resource:
        """Where what no pool lacks ends up: at the last target, on from name to name until one is declared."""
        passed, at = [], resource
        while at not in self._ends and at in self._onward and at not in self._pools:
            passed.append(at)
            at = self._onward[at][-1]
        end = self._ends.get(at, at)
        self._ends.update(dict.fromkeys(passed, end))
        return end

    def pools_beyond(self, resource: Resource) -> Sequence[Resource]:
        """The declared pools that moves lead to from here, the nearest first."""
        passed, at = [], resource
        while at not in self._beyond and len(self._onward.get(at, ())) == 1:
            passed.append(at)
            (at,) = self._onward[at]
        if at not in self._beyond:
            self._beyond[at] = self._nearest_first(at)
        found = self._beyond[at]
        for name in reversed(passed):
            found = (at, *found) if at in self._pools else found
            self._beyond[name] = found
            at = name
        return found

    def _nearest_first(self, resource: Resource) -> tuple[Resource, ...]:
        seen, queue = {resource}, [resource]
        for at in queue:
            for further in self._onward.get(at, ()):
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
        return tuple(one for one in queue[1:] if one in self._pools)
