"""What dates that are near will release, and what keeps numbers back then. Pure: no call is made."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.in_force import day_after, in_force
from numplan.engine.compare.pools.moves import follow_moves
from numplan.engine.plan.leaving.due import staying
from numplan.engine.policy.limits import effective
from numplan.engine.policy.releases import Stay
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Blocked, Forget, Keep, Purchase, Release, Replace, Update
from numplan.model.diagnostics import Diagnostic, note
from numplan.model.manifest import Entry, Manifest
from numplan.model.number import E164
from numplan.model.plan import Allowances, Ending, Plan
from numplan.model.state import Attributes, Instance
from numplan.model.text.printable import numbers
from numplan.model.today import Today

NEAR: Final = 14
"""So many days before it ends, an entry is told to end."""


class _Number(NamedTuple):
    """A number that is managed once a plan is carried out, and where."""

    resource: Resource
    attributes: Attributes


def with_forecast(plan: Plan, manifest: Manifest, comparison: Comparison) -> Plan:
    """The plan, with what ends soon and what would refuse the releases then. The manifest is the one in force."""
    day = comparison.today.day
    near: dict[date, list[Entry]] = {}
    for entry in manifest.entries():
        last = entry.terms.ends
        if last is not None and 0 <= (last - day).days <= NEAR:
            near.setdefault(last, []).append(entry)
    if not near or plan.refresh_only:
        return plan
    there = {one.attributes.number: one for one in _managed_after(plan, comparison)}
    endings: list[Ending] = []
    told: list[Diagnostic] = []
    for last in sorted(near):
        going = _going(there, {entry.resource for entry in near[last]}, manifest, comparison, last)
        kept = _kept_back(going, there, manifest, comparison, last)
        found = [*_endings(going, near[last], kept, comparison)]
        endings += found
        told += [*(_told(one, manifest, day) for one in found), *_held_back(kept, last)]
        there = {number: one for number, one in there.items() if number not in going}
    return msgspec.structs.replace(plan, ending=tuple(endings), diagnostics=(*plan.diagnostics, *told))


def _managed_after(plan: Plan, comparison: Comparison) -> Iterator[_Number]:
    """What state manages and the account holds once the plan is carried out."""
    for change in plan.changes:
        match change:
            case Keep() | Update() | Adopt() | Purchase() | Replace():
                yield _Number(change.resource, change.after)
            case Blocked():
                yield _Number(change.resource, change.before)
            case _:
                pass
    for change in plan.unselected:
        if isinstance(change, Release | Replace | Update | Forget | Blocked):
            yield _Number(change.resource, change.before)
    for held in plan.held:
        if not held.leaving and (one := comparison.managed.get(held.number)) is not None:
            yield _Number(held.resource, one.attributes)


def _going(
    there: Mapping[E164, _Number],
    ending: Container[Resource],
    manifest: Manifest,
    comparison: Comparison,
    last: date,
) -> dict[E164, _Number]:
    """The numbers that go since these entries end: not those that go anyway, nor those that move elsewhere then."""
    undeclared = {one.number for one in comparison.leaving}
    going = {
        number: one
        for number, one in there.items()
        if one.resource in ending and number not in undeclared and one.attributes.leaving_at is None
    }
    if not going or not manifest.moved:
        return going
    then = in_force(manifest, Today(day_after(last)))
    filling = {number: _instance(one) for number, one in there.items()}
    moved = follow_moves(then, filling, {})
    return {number: one for number, one in going.items() if number not in moved}


def _instance(one: _Number) -> Instance:
    return Instance(
        resource=one.resource,
        attributes=one.attributes,
        origin="purchased",
        bought_at=None,
        trunk_verified=True,
    )


def _waits(one: _Number) -> int:
    return one.attributes.release_after or 0


def _kept_back(
    going: Mapping[E164, _Number],
    there: Mapping[E164, _Number],
    manifest: Manifest,
    comparison: Comparison,
    last: date,
) -> dict[E164, Stay]:
    """Which numbers an apply of the day after the last one would not release, without a flag, and why; what waits is
    none of them.
    """
    then = day_after(last)
    due = [
        Release(resource=one.resource, before=one.attributes, due=then)
        for one in going.values()
        if not _waits(one)
    ]
    on_that_day = msgspec.structs.replace(
        comparison, today=Today(then), managed={number: _instance(one) for number, one in there.items()}
    )
    allowances = Allowances()
    limits = effective(manifest, allowances)
    return staying(due, due, in_force(manifest, Today(then)), on_that_day, allowances, limits)


def _endings(
    going: Mapping[E164, _Number],
    entries: Sequence[Entry],
    kept: Mapping[E164, Stay],
    comparison: Comparison,
) -> Iterator[Ending]:
    """What ends, entry by entry; nothing of an entry that holds no number."""
    for entry in entries:
        own = sorted(number for number, one in going.items() if one.resource == entry.resource)
        if not own or (last := entry.terms.ends) is None:
            continue
        days = max(map(_waits, map(going.__getitem__, own)))
        yield Ending(
            resource=entry.resource,
            until=last,
            numbers=tuple(own),
            blocked=tuple(number for number in own if _in_a_flow(number, comparison)),
            guards=tuple(dict.fromkeys(kept[one].guard for one in own if one in kept and kept[one].guard)),
            released_from=day_after(last) + timedelta(days=days) if days else None,
        )


def _in_a_flow(number: E164, comparison: Comparison) -> bool:
    row = comparison.snapshot.owned.get(number)
    return row is not None and row.flow is not None


def _told(one: Ending, manifest: Manifest, day: date) -> Diagnostic:
    sources = {entry.resource: entry.source for entry in manifest.entries()}
    left = (one.until - day).days
    when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    are, leave = ("is", "leaves") if len(one.numbers) == 1 else ("are", "leave")
    goes = f"{are} released then"
    if one.released_from:
        goes = f"{leave} then, and {are} released from {one.released_from} on"
    flows = ""
    if one.blocked:
        flows = f"; {len(one.blocked)} of them cannot go while a flow uses {'it' if len(one.blocked) == 1 else 'them'}"
    return note(
        f"{one.resource} ends on {one.until}, {when}: {numbers(len(one.numbers))} {goes}{flows}",
        source=sources.get(one.resource),
    )


def _held_back(kept: Mapping[E164, Stay], last: date) -> Iterator[Diagnostic]:
    """What guards keep on the day, by reason."""
    for stay in dict.fromkeys(kept.values()):
        if stay.guard:
            count = sum(one == stay for one in kept.values())
            yield note(
                f"on {day_after(last)} {numbers(count)} of these {'stay' if count > 1 else 'stays'}: {stay.why}"
            )
