"""The sections of a plan, the dangerous ones first, and what there is to say of each change in them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from numplan.model.address import kind_of
from numplan.model.changes import Change, acting, address_of_change, number_of
from numplan.model.plan import Plan
from numplan.views.common.kinds import KINDS, Charges, Kind, area_of
from numplan.views.common.wrapping import Style

_RESOURCE: Final = attrgetter("resource")


class ChangeRow(msgspec.Struct, frozen=True):
    """One change: where its number lives, what else is to be known of it, and what it costs."""

    name: str
    """The address, and the number where the address does not hold it."""
    facts: tuple[str, ...]
    charges: Charges = Charges()


class Section(msgspec.Struct, frozen=True):
    """The changes of one kind, in the order of the plan. Of a million changes few rows are shown, so each is made when
    it is asked for, and what they have in common is told by those that differ.
    """

    kind: Kind
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        """What is to be done."""
        return self.kind.title

    @property
    def mark(self) -> str:
        """The mark before each line."""
        return self.kind.mark

    @property
    def style(self) -> Style:
        """The colour of each line."""
        return self.kind.style

    def rows(self, changes: Iterable[Change] | None = None) -> Iterator[ChangeRow]:
        """The rows of all its changes, or of some."""
        for one in self.changes if changes is None else changes:
            address = address_of_change(one)
            name = f"{address}  {number_of(one)}" if kind_of(one.resource) == "number" else address
            yield ChangeRow(name, self.kind.facts_of(one), self.kind.charges_of(one))

    def groups(self) -> dict[str, list[Change]]:
        """What is shown together: the changes of a set or a pool, and, under no name, those of explicit numbers."""
        found: dict[str, list[Change]] = {}
        for resource, some in groupby(self.changes, _RESOURCE):
            found.setdefault("" if kind_of(resource) == "number" else resource, []).extend(some)
        return found

    def total(self, changes: Sequence[Change] | None = None) -> Charges:
        """What all its changes cost together, or some of them."""
        return self.kind.total(self.changes if changes is None else changes)

    def shared(self, changes: Sequence[Change]) -> tuple[str, ...]:
        """The facts that are true of each of these changes, in the order of the first."""
        first = self.kind.facts_of(changes[0])
        common = set(first)
        for one in self.kind.different(changes):
            common.intersection_update(self.kind.facts_of(one))
            if not common:
                return ()
        area = area_of(number_of(changes[0]))
        if area in common and any(area_of(number_of(one)) != area for one in changes):
            common.remove(area)
        return tuple(fact for fact in first if fact in common)


def sections_of(plan: Plan) -> Iterator[Section]:
    """Every section that has changes, the dangerous ones first."""
    by_type: dict[type[Change], list[Change]] = {}
    for change, some in groupby(acting(plan.changes), type):
        by_type.setdefault(change, []).extend(some)
    for kind in KINDS:
        if kind.change in by_type and (those := kind.among(by_type[kind.change])):
            yield Section(kind, those)
