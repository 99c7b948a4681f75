"""Plan what leaves: managed numbers that nothing declares, and those the account no longer holds. Pure."""

from collections.abc import Iterator
from typing import Final

import msgspec

from numplan.engine.compare.attributes import current
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.differences import differences
from numplan.engine.compare.in_force import day_after
from numplan.engine.plan.leaving.waiting import let_go, release_or_block
from numplan.engine.plan.plan_part import PlanPart
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource, kind_of
from numplan.model.changes import Change, Forget
from numplan.model.charge import RATES
from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.plan import Allowances, Drift
from numplan.model.state import Attributes, Instance


def plan_removals(comparison: Comparison, allowances: Allowances, *, destroy: bool) -> PlanPart:
    """What becomes of numbers that are no longer declared, and what state forgets since the account lacks it."""
    snapshot = comparison.snapshot
    changes: list[Change] = [
        _leaving(one, comparison, allowances, destroy=destroy)
        for one in comparison.leaving
        if one.number in snapshot.owned and not one.surplus
    ]
    on_hold = {one.number for one in comparison.held}
    changes += [
        release_or_block(one, snapshot, "a purchase that turned up after all; its release was asked for")
        for one in comparison.surplus
        if allowances.allows_release(one.address, one.number)
        and one.number in snapshot.owned
        and one.number not in comparison.declared
        and one.number not in on_hold
    ]
    changes += [
        lost(one.resource, one.attributes)
        for one in comparison.missing
        if one.number not in comparison.declared
    ]
    changes += [
        Forget(resource=one.resource, before=one.attributes, reason="the manifest forgets it")
        for one in comparison.forgotten
    ]
    return PlanPart(changes=tuple(changes), diagnostics=tuple(_renames(comparison)))


def lost(resource: Resource, known: Attributes) -> Forget:
    """A number that is missing and not bought again leaves state; should it come back, it is known."""
    return Forget(resource=resource, before=known, missing=True, reason="the account no longer holds it")


def _leaving(one: Instance, comparison: Comparison, allowances: Allowances, *, destroy: bool) -> Change:
    """What becomes of a number that nothing declares any more, be it that its entry ended."""
    if destroy:
        span = comparison.ended.waits.get(one.resource)
        return let_go(one, comparison, allowances, "all is to be released", declared=span)
    if (last := comparison.ended.last_day(one)) is not None:
        why, span = f"its entry ended on {last}", comparison.ended.waits.get(one.resource)
        return let_go(one, comparison, allowances, why, declared=span, ended=day_after(last))
    return let_go(one, comparison, allowances, "no longer declared")


QUIET: Final = frozenset(("setup_charge", "monthly_charge", *RATES))
"""Attributes that the vendor changes for everybody at once. Plans reckon with the account's, whatever state
remembers, so a change of these alone is no drift.
"""


def find_drift(comparison: Comparison) -> tuple[Drift, ...]:
    """State against account: what is missing, and what is not as remembered but for its charges."""
    missing = [
        Drift(resource=one.resource, kind="missing", before=one.attributes)
        for one in (*comparison.missing, *comparison.absent)
    ]
    return (*missing, *_changed(comparison))


def _changed(comparison: Comparison) -> list[Drift]:
    found = [one for instance, row in comparison.present() if (one := _drift_of(instance, row)) is not None]
    return sorted(found, key=lambda one: one.before.number)


def _drift_of(instance: Instance, row: OwnedNumber) -> Drift | None:
    before = instance.attributes
    if before.country == row.country and before.type == row.type:  # what is left to differ is quiet
        return None
    after = as_owned(instance, row)
    changed = tuple(one for one in differences(before, after) if one.path not in QUIET)
    if not changed:
        return None
    return Drift(resource=instance.resource, kind="changed", before=before, after=after, differences=changed)


def as_owned(instance: Instance, row: OwnedNumber) -> Attributes:
    """A managed number's attributes with what the account says of it: country, type and monthly charge."""
    attributes = current(instance, row)
    if attributes.country == row.country and attributes.type == row.type:
        return attributes
    return msgspec.structs.replace(attributes, country=row.country, type=row.type)


def _renames(comparison: Comparison) -> Iterator[Diagnostic]:
    """Pools that are gone while others are new: perhaps only their names are, and then no number need go."""
    gone = dict.fromkeys(
        one.resource
        for one in comparison.leaving
        if kind_of(one.resource) == "pool" and one.resource not in comparison.ended.entries
    )
    new = [one for one in comparison.pools if one.shortage and not one.members]
    for resource in gone:
        for status in new:
            yield warning(
                f"{resource} is no longer declared, so its numbers go, while {status.pool.resource} is new "
                "and wants others",
                source=status.pool.source,
                path=f"pools.{status.pool.name}",
                hint=f"if only its name changed, keep its numbers with moved: "
                f"[{{from: {resource}, to: {status.pool.resource}}}]",
            )
