"""What stands behind the engine's ports in tests: a vendor, a clock and a session, all in memory."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from numplan.engine.apply.calls import Bar
from numplan.engine.ports import KnownNumbers, StateNames
from numplan.model.account import (
    Assignment,
    Criteria,
    Found,
    Listing,
    Offer,
    OwnedNumber,
    Region,
    Regions,
    Unreadable,
)
from numplan.model.charge import Charge, Rates, charge_of
from numplan.model.errors import StateError, UnreachableError
from numplan.model.number import E164
from numplan.model.outcome import Call, Outcome, Refused, Succeeded, Unknown
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state, encode_state
from numplan.model.text.spelling import same_word

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FLOW = Assignment("Flow Builder", "7", "Main menu")
ACCOUNT = "190"
URL = "https://vendor.test/o/"

REGIONS = (
    Region("United States", ("Geographic", "Mobile", "Toll-Free")),
    Region("United Kingdom", ("Geographic", "Mobile", "Non-Geographic")),
    Region("Canada", ("Geographic", "Toll-Free")),
)


def nothing_barred(_: Sequence[E164]) -> Mapping[E164, str]:
    """A gate that lets everything out."""
    return {}


class Fate(NamedTuple):
    """What a call for one number comes to: what it answers, and whether the vendor carries it out."""

    outcome: Outcome
    carried_out: bool


class FakeVendor:
    """An account and a stock, as an `Account`.

    `listed(complete=False, hiding=...)` makes the listing short; `lagging` numbers are owned and shown by no
    call. `cannot_read` spoils the row of a number, owned or for sale. `will` decides what the next call for a number
    comes to. `arrange` orders every answer. `calls` logs
    each call by name, `posts` each purchase and release as sent; `bought` and `released` what was carried out.
    """

    account = ACCOUNT
    url = URL

    def __init__(self, *, regions: tuple[Region, ...] = REGIONS) -> None:
        self.owned: dict[E164, OwnedNumber] = {}
        self.stock: dict[E164, Offer] = {}
        self.places: dict[E164, str] = {}
        self.lagging: set[E164] = set()
        self.arrange: Callable[[list[E164]], list[E164]] = sorted
        self.calls: list[tuple[str, object]] = []
        self.posts: list[tuple[Call, tuple[E164, ...], int | None]] = []
        self.bought: list[E164] = []
        self.released: list[E164] = []
        self.time: Callable[[], datetime] | None = None
        self._regions = regions
        self.odd_regions: tuple[Unreadable, ...] = ()
        self._complete = True
        self._hidden: frozenset[E164] = frozenset()
        self._fates: dict[tuple[Call, E164], deque[Fate]] = {}
        self._down: set[str] = set()
        self._lost: set[str] = set()
        self._spoilt: dict[E164, Unreadable] = {}
        self._lock = threading.RLock()
        self.tells_totals = True
        """Whether a search says how many are for sale."""

    @property
    def provider(self) -> "FakeVendor":
        return self

    # -- what a test arranges --------------------------------------------------------------------------

    def own(
        self,
        number: str,
        *,
        country: str = "United States",
        kind: str = "Geographic",
        flow: bool = False,
        state: str = "",
        once: str = "0.10",
        monthly: str | None = "0.20",
        customer: str = "",
    ) -> E164:
        """The account owns this number."""
        key = E164(number)
        charge = None if monthly is None else Charge(monthly)
        self.owned[key] = OwnedNumber(
            key, country, kind, Charge(once), charge, FLOW if flow else None, customer
        )
        self.places[key] = state
        self.stock.pop(key, None)
        return key

    def put_on_sale(
        self,
        number: str,
        *,
        country: str = "United States",
        state: str = "",
        kind: str = "Geographic",
        category: str = "Voice",
        once: str = "0.10",
        monthly: str = "0.20",
        voice: str = "",
        message: str = "",
    ) -> E164:
        """This number is for sale. A rate that is empty is not said."""
        key = E164(number)
        rates = Rates(charge_of(voice) if voice else None, charge_of(message) if message else None)
        self.stock[key] = Offer(
            key, country, kind, category, Decimal(once), Decimal(monthly), state, rates=rates
        )
        return key

    def listed(self, *, complete: bool, hiding: Iterable[E164] = ()) -> None:
        """Whether the listing is proven complete, and what it leaves out though a look-up shows it."""
        self._complete, self._hidden = complete, frozenset(hiding)

    def cannot_read(
        self, number: str, *, field: str = "country", reason: str = "is null", named: bool = True
    ) -> E164:
        """The row of this number cannot be read, in any answer; not even whose it is, unless `named`."""
        key = E164(number)
        self._spoilt[key] = Unreadable(len(self._spoilt) + 1, field, reason, key if named else None)
        return key

    def reads_again(self) -> None:
        """All rows can be read."""
        self._spoilt.clear()

    def will(self, call: Call, number: str, outcome: Outcome, *, carried_out: bool) -> None:
        """What the next call for a number comes to; calls queue up."""
        self._fates.setdefault((call, E164(number)), deque()).append(Fate(outcome, carried_out))

    def lose_next_reply(self, endpoint: str) -> None:
        """The next POST to this endpoint is carried out, and its reply is lost."""
        self._lost.add({"purchase-numbers": "purchase", "release-numbers": "release"}[endpoint])

    def goes_down(self, *calls: str) -> None:
        """These reading calls fail from now on; none named: none fails."""
        self._down = set(calls)

    # -- the port --------------------------------------------------------------------------------------

    def vendors_time(self) -> datetime | None:
        return self.time and self.time()

    def regions(self) -> Regions:
        self._called("regions", None)
        return Regions(self._regions, self.odd_regions)

    def purchased(self, *, expected: int, states: StateNames = tuple, known: KnownNumbers = tuple) -> Listing:  # noqa: ARG002
        self._called("purchased", tuple(states()))
        with self._lock:
            return self._listing(self.owned)

    def announce(self, look_ups: int) -> None:
        pass

    def require_states(self) -> None:
        self._called("require_states", None)

    def purchased_in(self, criteria: Criteria) -> Listing:
        self._called("purchased_in", criteria)
        with self._lock:
            return self._listing(
                number
                for number, row in self.owned.items()
                if same_word(row.country, criteria.country)
                and (not criteria.type or same_word(row.type, criteria.type))
                and (not criteria.state or self.places.get(number) == criteria.state)
            )

    def look_up(self, number: E164) -> OwnedNumber | Unreadable | None:
        self._called("look_up", number)
        row = None if number in self.lagging else self.owned.get(number)
        return row and self._spoilt.get(number, row)

    def find(self, number: E164) -> Offer | Unreadable | None:
        self._called("find", number)
        offer = self.stock.get(number)
        return offer and self._spoilt.get(number, offer)

    def search(self, criteria: Criteria, *, wanted: int | None) -> Found:
        self._called("search", criteria)
        with self._lock:
            fitting = sorted(number for number, offer in self.stock.items() if _fits(offer, criteria))
            given = fitting if wanted is None else fitting[:wanted]
            offers = tuple(self.stock[number] for number in self.arrange(given) if number not in self._spoilt)
            odd = tuple(self._spoilt[number] for number in given if number in self._spoilt)
        whole = len(given) == len(fitting)
        return Found(
            offers, exhausted=whole, unreadable=odd, total=len(fitting) if self.tells_totals else None
        )

    def expect_calls(self, count: int) -> None:
        self.calls_to_come = count

    def purchase(
        self,
        numbers: Sequence[E164],
        sip_trunk_id: int | None,
        bar: Bar = nothing_barred,  # noqa: ARG002
    ) -> Mapping[E164, Outcome]:
        self._posted("purchase", numbers, sip_trunk_id)
        with self._lock:
            return self._answer("purchase", {number: self._purchase(number) for number in numbers})

    def release(self, numbers: Sequence[E164], bar: Bar = nothing_barred) -> Mapping[E164, Outcome]:  # noqa: ARG002
        self._posted("release", numbers, None)
        with self._lock:
            return self._answer("release", {number: self._release(number) for number in numbers})

    # -- behind it -------------------------------------------------------------------------------------

    def carry_out(self, call: Call, number: str) -> bool:
        """Carry out a call, as the vendor may do late; False where it is no longer possible."""
        key = E164(number)
        if call == "release":
            if key not in self.owned or self.owned[key].flow is not None:
                return False
            row = self.owned.pop(key)
            self.stock[key] = Offer(
                key, row.country, row.type, "Voice", row.setup_charge, row.monthly_charge, self.places[key]
            )
            self.released.append(key)
            return True
        if key not in self.stock:
            return False
        offer = self.stock.pop(key)
        self.owned[key] = OwnedNumber(
            key, offer.country, offer.type, offer.setup_charge, offer.monthly_charge
        )
        self.places[key] = offer.state
        self.bought.append(key)
        return True

    def _purchase(self, number: E164) -> Outcome:
        fate = self._fate("purchase", number)
        if fate is not None:
            if fate.carried_out:
                self.carry_out("purchase", number)
            return fate.outcome
        if number in self.owned:
            return Refused("Number already purchased")
        return Succeeded() if self.carry_out("purchase", number) else Refused("Number not available")

    def _release(self, number: E164) -> Outcome:
        fate = self._fate("release", number)
        if fate is not None:
            if fate.carried_out:
                self.carry_out("release", number)
            return fate.outcome
        if number not in self.owned:
            return Refused("Number not found")
        if self.carry_out("release", number):
            return Succeeded()
        return Refused("Number Cannot be Released because it is associated with the flow builder")

    def _fate(self, call: Call, number: E164) -> Fate | None:
        waiting = self._fates.get((call, number))
        return waiting.popleft() if waiting else None

    def _answer(self, call: Call, outcomes: dict[E164, Outcome]) -> Mapping[E164, Outcome]:
        if call in self._lost and outcomes:
            self._lost.remove(call)
            return dict.fromkeys(outcomes, Unknown("the reply was lost"))
        return outcomes

    def _listing(self, numbers: Iterable[E164]) -> Listing:
        shown = [number for number in numbers if number not in self._hidden | self.lagging]
        gap = "" if self._complete else "3 of 5 numbers seen"
        rows = {number: self.owned[number] for number in self.arrange(shown) if number not in self._spoilt}
        odd = tuple(self._spoilt[number] for number in shown if number in self._spoilt)
        return Listing(rows, self._complete, gap, odd)

    def _called(self, name: str, about: object) -> None:
        with self._lock:
            self.calls.append((name, about))
        if name in self._down:
            raise UnreachableError(name, "no answer")

    def _posted(self, call: Call, numbers: Sequence[E164], trunk: int | None) -> None:
        with self._lock:
            self.calls.append((call, tuple(numbers)))
            if numbers:
                self.posts.append((call, tuple(numbers), trunk))


def _fits(offer: Offer, criteria: Criteria) -> bool:
    return (
        same_word(offer.country, criteria.country)
        and (not criteria.state or offer.state == criteria.state)
        and (not criteria.type or same_word(offer.type, criteria.type))
        and (not criteria.category or offer.category == criteria.category)
        and criteria.digits in offer.number
    )


class FakeClock:
    """Time that only a test, or a wait, moves. `set_back` moves the time of day and leaves `monotonic`."""

    def __init__(self, begin: datetime = NOON) -> None:
        self._now = begin
        self._seconds = 0.0
        self._interrupted = False
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds=seconds)

    def interrupted(self) -> bool:
        return self._interrupted

    def advance(self, *, seconds: float = 0, minutes: float = 0, days: float = 0) -> None:
        span = timedelta(seconds=seconds, minutes=minutes, days=days)
        self._now += span
        self._seconds += span.total_seconds()

    def set_back(self, span: timedelta) -> None:
        self._now -= span

    def interrupt(self) -> None:
        self._interrupted = True


class FakeSession:
    """A locked state. It holds what was written as bytes, so that nothing survives but what the codec keeps.

    `fail_writes` lets the next so many writes fail; `lose_replies` of them are durable all the same.
    `lose_lock` gives the lock to another.
    """

    def __init__(self, state: State | None = None, *, run: str = "run-1") -> None:
        self.run = run
        self.documents: list[bytes] = [] if state is None else [encode_state(state)]
        self._failing = 0
        self._durable = False
        self._locked = True

    def read(self) -> State | None:
        return decode_state(self.documents[-1], "the fake session") if self.documents else None

    def require_lock(self) -> None:
        if not self._locked:
            raise StateError("the lock is another's")

    def lose_lock(self) -> None:
        """From here on another may hold the state."""
        self._locked = False

    def write(self, state: State) -> None:
        self.require_lock()
        stored = self.read()
        if state.serial != (stored.serial if stored else 0) + 1:
            raise StateError(f"serial {state.serial} does not follow {stored.serial if stored else 0}")
        if self._failing:
            self._failing -= 1
            if self._durable:
                self.documents.append(encode_state(state))
            raise StateError("the disk is full")
        self.documents.append(encode_state(state))

    def fail_writes(self, how_many: int = 1, *, durable: bool = False) -> None:
        """The next writes raise StateError; `durable`: what they wrote stands nevertheless."""
        self._failing, self._durable = how_many, durable
