"""The steps by which a pool is planned, in their order. Each takes a draft and returns the next. Pure."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Final

from numplan.engine.compare.attributes import must_move
from numplan.engine.compare.localities import is_local
from numplan.engine.plan.choosing.exchanges import within_exchanges
from numplan.engine.plan.leaving.giving_way import await_others, make_way, refuse_moves
from numplan.engine.plan.leaving.pool_leaving import (
    exchanged,
    leave,
    linked,
    recall,
    wait,
    waits,
    waits_in_its_flow,
)
from numplan.engine.plan.leaving.waiting import let_go, release_or_block
from numplan.engine.plan.pool_changes import (
    adopted,
    first_to_go,
    purchase,
    staying,
    taken_back,
    why_goes,
)
from numplan.engine.plan.pool_choice import choose, shrink_order, within_caps
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings
from numplan.engine.plan.pool_holdings import had, had_in, within_shares
from numplan.engine.plan.pool_messages import (
    kept_from,
    mismatches,
    no_adoption,
    origins,
    runs_taken,
    too_little,
    use_of,
    waiting,
)
from numplan.engine.plan.ranked_stock import is_ranked_once
from numplan.model.account import Offer
from numplan.model.changes import Change
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance

Step = Callable[[PoolDraft, Surroundings], PoolDraft]


def shrink(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Let go of the excess, first of what is to go in any case. Of the others, protected members are never chosen while
    another is left; where none is, the guard of protected numbers has the word.
    """
    if draft.status.idle:
        return draft
    snapshot, status = around.comparison.snapshot, draft.status
    pool, excess = draft.pool, status.excess
    first = first_to_go(status, snapshot)
    before_all = {one.number for one in first}
    others = [one for one in status.members if one.number not in before_all]
    elsewhere = {one.number for one in others if must_move(one, pool.terms)}
    assigned = {one.number for one in others if snapshot.owned[one.number].assignment is not None}
    order = shrink_order(others, elsewhere, assigned)
    free = [one for one in order if not one.attributes.protect or around.may_go(one)]
    kept = [one for one in order if one.attributes.protect and not around.may_go(one)]
    going = [*first, *free, *kept][:excess]
    return draft.having(
        changes=[
            let_go(
                one,
                around.comparison,
                around.allowances,
                f"the pool has {excess} too many",
                why_goes(status, one, assigned=one.number in assigned),
                because=status.outgoing.get(one.number, ""),
                declared=pool.terms.release_after,
            )
            for one in going
        ],
        leaving=frozenset(one.number for one in going),
    )


def keep(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members that stay, with changed settings where there are any. Outgoing ones are to be replaced, then those on
    another trunk.
    """
    snapshot, pool, outgoing = around.comparison.snapshot, draft.pool, draft.status.outgoing
    is_over = draft.status.idle and pool.terms.has_ended(around.comparison.today.day)
    moving: list[Instance] = []
    changes: list[Change] = []
    for one in draft.status.members:
        if one.number in draft.leaving:
            continue
        why = outgoing.get(one.number)
        if is_over and around.allowances.releases_now(one.resource, one.number):
            changes.append(
                let_go(one, around.comparison, around.allowances, f"its entry ended on {pool.terms.ends}")
            )
        elif why is None and (draft.status.idle or not must_move(one, pool.terms)):
            changes.append(staying(pool, one, around.comparison))
        elif snapshot.owned[one.number].flow is not None and not waits_in_its_flow(one, draft):
            reason = why or "its trunk changed, which would take a release"
            changes.append(release_or_block(one, snapshot, reason, because=why or ""))
        else:
            moving.append(one)
    moving.sort(key=lambda one: one.number not in outgoing)
    return draft.having(changes=changes, moving=tuple(moving))


def take_back(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Purchases that turned up after all fill slots first; they are bought and paid for."""
    back, left = draft.late_arrivals[: draft.missing_count], draft.late_arrivals[draft.missing_count :]
    return draft.having(
        changes=[taken_back(draft.pool, one, around.comparison) for one in back],
        late_arrivals=left,
        missing_count=draft.missing_count - len(back),
    )


def adopt(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Numbers that the account owns, that nothing manages and that match fill slots, where the entry says so."""
    pool, snapshot = draft.pool, around.comparison.snapshot
    # The listing shows no category, so a pool that declares one cannot tell what matches.
    if not pool.adopt or not draft.missing_count or pool.terms.category is not None:
        return draft
    if not snapshot.complete:
        return draft.having(diagnostics=[no_adoption(pool, snapshot.gap)])
    rows = [
        row for row in around.offers.alike.get(pool.resource, ()) if not _is_taken(row.number, draft, around)
    ]
    rows, _ = within_exchanges(rows, pool.max_per_exchange, had(draft, around))
    states = around.offers.states if pool.spread is not None else {}
    rows = within_shares(rows, draft, around, lambda row: states.get(row.number))[: draft.missing_count]
    return draft.having(
        changes=[adopted(pool, row, states.get(row.number, pool.state)) for row in rows],
        picked=(row.number for row in rows),
        missing_count=draft.missing_count - len(rows),
    )


def retry(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Numbers whose purchase was closed as never happened: their slots take no other number."""
    tried = draft.to_retry[: draft.missing_count]
    found = _retried([one.number for one in tried], draft, around)
    return draft.having(
        changes=[purchase(draft.pool, one, sent_before=True) for one in found if isinstance(one, Offer)],
        held=[one for one in found if isinstance(one, Deferred)],
        picked=[one.number for one in found if isinstance(one, Offer)],
        to_retry=draft.to_retry[len(tried) :],
        missing_count=draft.missing_count - len(tried),
    )


def retry_moves(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members move to numbers whose purchase was closed as never happened; where such a one cannot be bought now, its
    member waits for it.
    """
    pairs = list(zip(draft.moving, draft.to_retry, strict=False))
    again = _retried([tombstone.number for _, tombstone in pairs], draft, around)
    found = [(one, offer) for (one, _), offer in zip(pairs, again, strict=True)]
    changes = [
        change
        for one, offer in found
        for change in (
            exchanged(draft, around, one, offer, sent_before=True)
            if isinstance(offer, Offer)
            else (staying(draft.pool, one, around.comparison),)
        )
    ]
    return draft.having(
        changes=changes,
        held=[one for _, one in found if isinstance(one, Deferred)],
        picked=[one.number for _, one in found if isinstance(one, Offer)],
        moving=draft.moving[len(pairs) :],
        to_retry=draft.to_retry[len(pairs) :],
        together=(*draft.together, *linked(changes)),
    )


def buy(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """What is still open is bought: empty slots first, then what takes the place of members that move. Where the
    vendor offers too little, which is told, these stay where they are.
    """
    pool, wanted = draft.pool, draft.missing_count + len(draft.moving)
    stock = around.offers.stock.get(pool.resource)
    picks: tuple[Offer, ...] = ()
    if wanted and stock is not None:
        barred, preferred = _Barred(draft, around), _preferences(draft)
        ranked = around.stocks.of(pool, stock) if is_ranked_once(pool) else None
        offers = ranked.front(wanted, barred, preferred) if ranked else stock.offers
        choice = choose(pool, offers, wanted, barred, preferred, had(draft, around), had_in(draft, around))
        picks, spare = choice.picks, ranked.spare(pool, choice) if ranked else choice.alternates
        draft = draft.having(
            picked=(one.number for one in picks),
            spare=spare if draft.missing_count or any(waits(one, pool) for one in draft.moving) else (),
            diagnostics=[
                *too_little(pool, wanted, choice, lambda: kept_from(pool, stock, around.comparison)),
                *runs_taken(pool, picks),
                *use_of(pool, picks),
                *origins(pool, choice, around.offers.exhausted.get(pool.resource, frozenset()), stock.why),
            ],
        )
    fresh = picks[: draft.missing_count]
    changes: list[Change] = [purchase(pool, offer) for offer in fresh]
    for one, instead in zip_longest(draft.moving, picks[len(fresh) :]):
        if instead is None:
            changes.append(staying(pool, one, around.comparison))
        else:
            changes += exchanged(draft, around, one, instead)
    return draft.having(changes=changes, moving=(), together=(*draft.together, *linked(changes)))


def note_mismatches(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members that the entry's criteria do not describe any more are counted."""
    return draft.having(diagnostics=mismatches(draft.status, around.comparison.snapshot))


STEPS: Final[tuple[Step, ...]] = (
    shrink,
    keep,
    take_back,
    recall,
    adopt,
    wait,
    retry,
    refuse_moves,
    await_others,
    make_way,
    retry_moves,
    buy,
    note_mismatches,
    leave,
)
"""A slot that waits for a certain number takes no other, so whatever is bought already comes before what is bought."""


class _Barred:
    """Numbers that this pool may not buy: those of others, and those that somebody has or waits for."""

    def __init__(self, draft: PoolDraft, around: Surroundings) -> None:
        self._sets = (draft.picked, around.taken, around.promised, *around.stocks.withheld)

    def __contains__(self, number: object) -> bool:
        return any(number in one for one in self._sets)


def _is_taken(number: E164, draft: PoolDraft, around: Surroundings) -> bool:
    return number in draft.picked or number in around.taken


def _retried(numbers: Sequence[E164], draft: PoolDraft, around: Surroundings) -> list[Offer | Deferred]:
    """The offers of numbers that are to be tried again; where one cannot be bought now, its slot waits for it."""
    pool, offers = draft.pool, [around.offers.sought.found.get(number) for number in numbers]
    retired = around.comparison.retired
    fitting = [
        one
        for one in offers
        if isinstance(one, Offer)
        and one.number not in retired
        and within_caps(pool, one)
        and is_local(pool, one.number, one.state)
    ]
    admitted, crowded = within_exchanges(fitting, pool.max_per_exchange, had(draft, around))
    return [
        offer
        if isinstance(offer, Offer) and offer in admitted
        else waiting(
            pool,
            around.comparison.to_retry[number],
            offer,
            crowded=offer in crowded,
            retired=retired.get(number),
        )
        for number, offer in zip(numbers, offers, strict=True)
    ]


def _preferences(draft: PoolDraft) -> list[E164 | None]:
    """The number that each slot prefers, in the order in which they are filled."""
    fresh = [*draft.preferred.purchases[: draft.missing_count]]
    padding = [None] * (draft.missing_count - len(fresh))
    # What takes the place of a member that waits is a purchase of its own.
    further = iter(draft.preferred.purchases[draft.missing_count :])
    replaces = draft.preferred.replaces
    moved = [replaces.get(one.number) or next(further, None) for one in draft.moving]
    return [*fresh, *padding, *moved]
