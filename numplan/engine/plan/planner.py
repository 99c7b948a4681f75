"""Make a plan. Pure and deterministic: the same values give the same bytes."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.offers import Offers, Picks
from numplan.engine.compare.overcharge import find_overcharges
from numplan.engine.plan.budgets import budget_lines, over_by_itself
from numplan.engine.plan.costs import cost_of, unmanaged_of
from numplan.engine.plan.explicit import numbers_of, plan_explicit, unverified
from numplan.engine.plan.leaving.due import take_due
from numplan.engine.plan.leaving.waiting import begun, leaving_of, require_leaving
from numplan.engine.plan.outputs import output_changes
from numplan.engine.plan.plan_messages import account_findings, day_findings, doubt_of, missing_of
from numplan.engine.plan.plan_part import PlanPart, join
from numplan.engine.plan.refresh_only import plan_refresh
from numplan.engine.plan.removals import find_drift, plan_removals
from numplan.engine.plan.selecting.known import require_members
from numplan.engine.plan.selecting.selection import apply_selection, narrow
from numplan.engine.policy.limits import Limits, effective
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
    number_of,
)
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import Manifest
from numplan.model.moment import Moment, our_time
from numplan.model.number import E164
from numplan.model.plan import Allowances, Deferred, Drift, Leaving, Plan, Selection
from numplan.model.state import State
from numplan.model.today import Today


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan depends on besides manifest, state and account: who asks, when, and what is allowed."""

    now: Moment
    numplan: str
    account: str
    api_url: str
    allowances: Allowances = Allowances()
    selection: Selection = Selection()
    today: Today | None = None
    """The day that both clocks have reached; that of `now` where it is not known."""
    at: date | None = None
    """The day whose plan is made, where that is not today."""
    destroy: bool = False
    refresh_only: bool = False
    """Plan for state alone: what the account shows is taken in, and nothing is purchased or released."""
    preferred: Mapping[Resource, Picks] = {}
    """Numbers that pools choose before others, where they are for sale and meet the criteria: no other pool takes
    them.
    """
    replace: tuple[str, ...] = ()
    """Patterns of `--replace`: the members of pools that they cover are replaced."""
    only: frozenset[ChangeKey] | None = None
    """The changes that may be carried out; what else the plan holds is left out as if it were not selected."""


def make_plan(
    manifest: Manifest,
    state: State | None,
    comparison: Comparison,
    offers: Offers,
    options: PlanOptions,
) -> Plan:
    """What an apply would do. `comparison` is made of manifest, state and account, `offers` what it asked for."""
    drift = find_drift(comparison)
    missing = missing_of(comparison, options.now)
    overcharged = find_overcharges(comparison.managed, comparison.snapshot.owned)
    limits = effective(manifest, options.allowances, destroy=options.destroy)
    chosen = _chosen(manifest, state, comparison, offers, options, drift, limits)
    doing = acting(chosen.part.changes)
    held = (*comparison.held, *chosen.part.held)
    budgets = budget_lines(limits, comparison, chosen.part.changes)
    unselected = chosen.unselected
    account = account_findings(
        manifest,
        state,
        comparison,
        offers,
        options.selection,
        missing=missing,
        overcharged=overcharged,
        refresh_only=options.refresh_only,
    )
    return Plan(
        **_head(manifest, state, options),
        max_setup_cost=limits.both.max_setup_cost,
        max_monthly_increase=limits.both.max_monthly_increase,
        loosened=loosened(state.bound if state else None, bound_by(manifest)),
        cost=cost_of(comparison, doing),
        budgets=budgets,
        unmanaged=unmanaged_of(manifest, comparison, doing),
        changes=chosen.part.changes,
        unselected=unselected,
        alternates=chosen.part.alternates,
        held=_sorted_held(held),
        unsettled=len(state.intents) if state else 0,
        missing=missing,
        overcharged=overcharged,
        moved={} if options.refresh_only else _moved_along(comparison, (*doing, *unselected)),
        outputs=output_changes(manifest, comparison, chosen.part.changes, unselected, held),
        surplus=_surplus(comparison, doing),
        leaving=leaving_of(comparison, doing, chosen.overdue),
        doubt=chosen.doubt
        or doubt_of(comparison, doing, options.selection, refresh_only=options.refresh_only),
        others=comparison.others.counts,
        drift=drift,
        diagnostics=(
            *account,
            *over_by_itself(budgets),
            *_findings(manifest, comparison, chosen.part, options),
        ),
    )


def _findings(
    manifest: Manifest, comparison: Comparison, chosen: PlanPart, options: PlanOptions
) -> Iterator[Diagnostic]:
    """What there is to say of the changes, and of those that a date keeps from being made."""
    doing = acting(chosen.changes)
    yield from chosen.diagnostics
    if not options.refresh_only:
        yield from day_findings(manifest, comparison, doing, options.selection, options.replace)
    yield from unverified(doing)
    if options.destroy:
        yield from begun(doing)


def _head(manifest: Manifest, state: State | None, options: PlanOptions) -> dict[str, Any]:
    """What the plan is a plan of, and who asks."""
    return {
        "numplan": options.numplan,
        "created_at": our_time(options.now),
        "at": options.at,
        "manifest": manifest.path,
        "manifest_digest": manifest.digest,
        "account": options.account,
        "api_url": options.api_url,
        "lineage": state.lineage if state else "",
        "serial": state.serial if state else 0,
        "currency": manifest.currency,
        "destroy": options.destroy,
        "refresh_only": options.refresh_only,
        "allowances": options.allowances,
        "selection": options.selection,
        "replace": options.replace,
    }


class _Chosen(NamedTuple):
    """What the plan does, the changes that the selection leaves for another time, and what stays though it is due."""

    part: PlanPart
    unselected: tuple[Change, ...]
    overdue: tuple[Leaving, ...]
    doubt: str


def _chosen(
    manifest: Manifest,
    state: State | None,
    comparison: Comparison,
    offers: Offers,
    options: PlanOptions,
    drift: tuple[Drift, ...],
    limits: Limits,
) -> _Chosen:
    """What is due comes after the selection, for it takes the room that is left, and before what only a saved plan may
    hold, for it is decided as it was then.
    """
    require_members(options.replace, manifest, comparison)
    if options.refresh_only:
        whole = plan_refresh(drift, state, {one.number for one in comparison.absent})
    else:
        whole = _whole(comparison, offers, options)
        require_leaving(options.allowances, whole.changes)
    whole = _still_protected(whole, frozenset(state.protected if state else ()))
    selected, unselected = apply_selection(whole, options.selection, manifest, comparison)
    part, overdue, doubt = take_due(selected, manifest, comparison, options.allowances, limits)
    if options.only is not None:
        part, unselected = narrow(part, unselected, options.only)
    return _Chosen(part, unselected, overdue, doubt)


def _whole(comparison: Comparison, offers: Offers, options: PlanOptions) -> PlanPart:
    """All that manifest, state and account call for."""
    explicit = plan_explicit(comparison, offers, options.allowances)
    pools: tuple[PlanPart, ...] = ()
    if comparison.pools:  # what chooses numbers takes a while to load
        from numplan.engine.plan.pools import plan_pools

        taken = numbers_of(explicit.changes)
        pools = (plan_pools(comparison, offers, options.allowances, taken, options.preferred),)
    removals = plan_removals(comparison, options.allowances, destroy=options.destroy)
    return join((explicit, *pools, removals))


def _still_protected(whole: PlanPart, protected: Collection[E164]) -> PlanPart:
    """A part in which whatever takes a number in again that left the state while it was protected still protects it. An
    entry that does not protect it lifts that by an update of its own, in the plan after this one.
    """
    if not protected:
        return whole

    def kept(change: Change) -> Change:
        if not isinstance(change, Adopt | Purchase | Replace) or change.after.number not in protected:
            return change
        after = msgspec.structs.replace(change.after, protect=True)
        more = (*change.more, "protected, as it was when state let it go")
        return msgspec.structs.replace(change, after=after, more=more)

    return msgspec.structs.replace(whole, changes=tuple(map(kept, whole.changes)))


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
