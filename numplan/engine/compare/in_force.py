"""The manifest as it is in force on a day: what of it began, and what ended. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from numplan.model.address import Resource
from numplan.model.manifest import Entry, Manifest
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


def last_days(manifest: Manifest, today: Today) -> Mapping[Resource, date]:
    """The last day of each entry that ended, be it that the clocks leave that in doubt."""
    return {
        one.resource: one.terms.ends
        for one in manifest.named()
        if one.terms.ends is not None and one.terms.has_ended(today.day)
    }


def day_after(last: date) -> date:
    """The first day on which an entry with this last day has ended."""
    return last + _NEXT
