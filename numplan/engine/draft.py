"""The line from manifest to plan: refresh, assess, ask for offers, plan, guard."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from numplan.engine.assess import Assessment, assess
from numplan.engine.book import Book
from numplan.engine.events import Settled
from numplan.engine.guards import check_guards
from numplan.engine.offers import Offers, fetch_offers
from numplan.engine.planner import Circumstances, make_plan
from numplan.engine.ports import Clock, Provider
from numplan.engine.refresh import Live, refresh
from numplan.engine.settle import look_for, settle, watch
from numplan.model.manifest import Manifest
from numplan.model.plan import Plan
from numplan.model.state import State


class Survey(NamedTuple):
    """The account as it is, held against manifest and state, and the plan that follows."""

    live: Live
    assessed: Assessment
    plan: Plan


def draft_plan(
    manifest: Manifest, state: State | None, provider: Provider, circumstances: Circumstances
) -> Plan:
    """What an apply would do now, with every guard's word on it. Raises ApiError."""
    return survey(manifest, state, provider, circumstances).plan


def survey(
    manifest: Manifest, state: State | None, provider: Provider, circumstances: Circumstances
) -> Survey:
    """The same, with what it was made from. Raises ApiError, and UsageError for a selector that names nothing."""
    return survey_of(manifest, state, refresh(manifest, state, provider), provider, circumstances)


def survey_of(
    manifest: Manifest, state: State | None, live: Live, provider: Provider, circumstances: Circumstances
) -> Survey:
    """The same of an account that was looked at already."""
    assessed = assess(manifest, state, live, circumstances.now)
    if circumstances.refresh_only:  # nothing is bought, so no price is asked
        offers = Offers()
    else:
        offers = fetch_offers(manifest, assessed, live, provider, first_run=state is None)
    plan = make_plan(manifest, state, assessed, live, offers, circumstances)
    refusals = check_guards(plan, manifest, assessed, offers)
    return Survey(live, assessed, msgspec.structs.replace(plan, refusals=refusals))


def settle_leftovers(book: Book, manifest: Manifest, provider: Provider, clock: Clock) -> Iterator[Settled]:
    """Settle what earlier runs left uncertain, and save what came of it. Raises ApiError and StateError."""
    yield from settle(book, provider, clock, manifest.api, list(book.intents))
    if book.tombstones:
        look = look_for(list(book.tombstones), book, provider, clock.now(), manifest.api)
        yield from watch(book, look, provider, clock.now(), manifest.api)
    if book.unsaved:
        book.save(clock.now())


def nothing_of(manifest: Manifest) -> Manifest:
    """The same manifest without its entries: what `destroy` plans for. What it forgets stays purchased."""
    return msgspec.structs.replace(manifest, numbers=(), sets=(), pools=(), moved=())
