"""The steps of a pool that are about members which give way to others: who may, and who waits for whom. Pure."""

from numplan.engine.compare.attributes import must_move
from numplan.engine.plan.leaving.pool_leaving import begins_leaving
from numplan.engine.plan.leaving.waiting import let_go
from numplan.engine.plan.pool_changes import refused_move, staying, taken_back
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings
from numplan.model.changes import Blocked, Change, Release


def refuse_moves(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Where the entry refuses them, members that would have to move to another trunk are shown, and stay."""
    if draft.pool.terms.on_trunk_change != "refuse":
        return draft
    outgoing = draft.status.outgoing
    shown = [
        refused_move(draft.pool, one, around.comparison) for one in draft.moving if one.number not in outgoing
    ]
    return draft.having(changes=shown, moving=tuple(one for one in draft.moving if one.number in outgoing))


def await_others(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members that nothing takes the place of yet stay. What is beyond the count already does for the rest: held
    numbers, which are bought or may be, and members that are too many but cannot go. An outgoing one that cannot go
    fills no slot, and takes no other's place.
    """
    outgoing = draft.status.outgoing
    gone = [
        one
        for one in draft.changes
        if isinstance(one, Release)
        or begins_leaving(one)
        or (isinstance(one, Blocked) and one.before.number in outgoing)
    ]
    under_way = max(0, len(draft.status.members) - len(gone) + draft.status.held - draft.pool.count)
    awaited = {one.replaces for one in draft.status.awaited}
    staying_ones = sorted(draft.moving, key=lambda one: one.number not in awaited)[:under_way]
    stay = {one.number for one in staying_ones}
    return draft.having(
        changes=[staying(draft.pool, one, around.comparison) for one in staying_ones],
        moving=tuple(one for one in draft.moving if one.number not in stay),
    )


def make_way(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members leave for purchases which turned up after all on the declared trunk: what was to take their place is
    bought already.
    """
    back = [one for one in draft.late_arrivals if not must_move(one, draft.pool.terms)]
    pairs = list(zip(draft.moving, back, strict=False))
    changes: list[Change] = []
    for one, instead in pairs:
        changes.append(taken_back(draft.pool, instead, around.comparison))
        why = draft.status.outgoing.get(one.number)
        changes.append(
            let_go(
                one,
                around.comparison,
                around.allowances,
                f"{instead.number}, on the declared trunk, takes its place",
                *([why] if why else []),
                declared=draft.pool.terms.release_after,
            )
        )
    return draft.having(
        changes=changes,
        moving=draft.moving[len(pairs) :],
        together=(*draft.together, *((one.number, instead.number) for one, instead in pairs)),
    )
