"""Carry out a plan: intent, call, sort, record, settle.

No call is sent without a durable intent for each of its numbers. Purchases come first, releases last, and no
release follows a purchase whose outcome is unknown.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing

import msgspec

from numplan.engine.book import Book
from numplan.engine.dispatch import Answered, Batch, Gate, batches_of, dispatch
from numplan.engine.events import (
    Call,
    Done,
    Event,
    Failed,
    NotSaved,
    Recorded,
    Saved,
    Sending,
    Stopped,
    Substituted,
    Uncertain,
    Unsettled,
)
from numplan.engine.orders import Order, Substitutes, orders_of
from numplan.engine.ports import Clock, Provider
from numplan.engine.record import record
from numplan.engine.settle import is_gone, settle
from numplan.failpoints import failpoint
from numplan.model.address import Resource
from numplan.model.errors import ApiError, StateError
from numplan.model.manifest import ApiSettings
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome, Refused, Succeeded, Unknown
from numplan.model.plan import Plan, Release, Replace, released
from numplan.model.state import Instance, Intent

CHECKPOINT_SECONDS = 1.0
"""On long runs state is written no more often than this, since each write holds the whole document."""
CHECKPOINT_REST = 10
"""And not before so many times as long have passed as the last write took. What no write holds yet, an intent does."""
EAGER_BATCHES = 20
"""Runs of up to so many batches write state after each."""


def apply_plan(
    plan: Plan, book: Book, provider: Provider, clock: Clock, api: ApiSettings
) -> Generator[Event, None, None]:
    """Carry out every change of a plan that its guards allow; `book` holds the state it was made from.

    Raises StateError if the first write fails: then nothing was sent. After that it never raises. Whoever
    leaves before the end closes it, which waits for calls in flight; the intents tell the next run of them.
    """
    run = _Run(plan, book, provider, clock, api)
    yield from run.intend()
    try:
        yield from run.purchase(list(orders_of(plan)))
        yield from run.settle("purchase")
        yield from run.buy_back()
        yield from run.release()
        yield from run.settle("release")
    except Exception as problem:  # noqa: BLE001 - calls were sent: what is known must still be recorded
        yield Stopped(reason=f"{type(problem).__name__}: {problem}")
    yield from run.close()


class _Run:
    """One apply: the plan, the open book, and the gate that closes when nothing more may be sent."""

    def __init__(self, plan: Plan, book: Book, provider: Provider, clock: Clock, api: ApiSettings) -> None:
        self.plan = plan
        self.book = book
        self.provider = provider
        self.clock = clock
        self.api = api
        self.gate = Gate(clock, book.require_lock)
        self.substitutes = Substitutes(plan)
        self.orders: dict[E164, Order] = {}
        self.in_doubt: dict[E164, Call] = {}  # sent, not yet sorted
        self.unknown: dict[E164, Call] = {}  # sorted: the outcome is not known
        self.eager = True
        self.saved_at = clock.monotonic()
        self.save_took = 0.0
        self.save_failed = False

    # -- intents ---------------------------------------------------------------------------------------

    def intend(self) -> Iterator[Event]:
        """Record what needs no call, and write down every call that is about to be made, in one write. It is
        also the proof that state can be written at all.
        """
        events = [Recorded(change=change) for change in self.plan.changes if record(change, self.book)]
        self._intend("purchase", (order.instance() for order in orders_of(self.plan)))
        self._intend("release", self._leaving())
        for number, resource in self.plan.moved.items():
            self.book.move(number, resource)
        if not self.book.unsaved:
            return
        failpoint("apply.before-intents")
        self.book.save(self.clock.now())
        failpoint("apply.after-intents")
        yield Saved(serial=self.book.state.serial)
        yield from events

    def _intend(self, call: Call, instances: Iterable[Instance]) -> None:
        now = self.clock.now()
        self.book.intend(
            Intent(kind=call, instance=instance, run=self.book.run, written_at=now) for instance in instances
        )

    def _leaving(self) -> Iterator[Instance]:
        """Every number that the plan releases. One that turned up since the last settling is not in state."""
        for resource, attributes in released(self.plan.changes):
            yield self.book.numbers.get(attributes.number) or Instance(
                resource=resource, attributes=attributes
            )

    # -- purchases -------------------------------------------------------------------------------------

    def purchase(self, orders: Sequence[Order]) -> Iterator[Event]:
        """Send the orders, then substitutes for what was refused, until nothing is left to try."""
        while orders:
            self.orders.update((order.number, order) for order in orders)
            refused: list[tuple[Order, str]] = []
            trunks = [(order.number, order.attributes.sip_trunk_id) for order in orders]
            batches = batches_of("purchase", trunks, self.api.batch_size)
            with closing(self._send(batches)) as answers:
                for batch, outcomes in answers:
                    for order in (self.orders[number] for number in batch.numbers):
                        match None if outcomes is None else outcomes[order.number]:
                            case None:
                                yield Sending(resource=order.resource, number=order.number, call="purchase")
                            case Refused(message) if not order.sent_before:
                                self.book.refused(order.number)
                                refused.append((order, message))
                            case outcome:
                                yield self._bought(order, outcome)
                    yield from self._checkpoint()
            orders = yield from self._substitute(refused)

    def _bought(self, order: Order, outcome: Outcome) -> Event:
        reason = ""
        match outcome:
            case Succeeded():
                self.book.keep(msgspec.structs.replace(order.instance(), bought_at=self.clock.now()))
                return Done(resource=order.resource, number=order.number, call="purchase")
            case NotSent():
                return self._not_sent(order.resource, order.number, "purchase", outcome)
            case Refused(message):
                reason = f"the vendor refused it ({message}), but an earlier call may have bought it"
            case Unknown(reason):
                pass
        return self._uncertain(order.resource, order.number, "purchase", reason)

    def _substitute(self, refused: Sequence[tuple[Order, str]]) -> Generator[Event, None, list[Order]]:
        """Give each refused slot its next alternate, with an intent of its own before it is sent."""
        orders: list[Order] = []
        for order, message in refused:
            barred = self.book.numbers.keys() | self.book.intents.keys() | self.book.tombstones.keys()
            substitute = None if self.gate.reason else self.substitutes.take(order, barred)
            if substitute is None:
                yield Failed(resource=order.resource, number=order.number, call="purchase", reason=message)
            else:
                orders.append(substitute)
                yield Substituted(
                    resource=order.resource, number=order.number, substitute=substitute.number, reason=message
                )
        if orders:
            yield from self._intend_more("substitute", orders)
        return orders

    def _intend_more(self, why: str, orders: Sequence[Order]) -> Iterator[Event]:
        """Intents for purchases that the first write did not hold. Unless they are saved, the gate closes."""
        self._intend("purchase", (order.instance() for order in orders))
        failpoint(f"{why}.before-intents")
        yield from self._save()
        failpoint(f"{why}.after-intents")

    # -- replaces of explicit numbers ------------------------------------------------------------------

    def buy_back(self) -> Iterator[Event]:
        """Move explicit numbers to another trunk: release, see that they are gone, then buy them back."""
        moves = {change.before.number: change for change in self._replaces() if not change.buys_first}
        yield from self._release({number: change.resource for number, change in moves.items()}, confirm=True)
        yield from self.settle("release")
        orders = [
            Order(resource=change.resource, attributes=change.after)
            for number, change in moves.items()
            if number not in self.book.numbers
        ]
        if orders:
            yield from self._intend_more("buy-back", orders)
            yield from self.purchase(orders)
            yield from self.settle("purchase")

    def _replaces(self) -> list[Replace]:
        return [change for change in self.plan.changes if isinstance(change, Replace)]

    # -- releases --------------------------------------------------------------------------------------

    def release(self) -> Iterator[Event]:
        """Release what the plan releases, and the members whose replacements are bought."""
        replaced = {order.replaces for order in self.orders.values() if order.number in self.book.numbers}
        leaving = {
            change.before.number: change.resource
            for change in self.plan.changes
            if isinstance(change, Release)
            or (isinstance(change, Replace) and change.before.number in replaced)
        }
        yield from self._release(leaving, confirm=False)

    def _release(self, leaving: Mapping[E164, Resource], *, confirm: bool) -> Iterator[Event]:
        if any(intent.kind == "purchase" for intent in self.book.intents.values()):
            # Of this run or an earlier one: what is sent and known has no intent any more.
            self.gate.close("a purchase has an unknown outcome, so nothing is released")
        numbers = [(number, None) for number in leaving]
        with closing(self._send(batches_of("release", numbers, self.api.batch_size))) as answers:
            for batch, outcomes in answers:
                for number in batch.numbers:
                    if outcomes is None:
                        yield Sending(resource=leaving[number], number=number, call="release")
                    else:
                        yield self._released(leaving[number], number, outcomes[number], confirm=confirm)
                yield from self._checkpoint()

    def _released(self, resource: Resource, number: E164, outcome: Outcome, *, confirm: bool) -> Event:
        match outcome:
            case Succeeded():
                if confirm and not is_gone(number, self.provider, self.clock, self.api):
                    reason = "the vendor confirmed its release, but the account still shows it"
                    return self._uncertain(resource, number, "release", reason)
                self.book.released(number, self.clock.now())
                return Done(resource=resource, number=number, call="release")
            case Refused(message):
                self.book.drop_intent(number)
                return Failed(resource=resource, number=number, call="release", reason=message)
            case NotSent():
                return self._not_sent(resource, number, "release", outcome)
            case Unknown(reason):
                return self._uncertain(resource, number, "release", reason)

    # -- what both calls share -------------------------------------------------------------------------

    def _send(self, batches: Sequence[Batch]) -> Generator[Answered, None, None]:
        """Each batch as it is handed over, with None, and again with its outcomes, which the caller sorts. Closing
        it waits for what is in flight.
        """
        self.eager = len(batches) <= EAGER_BATCHES
        lanes = self.api.parallelism
        ahead = 0 if self.eager else lanes

        def begun(batch: Batch) -> None:
            self.in_doubt.update(dict.fromkeys(batch.numbers, batch.call))

        with closing(dispatch(batches, self.provider, self.gate, lanes, ahead=ahead, begun=begun)) as answers:
            for batch, outcomes in answers:
                failpoint(f"{batch.call}.{'sending' if outcomes is None else 'sorting'}")
                yield batch, outcomes
                if outcomes is not None:
                    for number in batch.numbers:
                        self.in_doubt.pop(number, None)

    def _not_sent(self, resource: Resource, number: E164, call: Call, outcome: NotSent) -> Event:
        self.book.drop_intent(number)
        if outcome.stop:
            self.gate.close(outcome.reason)
        return Failed(resource=resource, number=number, call=call, reason=outcome.reason, attempted=False)

    def _uncertain(self, resource: Resource, number: E164, call: Call, reason: str) -> Event:
        self.unknown[number] = call
        return Uncertain(resource=resource, number=number, call=call, reason=reason)

    def settle(self, call: Call) -> Iterator[Event]:
        """Settle the calls of one kind whose outcome is unknown, now that they are all answered."""
        numbers = [number for number, one in self.unknown.items() if one == call]
        if not numbers or self.clock.interrupted():
            return
        try:
            for settled in settle(self.book, self.provider, self.clock, self.api, numbers):
                if settled.verdict != "unknown":
                    del self.unknown[settled.number]
                yield settled
        except ApiError as problem:
            yield Unsettled(reason=str(problem))
        yield from self._save()

    # -- recording -------------------------------------------------------------------------------------

    def _checkpoint(self) -> Iterator[Event]:
        rest = max(CHECKPOINT_SECONDS, CHECKPOINT_REST * self.save_took)
        due = self.eager or self.clock.monotonic() - self.saved_at >= rest
        if due and self.book.unsaved and not self.save_failed:
            yield from self._save()

    def _save(self) -> Iterator[Event]:
        """Write state. If that fails nothing more is sent: the intents that stand tell the next run."""
        failpoint("apply.before-save")
        began = self.clock.monotonic()
        try:
            self.book.save(self.clock.now())
        except (StateError, OSError) as problem:
            self.save_failed = True
            self.gate.close("state could not be written")
            yield NotSaved(reason=str(problem))
        else:
            self.save_failed = False
            yield Saved(serial=self.book.state.serial)
        failpoint("apply.after-save")
        self.saved_at = self.clock.monotonic()
        self.save_took = self.saved_at - began

    def close(self) -> Iterator[Event]:
        """Record all that is known. Intents stand only for what was sent and is unknown."""
        for number, call in self.in_doubt.items():
            intent = self.book.intents.get(number)
            if intent is not None and number not in self.unknown:
                yield self._uncertain(
                    intent.instance.resource, number, call, "the run broke off before its answer"
                )
        for intent in list(self.book.intents.values()):
            if intent.run == self.book.run and intent.number not in self.unknown:
                self.book.drop_intent(intent.number)
        if self.book.unsaved:
            try:
                yield from self._save()
            except Exception as problem:  # noqa: BLE001 - the last word must be said
                yield NotSaved(reason=f"{type(problem).__name__}: {problem}")
