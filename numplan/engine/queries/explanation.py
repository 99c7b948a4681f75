"""All that is known of one number, or of one resource: manifest, state, account and plan side by side. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.in_force import day_after
from numplan.engine.pipeline import PlanResult
from numplan.engine.queries.planned_action import PlannedAction, PlannedActions
from numplan.model.account import OwnedNumber, Unreadable
from numplan.model.address import Address, Resource, address_of, kind_of, split_address
from numplan.model.changes import Change, Keep, Replace, number_of
from numplan.model.diagnostics import Diagnostic, Source
from numplan.model.errors import NumplanError, UsageError
from numplan.model.manifest import Entry, Manifest, PoolEntry, Retired, declared_by, terms_for
from numplan.model.moment import Moment, our_time
from numplan.model.number import E164, NumberError
from numplan.model.others import Elsewhere
from numplan.model.plan import Deferred, Drift
from numplan.model.state import Instance, Intent, State, Tombstone
from numplan.model.text.spelling import nearest
from numplan.model.today import Today
from numplan.numbering.reading import read_number

LeavesFor = Literal["undeclared", "ended", "retired", "let go", "declared again"]
"""Why a number leaves: no entry declares it, its entry ended, it is retired, or its pool had too many. One that is
declared again is about to stay.
"""


class NumberExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """One number. `resource` is where manifest, plan or state have it, in this order; `entry` is what the manifest
    declares there, at `source`.

    `unread` is the row of the account that is about it, or may be, and cannot be read. `listed` is False where the
    account's listing was not proven complete and the number is not known to be owned.
    `theirs` is what another state knows of it. `protections` are what stands between the number and a release.
    `released_at`: when this state released it, as long as no pool buys it again before `again_from`.
    """

    number: E164
    resource: Resource | None
    entry: Entry | None
    source: Source | None
    instance: Instance | None
    intent: Intent | None
    tombstone: Tombstone | None
    owned: OwnedNumber | None
    unread: Unreadable | None
    theirs: Elsewhere | None
    listed: bool
    drift: Drift | None
    action: PlannedAction
    protections: tuple[str, ...]
    retired: Retired | None
    released_at: Moment | None
    again_from: datetime | None
    leaves_for: LeavesFor | None
    days: str = ""
    """What the first or the last day of its entry means today."""

    @property
    def address(self) -> Address | None:
        """Where the number lives, or would live."""
        return None if self.resource is None else address_of(self.resource, self.number)


class ResourceExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """A set or a pool as a whole. `changes` are the plan's of it, those that do nothing left out."""

    resource: Resource
    entry: Entry | None
    members: tuple[Instance, ...]
    missing: tuple[Instance, ...]
    assigned: int
    """How many of the members a flow uses."""
    changes: tuple[Change, ...]
    held: tuple[Deferred, ...]
    findings: tuple[Diagnostic, ...]
    guards: tuple[str, ...]
    protections: tuple[str, ...]
    days: str = ""


class Name(NamedTuple):
    """What is asked about: an address (with or without its number), or a number alone."""

    text: str
    resource: Resource | None
    number: E164 | None


def read_name(text: str) -> Name:
    """Read an address, a resource or a number. Raises UsageError for a text that is none of these."""
    parts = split_address(text)
    if parts is not None:
        return Name(text, *parts)
    try:
        return Name(text, None, read_number(text).number)
    except NumberError as problem:
        raise UsageError(f"{text!r} is neither an address nor a number: {problem}") from None


def explanation_of(
    name: Name, manifest: Manifest, state: State | None, result: PlanResult
) -> NumberExplanation | ResourceExplanation:
    """What is known of what is asked about. Raises NumplanError for an address at which nothing is."""
    resource, number = name.resource, name.number
    if resource is None and number is not None:
        return _of_number(number, manifest, state, result)
    homes = _homes(manifest, state, result)
    if number is None and resource is not None:
        if kind_of(resource) == "number":
            number = next((one for one, home in homes.items() if home == resource), None)
        elif resource in {*homes.values(), *_entries(manifest), *_remembered(state)}:
            return _of_resource(resource, manifest, state, result)
    if number is None or homes.get(number) != resource:
        raise _nothing_at(name, homes, manifest)
    return _of_number(number, manifest, state, result)


def _remembered(state: State | None) -> set[Resource]:
    return {one.resource for one in state.numbers} if state else set()


def _homes(manifest: Manifest, state: State | None, result: PlanResult) -> dict[E164, Resource]:
    """Where each number is: as the manifest declares it, else as the plan would have it, else as state does."""
    homes = {one.number: one.resource for one in (state.numbers if state else ())}
    homes.update((number, one.resource) for number, one in result.comparison.managed.items())
    for change in result.plan.changes:
        homes[number_of(change)] = change.resource
        if isinstance(change, Replace):
            homes[change.after.number] = change.resource
    homes.update((one.number, one.resource) for one in result.plan.held)
    for ended in manifest.ended:
        for one in declared_by(ended):
            homes.setdefault(one.number, one.resource)
    homes.update((one.number, one.resource) for one in manifest.explicit())
    return homes


def _of_number(
    number: E164, manifest: Manifest, state: State | None, result: PlanResult
) -> NumberExplanation:
    comparison, _, plan = result
    snapshot = comparison.snapshot
    resource = _homes(manifest, state, result).get(number)
    entry = _entries(manifest).get(resource) if resource else None
    declared = comparison.declared.get(number)
    kept = state.by_number.get(number) if state else None
    instance = kept or comparison.managed.get(number)
    owned = snapshot.owned.get(number)
    return NumberExplanation(
        number=number,
        resource=resource,
        entry=entry,
        source=declared.source if declared else entry.source if entry else None,
        instance=instance,
        intent=next((one for one in state.intents if one.number == number), None) if state else None,
        tombstone=next((one for one in state.tombstones if one.number == number), None) if state else None,
        owned=owned,
        unread=snapshot.unread.get(number),
        theirs=comparison.others.by_number.get(number),
        listed=snapshot.complete or owned is not None or instance is not None or declared is not None,
        drift=next((one for one in plan.drift if one.before.number == number), None),
        action=PlannedActions(plan).of(number, resource),
        protections=tuple(_protections(manifest, entry, instance, owned, number)),
        retired=comparison.retired.get(number),
        released_at=(released_at := comparison.released.get(number)),
        again_from=our_time(released_at) + comparison.no_rebuy if released_at is not None else None,
        leaves_for=_leaves_for(number, entry, instance, comparison),
        days=_days(entry, comparison.today),
    )


def _leaves_for(
    number: E164, entry: Entry | None, instance: Instance | None, comparison: Comparison
) -> LeavesFor | None:
    if instance is None or instance.attributes.leaving_at is None:
        return None
    if entry is not None and entry.terms.has_ended(comparison.today.day):
        return "ended"
    if isinstance(entry, PoolEntry):
        return "retired" if number in comparison.retired else "let go"
    return "declared again" if number in comparison.declared else "undeclared"


def _of_resource(
    resource: Resource, manifest: Manifest, state: State | None, result: PlanResult
) -> ResourceExplanation:
    comparison, _, plan = result
    snapshot = comparison.snapshot
    entry = _entries(manifest).get(resource)
    kept = state.by_number if state else {}
    members = tuple(one for one in {**comparison.managed, **kept}.values() if one.resource == resource)
    rows = (snapshot.owned.get(one.number) for one in members)
    changes = tuple(one for one in plan.changes if one.resource == resource)
    addresses = {
        resource,
        *(address_of(resource, number_of(one)) for one in changes),
        *(one.address for one in members),
    }
    return ResourceExplanation(
        resource=resource,
        entry=entry,
        members=members,
        missing=tuple(one for one in (*comparison.missing, *comparison.absent) if one.resource == resource),
        assigned=sum(1 for row in rows if row is not None and row.flow is not None),
        changes=tuple(one for one in changes if not isinstance(one, Keep)),
        held=tuple(one for one in plan.held if one.resource == resource),
        findings=tuple(one for one in plan.diagnostics if _is_about(one, resource, entry)),
        guards=tuple(
            dict.fromkeys(
                one.guard
                for one in plan.refusals
                if not addresses.isdisjoint((*one.subjects, *one.resources))
            )
        ),
        protections=tuple(_protections(manifest, entry, None, None)),
        days=_days(entry, comparison.today),
    )


def _protections(
    manifest: Manifest,
    entry: Entry | None,
    instance: Instance | None,
    owned: OwnedNumber | None,
    number: E164 | None = None,
) -> Iterator[str]:
    if instance is not None and instance.attributes.protect:
        yield (
            "state remembers `protect: true`: its release is refused until `protect: false` is applied, or "
            f"--allow-release '{instance.address}' is given"
        )
    elif entry is not None and terms_for(entry, number).protect:
        yield "its entry says `protect: true`, which holds from the moment it is applied"
    if owned is not None and owned.flow is not None:
        yield f"the flow {owned.flow.flow_name!r} uses it, so the vendor would refuse its release"
    if entry is not None and entry.terms.sip_trunk_id is not None and entry.terms.on_trunk_change == "refuse":
        yield "`on_trunk_change: refuse`: another trunk in the manifest does not have it replaced"
    bounds, firm = manifest.bounds, manifest.operator.max_releases
    more = "whatever a flag says" if bounds.max_releases == firm else "unless --max-releases says more"
    yield f"one apply releases at most {bounds.max_releases} numbers, {more}"
    yield f"three releases or more of one apply are at most {bounds.max_release_share} of what is managed"


def _days(entry: Entry | None, today: Today) -> str:
    """What the days of an entry mean today; empty where it has none."""
    if entry is None:
        return ""
    begins, ends = entry.terms.begins, entry.terms.ends
    if entry.terms.is_coming(today.day):
        return f"begins on {begins}: nothing is bought for it before, and nothing of it is released"
    if entry.terms.has_ended(today.day):
        if today.doubt:
            return f"ended on {ends}, but nothing is released or bought: {today.doubt}"
        return f"ended on {ends}: since then it counts as deleted"
    return f"ends on {ends}: its numbers are released from {day_after(ends)} on" if ends else ""


def _entries(manifest: Manifest) -> dict[Resource, Entry]:
    return {entry.resource: entry for entry in manifest.named()}


def _is_about(found: Diagnostic, resource: Resource, entry: Entry | None) -> bool:
    parts = split_address(found.path)
    return (parts is not None and parts[0] == resource) or (
        entry is not None and found.source is not None and found.source == entry.source
    )


def _nothing_at(name: Name, homes: dict[E164, Resource], manifest: Manifest) -> NumplanError:
    meant: str | None
    if name.number is not None and name.number in homes:
        meant = address_of(homes[name.number], name.number)
    else:
        meant = nearest(name.text, [*_entries(manifest), *dict.fromkeys(homes.values())])
    hint = f"did you mean {meant}?" if meant else "`numplan state list` shows what state holds"
    return NumplanError(f"nothing is declared or managed at {name.text}", hint=hint)
