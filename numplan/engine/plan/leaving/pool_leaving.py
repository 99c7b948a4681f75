"""The steps of a pool that are about members which leave: who fills a slot again, and who goes on leaving. Pure."""

from datetime import date

from numplan.engine.compare.attributes import must_move
from numplan.engine.compare.pool_moves import suits
from numplan.engine.plan.choosing.exchanges import within_exchanges
from numplan.engine.plan.leaving.waiting import let_go
from numplan.engine.plan.pool_changes import recalled
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings
from numplan.engine.plan.pool_holdings import had, within_shares
from numplan.model.changes import Change, Update
from numplan.model.state import Instance


def begins_leaving(change: Change) -> bool:
    """Whether a member leaves from this change on."""
    return isinstance(change, Update) and change.begins_leaving


def recall(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members that leave fill slots before another number is bought: those whose day is furthest off first, then by
    number. None comes back that the entry does not describe, that sits on another trunk, or that is to go now.
    """
    pool = draft.pool
    if not draft.missing_count or not draft.to_leave:
        return draft
    able = [
        one
        for one in draft.to_leave
        if suits(one, pool)
        and not must_move(one, pool.terms)
        and not around.allowances.releases_now(one.resource, one.number)
    ]
    able.sort(key=_last_to_go)
    able, _ = within_exchanges(able, pool.max_per_exchange, had(draft, around))
    back = within_shares(able, draft, around, lambda one: one.attributes.state)[: draft.missing_count]
    numbers = {one.number for one in back}
    return draft.having(
        changes=[recalled(pool, one, around.comparison) for one in back],
        to_leave=tuple(one for one in draft.to_leave if one.number not in numbers),
        missing_count=draft.missing_count - len(back),
    )


def leave(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members that leave wait on, or are due."""
    return draft.having(
        changes=[
            let_go(one, around.comparison, around.allowances, "its pool has let it go")
            for one in draft.to_leave
        ],
        to_leave=(),
    )


def _last_to_go(one: Instance) -> tuple[int, str]:
    return -(one.attributes.leaving_at or date.max).toordinal(), one.number
