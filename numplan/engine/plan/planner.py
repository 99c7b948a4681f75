"""Make a plan. Pure and deterministic: the same values give the same bytes."""

from collections.abc import Collection, Mapping

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.account.region_checks import unproven_countries
from numplan.engine.compare import overcharge
from numplan.engine.compare.comparison import Comparison, again_from, present
from numplan.engine.plan.explicit import numbers_of, plan_explicit, unverified
from numplan.engine.plan.odd_rows import odd_rows
from numplan.engine.plan.outputs import output_changes
from numplan.engine.plan.plan_part import Part, join
from numplan.engine.plan.pool_choice import Picks
from numplan.engine.plan.pools import plan_pools
from numplan.engine.plan.quotes import Offers, unmanaged
from numplan.engine.plan.refresh_only import plan_refresh
from numplan.engine.plan.removals import find_drift, plan_removals
from numplan.engine.plan.selection import apply_selection, downgrade_unselected, narrow
from numplan.engine.policy.limits import effective
from numplan.engine.policy.loosening import bound_by, loosened
from numplan.model.address import Resource
from numplan.model.changes import (
    Adopt,
    Change,
    ChangeKey,
    Forget,
    Purchase,
    Release,
    Replace,
    Update,
    acting,
    bought,
    number_of,
    released,
)
from numplan.model.charge import add_up
from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.manifest import Manifest
from numplan.model.moment import Moment, our_time, shown
from numplan.model.number import E164
from numplan.model.plan import Allowances, Cost, Deferred, Missing, Plan, Selection, Unmanaged
from numplan.model.state import State


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan depends on besides manifest, state and account: who asks, when, and what is allowed."""

    now: Moment
    numplan: str
    account: str
    api_url: str
    allowances: Allowances = Allowances()
    selection: Selection = Selection()
    destroy: bool = False
    refresh_only: bool = False
    """Plan for state alone: what the account shows is taken in, and nothing is purchased or released."""
    preferred: Mapping[Resource, Picks] = {}
    """Numbers that pools choose before others, where they are for sale and meet the criteria: no other pool takes
    them.
    """
    only: frozenset[ChangeKey] | None = None
    """The changes that may be carried out; what else the plan holds is left out as if it were not selected."""


def make_plan(
    manifest: Manifest,
    state: State | None,
    comparison: Comparison,
    snapshot: AccountSnapshot,
    offers: Offers,
    options: PlanOptions,
) -> Plan:
    """What an apply would do. `comparison` is made of manifest, state and account, `offers` what it asked for."""
    drift = find_drift(comparison, snapshot)
    absent = {one.number for one in comparison.absent}
    missing = _missing(comparison, options.now)
    overcharged = overcharge.find_overcharges(comparison.managed, snapshot.owned)
    only_state = options.refresh_only
    whole = (
        plan_refresh(drift, state, absent) if only_state else _whole(comparison, snapshot, offers, options)
    )
    whole = _still_protected(whole, frozenset(state.protected if state else ()))
    chosen, unselected = apply_selection(whole, options.selection, manifest, comparison)
    if options.only is not None:
        chosen, unselected = narrow(chosen, unselected, options.only)
    doing = acting(chosen.changes)
    limits = effective(manifest, options.allowances, destroy=options.destroy).both
    unoffered = () if only_state else comparison.unoffered.values()
    return Plan(
        numplan=options.numplan,
        created_at=our_time(options.now),
        manifest=manifest.path,
        manifest_digest=manifest.digest,
        account=options.account,
        api_url=options.api_url,
        lineage=state.lineage if state else "",
        serial=state.serial if state else 0,
        currency=manifest.currency,
        destroy=options.destroy,
        refresh_only=only_state,
        allowances=options.allowances,
        selection=options.selection,
        max_setup_cost=limits.max_setup_cost,
        max_monthly_increase=limits.max_monthly_increase,
        loosened=loosened(state.bound if state else None, bound_by(manifest)),
        cost=_cost(comparison, snapshot, doing),
        unmanaged=_unmanaged(manifest, comparison, snapshot, doing),
        changes=chosen.changes,
        unselected=unselected,
        alternates=chosen.alternates,
        held=_sorted_held((*comparison.held, *chosen.held)),
        unsettled=len(state.intents) if state else 0,
        missing=missing,
        overcharged=overcharged,
        moved={} if only_state else _moved_along(comparison, (*doing, *unselected)),
        outputs=output_changes(
            manifest, comparison, chosen.changes, unselected, (*comparison.held, *chosen.held)
        ),
        surplus=_surplus(comparison, doing),
        drift=drift,
        diagnostics=(
            *downgrade_unselected(unoffered, options.selection, manifest),
            *_unsettled(state),
            *_gap(snapshot),
            *overcharge.warnings(overcharged),
            *_absent(missing),
            *odd_rows(snapshot, offers),
            *(
                ()
                if only_state
                else unproven_countries(manifest, snapshot.regions, snapshot.unreadable_regions)
            ),
            *chosen.diagnostics,
            *unverified(doing),
        ),
    )


def _whole(comparison: Comparison, snapshot: AccountSnapshot, offers: Offers, options: PlanOptions) -> Part:
    """All that manifest, state and account call for."""
    allowances = options.allowances
    explicit = plan_explicit(comparison, offers)
    pools = plan_pools(
        comparison, snapshot, offers, allowances, numbers_of(explicit.changes), options.preferred
    )
    removals = plan_removals(comparison, snapshot, allowances, destroy=options.destroy)
    return join((explicit, pools, removals))


def _still_protected(whole: Part, protected: Collection[E164]) -> Part:
    """The same, where what takes a number in again that left the state while it was protected says that it still is. An
    entry that does not protect it lifts that by an update of its own, in the plan after this one.
    """
    if not protected:
        return whole

    def kept(change: Change) -> Change:
        if not isinstance(change, Adopt | Purchase | Replace) or change.after.number not in protected:
            return change
        after = msgspec.structs.replace(change.after, protect=True)
        reason = f"{change.reason}; protected, as it was when state let it go"
        return msgspec.structs.replace(change, after=after, reason=reason)

    return msgspec.structs.replace(whole, changes=tuple(map(kept, whole.changes)))


def _cost(comparison: Comparison, snapshot: AccountSnapshot, changes: tuple[Change, ...]) -> Cost:
    """Adopted numbers are paid for already: they stand in both the monthly figures."""
    managed = [row.monthly_charge for _, row in present(comparison, snapshot)]
    held = (
        comparison.managed[one.number].attributes.monthly_charge
        for one in comparison.held
        if one.number in comparison.managed and one.number not in snapshot.owned
    )
    adopted = (
        change.after.monthly_charge
        for change in changes
        if isinstance(change, Adopt) and change.after.number not in comparison.managed
    )
    before = add_up((*managed, *held, *adopted))
    once = add_up(attributes.setup_charge for attributes in bought(changes))
    gained = add_up(attributes.monthly_charge for attributes in bought(changes))
    lost = add_up(attributes.monthly_charge for _, attributes in released(changes))
    return Cost(
        once=once.known,
        monthly_before=before.known,
        monthly_after=before.known + gained.known - lost.known,
        unknown_once=once.unknown,
        unknown_before=before.unknown,
        unknown_after=before.unknown + gained.unknown - lost.unknown,
    )


def _unmanaged(
    manifest: Manifest, comparison: Comparison, snapshot: AccountSnapshot, changes: tuple[Change, ...]
) -> Unmanaged:
    adopted = {change.after.number for change in changes if isinstance(change, Adopt)}
    rows = [one for one in unmanaged(comparison, snapshot) if one.number not in adopted]
    monthly = add_up(one.monthly_charge for one in rows)
    return Unmanaged(
        count=len(rows),
        at_least=not snapshot.complete,
        monthly=monthly.known,
        unknown=monthly.unknown,
        numbers=tuple(one.number for one in rows) if manifest.bounds.unmanaged == "warn" else (),
    )


def _surplus(comparison: Comparison, changes: tuple[Change, ...]) -> tuple[E164, ...]:
    settled = {number_of(change) for change in changes if isinstance(change, Adopt | Release | Forget)}
    return tuple(sorted(one.number for one in comparison.surplus if one.number not in settled))


def _moved_along(comparison: Comparison, changes: tuple[Change, ...]) -> dict[E164, Resource]:
    """Where numbers belong now that moved and that no change records there."""
    recorded = {number_of(change) for change in changes if isinstance(change, Update | Adopt | Forget)}
    return {
        number: comparison.new_resource[number]
        for number in sorted(comparison.new_resource.keys() - recorded)
    }


def _sorted_held(held: tuple[Deferred, ...]) -> tuple[Deferred, ...]:
    return tuple(sorted(held, key=lambda one: (one.resource, one.number)))


def _missing(comparison: Comparison, now: Moment) -> tuple[Missing, ...]:
    """What the account lacks and a second look decides about, and what is back, in order of number."""
    found = [
        Missing(
            resource=one.resource,
            number=one.number,
            again_from=again_from(one, now, comparison.hold),
            noted=one.missing_since is not None,
            is_back=is_back,
        )
        for those, is_back in ((comparison.absent, False), (comparison.back, True))
        for one in those
    ]
    return tuple(sorted(found, key=lambda one: one.number))


def _absent(missing: tuple[Missing, ...]) -> tuple[Diagnostic, ...]:
    absent = [one for one in missing if not one.is_back]
    if not absent:
        return ()
    first = min(one.again_from for one in absent)
    return (
        warning(
            f"{len(absent)} missing, looked for again from {shown(first)} on",
            hint="one look proves little; --accept-missing does without the second",
        ),
    )


def _gap(snapshot: AccountSnapshot) -> tuple[Diagnostic, ...]:
    if snapshot.complete:
        return ()
    return (
        warning(
            f"the account's listing could not be proven complete: {snapshot.gap}",
            hint="every managed and declared number was looked up; only the count of others is uncertain",
        ),
    )


def _unsettled(state: State | None) -> tuple[Diagnostic, ...]:
    count = len(state.intents) if state else 0
    if not count:
        return ()
    return (
        warning(
            f"state holds {count} unsettled {'call' if count == 1 else 'calls'} of an earlier run",
            hint="every `numplan apply` settles first what it can; once that changes state, changes that were saved "
            "before it are stale",
        ),
    )
