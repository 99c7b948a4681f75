"""What the vendor offers now of the numbers about to be bought, and how long ago it said so."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from numplan.engine.account.pricing import price_again
from numplan.engine.apply.orders import PurchaseOrder
from numplan.engine.compare.ceiling import keeps_rate
from numplan.engine.ports import Clock, Provider
from numplan.model.account import Criteria, Offer, Priced, Unreadable
from numplan.model.errors import ApiError
from numplan.model.number import E164
from numplan.model.plan import ZERO
from numplan.model.state import Attributes
from numplan.model.text.countries import same_state
from numplan.model.text.spelling import same_word

FRESH: Final = 60.0
"""Seconds for which an offer is evidence."""
NOT_FOR_SALE: Final = "it is no longer for sale"
AHEAD: Final = 500
"""Where offers are no longer fresh, searches are asked for so many of the numbers about to go."""
AHEAD_ALONE: Final = 50
"""So many are asked for one by one: what took longer to ask for than it is fresh would be asked for again and again."""


class Evidence:
    """Offers with their age. Safe to use from several threads.

    Numbers come in the order in which they go. Those that a plan priced are fresh from `planned_at` on, a moment of
    the monotonic clock; a substitute and a number that is bought back is asked for anew, whatever its age.
    """

    def __init__(self, provider: Provider, clock: Clock, planned_at: float, parallelism: int) -> None:
        self._provider = provider
        self._clock = clock
        self._planned_at = planned_at
        self._parallelism = parallelism
        self._line: list[PurchaseOrder] = []
        self._place: dict[E164, int] = {}
        self._offers: dict[E164, tuple[Priced, float]] = {}
        self._old: set[E164] = set()  # what the plan was told of these is no evidence
        self._asking = threading.Lock()

    def expect(self, orders: Iterable[PurchaseOrder]) -> None:
        """These are about to go, in this order."""
        for order in orders:
            self._place[order.number] = len(self._line)
            self._line.append(order)

    def forget(self, numbers: Iterable[E164]) -> None:
        """What was said of these is old."""
        for number in numbers:
            self._old.add(number)
            self._offers.pop(number, None)

    def why_not(self, numbers: Sequence[E164]) -> Mapping[E164, str]:
        """Which of some expected numbers may not be bought on the terms that were reviewed, and why. What is not
        fresh is asked for first.
        """
        unasked = ""
        try:
            self.refresh(numbers)
        except ApiError as problem:
            unasked = f"what it costs now could not be asked: {problem.message}"
        verdicts = ((number, self._verdict(self._order(number), unasked)) for number in numbers)
        return {number: why for number, why in verdicts if why}

    def refresh(self, numbers: Sequence[E164]) -> None:
        """Ask for what is not fresh of these, and of those that go next. Raises ApiError."""
        if all(self._is_fresh(self._order(number)) for number in numbers):
            return
        with self._asking:  # another thread may just have asked for the same
            if all(self._is_fresh(self._order(number)) for number in numbers):
                return
            first = min(self._place[number] for number in numbers)
            last = max(self._place[number] for number in numbers)
            next_ones = self._line[first : max(last + 1, first + AHEAD)]
            wanted = [
                one for one in next_ones if self._place[one.number] >= first and not self._is_fresh(one)
            ]
            asked_at = self._clock.monotonic()
            found = price_again(
                {one.number: criteria_of(one.attributes) for one in wanted},
                self._provider,
                self._parallelism,
                alone={one.number for one in self._line[first : max(last + 1, first + AHEAD_ALONE)]},
            )
            self._offers.update((number, (offer, asked_at)) for number, offer in found.items())

    def _order(self, number: E164) -> PurchaseOrder:
        return self._line[self._place[number]]

    def _is_fresh(self, order: PurchaseOrder) -> bool:
        _, asked_at = self._offers.get(order.number, (None, None))
        if asked_at is None:
            if order.anew or order.number in self._old:
                return False
            asked_at = self._planned_at
        return self._clock.monotonic() - asked_at < FRESH

    def _verdict(self, order: PurchaseOrder, unasked: str) -> str:
        """Why a number may not be bought. Where nothing could be asked, what is fresh still says no."""
        if unasked and not self._is_fresh(order):
            return unasked
        if order.number not in self._offers:
            return ""  # the plan's own terms, which are fresh
        return differs(self._offers[order.number][0], order.attributes)


def differs(offer: Priced, reviewed: Attributes) -> str:
    """Why a number is not to be had on the terms that were reviewed, with both values; an empty text if it is."""
    if offer is None:
        return NOT_FOR_SALE
    if isinstance(offer, Unreadable):
        return f"what it costs now cannot be read: {offer.problem}"
    for what, now, then in (
        ("country", offer.country, reviewed.country),
        ("type", offer.type, reviewed.type),
        ("category", offer.category, reviewed.category),
    ):
        if then is not None and not same_word(now, then):
            return f"its {what} is {now!r} now, and {then!r} was reviewed"
    if offer.state and reviewed.state and not same_state(offer.state, reviewed.state, reviewed.country):
        return f"its state is {offer.state!r} now, and {reviewed.state!r} was reviewed"
    return price_words(offer, reviewed)


def price_words(now: Offer | Attributes, reviewed: Attributes) -> str:
    """By how much a number is dearer than it was reviewed, with both values; an empty text if it is not. A rate that
    was not said when it was reviewed is none to hold it against; one that is no longer said is no evidence.
    """
    was = (reviewed.setup_charge or ZERO, reviewed.monthly_charge or ZERO)
    if (now.setup_charge or ZERO) > was[0] or (now.monthly_charge or ZERO) > was[1]:
        costs = f"it now costs {now.setup_charge} once and {now.monthly_charge} a month"
        return f"{costs}, and {was[0]} and {was[1]} were reviewed"
    for what, rate, then in (
        ("minute", now.rates.voice_rate, reviewed.voice_rate),
        ("message", now.rates.sms_rate, reviewed.sms_rate),
    ):
        if not keeps_rate(rate, then):
            now_costs = "costs nobody says what now" if rate is None else f"now costs {rate}"
            return f"a {what} {now_costs}, and {then} was reviewed"
    return ""


def criteria_of(reviewed: Attributes) -> Criteria:
    """What a search must ask to show a number as it was reviewed."""
    return Criteria(
        country=reviewed.country,
        state=reviewed.state or "",
        type=reviewed.type,
        category=reviewed.category or "",
    )
