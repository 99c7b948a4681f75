"""Refuse dangerous plans by name. Pure. Each refusal names its numbers and the exact flag that lifts it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from numplan.engine.account.refresh import too_many_missing
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.in_force import in_force
from numplan.engine.compare.offers import Offers
from numplan.engine.guard.budget_guard import check_budgets
from numplan.engine.guard.limit_guards import check_limits, declared_at
from numplan.engine.policy.limits import FIRM, Limits, effective
from numplan.engine.policy.releases import (
    FEWEST_OF_A_SHARE,
    is_protected,
    is_share,
    over_count,
    over_share,
    protecting,
    releasing,
)
from numplan.model.changes import (
    Adopt,
    Change,
    Purchase,
    Release,
    Replace,
    Unavailable,
    acting,
    address_of_change,
)
from numplan.model.diagnostics import Source
from numplan.model.manifest import Manifest
from numplan.model.operator import VARIABLE
from numplan.model.plan import Plan, Refusal
from numplan.model.text.printable import numbers


class Case(msgspec.Struct, frozen=True):
    """What the guards judge: a plan, those of its changes that do something, what it was made from, and the limits
    that hold.
    """

    plan: Plan
    changes: tuple[Change, ...]
    manifest: Manifest
    comparison: Comparison
    offers: Offers
    limits: Limits


def check_guards(
    plan: Plan, manifest: Manifest, comparison: Comparison, offers: Offers
) -> tuple[Refusal, ...]:
    """Every refusal of a plan; none means that it may be applied."""
    manifest = in_force(manifest, comparison.today)
    limits = effective(manifest, plan.allowances, destroy=plan.destroy)
    case = Case(plan, acting(plan.changes), manifest, comparison, offers, limits)
    guards = _OF_STATE if plan.refresh_only else _GUARDS
    return tuple(refusal for guard in guards for refusal in guard(case))


def _empty_manifest(case: Case) -> Iterator[Refusal]:
    """Nothing is declared, and there is what would go. What leaves already, or belongs to an
    entry that ended, was decided upon before.
    """
    if not case.manifest.declares_nothing or case.plan.destroy or case.plan.allowances.empty:
        return
    ended = case.comparison.ended
    managed = [
        one
        for one in case.comparison.managed.values()
        if one.attributes.leaving_at is None and ended.last_day(one) is None
    ]
    if managed:
        yield Refusal(
            guard="empty-manifest",
            summary=f"the manifest declares nothing, while state holds {numbers(len(managed))}",
            subjects=tuple(one.address for one in managed),
            lifted_by="`numplan destroy`, or --allow-empty",
        )


def _leaving(case: Case) -> list[Release | Replace]:
    """What the plan releases: what it replaces, too."""
    return [change for change in case.changes if isinstance(change, Release | Replace)]


def _releases(case: Case) -> Iterator[Refusal]:
    leaving = _leaving(case)
    if over := over_count(case.limits, len(leaving)):
        limit, side = over
        may = f"{VARIABLE} allows {limit}" if side.is_operators else f"one apply may release {limit}"
        yield Refusal(
            guard="releases",
            summary=f"{numbers(len(leaving))} would be released, and {may}",
            subjects=tuple(map(address_of_change, leaving)),
            lifted_by=FIRM if side.is_operators else f"--max-releases {len(leaving)}, or policy.max_releases",
            source=_first_declared(case, leaving),
        )


def _release_share(case: Case) -> Iterator[Refusal]:
    """A cut list, a file left out, a manifest half merged: few numbers, and yet most of what there is."""
    leaving = [change for change in case.changes if is_share(change)]
    if len(leaving) < FEWEST_OF_A_SHARE:  # nearly always
        return
    apart = frozenset(one.number for one in (*case.comparison.surplus, *case.comparison.missing))
    found = releasing(leaving, case.comparison.managed, apart)
    leaving = [change for change in leaving if change.before.number not in apart]
    side = over_share(case.limits, case.plan.allowances, found)
    if side is not None:
        most = f"at most {side.policy.max_release_share}"
        yield Refusal(
            guard="release-share",
            summary=f"{found.counted} of {numbers(found.managed)} that are managed would be released, and "
            + (f"{VARIABLE} allows {most}" if side.is_operators else f"one apply may release {most}"),
            subjects=tuple(map(address_of_change, leaving)),
            lifted_by=FIRM
            if side.is_operators
            else f"`numplan destroy`, --max-releases {max(found.total, found.counted)}, or policy.max_release_share",
            source=_first_declared(case, leaving),
        )


def _first_declared(case: Case, changes: Sequence[Change]) -> Source | None:
    declared = declared_at(case.manifest)
    return next((declared[one.resource] for one in changes if one.resource in declared), None)


def _protected(case: Case) -> Iterator[Refusal]:
    """What state remembers as protected, and declared numbers that this same manifest has come to protect."""
    leaving = _leaving(case)
    if not leaving:
        return
    declared = protecting(case.manifest)
    subjects = tuple(
        address_of_change(change)
        for change in leaving
        if is_protected(change, declared, case.plan.allowances)
    )
    if subjects:
        yield Refusal(
            guard="protected",
            summary=f"{numbers(len(subjects))} would be released, but protected",
            subjects=subjects,
            lifted_by="protect: false, applied first, or "
            + " ".join(f"--allow-release '{one}'" for one in subjects),
        )


def _missing(case: Case) -> Iterator[Refusal]:
    # What is gone for good, was noted, and cannot be bought again does no harm.
    known = {
        one.before.number
        for one in case.plan.changes
        if isinstance(one, Unavailable) and one.managed and not one.to_note
    }
    missing = [one for one in (*case.comparison.missing, *case.comparison.absent) if one.number not in known]
    too_many = too_many_missing(len(missing), len(case.comparison.managed)) or (
        missing and not _any_seen(case)
    )
    if too_many and not case.plan.allowances.missing:
        yield Refusal(
            guard="missing",
            summary=f"{len(missing)} of {len(case.comparison.managed)} managed numbers are missing from the account"
            " at once; if the listing is wrong, they would be bought again",
            subjects=tuple(one.address for one in missing),
            lifted_by="--accept-missing, once you have seen in the vendor's portal that they are gone",
        )


def _any_seen(case: Case) -> bool:
    """Whether the account shows any of the managed numbers, but for those that wait for the vendor."""
    missing = {one.number for one in case.comparison.missing}
    unseen = missing.union(one.number for one in case.comparison.held)
    return any(number not in unseen for number in case.comparison.managed)


def _no_state(case: Case) -> Iterator[Refusal]:
    """One number that a pool could adopt is enough: a state that was lost had at least as many.

    Judged with what a selection holds back: once a part is applied there is a state, and this is silent.
    """
    if case.plan.lineage or case.plan.allowances.buys_beside_unmanaged:
        return
    whole = (*case.changes, *case.plan.unselected)
    adopted = {change.after.number for change in whole if isinstance(change, Adopt)}
    bought = Counter(change.resource for change in whole if isinstance(change, Purchase))
    for pool in case.manifest.pools:
        if not (buys := bought[pool.resource]):
            continue
        alike = [one.number for one in case.offers.alike.get(pool.resource, ()) if one.number not in adopted]
        unseen = case.plan.unmanaged.at_least
        if unseen or alike:
            seen = f"at least {len(alike)}" if unseen else f"{len(alike)}"
            yield Refusal(
                guard="no-state",
                summary=f"there is no state, {pool.resource} would buy {numbers(buys)}, and the account"
                f" already owns {seen} unmanaged that match; was the state lost?",
                subjects=tuple(alike),
                lifted_by=f"adopt: true in pools.{pool.name}, without a category, to take them in, "
                "or --buy-beside-unmanaged to buy more",
                source=pool.source,
            )


def _limits(case: Case) -> Iterator[Refusal]:
    """What the policies say of purchases, adoptions, costs, countries, types, trunks and labels."""
    yield from check_limits(case.limits, case.plan, case.changes, case.manifest, case.comparison.managed)


def _budget(case: Case) -> Iterator[Refusal]:
    """What raises a sum beyond its budget, by whatever means."""
    yield from check_budgets(case.plan.budgets, case.changes, case.manifest, case.comparison)


def _trunk_change(case: Case) -> Iterator[Refusal]:
    moving = [change for change in case.changes if isinstance(change, Replace) and not change.because]
    if not moving:
        return
    replacing = {
        entry.resource for entry in case.manifest.entries() if entry.terms.on_trunk_change == "replace"
    }
    subjects = tuple(address_of_change(change) for change in moving if change.resource not in replacing)
    if subjects:
        yield Refusal(
            guard="trunk-change",
            summary=f"the trunk of {numbers(len(subjects))} changed, and the API cannot move a number: it would"
            " be released and bought again, or another bought for it",
            subjects=subjects,
            lifted_by="on_trunk_change: replace on the entry, or its former sip_trunk_id",
        )


_GUARDS: tuple[Callable[[Case], Iterator[Refusal]], ...] = (
    _empty_manifest,
    _protected,
    _releases,
    _release_share,
    _missing,
    _no_state,
    _trunk_change,
    _limits,
    _budget,
)

_OF_STATE = (_missing,)
"""The guards of a plan that changes state alone: what it forgets, the next plan would buy again."""
