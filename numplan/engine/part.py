"""A part of a plan, as each planning step returns it."""

from collections.abc import Iterable, Mapping

import msgspec

from numplan.model.account import Offer
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic
from numplan.model.plan import Change, Held


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Changes, what is left alone, and what must be said about them."""

    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    alternates: Mapping[Resource, tuple[Offer, ...]] = {}


def join(parts: Iterable[Part]) -> Part:
    """All parts as one, in their order."""
    parts = tuple(parts)
    return Part(
        changes=tuple(change for part in parts for change in part.changes),
        held=tuple(held for part in parts for held in part.held),
        diagnostics=tuple(found for part in parts for found in part.diagnostics),
        alternates={resource: offers for part in parts for resource, offers in part.alternates.items()},
    )
