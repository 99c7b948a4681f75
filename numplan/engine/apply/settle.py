"""Settle calls with an unknown outcome, from what the account shows.

Presence is evidence. Absence is evidence only in a listing proven complete, confirmed by a look-up of the
number, once `settle_seconds` have passed. A listing that lacks more managed numbers than the guard of missing
numbers lets pass proves nothing, however complete it says it is.
"""

from collections.abc import Collection, Container, Generator, Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from numplan.engine.account.parallel import ask_all
from numplan.engine.account.refresh import too_many_missing
from numplan.engine.apply.events import Settled, SettleVerdict
from numplan.engine.apply.open_state import OpenState
from numplan.engine.compare.watched import TURNED_UP, found, keeps_slot, surplus_of
from numplan.engine.ports import Clock, Provider, now_of
from numplan.failpoints import failpoint
from numplan.model.account import Listing, OwnedNumber, Unreadable, by_number
from numplan.model.errors import ApiError
from numplan.model.history.record import Outcome
from numplan.model.location.api_settings import ApiSettings
from numplan.model.moment import Moment, age
from numplan.model.number import E164
from numplan.model.others import NOBODY, Elsewhere
from numplan.model.outcome import Rejected
from numplan.model.state import Instance, Intent, Tombstone

NONE: Final[Mapping[E164, Rejected]] = MappingProxyType({})
GIVEN_UP: Final = "; the manifest forgets it here"
FIRST_PAUSE: Final = 0.5
"""Seconds between the first two looks; each pause is twice the one before."""


class Look(msgspec.Struct, frozen=True):
    """What one look at the account showed of the numbers in question. Where there is a `gap`, those that are
    not `present` may be owned all the same; so may those whose look-up brought only a row that cannot be read. Of those
    that are present, another state has a call under way for the `contested` ones, too.
    """

    present: Mapping[E164, OwnedNumber | Unreadable]
    gap: str = ""
    doubts: Mapping[E164, str] = {}
    contested: Mapping[E164, Elsewhere] = {}


def settle(
    open_state: OpenState,
    provider: Provider,
    clock: Clock,
    api: ApiSettings,
    numbers: Collection[E164],
    rejected: Mapping[E164, Rejected] = NONE,
    given_up: Container[E164] = (),
) -> Iterator[Settled]:
    """Settle the intents in state for `numbers`, without saving. Raises ApiError when it cannot look.

    Of the `rejected` ones, whose calls were answered with a status that says no, one listing tells enough. What is
    `given_up` is left to another state that has a call under way for it, too, where the account holds it.
    """
    pending = {number: open_state.intents[number] for number in numbers if number in open_state.intents}
    look = yield from find_bought(open_state, provider, clock, api, pending, rejected)
    for intent in pending.values():
        if look is None:
            yield _verdict(intent, "unknown", "interrupted before it was settled")
        elif intent.number in look.contested and intent.number in given_up:
            whose = look.contested[intent.number]
            verdict = _anothers(open_state, intent, whose, now_of(clock, provider), GIVEN_UP)
            yield _told(open_state, intent, verdict)
        else:
            verdict = _judge(
                open_state, intent, look, provider, now_of(clock, provider), _hold(api), rejected
            )
            yield _told(open_state, intent, verdict)


def find_bought(
    open_state: OpenState,
    provider: Provider,
    clock: Clock,
    api: ApiSettings,
    pending: dict[E164, Intent],
    rejected: Container[E164],
) -> Generator[Settled, None, Look | None]:
    """Take the purchases among `pending` that turn up in the account within `settle_seconds` into state, and out of
    `pending`. Returns the last look, None where an interruption came before it. Raises ApiError.
    """
    deadline = clock.monotonic() + api.settle_seconds
    pause = FIRST_PAUSE
    first = True
    look = Look({})
    while pending:
        last = clock.monotonic() >= deadline
        looked_up = [number for number in pending if number not in rejected] if first or last else []
        look = look_for(pending, open_state, provider, now_of(clock, provider), api, looked_up)
        failpoint("settle.looked")
        bought = [one for one, intent in pending.items() if intent.kind == "purchase" and one in look.present]
        theirs = open_state.elsewhere() if bought else {}
        contested: dict[E164, Elsewhere] = {}
        for number in bought:
            if number not in theirs or theirs[number].standing == "watched":
                intent = pending.pop(number)
                yield _told(open_state, intent, _found(open_state, intent, look.present[number]))
            elif theirs[number].standing == "managed":
                intent = pending.pop(number)
                verdict = _anothers(open_state, intent, theirs[number], now_of(clock, provider))
                yield _told(open_state, intent, verdict)
            else:
                contested[number] = theirs[number]
        look = msgspec.structs.replace(look, contested=contested) if contested else look
        if last or not pending:
            break
        clock.wait(min(pause, max(0.0, deadline - clock.monotonic())))
        if clock.interrupted():
            return None
        pause, first = pause * 2, False
    return look


def watch(
    open_state: OpenState, look: Look, provider: Provider, now: Moment, api: ApiSettings
) -> Iterator[Settled]:
    """Look after the numbers that are watched, by a look for all of them.

    One that turned up is taken into state as surplus. One whose number stays neither owned nor for sale for
    `hold_minutes` gives up its slot; so does one whose call was rejected, for sale or not. Raises ApiError.
    """
    for one, reason in take_in(open_state, look.present, now, api):
        yield Settled(
            resource=one.resource, number=one.number, call="purchase", verdict="bought", reason=reason
        )
    for tombstone in list(open_state.tombstones.values()):
        if not tombstone.holds_slot or look.gap or tombstone.number in look.present:
            continue
        if tombstone.number in look.doubts:
            continue
        if not keeps_slot(tombstone, now, _hold(api)):
            watched = msgspec.structs.replace(tombstone, holds_slot=False)
        else:
            unsold = provider.find(tombstone.number) is None
            watched = _watched(tombstone, now, _hold(api), unsold=unsold)
        if watched != tombstone:
            open_state.bury(watched)


def take_in(
    open_state: OpenState, present: Mapping[E164, OwnedNumber | Unreadable], now: Moment, api: ApiSettings
) -> Iterator[tuple[Instance, str]]:
    """Take watched numbers that the account shows into state, as surplus, without saving it; none that another state
    has. Yields each, and why. Raises StateError.
    """
    back = [
        one
        for one in open_state.tombstones.values()
        if one.number in present and one.number not in open_state.numbers and not one.lingers(now, _hold(api))
    ]
    others = open_state.others() if back else NOBODY
    theirs, gone = others.by_number, others.released_within(_hold(api), now)
    for tombstone in (one for one in back if one.number not in gone):
        number = tombstone.number
        if number in theirs and theirs[number].comes_before(open_state.state.lineage):
            continue
        row = present[number]
        outcome: Outcome = "returned" if tombstone.cause in {"missing", "released"} else "purchased"
        open_state.keep(surplus_of(tombstone, row), outcome, TURNED_UP[tombstone.cause], settled=True)
        yield open_state.numbers[number], TURNED_UP[tombstone.cause]


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
    numbers: Iterable[E164],
    open_state: OpenState,
    provider: Provider,
    now: Moment,
    api: ApiSettings,
    looked_up: Iterable[E164],
) -> Look:
    """Look for numbers in the account's listing; those of `looked_up` that it lacks are looked up by themselves. Raises
    ApiError.
    """
    numbers, known = [*numbers], [*open_state.numbers, *open_state.intents]
    listing = provider.purchased(expected=len(known), known=lambda: known)
    shown: Mapping[E164, OwnedNumber | Unreadable] = listing.numbers
    if listing.unreadable:
        shown = {**shown, **by_number(listing.unreadable)}
        if any(one.number is None for one in listing.unreadable):
            looked_up = numbers  # such a row may hide any of them
    present = {number: shown[number] for number in numbers if number in shown}
    unseen = [number for number in looked_up if number not in present]
    doubts: dict[E164, str] = {}
    for number, row in zip(unseen, ask_all(provider.look_up, unseen, api.parallelism), strict=True):
        if row is not None and row.number is not None:
            present[number] = row
        elif row is not None:
            doubts[number] = f"the account shows a row that names no number, and may be its: {row.problem}"
    return Look(present, _gap(listing, shown, open_state, now, _hold(api)), doubts)


def _gap(
    listing: Listing, shown: Container[E164], open_state: OpenState, now: Moment, hold: timedelta
) -> str:
    """Why a listing is no evidence of absence, or an empty text."""
    if not listing.complete:
        return "the account's listing could not be proven complete"
    settled = [
        one.number
        for one in open_state.numbers.values()
        if one.number not in open_state.intents and not (one.bought_at and age(now, one.bought_at) < hold)
    ]
    missing = sum(1 for number in settled if number not in shown)
    if too_many_missing(missing, len(settled)) or (settled and not (listing.numbers or listing.unreadable)):
        return f"the account's listing lacks {missing} of {len(settled)} managed numbers"
    return ""


def _found(open_state: OpenState, intent: Intent, row: OwnedNumber | Unreadable) -> Settled:
    open_state.keep(found(intent.instance, row, intent.written_at))
    return _verdict(intent, "bought", "found in the account")


def _anothers(
    open_state: OpenState, intent: Intent, theirs: Elsewhere, now: Moment, why: str = ""
) -> Settled:
    """Of two that wanted one number the vendor sold it to one, and that one has taken it in, or is to."""
    open_state.bury(Tombstone(instance=intent.instance, closed_at=now, holds_slot=False))
    return _verdict(intent, "not bought", f"the account holds it, and {theirs.whose}{why}")


def contested_by(theirs: Elsewhere) -> str:
    """Why a number that the account holds is not settled, and what to do."""
    return (
        f"the account holds it, and another state has a call for it under way, too: apply that one ({theirs.state}), "
        "which may settle it; where it stays so, list the number under `forget` in the manifest that is not to have it"
    )


def _judge(
    open_state: OpenState,
    intent: Intent,
    look: Look,
    provider: Provider,
    now: Moment,
    hold: timedelta,
    rejected: Mapping[E164, Rejected],
) -> Settled:
    if intent.kind == "release" and intent.number in look.present:
        open_state.drop_intent(intent.number)
        return _verdict(
            intent, "not released", "the account still holds it", rejected=intent.number in rejected
        )
    if gap := look.gap or look.doubts.get(intent.number):
        return _verdict(intent, "unknown", gap)
    if intent.number in look.contested:
        return _verdict(intent, "unknown", contested_by(look.contested[intent.number]))
    if intent.kind == "release":
        open_state.seems_released(intent.instance, now)
        return _verdict(intent, "released", "the account no longer holds it")
    if intent.number in rejected:
        alone = rejected[intent.number].alone
        open_state.bury(Tombstone(instance=intent.instance, closed_at=now, rejected=alone))
        return _verdict(intent, "not bought", "it is not in the account", rejected=True)
    return _judge_purchase(open_state, intent, provider, now, hold)


def _judge_purchase(
    open_state: OpenState, intent: Intent, provider: Provider, now: Moment, hold: timedelta
) -> Settled:
    offer = provider.find(intent.number)
    if isinstance(offer, Unreadable):
        return _verdict(intent, "unknown", f"whether it is for sale cannot be read: {offer.problem}")
    if offer is not None:
        open_state.bury(Tombstone(instance=intent.instance, closed_at=now))
        return _verdict(intent, "not bought", "it is not in the account and still for sale")
    if intent.unsold_at is None:
        open_state.intend([msgspec.structs.replace(intent, unsold_at=now)])
    elif age(now, intent.unsold_at) >= hold:
        open_state.bury(
            Tombstone(instance=intent.instance, closed_at=now, holds_slot=False, unsold_at=intent.unsold_at)
        )
        return _verdict(intent, "not bought", "it is neither in the account nor for sale, and was not before")
    return _verdict(intent, "unknown", "it is neither in the account nor for sale")


def _told(open_state: OpenState, intent: Intent, verdict: Settled) -> Settled:
    """A verdict, which the history is told unless it is none."""
    open_state.chronicle.tell_verdict(verdict, open_state.numbers.get(intent.number, intent.instance))
    return verdict


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


def _verdict(intent: Intent, verdict: SettleVerdict, seen: str, *, rejected: bool = False) -> Settled:
    """What was seen of a call, after what was said of it."""
    return Settled(
        resource=intent.instance.resource,
        number=intent.number,
        call=intent.kind,
        verdict=verdict,
        reason=f"{intent.doubt}; {seen}" if intent.doubt else seen,
        rejected=rejected,
    )
