"""Settle calls with an unknown outcome, from what the account shows.

Presence is evidence. Absence is evidence only in a listing proven complete, confirmed by a look-up of the
number, once `settle_seconds` have passed. A listing that lacks more managed numbers than the guard of missing
numbers lets pass proves nothing, however complete it says it is.
"""

from collections.abc import Collection, Container, Iterator, Mapping
from datetime import timedelta

import msgspec

from numplan.engine.book import Book
from numplan.engine.events import Settled, Verdict
from numplan.engine.parallel import ask_all
from numplan.engine.ports import Clock, Provider
from numplan.engine.refresh import too_many_missing
from numplan.failpoints import failpoint
from numplan.model.account import Listing, OwnedNumber, Unreadable, by_number
from numplan.model.errors import ApiError
from numplan.model.manifest import ApiSettings
from numplan.model.moment import Moment, age
from numplan.model.number import E164
from numplan.model.state import Instance, Intent, Tombstone

FIRST_PAUSE = 0.5
"""Seconds between the first two looks; each pause is twice the one before."""


class Look(msgspec.Struct, frozen=True):
    """What one look at the account showed of the numbers in question. Where there is a `gap`, those that are
    not `present` may be owned all the same; so may those whose look-up brought only a row that cannot be read.
    """

    present: Mapping[E164, OwnedNumber | Unreadable]
    gap: str = ""
    doubts: Mapping[E164, str] = {}


def settle(
    book: Book, provider: Provider, clock: Clock, api: ApiSettings, numbers: Collection[E164]
) -> Iterator[Settled]:
    """Settle the book's intents for `numbers`, without saving it. Raises ApiError when it cannot look."""
    pending = {number: book.intents[number] for number in numbers if number in book.intents}
    deadline = clock.monotonic() + api.settle_seconds
    pause = FIRST_PAUSE
    first = True
    while pending:
        last = clock.monotonic() >= deadline
        look = look_for(list(pending), book, provider, clock.now(), api, thorough=first or last)
        failpoint("settle.looked")
        for number in [one for one, intent in pending.items() if intent.kind == "purchase"]:
            if number in look.present:
                yield _found(book, pending.pop(number), look.present[number])
        if last or not pending:
            break
        clock.wait(min(pause, max(0.0, deadline - clock.monotonic())))
        if clock.interrupted():
            yield from (
                _verdict(intent, "unknown", "interrupted before it was settled")
                for intent in pending.values()
            )
            return
        pause, first = pause * 2, False
    for intent in pending.values():
        yield _judge(book, intent, look, provider, clock.now(), _hold(api))


def watch(book: Book, look: Look, provider: Provider, now: Moment, api: ApiSettings) -> Iterator[Settled]:
    """Look after purchases closed as never happened, by a look for all of them.

    One that turned up is taken into state as surplus. One whose number stays neither owned nor for sale for
    `hold_minutes` gives up its slot. Raises ApiError.
    """
    for tombstone in list(book.tombstones.values()):
        row = look.present.get(tombstone.number)
        if row is not None:
            if tombstone.number in book.numbers or tombstone.lingers(now, _hold(api)):
                continue
            book.keep(_instance(tombstone.instance, row, tombstone.closed_at, surplus=True))
            yield Settled(
                resource=tombstone.instance.resource,
                number=tombstone.number,
                call="purchase",
                verdict="bought",
                reason="it turned up in the account after its purchase was closed as never happened",
            )
        elif tombstone.holds_slot and not look.gap and tombstone.number not in look.doubts:
            unsold = provider.find(tombstone.number) is None
            watched = _watched(tombstone, now, _hold(api), unsold=unsold)
            if watched != tombstone:
                book.bury(watched)


def is_gone(number: E164, provider: Provider, clock: Clock, api: ApiSettings) -> bool:
    """Whether the account stops showing a released number within `settle_seconds`."""
    deadline, pause = clock.monotonic() + api.settle_seconds, FIRST_PAUSE
    while True:
        try:
            if provider.look_up(number) is None:
                return True
        except ApiError:
            return False
        if clock.monotonic() >= deadline or clock.interrupted():
            return False
        clock.wait(min(pause, max(0.0, deadline - clock.monotonic())))
        pause *= 2


def look_for(
    numbers: list[E164],
    book: Book,
    provider: Provider,
    now: Moment,
    api: ApiSettings,
    *,
    thorough: bool = True,
) -> Look:
    """Look for numbers in the account's listing; `thorough`: look each of the others up. Raises ApiError."""
    listing = provider.purchased(expected=len(book.numbers) + len(book.intents))
    shown: Mapping[E164, OwnedNumber | Unreadable] = listing.numbers
    if listing.unreadable:
        shown = {**shown, **by_number(listing.unreadable)}
    present = {number: shown[number] for number in numbers if number in shown}
    doubts: dict[E164, str] = {}
    if thorough:
        unseen = [number for number in numbers if number not in present]
        for number, row in zip(unseen, ask_all(provider.look_up, unseen, api.parallelism), strict=True):
            if row is not None and row.number is not None:
                present[number] = row
            elif row is not None:
                doubts[number] = (
                    f"the account shows a row that names no number, and may be its: {row.problem}"
                )
    return Look(present, _gap(listing, shown, book, now, _hold(api)), doubts)


def _gap(listing: Listing, shown: Container[E164], book: Book, now: Moment, hold: timedelta) -> str:
    """Why a listing is no evidence of absence, or an empty text."""
    if not listing.complete:
        return "the account's listing could not be proven complete"
    settled = [
        one.number
        for one in book.numbers.values()
        if one.number not in book.intents and not (one.bought_at and age(now, one.bought_at) < hold)
    ]
    missing = sum(1 for number in settled if number not in shown)
    if too_many_missing(missing, len(settled)) or (settled and not (listing.numbers or listing.unreadable)):
        return f"the account's listing lacks {missing} of {len(settled)} managed numbers"
    return ""


def _found(book: Book, intent: Intent, row: OwnedNumber | Unreadable) -> Settled:
    book.keep(_instance(intent.instance, row, intent.written_at))
    return _verdict(intent, "bought", "found in the account")


def _judge(
    book: Book, intent: Intent, look: Look, provider: Provider, now: Moment, hold: timedelta
) -> Settled:
    if intent.kind == "release" and intent.number in look.present:
        book.drop_intent(intent.number)
        return _verdict(intent, "not released", "the account still holds it")
    if gap := look.gap or look.doubts.get(intent.number):
        return _verdict(intent, "unknown", gap)
    if intent.kind == "release":
        book.released(intent.number, now)
        return _verdict(intent, "released", "the account no longer holds it")
    return _judge_purchase(book, intent, provider, now, hold)


def _judge_purchase(book: Book, intent: Intent, provider: Provider, now: Moment, hold: timedelta) -> Settled:
    offer = provider.find(intent.number)
    if isinstance(offer, Unreadable):
        return _verdict(intent, "unknown", f"whether it is for sale cannot be read: {offer.problem}")
    if offer is not None:
        book.bury(Tombstone(instance=intent.instance, closed_at=now))
        return _verdict(intent, "not bought", "it is not in the account and still for sale")
    if intent.unsold_at is None:
        book.intend([msgspec.structs.replace(intent, unsold_at=now)])
    elif age(now, intent.unsold_at) >= hold:
        book.bury(
            Tombstone(instance=intent.instance, closed_at=now, holds_slot=False, unsold_at=intent.unsold_at)
        )
        return _verdict(intent, "not bought", "it is neither in the account nor for sale, and was not before")
    return _verdict(intent, "unknown", "it is neither in the account nor for sale")


def _hold(api: ApiSettings) -> timedelta:
    return timedelta(minutes=api.hold_minutes)


def _watched(tombstone: Tombstone, now: Moment, hold: timedelta, *, unsold: bool) -> Tombstone:
    if not unsold:
        return msgspec.structs.replace(tombstone, unsold_at=None)
    if tombstone.unsold_at is None:
        return msgspec.structs.replace(tombstone, unsold_at=now)
    if age(now, tombstone.unsold_at) >= hold:
        return msgspec.structs.replace(tombstone, holds_slot=False)
    return tombstone


def _instance(
    intended: Instance, row: OwnedNumber | Unreadable, bought_at: Moment, *, surplus: bool = False
) -> Instance:
    """What was intended, with what the account shows: country, type, and the charges that it says."""
    attributes = intended.attributes
    if isinstance(row, OwnedNumber):
        attributes = msgspec.structs.replace(
            attributes,
            country=row.country,
            type=row.type,
            setup_charge=attributes.setup_charge if row.setup_charge is None else row.setup_charge,
            monthly_charge=attributes.monthly_charge if row.monthly_charge is None else row.monthly_charge,
        )
    return msgspec.structs.replace(
        intended, attributes=attributes, origin="found", bought_at=bought_at, surplus=surplus
    )


def _verdict(intent: Intent, verdict: Verdict, reason: str) -> Settled:
    return Settled(
        resource=intent.instance.resource,
        number=intent.number,
        call=intent.kind,
        verdict=verdict,
        reason=reason,
    )
