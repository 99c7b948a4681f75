"""A vendor, a session and a clock on which everything can go wrong.

They count every touch of the outside: calls, writes, waits. A run can be killed before or after any of them:
`Killed` then comes out of it, and of whatever is still tried afterwards, as if the process were gone.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from numplan.engine.apply.calls import Bar
from numplan.engine.ports import KnownNumbers, StateNames
from numplan.model.account import Criteria, Listing, Offer, OwnedNumber, Unreadable
from numplan.model.errors import StateError, UnreachableError
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome, Refused, Rejected, Unasked, Unknown
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state, encode_state
from tests.fakes import Call, FakeClock, FakeVendor, nothing_barred

STOPS = frozenset({401, 402, 403, 409, 423, 429})


class Killed(BaseException):
    """The process is gone."""


class Touch:
    """Counts what a run does to the outside, and kills it at the chosen one."""

    def __init__(self) -> None:
        self.count = 0
        self.dead = False
        self._kill_at: int | None = None
        self._after = False

    def kill(self, nth: int | None, *, after: bool = False) -> None:
        """Kill the next run at its nth touch (from 0), before or `after` it takes effect; None: never."""
        self.count, self.dead = 0, False
        self._kill_at, self._after = nth, after

    def before(self) -> None:
        if self.dead or (self.count == self._kill_at and not self._after):
            self.dead = True
            raise Killed

    def after(self) -> None:
        self.count += 1
        if self.dead or (self.count - 1 == self._kill_at and self._after):
            self.dead = True
            raise Killed


class Fate(NamedTuple):
    """What one number's POST comes to. `delay`: carried out so many seconds later. `reserved`: until then it
    is not for sale. `lag`: how many seconds it takes the account to show what was done.
    """

    answer: str = "said"
    """`said`: what the vendor would say; or `lost`, `refused`, `not sent`, `raised`; `status 402` and the like, the
    call's answer; `resent`, a refusal after a sending that was answered 429.
    """
    done: bool = True
    delay: float | None = None
    reserved: bool = False
    lag: float = 0


class Late(NamedTuple):
    due: float
    call: Call
    number: E164
    lag: float


class TouchedClock(FakeClock):
    """A clock whose waits can be killed, and whose time of day jumps without the deadlines."""

    def __init__(self, touch: Touch) -> None:
        super().__init__()
        self._touch = touch
        self.interrupt_at: int | None = None

    def wait(self, seconds: float) -> None:
        self._touch.before()
        super().wait(seconds)
        self._touch.after()

    def interrupted(self) -> bool:
        return super().interrupted() or (
            self.interrupt_at is not None and self._touch.count >= self.interrupt_at
        )

    def resume(self) -> None:
        self._interrupted = False
        self.interrupt_at = None


class FaultySession:
    """A locked state over a shared list of documents. `faults` are what the next writes come to: `ok`,
    `fails` (nothing stored) or `durable` (stored, yet reported as failed).
    """

    def __init__(self, documents: list[bytes], touch: Touch, run: str) -> None:
        self.run = run
        self.documents = documents
        self.faults: deque[str] = deque()
        self._touch = touch

    def read(self) -> State | None:
        return decode_state(self.documents[-1], "the faulty session") if self.documents else None

    def require_lock(self) -> None:
        """It is never lost."""

    def write(self, state: State) -> None:
        self._touch.before()
        fault = self.faults.popleft() if self.faults else "ok"
        stored = self.read()
        if state.serial != (stored.serial if stored else 0) + 1:
            raise StateError(f"serial {state.serial} does not follow")
        if fault != "fails":
            self.documents.append(encode_state(state))
        self._touch.after()
        if fault != "ok":
            raise StateError("the disk is full")


ODD = ("odd", "blank")
"""Faults of reading: rows that cannot be read, which say their number or not even that."""


def unreadable(place: int, number: E164, fault: str) -> Unreadable:
    """A row that cannot be read."""
    return Unreadable(place, "country", "is null", number if fault == "odd" else None)


class FaultyVendor(FakeVendor):
    """A vendor with fates for what is posted, and with time between what is done and what is shown.

    `breaches` collects every POST that breaks the protocol: a number without a durable intent of its kind on
    its trunk, or a release that `may_release` does not hold.
    """

    def __init__(self, clock: FakeClock, touch: Touch, documents: list[bytes]) -> None:
        super().__init__()
        self.clock = clock
        self.touch = touch
        self.documents = documents
        self.fates: deque[Fate] = deque()
        self.read_faults: deque[str] = deque()
        self.lates: list[Late] = []
        self.reserved: dict[E164, Offer] = {}
        self.ghosts: dict[E164, tuple[float, OwnedNumber]] = {}
        self.shown_at: dict[E164, float] = {}
        self.ours: set[E164] = set()
        self.may_release: set[E164] | None = None
        self.breaches: list[str] = []
        self.outage: frozenset[E164] = frozenset()
        """Numbers that the account owns and neither the listing nor a look-up shows."""
        self.answers: Callable[[Mapping[E164, Outcome]], Mapping[E164, Outcome]] = lambda outcomes: outcomes
        self.on_post: Callable[[Call, Sequence[E164]], None] = lambda _call, _numbers: None

    # -- time ------------------------------------------------------------------------------------------

    def pass_time(self) -> None:
        """Carry out what is due, and show what has become visible."""
        with self._lock:  # calls come from many threads
            now = self.clock.monotonic()
            for late in [one for one in self.lates if one.due <= now]:
                self.lates.remove(late)
                self._do(late)
            self.lagging = {number for number, at in self.shown_at.items() if at > now}
            self.ghosts = {number: (at, row) for number, (at, row) in self.ghosts.items() if at > now}

    def carry_out(self, call: Call, number: str) -> bool:
        """Carry out a call; `ours` has what our purchases made the account own."""
        done = super().carry_out(call, number)
        if done:
            (self.ours.add if call == "purchase" else self.ours.discard)(E164(number))
        return done

    def _do(self, late: Late) -> None:
        row = self.owned.get(late.number)
        if late.number in self.reserved:
            self.stock[late.number] = self.reserved.pop(late.number)
        if self.carry_out(late.call, late.number):
            self._lag_behind(late.number, row, late.due + late.lag)

    def _lag_behind(self, number: E164, row: OwnedNumber | None, until: float) -> None:
        """Until then the account shows a number as it was before."""
        if row is None:
            self.shown_at[number] = until
            self.ghosts.pop(number, None)
        else:
            self.ghosts[number] = (until, row)

    # -- reading ---------------------------------------------------------------------------------------

    def _read(self, name: str) -> str:
        self.touch.before()
        self.pass_time()
        fault = self.read_faults.popleft() if self.read_faults else ""
        if fault == "fails":
            raise UnreachableError(name, "no answer")
        return fault

    def purchased(self, *, expected: int, states: StateNames = tuple, known: KnownNumbers = tuple) -> Listing:
        fault = self._read("purchased-list")
        listing = super().purchased(expected=expected, states=states, known=known)
        shown = {**listing.numbers, **{number: row for number, (_, row) in self.ghosts.items()}}
        shown = {number: row for number, row in shown.items() if number not in self.outage}
        self.touch.after()
        if fault in ODD:
            rows = dict(list(shown.items())[::2])
            odd = tuple(
                unreadable(place, number, fault)
                for place, number in enumerate(shown, 1)
                if number not in rows
            )
            return Listing(rows, listing.complete, listing.gap, odd)
        if fault == "short":
            return Listing(dict(list(shown.items())[::2]), complete=False, gap="every other row")
        if fault == "empty":
            return Listing({}, complete=True)
        return Listing(shown, listing.complete, listing.gap, listing.unreadable)

    def purchased_in(self, criteria: Criteria) -> Listing:
        self._read("purchased-list")
        return super().purchased_in(criteria)

    def look_up(self, number: E164) -> OwnedNumber | Unreadable | None:
        fault = self._read("purchased-list")
        row = super().look_up(number)
        self.touch.after()
        if fault == "empty" or number in self.outage:
            return None
        if fault in ODD and (row is not None or number in self.ghosts):
            return unreadable(1, number, fault)
        return self.ghosts[number][1] if row is None and number in self.ghosts else row

    def find(self, number: E164) -> Offer | Unreadable | None:
        fault = self._read("find-number")
        offer = super().find(number)
        return unreadable(1, number, fault) if fault in ODD and offer is not None else offer

    # -- posting ---------------------------------------------------------------------------------------

    def purchase(
        self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar = nothing_barred
    ) -> Mapping[E164, Outcome]:
        self._begin("purchase", numbers, sip_trunk_id)
        outcomes = self._by_status("purchase", numbers) or super().purchase(numbers, sip_trunk_id, bar)
        self.touch.after()
        return self.answers(outcomes)

    def release(self, numbers: Sequence[E164], bar: Bar = nothing_barred) -> Mapping[E164, Outcome]:
        self._begin("release", numbers, None)
        outcomes = self._by_status("release", numbers) or super().release(numbers, bar)
        self.touch.after()
        return self.answers(outcomes)

    def _begin(self, call: Call, numbers: Sequence[E164], trunk: int | None) -> None:
        self.touch.before()
        self.pass_time()
        state = decode_state(self.documents[-1], "the vendor's look") if self.documents else None
        intents = {one.number: one for one in (state.intents if state else ())}
        for number in numbers:
            intent = intents.get(number)
            if intent is None or intent.kind != call:
                self.breaches.append(f"{call} of {number} without a durable intent")
            elif call == "purchase" and intent.instance.attributes.sip_trunk_id != trunk:
                self.breaches.append(f"{call} of {number} on trunk {trunk}, not as intended")
            if call == "release" and self.may_release is not None and number not in self.may_release:
                self.breaches.append(f"{number} released unasked")
        self.on_post(call, numbers)

    def _by_status(self, call: Call, numbers: Sequence[E164]) -> Mapping[E164, Outcome]:
        """What a whole call comes to that is answered with a status that says no, done or not; else nothing."""
        if not self.fates or not self.fates[0].answer.startswith("status"):
            return {}
        fate = self.fates.popleft()
        status = int(fate.answer.split()[1])
        for number in numbers if fate.done else ():
            row = self.owned.get(number)
            if self.carry_out(call, number):
                self._lag_behind(number, row, self.clock.monotonic() + fate.lag)
        self.posts.append((call, tuple(numbers), None))
        self.pass_time()
        alone = len(numbers) == 1
        again = "halves" if status in {400, 413, 422} and not alone else ""
        said = f"the API answered {status}"
        return dict.fromkeys(numbers, Rejected(said, stop=status in STOPS, again=again, alone=alone))

    def gift(self, asked: Sequence[E164]) -> Mapping[E164, Outcome]:
        """One more number that is bought though nobody asked for it."""
        others = sorted(number for number in self.stock if number not in asked)
        if not others:
            return {}
        self.carry_out("purchase", others[-1])
        return {others[-1]: Unasked()}

    def _purchase(self, number: E164) -> Outcome:
        return self._meet("purchase", number, super()._purchase)

    def _release(self, number: E164) -> Outcome:
        return self._meet("release", number, super()._release)

    def _meet(self, call: Call, number: E164, usual: Callable[[E164], Outcome]) -> Outcome:
        fate = self.fates.popleft() if self.fates else Fate()
        match fate.answer:
            case "credentials":
                return NotSent("the API refused the credentials (401)", stop=True)
            case "not sent":
                return NotSent("connection refused; nothing was sent")
            case "refused":
                return Refused("Number temporarily unavailable")
            case "raised":
                raise RuntimeError("the provider broke")
        if fate.delay is not None:
            if fate.reserved and call == "purchase" and number in self.stock:
                self.reserved[number] = self.stock.pop(number)
            self.lates.append(Late(self.clock.monotonic() + fate.delay, call, number, fate.lag))
            return Unknown("no answer in time")
        row = self.owned.get(number)
        outcome = usual(number) if fate.done else Unknown("the request was lost")
        if (row is None) != (number not in self.owned):
            self._lag_behind(number, row, self.clock.monotonic() + fate.lag)
        self.pass_time()
        if fate.answer == "resent":
            return Refused("Number not available", doubted=True)
        return Unknown("the reply was lost") if fate.answer == "lost" else outcome
