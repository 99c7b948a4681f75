"""Refuse dangerous plans by name. Pure. Each refusal names its numbers and the exact flag that lifts it."""

from collections.abc import Callable, Iterator

import msgspec

from numplan.engine.assess import Assessment
from numplan.engine.offers import Offers
from numplan.engine.refresh import too_many_missing
from numplan.model.address import kind_of
from numplan.model.manifest import Manifest
from numplan.model.plan import (
    Adopt,
    Plan,
    Purchase,
    Refusal,
    Release,
    Replace,
    address_of_change,
    count,
)
from numplan.model.vocabulary import same_word


class Case(msgspec.Struct, frozen=True):
    """What the guards judge: a plan, and what it was made from."""

    plan: Plan
    manifest: Manifest
    assessed: Assessment
    offers: Offers


def check_guards(plan: Plan, manifest: Manifest, assessed: Assessment, offers: Offers) -> tuple[Refusal, ...]:
    """Every refusal of a plan; none means that it may be applied."""
    case = Case(plan, manifest, assessed, offers)
    guards = _OF_STATE if plan.refresh_only else _GUARDS
    return tuple(refusal for guard in guards for refusal in guard(case))


def _empty_manifest(case: Case) -> Iterator[Refusal]:
    managed = case.assessed.managed
    if (
        case.manifest.declares_nothing
        and managed
        and not case.plan.destroy
        and not case.plan.allowances.empty
    ):
        yield Refusal(
            guard="empty-manifest",
            summary=f"the manifest declares nothing, while state holds {_numbers(len(managed))}",
            subjects=tuple(one.address for one in managed.values()),
            lifted_by="`numplan destroy`, or --allow-empty",
        )


def _releases(case: Case) -> Iterator[Refusal]:
    allowed = case.plan.allowances.max_releases
    limit = case.manifest.policy.max_releases if allowed is None else allowed
    subjects = tuple(
        address_of_change(change) for change in case.plan.changes if isinstance(change, Release | Replace)
    )
    if len(subjects) > limit:
        yield Refusal(
            guard="releases",
            summary=f"{_numbers(len(subjects))} would be released, and one apply may release {limit}",
            subjects=subjects,
            lifted_by=f"--max-releases {len(subjects)}, or policy.max_releases",
        )


def _protected(case: Case) -> Iterator[Refusal]:
    """What state remembers as protected, and declared numbers that this same manifest has come to protect."""
    declared = {entry.resource for entry in case.manifest.entries() if entry.terms.protect}
    subjects = tuple(
        address_of_change(change)
        for change in case.plan.changes
        if isinstance(change, Release | Replace)
        and (change.before.protect or (change.resource in declared and _is_declared(change)))
        and not case.plan.allowances.lets_go(address_of_change(change), change.before.number)
    )
    if subjects:
        yield Refusal(
            guard="protected",
            summary=f"{_numbers(len(subjects))} would be released, but protected",
            subjects=subjects,
            lifted_by="protect: false, applied first, or "
            + " ".join(f"--allow-release '{one}'" for one in subjects),
        )


def _is_declared(change: Release | Replace) -> bool:
    """Whether the entry named by a change still covers the number. A number that a `numbers:` or `sets:` entry
    lists is never released but to be bought back.
    """
    return isinstance(change, Replace) or kind_of(change.resource) == "pool"


def _missing(case: Case) -> Iterator[Refusal]:
    missing = case.assessed.missing
    if too_many_missing(len(missing), len(case.assessed.managed)) and not case.plan.allowances.missing:
        yield Refusal(
            guard="missing",
            summary=f"{len(missing)} of {len(case.assessed.managed)} managed numbers are missing from the account"
            " at once; a listing that is wrong would have them bought again",
            subjects=tuple(one.address for one in missing),
            lifted_by="--accept-missing, once you have seen in the vendor's portal that they are gone",
        )


def _no_state(case: Case) -> Iterator[Refusal]:
    """Judged with what a selection holds back: once a part is applied there is a state, and this is silent."""
    if case.plan.lineage or case.plan.allowances.new_state:
        return
    whole = (*case.plan.changes, *case.plan.unselected)
    adopted = {change.after.number for change in whole if isinstance(change, Adopt)}
    for pool in case.manifest.pools:
        buys = sum(1 for change in whole if isinstance(change, Purchase) and change.resource == pool.resource)
        alike = [one.number for one in case.offers.alike.get(pool.resource, ()) if one.number not in adopted]
        unseen = case.plan.unmanaged.at_least
        if buys and (unseen or len(alike) >= buys):
            seen = f"at least {len(alike)}" if unseen else f"{len(alike)}"
            yield Refusal(
                guard="no-state",
                summary=f"there is no state, {pool.resource} would buy {_numbers(buys)}, and the account"
                f" already owns {seen} unmanaged that match; was the state lost?",
                subjects=tuple(alike),
                lifted_by=f"adopt: true in pools.{pool.name}, without a category, to take them in, "
                "or --new-state to buy more",
                source=pool.source,
            )


def _purchases(case: Case) -> Iterator[Refusal]:
    allowed = case.plan.allowances.max_purchases
    limit = case.manifest.policy.max_purchases if allowed is None else allowed
    bought = count(case.plan.changes).purchase
    if limit is not None and bought > limit:
        yield Refusal(
            guard="purchases",
            summary=f"{_numbers(bought)} would be purchased, and one apply may purchase {limit}",
            lifted_by=f"--max-purchases {bought}, or policy.max_purchases",
        )


def _costs(case: Case) -> Iterator[Refusal]:
    policy, cost = case.manifest.policy, case.plan.cost
    if policy.max_setup_cost is not None and cost.once > policy.max_setup_cost:
        yield Refusal(
            guard="setup-cost",
            summary=f"the purchases cost {cost.once} once, and one apply may cost {policy.max_setup_cost}",
            lifted_by="policy.max_setup_cost",
        )
    if policy.max_monthly_increase is not None and cost.monthly > policy.max_monthly_increase:
        yield Refusal(
            guard="monthly-increase",
            summary=f"the monthly charges rise by {cost.monthly}, and one apply may raise them by "
            f"{policy.max_monthly_increase}",
            lifted_by="policy.max_monthly_increase",
        )


def _kinds(case: Case) -> Iterator[Refusal]:
    """Countries and types of what is bought or taken in."""
    policy = case.manifest.policy
    rules = (
        ("countries", "country", policy.allowed_countries),
        ("types", "type", policy.allowed_types),
    )
    for change in case.plan.changes:
        if not isinstance(change, Purchase | Adopt | Replace):
            continue
        for guard, key, allowed in rules:
            value = getattr(change.after, key)
            if allowed is not None and not any(same_word(value, one) for one in allowed):
                yield Refusal(
                    guard=guard,
                    summary=f"{change.after.number} has {key} {value}, and policy.allowed_{guard} is "
                    f"{', '.join(allowed) or 'empty'}",
                    subjects=(address_of_change(change),),
                    lifted_by=f"policy.allowed_{guard}",
                    source=change.source,
                )


def _labels(case: Case) -> Iterator[Refusal]:
    required = case.manifest.policy.required_labels
    if case.plan.destroy or not required:
        return
    for entry in case.manifest.entries():
        lacking = [label for label in required if label not in entry.terms.labels]
        if lacking:
            yield Refusal(
                guard="labels",
                summary=f"{entry.resource} lacks the required {'label' if len(lacking) == 1 else 'labels'} "
                f"{', '.join(lacking)}",
                subjects=(entry.resource,),
                lifted_by="the labels, on the entry or in defaults, or policy.required_labels",
                source=entry.source,
            )


def _trunks(case: Case) -> Iterator[Refusal]:
    replacing = {
        entry.resource for entry in case.manifest.entries() if entry.terms.on_trunk_change == "replace"
    }
    subjects = tuple(
        address_of_change(change)
        for change in case.plan.changes
        if isinstance(change, Replace) and change.resource not in replacing
    )
    if subjects:
        yield Refusal(
            guard="trunk-change",
            summary=f"the trunk of {_numbers(len(subjects))} changed, and the API cannot move a number: it would"
            " be released and bought again, or another bought for it",
            subjects=subjects,
            lifted_by="on_trunk_change: replace on the entry, or its former sip_trunk_id",
        )


def _numbers(how_many: int) -> str:
    return f"{how_many} number{'' if how_many == 1 else 's'}"


_GUARDS: tuple[Callable[[Case], Iterator[Refusal]], ...] = (
    _empty_manifest,
    _protected,
    _releases,
    _missing,
    _no_state,
    _trunks,
    _purchases,
    _costs,
    _kinds,
    _labels,
)

_OF_STATE = (_missing,)
"""The guards of a plan that changes state alone: what it forgets, the next plan would buy again."""
