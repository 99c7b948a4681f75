"""Look at the account: what it holds now, as far as the manifest and the state need to know."""

from collections.abc import Callable, Collection, Container, Mapping
from concurrent.futures import Future
from functools import cache

import msgspec

from numplan.engine.account.parallel import ReadingPool, ask_all
from numplan.engine.ports import Provider
from numplan.model.account import (
    Listing,
    OwnedNumber,
    Region,
    Regions,
    Unreadable,
    by_number,
    nameless,
    strangers,
)
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.state import Intent, State, Tombstone
from numplan.model.text.countries import state_name

MISSING_SHARE = 0.1
"""More than this share of the managed numbers, and more than one, missing at once speaks against the listing; and so
do all of them, be it one.
"""
READ_AGAIN = 100
"""Up to so many numbers at stake whose rows cannot be read are looked up by themselves: where there are more, the
answers are of another kind than numplan knows, and another call for each would help nobody.
"""


class AccountSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The account as it is.

    A number that the manifest declares or the state knows, and that neither `owned` nor `unread` has, is absent: the
    listing was complete, or the number was looked up by itself. Of other numbers only a `complete` listing tells all;
    `gap` says what it could not prove.

    `unreadable` are rows of the listing that cannot be read. `unread` are numbers that the account holds in such a row,
    or may hold in one that names no number; nothing is known of them but that. `strangers` are owned numbers whose
    rows name another customer than most. Of the countries on offer, those of `unreadable_regions` are not known.
    `looked_up` are numbers that a look-up of this very look did not find. `is_partial`: the run is about some numbers,
    so other managed ones are taken to be as state has them, and of the `unlooked` nothing is known.
    """

    regions: tuple[Region, ...]
    owned: Mapping[E164, OwnedNumber]
    complete: bool
    gap: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    unread: Mapping[E164, Unreadable] = {}
    strangers: frozenset[E164] = frozenset()
    looked_up: frozenset[E164] = frozenset()
    is_partial: bool = False
    unlooked: frozenset[E164] = frozenset()
    unreadable_regions: tuple[Unreadable, ...] = ()


About = Callable[[State | None], Collection[E164] | None]
"""The numbers that a run is about, as state knows them; None where it is about all there are."""


def everything(state: State | None) -> None:
    """What most runs are about."""
    del state


def refresh(
    manifest: Manifest, state: State | None, provider: Provider, about: About = everything
) -> AccountSnapshot:
    """Fetch regions and the account's numbers together. Raises ApiError: on a partial view a plan would buy
    twice.

    Where the listing is cut short and the run is `about` some numbers alone, these are looked up; of the others that
    the listing does not show, each managed one is taken to be as state has it. A listing that shows nothing allows no
    such thing.
    """
    expected = max(len(managed_numbers(state)), manifest.number_count)
    return _refresh(manifest, lambda: state, provider, expected, about)[1]


def remember_and_refresh(
    manifest: Manifest,
    remember: Callable[[], State | None],
    provider: Provider,
    about: About = everything,
) -> tuple[State | None, AccountSnapshot]:
    """The state, read while the account's answers are on their way, and the same of the account. Raises ApiError, and
    at once what `remember` raises.
    """
    return _refresh(manifest, remember, provider, manifest.number_count, about)


def _refresh(
    manifest: Manifest,
    remember: Callable[[], State | None],
    provider: Provider,
    expected: int,
    about: About,
) -> tuple[State | None, AccountSnapshot]:
    remembered: Future[State | None] = Future()
    threads = ReadingPool(2)
    asked = threads.submit(provider.regions)
    states = cache(lambda: _states(manifest, remembered.result()))
    named = cache(lambda: about(remembered.result()))
    at_stake = cache(lambda: _at_stake(manifest, remembered.result()) if named() is None else None)
    listed = threads.submit(provider.purchased, expected=expected, states=states, known=at_stake)
    try:
        remembered.set_result(remember())
    except BaseException as problem:
        remembered.set_exception(problem)  # the listing may be waiting for it
        threads.shutdown(wait=False, cancel_futures=True)  # and nobody for the listing any more
        raise
    try:
        state, regions, listing = remembered.result(), asked.result(), listed.result()
    finally:
        threads.shutdown()
    # A listing that shows nothing at all is no witness for look-ups either: then all are looked up, and counted.
    only = named() if listing.numbers and not listing.complete else None
    return state, _snapshot(manifest, state, provider, regions, listing, only)


def _snapshot(
    manifest: Manifest,
    state: State | None,
    provider: Provider,
    regions: Regions,
    listing: Listing,
    only: Collection[E164] | None,
) -> AccountSnapshot:
    """The account by its listing, with what has to be looked up besides: `only` these where the run is about some."""
    unread = by_number(listing.unreadable)
    managed = managed_numbers(state) if only is None else [*unsettled_numbers(state), *only]
    unseen = _unseen(managed, manifest if only is None else None, listing, unread)
    if unseen:
        provider.announce(len(unseen))
    late: dict[E164, OwnedNumber] = {}
    looked_up: set[E164] = set()
    for number, found in zip(
        unseen, ask_all(provider.look_up, unseen, manifest.api.parallelism), strict=True
    ):
        if isinstance(found, OwnedNumber):
            late[number] = found
            unread.pop(number, None)
        elif found is not None:
            unread.setdefault(number, found)
        else:
            looked_up.add(number)
    owned = {**listing.numbers, **late} if late else listing.numbers
    others = strangers(owned)
    unlooked: frozenset[E164] = frozenset()
    if only is not None:
        owned = {**_as_remembered(state, {*unread, *looked_up}), **owned}
        unlooked = frozenset(
            one.number for one in manifest.explicit() if not (one.number in owned or one.number in only)
        )
    return AccountSnapshot(
        regions=regions.rows,
        owned=owned,
        complete=listing.complete,
        gap=listing.gap,
        unreadable=tuple(one for one in listing.unreadable if one.number not in late),
        unread=unread,
        strangers=others,
        looked_up=frozenset(looked_up),
        is_partial=only is not None,
        unlooked=unlooked,
        unreadable_regions=regions.unreadable,
    )


def _as_remembered(state: State | None, known: Container[E164]) -> dict[E164, OwnedNumber]:
    """Managed numbers of which nothing else is known, as state has them."""
    return {
        number: OwnedNumber(
            number=number,
            country=one.attributes.country,
            type=one.attributes.type,
            setup_charge=one.attributes.setup_charge,
            monthly_charge=one.attributes.monthly_charge,
            rates=one.attributes.rates,
        )
        for number, one in (state.by_number if state else {}).items()
        if number not in known
    }


def _unseen(
    managed: list[E164], manifest: Manifest | None, listing: Listing, unread: Mapping[E164, Unreadable]
) -> list[E164]:
    """The numbers at stake, those of a manifest too where one is given, that a listing does not show, or shows in a row
    that cannot be read: a look-up decides. A row that names no number may hide any of them.
    """
    at_stake = managed
    declared = (one.number for one in (manifest.explicit() if manifest else ()))
    if not listing.complete or nameless(listing.unreadable):
        at_stake = [*managed, *declared]
    elif unread:
        at_stake = [*managed, *(number for number in declared if number in unread)]
    hidden = dict.fromkeys([number for number in at_stake if number not in listing.numbers])
    known = {number for number in hidden if number in unread} if len(unread) > READ_AGAIN else set[E164]()
    return [number for number in hidden if number not in known] if len(known) > READ_AGAIN else [*hidden]


def _at_stake(manifest: Manifest, state: State | None) -> list[E164]:
    """All numbers that the manifest or the state names."""
    return [*managed_numbers(state), *(one.number for one in manifest.explicit())]


def _states(manifest: Manifest, state: State | None) -> list[str]:
    """The states that the manifest or the rows of state name: parts that a capped listing can be split into."""
    named: set[str | None] = {state_name(pool.state, pool.country) for pool in manifest.pools if pool.state}
    named.update(one.attributes.state for one in (state.numbers if state else ()))
    return sorted(filter(None, named))


def managed_numbers(state: State | None) -> list[E164]:
    """Every number that something depends on: managed, intended, or closed with a slot that waits; some of them twice.
    What is watched without a slot is looked for in the listing alone.
    """
    return [*state.by_number, *_waiting(state)] if state else []


def unsettled_numbers(state: State | None) -> list[E164]:
    """Those of them about which something is open: a call, a slot that waits, a number that was missing."""
    if state is None:
        return []
    gone = (one.number for one in state.numbers if one.missing_since is not None)
    return [*gone, *_waiting(state)]


def _waiting(state: State) -> list[E164]:
    slots = (one for one in state.tombstones if one.holds_slot)
    unsettled: tuple[Intent | Tombstone, ...] = (*state.intents, *slots)
    return [one.number for one in unsettled]


def too_many_missing(missing: int, managed: int) -> bool:
    """Whether so many of the managed numbers are missing at once that the listing is in doubt."""
    return missing > max(1.0, MISSING_SHARE * managed) or missing == managed > 0
