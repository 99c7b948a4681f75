"""A part of a plan, as each planning step returns it."""

from collections.abc import Iterable, Mapping

import msgspec

from numplan.model.account import Offer
from numplan.model.address import Resource
from numplan.model.changes import Change
from numplan.model.diagnostics import Diagnostic
from numplan.model.number import E164
from numplan.model.plan import Deferred


class PlanPart(msgspec.Struct, frozen=True, kw_only=True):
    """Changes, what is left alone, and what must be said about them. `together` are numbers whose changes make
    sense only side by side: one goes, and the other takes its place.
    """

    changes: tuple[Change, ...] = ()
    held: tuple[Deferred, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    alternates: Mapping[Resource, tuple[Offer, ...]] = {}
    together: tuple[tuple[E164, E164], ...] = ()


def join(parts: Iterable[PlanPart]) -> PlanPart:
    """All parts as one, in their order."""
    parts = tuple(parts)
    return PlanPart(
        changes=tuple(change for part in parts for change in part.changes),
        held=tuple(held for part in parts for held in part.held),
        diagnostics=tuple(found for part in parts for found in part.diagnostics),
        alternates={resource: offers for part in parts for resource, offers in part.alternates.items()},
        together=tuple(pair for part in parts for pair in part.together),
    )
