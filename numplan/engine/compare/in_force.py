"""The manifest as it is in force on a day: what of it began, and what ended. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from numplan.model.address import Resource, kind_of
from numplan.model.manifest import Entry, Manifest, declared_by
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.model.today import Today

_NEXT: Final = timedelta(days=1)


def in_force(manifest: Manifest, today: Today) -> Manifest:
    """The manifest without the entries whose last day is over: these stand apart, as `ended`. Where the clocks leave
    the day in doubt, no entry ends. The very same manifest where none does.
    """
    if today.doubt or not any(one.terms.has_ended(today.day) for one in manifest.entries()):
        return manifest
    over = tuple(one for one in manifest.entries() if one.terms.has_ended(today.day))
    return msgspec.structs.replace(
        manifest,
        numbers=tuple(one for one in manifest.numbers if not one.terms.has_ended(today.day)),
        sets=tuple(one for one in manifest.sets if not one.terms.has_ended(today.day)),
        pools=tuple(one for one in manifest.pools if not one.terms.has_ended(today.day)),
        ended=(*manifest.ended, *over),
    )


def is_idle(entry: Entry, today: Today) -> bool:
    """Whether a date keeps an entry from buying and releasing: it begins later, or it ended and the clocks leave
    that in doubt.
    """
    return entry.terms.is_coming(today.day) or entry.terms.has_ended(today.day)


def idle_entries(manifest: Manifest, today: Today) -> frozenset[Resource]:
    """The idle ones among the entries in force."""
    return frozenset(one.resource for one in manifest.entries() if is_idle(one, today))


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The last days of what ended, be it that the clocks leave that in doubt: of entries, and of the explicit numbers
    among what they declare.
    """

    entries: Mapping[Resource, date] = {}
    numbers: Mapping[E164, date] = {}
    waits: Mapping[Resource, int] = {}
    """For how many days these entries, and those that are left out since all is to go, keep their numbers."""

    def last_day(self, one: Instance) -> date | None:
        """The last day of the entry that a managed number belongs to; None of a number that has none, or that its entry
        did not declare any more.
        """
        if kind_of(one.resource) == "pool":
            return self.entries.get(one.resource)
        return self.numbers.get(one.number)


def ended_by(manifest: Manifest, today: Today) -> Ended:
    """What ended of a manifest that is in force."""
    over = [one for one in manifest.named() if one.terms.has_ended(today.day)]
    return Ended(
        entries={one.resource: one.terms.ends for one in over if one.terms.ends},
        waits={
            **manifest.spans,
            **{e.resource: e.terms.release_after for e in over if e.terms.release_after},
        },
        numbers={
            declared.number: one.terms.ends for one in over if one.terms.ends for declared in declared_by(one)
        },
    )


def day_after(last: date) -> date:
    """The first day on which an entry with this last day has ended."""
    return last + _NEXT
