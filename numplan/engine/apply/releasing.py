"""The releases of an apply."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing

import msgspec

from numplan.engine.apply.events import Done, Event, Failed, Heard, Sending
from numplan.engine.apply.orders import Batch, batches_of, rejected_whole
from numplan.engine.apply.run import Run
from numplan.engine.apply.settle import is_gone
from numplan.model.address import Resource
from numplan.model.errors import ApiError
from numplan.model.number import E164
from numplan.model.outcome import Barred, NotSent, Outcome, Refused, Rejected, Succeeded, Unasked, Unknown


class Releases:
    """Sends releases, until nothing is left to try. Where a purchase is unknown, nothing is released."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def send(self, leaving: Mapping[E164, Resource], *, confirm: bool) -> Iterator[Event]:
        """Release; `confirm`: a number counts as released only once the account shows it no more."""
        run = self.run
        if any(intent.kind == "purchase" for intent in run.open_state.intents.values()):
            # Of this run or an earlier one: what is sent and known has no intent any more.
            run.gate.close("a purchase has an unknown outcome, so nothing is released")
        batches = batches_of("release", [(number, None) for number in leaving], run.api.batch_size)
        while batches:
            again: list[Batch] = []
            rejected: list[tuple[Batch, Rejected]] = []
            with closing(run.send(batches)) as answers:
                for batch, outcomes in answers:
                    if outcomes is None:
                        for number in batch.numbers:
                            yield Sending(resource=leaving[number], number=number, call="release")
                    else:
                        yield from self._sort(batch, outcomes, leaving, again, rejected, confirm=confirm)
                        yield Heard()
                    yield from run.checkpoint()
            batches = [*again, *(yield from self._send_again(rejected, leaving))]

    def _sort(
        self,
        batch: Batch,
        outcomes: Mapping[E164, Outcome],
        leaving: Mapping[E164, Resource],
        again: list[Batch],
        rejected: list[tuple[Batch, Rejected]],
        *,
        confirm: bool,
    ) -> Iterator[Event]:
        run = self.run
        once_more: list[E164] = []
        for number in batch.numbers:
            outcome = outcomes[number]
            match outcome:
                case Rejected(again=how) if how:
                    run.reject(number, outcome)
                case NotSent(again=True) if not run.is_doubted(number):
                    once_more.append(number)
                case _:
                    yield self._sorted(leaving[number], number, outcome, confirm=confirm)
        if once_more:
            again.append(msgspec.structs.replace(batch, numbers=tuple(once_more)))
        rejected += rejected_whole(batch, outcomes)
        run.take_note(batch, leaving[batch.numbers[0]], outcomes)

    def _sorted(self, resource: Resource, number: E164, outcome: Outcome, *, confirm: bool) -> Event:
        run = self.run
        match outcome:
            case Succeeded():
                if confirm and not is_gone(number, run.provider, run.clock, run.api):
                    said = "the vendor confirmed its release"
                    reason = f"{said}, but the account still shows it"
                    return run.uncertain(resource, number, "release", reason, said=said)
                run.open_state.released(number, run.now())
                run.rejected.pop(number, None)
                return Done(resource=resource, number=number, call="release")
            case Refused(message, doubted) if doubted or run.is_doubted(number):
                reason = f"the vendor refused it ({message}), but an earlier call may have released it"
                return run.uncertain(resource, number, "release", reason)
            case Refused(message):
                run.open_state.refuse(number, message)
                return Failed(resource=resource, number=number, call="release", reason=message)
            case NotSent() | Barred():
                return run.not_done(resource, number, "release", outcome)
            case Rejected(reason):
                run.reject(number, outcome)
                return run.uncertain(resource, number, "release", reason)
            case Unknown(reason):
                return run.uncertain(resource, number, "release", reason)
            case Unasked(message):
                return run.uncertain(resource, number, "release", message)

    def _send_again(
        self, rejected: Sequence[tuple[Batch, Rejected]], leaving: Mapping[E164, Resource]
    ) -> Generator[Event, None, list[Batch]]:
        """What is sent again of batches that were rejected whole: in the other form, or in halves. One look at the
        account serves all of them; what it does not show any more is left to settling.
        """
        run = self.run
        if not rejected:
            return []
        owned: Mapping[E164, object] | None = None
        if not run.gate.reason:
            try:
                owned = run.provider.purchased(expected=len(run.open_state.numbers)).numbers
            except ApiError:
                owned = None
        batches: list[Batch] = []
        for batch, said in rejected:
            there = tuple(number for number in batch.numbers if owned is not None and number in owned)
            for number in batch.numbers:
                if number not in there:
                    yield run.uncertain(leaving[number], number, "release", said.reason)
            if there:
                left = msgspec.structs.replace(batch, numbers=there)
                batches += (left,) if said.again == "whole" else left.halves()
        # What is in the account still was not carried out.
        run.looked_at(number for batch in batches for number in batch.numbers)
        return batches
