"""The line from manifest to plan: refresh, compare, ask for offers, plan, guard."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec

from numplan.engine.account.refresh import About, AccountSnapshot, everything, refresh
from numplan.engine.compare.comparison import Comparison, compare
from numplan.engine.compare.in_force import in_force
from numplan.engine.compare.offers import Offers
from numplan.engine.guard.forecast import with_forecast
from numplan.engine.guard.guards import check_guards
from numplan.engine.plan.planner import PlanOptions, make_plan
from numplan.engine.plan.selecting.about import about
from numplan.engine.ports import Provider
from numplan.model.manifest import Manifest
from numplan.model.moment import Moment, moment, our_time
from numplan.model.others import OtherStates, nobody
from numplan.model.plan import Plan
from numplan.model.state import State
from numplan.model.today import Today, today


class PlanResult(NamedTuple):
    """A plan, with the comparison of manifest, state and account that it was made from, and what the vendor offers."""

    comparison: Comparison
    offers: Offers
    plan: Plan


def compute_plan(
    manifest: Manifest,
    state: State | None,
    provider: Provider,
    options: PlanOptions,
    others: OtherStates = nobody,
) -> PlanResult:
    """What an apply would do now, with every guard's word on it, and what it was made from. Raises ApiError, StateError
    for `others` that cannot be believed, and UsageError for a selector that names nothing.
    """
    snapshot = refresh(manifest, state, provider, about_of(options, manifest))
    return compute_plan_of(manifest, state, snapshot, provider, options, others)


def about_of(options: PlanOptions, manifest: Manifest) -> About:
    """The numbers that a plan with these options is about."""
    if options.destroy or options.refresh_only or options.replace:
        return everything
    return about(options.selection, manifest)


def compute_plan_of(
    manifest: Manifest,
    state: State | None,
    snapshot: AccountSnapshot,
    provider: Provider,
    options: PlanOptions,
    others: OtherStates = nobody,
) -> PlanResult:
    """What an apply would do now, from a look at the account that was taken already. The other states are read after
    it: what they mean to buy they write down before, so whatever the look shows of theirs stands there. Raises as
    `compute_plan` does.
    """
    now, day = _when(our_time(options.now), provider.vendors_time(), options.at)
    options = msgspec.structs.replace(options, now=now, today=day)
    manifest = in_force(manifest, day)
    accept_missing = options.allowances.missing
    comparison = compare(
        manifest,
        state,
        snapshot,
        now,
        today=day,
        accept_missing=accept_missing,
        replace=options.replace,
        others=others(),
    )
    if options.refresh_only or not comparison.wants_offers:  # nothing is bought, so no price is asked
        offers = Offers()
    else:
        from numplan.engine.plan.quotes import fetch_offers

        offers = fetch_offers(
            manifest,
            comparison,
            provider,
            first_run=state is None,
            preferred=options.preferred,
            selection=options.selection,
        )
    return PlanResult(comparison, offers, guarded_plan(manifest, state, comparison, offers, options))


def guarded_plan(
    manifest: Manifest,
    state: State | None,
    comparison: Comparison,
    offers: Offers,
    options: PlanOptions,
) -> Plan:
    """The plan of what was looked at, with every guard's word on it. Pure."""
    manifest = in_force(manifest, comparison.today)
    plan = make_plan(manifest, state, comparison, offers, options)
    plan = msgspec.structs.replace(plan, refusals=check_guards(plan, manifest, comparison, offers))
    return with_forecast(plan, manifest, comparison)


def _when(ours: datetime, vendors: datetime | None, at: date | None) -> tuple[Moment, Today]:
    """The moment of a plan, and its day. Where it is the plan of another day, both clocks are as many days on, and
    that day is doubted as today is.
    """
    day = today(ours, vendors)
    if at is None:
        return moment(ours, vendors), day
    shift = at - day.day
    return moment(ours + shift, vendors and vendors + shift), Today(at, day.doubt)


def nothing_of(manifest: Manifest) -> Manifest:
    """A manifest without its entries: what `destroy` plans for. What it forgets stays purchased; for how long the
    entries keep their numbers holds though no apply has recorded it yet.
    """
    spans = {one.resource: one.terms.release_after for one in manifest.named() if one.terms.release_after}
    return msgspec.structs.replace(manifest, numbers=(), sets=(), pools=(), moved=(), spans=spans)
