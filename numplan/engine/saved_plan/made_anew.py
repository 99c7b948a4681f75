"""A saved plan: what it allows, held against the plan made anew.

The file is a selection, not an authority. Costs, terms, protection and guards are those of the plan made anew; the
file says which of its changes may be carried out, and which numbers its pools prefer. Raises StalePlanError, exit code
7, with every reason.
"""

from collections.abc import Container, Iterator, Sequence
from datetime import timedelta

import msgspec

from numplan.engine.apply.evidence import differs, price_words
from numplan.engine.compare.ceiling import ceiling_of
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.offers import Picks
from numplan.engine.pipeline import PlanResult, compute_plan, guarded_plan, nothing_of
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.ports import Provider
from numplan.engine.saved_plan.staleness import check_origin, check_serial, moved_since, stale
from numplan.model.address import Resource, kind_of
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    ChangeKey,
    Keep,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
    acting,
    address_of_change,
    key_of,
    number_of,
)
from numplan.model.diagnostics import Diagnostic, note
from numplan.model.manifest import Manifest
from numplan.model.moment import our_time
from numplan.model.number import E164
from numplan.model.others import OtherStates, nobody
from numplan.model.plan import Plan
from numplan.model.state import Attributes, State
from numplan.model.stored.plan_document import kept_of

_TOLD = 20


def made_anew(
    file: Plan,
    manifest: Manifest,
    state: State | None,
    provider: Provider,
    now: PlanOptions,
    max_age: timedelta,
    *,
    opened: State | None = None,
    others: OtherStates = nobody,
) -> PlanResult:
    """The plan to carry out: of the plan made anew, the changes that the file holds. `now` says who applies, and when;
    what is selected and allowed comes from the file. `opened` is the state before anything was settled: settling does
    not make a file stale that asks for nothing else. `others` reads the other states. Raises StalePlanError, StateError
    and ApiError.
    """
    check_origin(file, manifest, provider, our_time(now.now), max_age)
    check_serial(file, (opened or state) if file.only_settles else state)
    options = msgspec.structs.replace(
        now,
        allowances=file.allowances,
        selection=file.selection,
        destroy=file.destroy,
        refresh_only=file.refresh_only,
        replace=file.replace,
        preferred=picks_of(file),
    )
    declared = nothing_of(manifest) if file.destroy else manifest
    found = compute_plan(declared, state, provider, options, others)
    only, instead = hold_against(file, found)
    plan, besides = found.plan, _besides(found.plan, only)
    if besides:
        narrower = msgspec.structs.replace(options, now=plan.created_at, only=only)
        plan = guarded_plan(declared, state, found.comparison, found.offers, narrower)
    told = (*_instead(instead), *_left_out(besides), *_kept_otherwise(file, found.plan))
    return found._replace(plan=msgspec.structs.replace(plan, diagnostics=(*plan.diagnostics, *told)))


def picks_of(file: Plan) -> dict[Resource, Picks]:
    """The numbers that the file's pools would buy, selected or not. What was sent before comes first in any plan."""
    picks: dict[Resource, tuple[list[E164], dict[E164, E164]]] = {}
    for change in (*acting(file.changes), *file.unselected):
        if (
            kind_of(change.resource) != "pool"
            or not isinstance(change, Purchase | Replace)
            or change.sent_before
        ):
            continue
        purchases, replaces = picks.setdefault(change.resource, ([], {}))
        if isinstance(change, Purchase):
            purchases.append(change.after.number)
        elif change.buys_first:
            replaces[change.before.number] = change.after.number
    return {resource: Picks(tuple(purchases), replaces) for resource, (purchases, replaces) in picks.items()}


def hold_against(file: Plan, found: PlanResult) -> tuple[frozenset[ChangeKey], list[tuple[Change, Change]]]:
    """The changes that may be carried out, and what takes the place of numbers that went off sale. Raises
    StalePlanError, naming each reason, where the file holds a change that the plan made anew does not, on these terms;
    and where that plan has an error or a refusal that the file has not.
    """
    anew = {key_of(change): change for change in acting(found.plan.changes)}
    only: set[ChangeKey] = set()
    problems: list[str] = []
    gone: list[Purchase] = []
    for change in acting(file.changes):
        if isinstance(change, Blocked | Unavailable):
            continue  # it is carried out by neither
        key = key_of(change)
        again = anew.get(key)
        if again is not None and _buys(change) == _buys(again):
            only.add(key)
            problems += [f"{address_of_change(change)}: {why}" for why in _differences(change, again)]
        elif isinstance(change, Purchase) and _went_off_sale(change, found):
            gone.append(change)
        elif isinstance(change, Release) and _stays(change, found.plan):
            continue  # its day alone asks for it, and why it stays is told
        else:
            problems.append(f"{address_of_change(change)}: {_why_not_held(change, file, found)}")
    instead, missing = _replacements(gone, file, found.plan, only)
    problems += missing
    problems += [
        f"{number}: the plan made anew does not move it to {resource}"
        for number, resource in file.moved.items()
        if found.plan.moved.get(number) != resource
    ]
    problems += [f"the plan made anew has an error: {one.summary}" for one in found.plan.errors]
    had = {refusal.guard for refusal in file.refusals}
    problems += [
        f"the guard {one.guard} refuses the plan made anew: {one.summary}"
        for one in found.plan.refusals
        if one.guard not in had
    ]
    if problems:
        raise stale(problems)
    return frozenset((*only, *(key_of(one) for _, one in instead))), instead


def _stays(change: Release, anew: Plan) -> bool:
    """Whether only a day asks for a release, and the plan made anew leaves the number as it is."""
    return change.due is not None and any(
        isinstance(one, Keep) and one.after.number == change.before.number for one in anew.changes
    )


def _buys(change: Change) -> E164 | None:
    return change.after.number if isinstance(change, Purchase | Replace) else None


def _differences(saved: Change, anew: Change) -> Iterator[str]:
    """In what the change of the plan made anew is not the one that was saved."""
    match saved, anew:
        case (Release(), _) | (Keep(), _):
            return
        case (Purchase() | Replace(), Purchase() | Replace()):
            yield from _terms(saved.after, anew.after)
            if why := price_words(anew.after, saved.after):
                yield why
        case (Adopt() | Update(), Adopt() | Update()):
            yield from _terms(saved.after, anew.after)
        case _:
            return


def _terms(saved: Attributes, anew: Attributes) -> Iterator[str]:
    for name in (
        "country",
        "type",
        "state",
        "category",
        "sip_trunk_id",
        "labels",
        "protect",
        "release_after",
    ):
        then, now = getattr(saved, name), getattr(anew, name)
        if then != now:
            yield f"its {name} is {now!r} in the plan made anew, not {then!r}"
    until, later = saved.leaving_at, anew.leaving_at
    if until is None or later is None:
        if until != later:
            yield f"it {'leaves' if later else 'stays'} in the plan made anew"
    elif later < until:  # a day that went by since makes it later, which is the safe side
        yield f"it leaves on {later} in the plan made anew, not on {until}"


def _went_off_sale(change: Purchase, found: PlanResult) -> bool:
    """Whether a pool's number that may be substituted is simply not offered any more."""
    stock = found.offers.stock.get(change.resource)
    if stock is None or not change.substitutable or change.after.number in found.comparison.snapshot.owned:
        return False
    return all(offer.number != change.after.number for offer in stock.offers)


def _why_not_held(change: Change, file: Plan, found: PlanResult) -> str:
    for why in _over(change, found.comparison):
        return why
    for why in moved_since(change, found.comparison.snapshot, refresh_only=file.refresh_only):
        return f"{why} since the plan was made"
    if isinstance(change, Purchase | Replace):
        number = change.after.number
        stock = found.offers.stock.get(change.resource)
        offered = {one.number: one for one in stock.offers} if stock else {}
        offer = offered.get(number, found.offers.sought.found.get(number))
        if offer is None and (stock is not None or number in found.offers.sought.found):
            return f"{number} has been taken off sale since the plan was made"
        if offer is not None and (why := differs(offer, change.after)):
            return f"{number}: {why}"
    return "the plan made anew does not hold this change"


def _over(change: Change, comparison: Comparison) -> Iterator[str]:
    """Whether a date came between a change and its plan."""
    if (last := comparison.ended.entries.get(change.resource)) is not None:
        yield f"its entry ended on {last}"


def _replacements(
    gone: Sequence[Purchase], file: Plan, anew: Plan, only: Container[ChangeKey]
) -> tuple[list[tuple[Change, Change]], list[str]]:
    """What the plan made anew buys in the place of pools' numbers that went off sale: of a type and category that
    were reviewed, no dearer than the dearest of them, and where the pool names area codes or states, with its own.
    """
    left: dict[Resource, list[Purchase]] = {}
    for change in acting(anew.changes):
        if isinstance(change, Purchase) and change.substitutable and key_of(change) not in only:
            left.setdefault(change.resource, []).append(change)
    instead: list[tuple[Change, Change]] = []
    missing: list[str] = []
    for change in gone:
        ceiling = ceiling_of(
            one.after
            for one in acting(file.changes)
            if isinstance(one, Purchase) and one.resource == change.resource
        )
        fitting = [
            one
            for one in left.get(change.resource, [])
            if one.prefix == change.prefix
            and (not change.same_state or one.after.state == change.after.state)
            and ceiling.admits(one.after)
        ]
        if fitting:
            left[change.resource].remove(fitting[0])
            instead.append((change, fitting[0]))
        else:
            missing.append(
                f"{address_of_change(change)}: {change.after.number} went off sale, and nothing that is as cheap "
                "and of the same type and category takes its place"
            )
    return instead, missing


def _instead(pairs: Sequence[tuple[Change, Change]]) -> list[Diagnostic]:
    return [
        note(
            f"{number_of(gone)} is no longer on sale since the plan was saved; {number_of(one)} is bought in its place"
        )
        for gone, one in pairs
    ]


def _besides(anew: Plan, only: Container[ChangeKey]) -> list[Change]:
    """What a plan made now would do besides."""
    return [
        change
        for change in acting(anew.changes)
        if not isinstance(change, Blocked | Unavailable) and key_of(change) not in only
    ]


def _left_out(besides: Sequence[Change]) -> list[Diagnostic]:
    if not besides:
        return []
    named = ", ".join(address_of_change(change) for change in besides[:_TOLD])
    more = f" and {len(besides) - _TOLD} more" if len(besides) > _TOLD else ""
    return [
        note(f"not in the saved plan, so not carried out: {named}{more}", hint="`numplan plan` shows them")
    ]


def _kept_otherwise(file: Plan, anew: Plan) -> Iterator[Diagnostic]:
    """Whether what stays is what it was: nothing is done to it, but a reviewer may have looked at it."""
    then, now = file.kept, kept_of(anew) if file.kept else None
    if then is not None and now is not None and now.count == then.count and now.digest != then.digest:
        yield note(
            "of the numbers that stay as they are, some are not what they were when the plan was made",
            hint="`numplan drift` shows what the account changed",
        )
