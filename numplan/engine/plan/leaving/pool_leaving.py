"""The steps of a pool that are about days: members which leave, who fills a slot again, and pools that wait. Pure."""

from collections.abc import Iterable
from datetime import date

import msgspec

from numplan.engine.compare.attributes import days_to_wait, must_move
from numplan.engine.compare.pools.moves import suits
from numplan.engine.plan.choosing.exchanges import within_exchanges
from numplan.engine.plan.leaving.waiting import let_go
from numplan.engine.plan.pool_changes import purchase, replacement, staying
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings
from numplan.engine.plan.pool_holdings import had, within_shares
from numplan.model.account import Offer
from numplan.model.changes import Change, Update
from numplan.model.manifest import PoolEntry
from numplan.model.number import E164
from numplan.model.state import Instance


def begins_leaving(change: Change) -> bool:
    """Whether a member leaves from this change on."""
    return isinstance(change, Update) and change.begins_leaving


def waits(one: Instance, pool: PoolEntry) -> bool:
    """Whether a member is kept for a while once it has made way."""
    return days_to_wait(one, pool.terms.release_after) > 0


def waits_in_its_flow(one: Instance, draft: PoolDraft) -> bool:
    """Whether a member that a flow uses makes way all the same: it is kept for a while, and asked for again then."""
    refuses = draft.pool.terms.on_trunk_change == "refuse" and one.number not in draft.status.outgoing
    return waits(one, draft.pool) and not refuses


def exchanged(
    draft: PoolDraft, around: Surroundings, one: Instance, offer: Offer, *, sent_before: bool = False
) -> tuple[Change, ...]:
    """A number that is bought takes a member's place, which is released then: at once, or once it has waited."""
    pool, comparison = draft.pool, around.comparison
    in_flow = comparison.snapshot.owned[one.number].flow is not None
    at_once = around.allowances.releases_now(one.resource, one.number) and not in_flow
    if at_once or not waits(one, pool):
        return (replacement(draft.status, one, comparison, offer, sent_before=sent_before),)
    why = draft.status.outgoing.get(one.number)
    bought = purchase(pool, offer, sent_before=sent_before)
    left = let_go(
        one,
        comparison,
        around.allowances,
        why or f"on trunk {one.attributes.sip_trunk_id}, not {pool.terms.sip_trunk_id}",
        f"{offer.number} takes its place",
        because=why or "",
        declared=pool.terms.release_after,
    )
    if isinstance(left, Update):
        left = msgspec.structs.replace(left, successor=offer.number)
        bought = msgspec.structs.replace(bought, replaces=one.number)
    return bought, left


def linked(changes: Iterable[Change]) -> tuple[tuple[E164, E164], ...]:
    """The numbers of those changes that are made together or not at all."""
    return tuple(
        (one.before.number, one.successor)
        for one in changes
        if isinstance(one, Update) and one.successor is not None
    )


def wait(draft: PoolDraft, around: Surroundings) -> PoolDraft:  # noqa: ARG001 - a step as the others are
    """Where a date keeps the pool from buying, what is still open stays open."""
    return draft.having(missing_count=0, to_retry=()) if draft.status.idle else draft


def recall(draft: PoolDraft, around: Surroundings) -> PoolDraft:
    """Members that leave fill slots before another number is bought: those whose day is furthest off first, then by
    number. None comes back that the entry does not describe, that is retired or sits on another trunk, or
    that is to go now.
    """
    pool = draft.pool
    if not draft.missing_count or not draft.to_leave:
        return draft
    able = [
        one
        for one in draft.to_leave
        if suits(one, pool)
        and one.number not in around.comparison.retired
        and not must_move(one, pool.terms)
        and not around.allowances.releases_now(one.resource, one.number)
    ]
    able.sort(key=_last_to_go)
    able, _ = within_exchanges(able, pool.max_per_exchange, had(draft, around))
    back = within_shares(able, draft, around, lambda one: one.attributes.state)[: draft.missing_count]
    numbers = {one.number for one in back}
    return draft.having(
        changes=[staying(pool, one, around.comparison) for one in back],
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
