"""The purchases of an apply: orders, what takes the place of what cannot be had, and what is bought back."""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing

import msgspec

from numplan.engine.apply.events import Done, Event, Failed, Heard, Sending, Substituted, Uncertain
from numplan.engine.apply.evidence import NOT_FOR_SALE
from numplan.engine.apply.orders import Batch, PurchaseOrder, batches_of, rejected_whole
from numplan.engine.apply.run import Run
from numplan.engine.apply.settle import FIRST_PAUSE, contested_by, find_bought
from numplan.engine.compare.attributes import bought_instead
from numplan.model.account import Offer
from numplan.model.errors import ApiError, StateError
from numplan.model.number import E164
from numplan.model.outcome import Barred, NotSent, Outcome, Refused, Rejected, Succeeded, Unknown
from numplan.model.text.countries import same_state


class _Round(msgspec.Struct):
    """What one round of calls leaves to do: slots that are open, with why; refusals that may mean that an earlier
    call of this run was carried out; numbers to send once more; and batches that were rejected whole.
    """

    open: list[tuple[PurchaseOrder, Failed]] = []
    doubted: list[tuple[PurchaseOrder, str]] = []
    again: list[PurchaseOrder] = []
    rejected: list[tuple[Batch, Rejected]] = []


class Purchases:
    """Sends orders, then what may take the place of those that cannot be had, until nothing is left to try."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._alternates = {resource: list(offers) for resource, offers in run.plan.alternates.items()}

    def send(self, orders: Sequence[PurchaseOrder]) -> Iterator[Event]:
        """Buy."""
        run = self.run
        batches = self._batches(orders)
        while batches:
            left = _Round()
            with closing(run.send(batches)) as answers:
                for batch, outcomes in answers:
                    if outcomes is None:
                        for order in map(run.orders.__getitem__, batch.numbers):
                            yield Sending(resource=order.resource, number=order.number, call="purchase")
                    else:
                        yield from self._sort(batch, outcomes, left)
                        yield Heard()
                    yield from run.checkpoint()
            yield from self._look_twice(left)
            batches = yield from self._send_again(left.rejected)
            batches += self._batches([*left.again, *(yield from self._substitute(left.open))])

    def _batches(self, orders: Sequence[PurchaseOrder]) -> list[Batch]:
        self.run.orders.update((order.number, order) for order in orders)
        self.run.gate.expect(orders)
        trunks = [(order.number, order.attributes.sip_trunk_id) for order in orders]
        return batches_of("purchase", trunks, self.run.api.batch_size)

    # -- sorting -----------------------------------------------------------------------------------------

    def _sort(self, batch: Batch, outcomes: Mapping[E164, Outcome], left: _Round) -> Iterator[Event]:
        run = self.run
        orders = [run.orders[number] for number in batch.numbers]
        for order in orders:
            outcome = outcomes[order.number]
            known_anew = not (order.sent_before or run.is_doubted(order.number))
            match outcome:
                case Refused(message, doubted) if not order.sent_before and (doubted or not known_anew):
                    run.doubt(order.number, _refused(message))
                    left.doubted.append((order, message))
                case Rejected(again=again) if again:
                    run.reject(order.number, outcome)
                case Refused(message) if known_anew:
                    run.open_state.watch(order.instance(), "refused", run.now(), message)
                    left.open.append((order, self._lost(order, message)))
                case Barred(reason) if known_anew:
                    run.open_state.drop_intent(order.number)
                    left.open.append((order, self._lost(order, reason, attempted=False)))
                case NotSent(again=True) if known_anew:
                    left.again.append(order)
                case _:
                    yield self._sorted(order, outcome)
        left.rejected += rejected_whole(batch, outcomes)
        run.take_note(batch, orders[0].resource, outcomes)

    def _lost(self, order: PurchaseOrder, reason: str, *, attempted: bool = True) -> Failed:
        self.run.gate.was_not_bought(order)
        return Failed(
            resource=order.resource, number=order.number, call="purchase", reason=reason, attempted=attempted
        )

    def _sorted(self, order: PurchaseOrder, outcome: Outcome) -> Event:
        run = self.run
        reason = ""
        match outcome:
            case Succeeded():
                run.open_state.keep(order.instance(bought_at=run.now()), "purchased")
                run.looked_at([order.number])
                return Done(resource=order.resource, number=order.number, call="purchase")
            case NotSent() | Barred():
                event = run.not_done(order.resource, order.number, "purchase", outcome)
                if not isinstance(event, Uncertain):
                    run.gate.was_not_bought(order)
                return event
            case Refused(message, doubted):
                if not (doubted or run.is_doubted(order.number)):
                    run.open_state.was_bought_before(order.number)
                reason = _refused(message)
            case Rejected(reason):
                run.reject(order.number, outcome)
            case Unknown(reason):
                pass
        return run.uncertain(order.resource, order.number, "purchase", reason)

    def _look_twice(self, left: _Round) -> Iterator[Event]:
        """Refusals after an earlier sending: what the account does not show was refused; its slot is open."""
        if not left.doubted:
            return
        run = self.run
        gap = run.gate.reason or (yield from self._look([order.number for order, _ in left.doubted]))
        for order, message in left.doubted:
            if order.number not in run.open_state.intents or order.number in run.unknown:
                continue  # it is bought, by us or perhaps by another state
            if gap:
                yield run.uncertain(order.resource, order.number, "purchase", _refused(message))
            else:
                run.open_state.watch(order.instance(), "refused", run.now(), message)
                left.open.append((order, self._lost(order, message)))

    # -- batches that were rejected whole ------------------------------------------------------------------

    def _send_again(self, rejected: Sequence[tuple[Batch, Rejected]]) -> Generator[Event, None, list[Batch]]:
        """What is sent again of batches that were rejected whole, in halves: so one bad number can't stop the rest.

        The first time, the account is looked at, once for all of them: what it shows is bought, and what it does not
        show by then was not sent before. Of what is rejected again, only a success is believed.
        """
        run = self.run
        batches = [part for batch, _ in rejected for part in batch.halves()]
        if not batches:
            return []
        gap = run.gate.reason
        if not gap and not run.looked:
            run.looked = True
            gap = yield from self._look([number for batch, _ in rejected for number in batch.numbers])
        if gap or run.gate.reason:
            for batch, said in rejected:
                for order in map(run.orders.__getitem__, batch.numbers):
                    if order.number in run.open_state.intents and order.number not in run.unknown:
                        yield run.uncertain(order.resource, order.number, "purchase", said.reason)
            return []
        left = (
            tuple(one for one in batch.numbers if one in run.open_state.intents and one not in run.unknown)
            for batch in batches
        )
        return [
            msgspec.structs.replace(batch, numbers=numbers)
            for batch, numbers in zip(batches, left, strict=True)
            if numbers
        ]

    def _look(self, numbers: Collection[E164]) -> Generator[Event, None, str]:
        """Look for numbers in the account; returns why what it does not show may be there all the same. What it shows
        and another state has a call under way for is uncertain from here on: nothing more is sent for it.
        """
        run = self.run
        pending = {
            number: run.open_state.intents[number] for number in numbers if number in run.open_state.intents
        }
        try:
            look = yield from find_bought(
                run.open_state, run.provider, run.clock, run.api, pending, rejected=pending
            )
        except (ApiError, StateError) as problem:  # of the account, or of another state
            return str(problem)
        yield from run.save()
        if look is None:
            return "interrupted"
        if not look.gap:
            run.looked_at([number for number in numbers if number not in look.contested])
        for number, theirs in look.contested.items():
            yield run.uncertain(run.orders[number].resource, number, "purchase", contested_by(theirs))
        return look.gap

    # -- what takes the place of what cannot be had ----------------------------------------------------------

    def _substitute(
        self, open_slots: Sequence[tuple[PurchaseOrder, Failed]]
    ) -> Generator[Event, None, list[PurchaseOrder]]:
        """Give each open slot its next alternate that is to be had as it was reviewed, with an intent of its own before
        it is sent. All that come into question next are asked for together.
        """
        run = self.run
        orders: list[PurchaseOrder] = []
        slots = list(open_slots)
        while slots:
            tried: list[tuple[PurchaseOrder, Failed, PurchaseOrder]] = []
            for order, failed in slots:
                substitute = None if run.gate.reason else self._next(order)
                if substitute is None:
                    yield failed
                else:
                    tried.append((order, failed, substitute))
            run.gate.expect([substitute for _, _, substitute in tried])
            barred = run.gate.barred([substitute.number for _, _, substitute in tried])
            slots = []
            for order, failed, substitute in tried:
                if why := barred.get(substitute.number):
                    run.gate.was_not_bought(substitute)
                    slots.append((order, _also(failed, substitute, why)))
                    continue
                orders.append(substitute)
                yield Substituted(
                    resource=order.resource,
                    number=order.number,
                    substitute=substitute.number,
                    reason=failed.reason,
                )
        if orders:
            run.orders.update((order.number, order) for order in orders)
            yield from run.intend_more("substitute", orders)
        return orders

    def _next(self, order: PurchaseOrder) -> PurchaseOrder | None:
        """The next alternate for an order's slot, or None where there is none. Each is offered once. One that does not
        lie where the slot asks is left for others.
        """
        if not order.substitutable:
            return None
        open_state = self.run.open_state
        left = self._alternates.get(order.resource, [])
        while (offer := next((one for one in left if _lies_alike(one, order)), None)) is not None:
            left.remove(offer)
            if not (
                offer.number in open_state.numbers
                or offer.number in open_state.intents
                or offer.number in open_state.tombstones
            ):
                return _instead(offer, order)
        return None

    # -- replaces of explicit numbers ------------------------------------------------------------------------

    def buy_back(self, orders: Sequence[PurchaseOrder]) -> Iterator[Event]:
        """Buy numbers back that were just released. The vendor may take a while to offer them again; one that is not
        to be had as it was reviewed stays released.
        """
        run = self.run
        if not orders:
            return
        run.gate.expect(orders)
        barred = self._wait_for_sale([order.number for order in orders])
        for order in orders:
            if order.number in barred:
                yield self._lost(order, f"{barred[order.number]}; it was released and is not bought back")
        wanted = [order for order in orders if order.number not in barred]
        if wanted:
            yield from run.intend_more("buy-back", wanted)
            yield from self.send(wanted)

    def _wait_for_sale(self, numbers: Sequence[E164]) -> Mapping[E164, str]:
        run = self.run
        deadline, pause = run.clock.monotonic() + run.api.settle_seconds, FIRST_PAUSE
        while True:
            barred = run.gate.barred(numbers)
            unsold = [number for number, why in barred.items() if why == NOT_FOR_SALE]
            left = deadline - run.clock.monotonic()
            if not unsold or left <= 0 or run.gate.reason:
                return barred
            run.clock.wait(min(pause, left))
            run.gate.ask_again(unsold)
            pause *= 2


def _lies_alike(offer: Offer, order: PurchaseOrder) -> bool:
    """Whether an alternate has the area code, and is in the state, that an order's slot asks for."""
    wanted = order.attributes
    alike = same_state(offer.state, wanted.state or "", wanted.country) if order.same_state else True
    return alike and offer.number.startswith(order.prefix)


def _instead(offer: Offer, order: PurchaseOrder) -> PurchaseOrder:
    return msgspec.structs.replace(order, attributes=bought_instead(offer, order.attributes), anew=True)


def _refused(message: str) -> str:
    return f"the vendor refused it ({message}), but an earlier call may have bought it"


def _also(failed: Failed, substitute: PurchaseOrder, why: str) -> Failed:
    """A slot's word with that of an alternate which cannot take it."""
    return msgspec.structs.replace(failed, reason=f"{failed.reason}; alternate {substitute.number}: {why}")
