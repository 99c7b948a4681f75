"""What only a date releases: how much of it a plan takes up, and why the rest stays. Pure.

Nobody asked for these releases now, so they make no plan worse: no guard refuses one for them, they take the room that
the limits leave beside what was asked for, and where the clocks do not agree about the day there are none at all.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from numplan.engine.compare.comparison import Comparison
from numplan.engine.plan.plan_part import PlanPart
from numplan.engine.policy.limits import Limits
from numplan.engine.policy.releases import Stay, full_by, is_protected, protecting, releasing, room
from numplan.model.changes import Change, Keep, Release, acting
from numplan.model.diagnostics import Diagnostic, note, warning
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.plan import Allowances, Leaving
from numplan.model.text.printable import numbers

PROTECTED: Final = Stay("protected", "protected")


class Taken(NamedTuple):
    """A part in which what is due is released or stays. `overdue` are the numbers that stay though their day has come,
    `doubt` says why the day itself is not believed.
    """

    part: PlanPart
    overdue: tuple[Leaving, ...]
    doubt: str = ""


def take_due(
    part: PlanPart, manifest: Manifest, comparison: Comparison, allowances: Allowances, limits: Limits
) -> Taken:
    """Keep the releases that a date alone asks for as far as they may be made, oldest first; the others become numbers
    that stay as they are. What is asked for besides is left alone.
    """
    due = [one for one in acting(part.changes) if isinstance(one, Release) and one.due is not None]
    if not due:
        return Taken(part, ())
    stays = staying(due, part.changes, manifest, comparison, allowances, limits)
    doubt = comparison.today.doubt
    changes = tuple(
        Keep(resource=one.resource, after=one.before)
        if isinstance(one, Release) and one.due is not None and one.before.number in stays
        else one
        for one in part.changes
    )
    told = (*part.diagnostics, *_told(stays, doubt))
    kept = tuple(_leaving(one, stays[one.before.number]) for one in due if one.before.number in stays)
    return Taken(msgspec.structs.replace(part, changes=changes, diagnostics=told), kept, doubt)


def staying(
    due: Sequence[Release],
    changes: Sequence[Change],
    manifest: Manifest,
    comparison: Comparison,
    allowances: Allowances,
    limits: Limits,
) -> dict[E164, Stay]:
    """Which of the due numbers are not released, each with the reason, where a plan makes these `changes` besides."""
    if comparison.today.doubt:
        return dict.fromkeys((one.before.number for one in due), Stay(comparison.today.doubt))
    stays: dict[E164, Stay] = {}
    free: list[Release] = []
    declared = protecting(manifest)
    for one in sorted(due, key=lambda one: (one.due, one.before.number)):
        row = comparison.snapshot.owned.get(one.before.number)
        if row is not None and row.flow is not None:
            stays[one.before.number] = Stay(f"assigned to the flow {row.flow.flow_name!r}")
        elif is_protected(one, declared, allowances):
            stays[one.before.number] = PROTECTED
        else:
            free.append(one)
    asked = [one for one in acting(changes) if not _is_due(one)]
    apart = frozenset(one.number for one in (*comparison.surplus, *comparison.missing))
    found = releasing(asked, comparison.managed, apart)
    taken = room(limits, allowances, found, len(free))
    if taken < len(free) and (full := full_by(limits, allowances, found.more(taken + 1))):
        stays |= dict.fromkeys((one.before.number for one in free[taken:]), full)
    return stays


def _is_due(change: Change) -> bool:
    return isinstance(change, Release) and change.due is not None


def _leaving(one: Release, stay: Stay) -> Leaving:
    assert one.due is not None  # noqa: S101 - of what is due
    return Leaving(
        resource=one.resource,
        number=one.before.number,
        leaving_at=one.due,
        monthly_charge=one.before.monthly_charge,
        overdue=stay.why,
    )


def _told(stays: dict[E164, Stay], doubt: str) -> Iterator[Diagnostic]:
    if doubt:
        yield warning(
            f"{numbers(len(stays))} due, and none is released: {doubt}, so no date is believed",
            hint="set the clock right; --release-now releases what it names, whatever the date",
        )
        return
    for stay in dict.fromkeys(stays.values()):
        yield note(
            f"{numbers(sum(one == stay for one in stays.values()))} due, not released: {stay.why}",
            hint="--allow-release releases what it names" if stay == PROTECTED else "",
        )
