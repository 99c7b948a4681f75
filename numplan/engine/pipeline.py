"""The line from manifest to plan: refresh, assess, ask for offers, plan, guard."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from numplan.engine.account.refresh import Live, refresh
from numplan.engine.apply.events import Settled
from numplan.engine.apply.open_state import Book
from numplan.engine.apply.settle import look_for, settle, watch
from numplan.engine.compare.comparison import Assessment, assess
from numplan.engine.guard.guards import check_guards
from numplan.engine.plan.planner import Circumstances, make_plan
from numplan.engine.plan.quotes import Offers, fetch_offers
from numplan.engine.ports import Clock, Provider, now_of
from numplan.model.manifest import Manifest
from numplan.model.moment import moment, our_time
from numplan.model.plan import Plan
from numplan.model.state import State


class Survey(NamedTuple):
    """The account as it is and what it offers, held against manifest and state, and the plan that follows."""

    live: Live
    assessed: Assessment
    offers: Offers
    plan: Plan


def survey(
    manifest: Manifest, state: State | None, provider: Provider, circumstances: Circumstances
) -> Survey:
    """What an apply would do now, with every guard's word on it, and what it was made from. Raises ApiError, and
    UsageError for a selector that names nothing.
    """
    return survey_of(manifest, state, refresh(manifest, state, provider), provider, circumstances)


def survey_of(
    manifest: Manifest, state: State | None, live: Live, provider: Provider, circumstances: Circumstances
) -> Survey:
    """The same of an account that was looked at already."""
    now = moment(our_time(circumstances.now), provider.vendors_time())
    circumstances = msgspec.structs.replace(circumstances, now=now)
    accept_missing = circumstances.allowances.missing
    assessed = assess(manifest, state, live, now, accept_missing=accept_missing)
    if circumstances.refresh_only:  # nothing is bought, so no price is asked
        offers = Offers()
    else:
        offers = fetch_offers(
            manifest, assessed, live, provider, first_run=state is None, preferred=circumstances.preferred
        )
    return Survey(live, assessed, offers, judged(manifest, state, assessed, live, offers, circumstances))


def judged(
    manifest: Manifest,
    state: State | None,
    assessed: Assessment,
    live: Live,
    offers: Offers,
    circumstances: Circumstances,
) -> Plan:
    """The plan of what was looked at, with every guard's word on it. Pure."""
    plan = make_plan(manifest, state, assessed, live, offers, circumstances)
    return msgspec.structs.replace(plan, refusals=check_guards(plan, manifest, assessed, offers))


def settle_leftovers(book: Book, manifest: Manifest, provider: Provider, clock: Clock) -> Iterator[Settled]:
    """Settle what earlier runs left uncertain, and save what came of it. Raises ApiError and StateError."""
    yield from settle(book, provider, clock, manifest.api, list(book.intents))
    waiting = [one.number for one in book.tombstones.values() if one.holds_slot]
    if waiting:  # what holds no slot is looked for in the listing that the plan is made from
        now = now_of(clock, provider)
        look = look_for(book.tombstones, book, provider, now, manifest.api, waiting)
        yield from watch(book, look, provider, now, manifest.api)
    if book.unsaved:
        book.save(now_of(clock, provider))


def nothing_of(manifest: Manifest) -> Manifest:
    """The same manifest without its entries: what `destroy` plans for. What it forgets stays purchased."""
    return msgspec.structs.replace(manifest, numbers=(), sets=(), pools=(), moved=())
