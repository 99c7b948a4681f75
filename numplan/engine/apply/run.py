"""One apply under way: the open state, the gate, what was sent and is not known yet, and when state is written."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Final

from numplan.engine.apply.dispatch import Answered, dispatch
from numplan.engine.apply.events import (
    Event,
    Failed,
    NotSaved,
    Saved,
    Uncertain,
    Unsettled,
)
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.orders import Batch, PurchaseOrder
from numplan.engine.apply.settle import settle
from numplan.engine.ports import Clock, Provider, now_of
from numplan.failpoints import failpoint
from numplan.model.address import Resource
from numplan.model.errors import ApiError, StateError
from numplan.model.location.api_settings import ApiSettings
from numplan.model.moment import Moment
from numplan.model.number import E164
from numplan.model.outcome import Barred, Call, NotSent, Outcome, Rejected, Unasked
from numplan.model.plan import Plan
from numplan.model.state import Attributes, Instance, Intent

CHECKPOINT_SECONDS: Final = 1.0
"""On long runs state is written no more often than this, since each write holds the whole document."""
CHECKPOINT_REST: Final = 10
"""And not before so many times as long have passed as the last write took. What no write holds yet, an intent does."""
EAGER_BATCHES: Final = 20
"""Runs of up to so many batches write state after each."""
AHEAD: Final = 4
"""On longer runs as many batches are handed over, before they can be sent, as are answered while state is written so
often: lanes go on meanwhile.
"""
AHEAD_MOST: Final = 40
"""For each lane."""


class Run:
    """What the stages of an apply share.

    `orders` are all purchases that were sent or are about to be. `unknown` were sent and sorted, and their outcome is
    not known. `rejected` were in calls answered with a status that says no, and the account was not looked at since:
    what is said of them next proves nothing either. `doubts` tell of further numbers why an earlier call may have been
    carried out. `unasked` are numbers that an answer named and nobody asked for.
    """

    def __init__(self, plan: Plan, open_state: OpenState, gate: Gate, clock: Clock, api: ApiSettings) -> None:
        self.plan = plan
        self.open_state = open_state
        self.gate = gate
        self.clock = clock
        self.api = api
        self.orders: dict[E164, PurchaseOrder] = {}
        self.unknown: dict[E164, Call] = {}
        self.rejected: dict[E164, Rejected] = {}
        self.doubts: dict[E164, str] = {}
        self.unasked: dict[E164, tuple[Call, Resource]] = {}
        self.looked = False
        """Whether the account was looked at because a batch was rejected."""
        self._in_doubt: dict[E164, Call] = {}  # sent, not yet sorted
        self._eager = True
        self._saved_at = clock.monotonic()
        self._save_took = 0.0
        self._save_failed = False

    @property
    def provider(self) -> Provider:
        """The account, to be read."""
        return self.gate.provider

    def now(self) -> Moment:
        """Now, by both clocks."""
        return now_of(self.clock, self.provider)

    # -- calls -------------------------------------------------------------------------------------------

    def intend(self, call: Call, instances: Iterable[Instance]) -> None:
        """Write calls down that are about to be made, without saving them."""
        now = self.now()
        self.open_state.intend(
            Intent(kind=call, instance=instance, run=self.open_state.run, written_at=now)
            for instance in instances
        )

    def intend_more(self, why: str, orders: Sequence[PurchaseOrder]) -> Iterator[Event]:
        """Intents for purchases that the first write did not hold. Unless they are saved, the gate closes."""
        self.intend("purchase", (order.instance() for order in orders))
        failpoint(f"{why}.before-intents")
        yield from self.save()
        failpoint(f"{why}.after-intents")

    def send(self, batches: Sequence[Batch]) -> Generator[Answered, None, None]:
        """Each batch as it is handed over, with None, and again with its outcomes, which the caller sorts. Closing
        it waits for what is in flight.
        """
        self._eager = len(batches) <= EAGER_BATCHES
        lanes, began, answered = self.api.parallelism, self.clock.monotonic(), 0

        def ahead() -> int:
            if self._eager:
                return 0
            a_second = answered / max(self.clock.monotonic() - began, 0.001)
            return lanes * min(AHEAD_MOST, 1 + int(AHEAD * self._save_took * a_second / lanes))

        def begun(batch: Batch) -> None:
            self._in_doubt.update(dict.fromkeys(batch.numbers, batch.call))

        with closing(dispatch(batches, self.gate, lanes, ahead=ahead, begun=begun)) as answers:
            for batch, outcomes in answers:
                answered += outcomes is not None
                failpoint(f"{batch.call}.{'sending' if outcomes is None else 'sorting'}")
                yield batch, outcomes
                if outcomes is not None:
                    for number in batch.numbers:
                        self._in_doubt.pop(number, None)

    # -- sorting -----------------------------------------------------------------------------------------

    def is_doubted(self, number: E164) -> bool:
        """Whether an earlier call of this run may have been carried out for the number."""
        return number in self.rejected or number in self.doubts

    def looked_at(self, numbers: Iterable[E164]) -> None:
        """The account was looked at: what earlier calls of this run did for these is known."""
        for number in numbers:
            self.rejected.pop(number, None)
            self.doubts.pop(number, None)
            self.open_state.doubt(number, "")

    def reject(self, number: E164, said: Rejected) -> None:
        """The number's call was answered with a status that says no."""
        self.rejected[number] = said
        self.open_state.doubt(number, said.reason)

    def doubt(self, number: E164, why: str) -> None:
        """An earlier call of this run may have been carried out for the number."""
        self.doubts[number] = why
        self.open_state.doubt(number, why)

    def not_done(self, resource: Resource, number: E164, call: Call, outcome: NotSent | Barred) -> Event:
        """The call was not made. Where an earlier one of this run may have been carried out, that is not all."""
        if self.is_doubted(number):
            said = self.rejected.get(number)
            return self.uncertain(resource, number, call, said.reason if said else self.doubts[number])
        self.open_state.drop_intent(number)
        if isinstance(outcome, NotSent) and outcome.stop:
            self.gate.close(outcome.reason)
        return Failed(resource=resource, number=number, call=call, reason=outcome.reason, attempted=False)

    def uncertain(
        self, resource: Resource, number: E164, call: Call, reason: str, *, said: str = ""
    ) -> Event:
        """The call may or may not have been carried out. What is found out later is told with the reason, or with what
        was `said` where the rest of it is about this moment.
        """
        self.unknown[number] = call
        self.open_state.doubt(number, said or reason)
        return Uncertain(resource=resource, number=number, call=call, reason=reason)

    def take_note(self, batch: Batch, resource: Resource, outcomes: Mapping[E164, Outcome]) -> None:
        """Remember the numbers that an answer named though no call held them: what it says was bought is watched from
        here on, so that a run that ends early has not forgotten it. One that waits for a call of its own is in doubt
        until that has succeeded, or the account was looked at.
        """
        for number, outcome in outcomes.items():
            if not isinstance(outcome, Unasked) or number in self.unasked:
                continue
            order = self.orders.get(number) if batch.call == "purchase" else None
            if order is not None and number in self.open_state.intents:
                self.doubt(number, "the answer to another call says that it was bought")
                continue
            if order is not None and number in self.open_state.numbers:
                continue
            self.unasked[number] = (batch.call, resource)
            if (
                batch.call == "purchase"
                and number not in self.gate.before
                and number not in self.open_state.numbers
            ):
                unseen = Instance(
                    resource=resource, attributes=Attributes(number=number, country="", type="")
                )
                self.open_state.watch(order.instance() if order else unseen, "unasked", self.now())

    def settle(self, call: Call) -> Iterator[Event]:
        """Settle the calls of one kind whose outcome is unknown, now that they are all answered."""
        numbers = [number for number, one in self.unknown.items() if one == call]
        if not numbers or self.clock.interrupted():
            return
        try:
            for settled in settle(
                self.open_state, self.provider, self.clock, self.api, numbers, self.rejected
            ):
                if settled.verdict != "unknown":
                    del self.unknown[settled.number]
                    self.looked_at([settled.number])
                yield settled
        except (ApiError, StateError) as problem:  # of the account, or of another state
            yield Unsettled(reason=str(problem))
        yield from self.save()

    # -- recording ---------------------------------------------------------------------------------------

    def checkpoint(self) -> Iterator[Event]:
        """Write state where it is due."""
        rest = max(CHECKPOINT_SECONDS, CHECKPOINT_REST * self._save_took)
        due = self._eager or self.clock.monotonic() - self._saved_at >= rest
        if due and self.open_state.unsaved and not self._save_failed:
            yield from self.save()

    def save(self) -> Iterator[Event]:
        """Write state. If that fails nothing more is sent: the intents that stand tell the next run."""
        failpoint("apply.before-save")
        try:
            self.write(self.now())
        except (StateError, OSError) as problem:
            self._save_failed = True
            self.gate.close("state could not be written")
            yield NotSaved(reason=str(problem))
        else:
            self._save_failed = False
            yield Saved(serial=self.open_state.state.serial)
        failpoint("apply.after-save")

    def write(self, now: Moment) -> None:
        """Write state, which took so long and is not due again for a while. Raises StateError and OSError."""
        began = self.clock.monotonic()
        try:
            self.open_state.save(now)
        finally:
            self._saved_at = self.clock.monotonic()
            self._save_took = self._saved_at - began

    def close(self) -> Iterator[Event]:
        """Record all that is known. Intents stand only for what was sent and is unknown."""
        earlier = (*self.rejected, *self.doubts)
        doubted = {**self._in_doubt, **{number: self._call_of(number) for number in earlier}}
        for number, call in doubted.items():
            intent = self.open_state.intents.get(number)
            if intent is not None and number not in self.unknown:
                why = intent.doubt or "the run broke off before its answer"
                yield self.uncertain(intent.instance.resource, number, call, why)
        for intent in list(self.open_state.intents.values()):
            if intent.run == self.open_state.run and intent.number not in self.unknown:
                self.open_state.drop_intent(intent.number)
        if self.open_state.unsaved:
            try:
                yield from self.save()
            except Exception as problem:  # noqa: BLE001 - the last word must be said
                yield NotSaved(reason=f"{type(problem).__name__}: {problem}")

    def _call_of(self, number: E164) -> Call:
        return "purchase" if number in self.orders else "release"
