"""Send batches, a few at a time, and hand back what became of each number."""

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Literal

import msgspec

from numplan.engine.ports import Clock, Provider
from numplan.failpoints import failpoint
from numplan.model.errors import StateError
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome, Unknown


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one POST."""

    call: Literal["purchase", "release"]
    numbers: tuple[E164, ...]
    sip_trunk_id: int | None = None


Answered = tuple[Batch, Mapping[E164, Outcome] | None]
"""A batch with None when it is handed over, and with its outcomes when it is answered."""


class Gate:
    """Whether more may be sent. Once closed it stays closed, with the first reason.

    `require_lock` raises StateError where the state is another's by now.
    """

    def __init__(self, clock: Clock, require_lock: Callable[[], None]) -> None:
        self._clock = clock
        self._require_lock = require_lock
        self._reason = ""

    def close(self, reason: str) -> None:
        """Send nothing more."""
        self._reason = self._reason or reason

    @property
    def reason(self) -> str:
        """Why nothing more may be sent, or an empty text."""
        if not self._reason and self._clock.interrupted():
            self._reason = "interrupted"
        return self._reason

    def last_look(self) -> str:
        """Why a call that is on its way must not go out, or an empty text; closes the gate with the same reason.

        A run may be stopped for hours, and wake when another has taken its lock and done its work.
        """
        try:
            self._require_lock()
        except StateError as problem:
            self.close(problem.message)
            return problem.message
        return ""


def batches_of(
    call: Literal["purchase", "release"], numbers: Sequence[tuple[E164, int | None]], size: int
) -> list[Batch]:
    """Numbers with their trunks as batches of one trunk each, in the order given."""
    by_trunk: dict[int | None, list[E164]] = {}
    for number, trunk in numbers:
        by_trunk.setdefault(trunk, []).append(number)
    return [
        Batch(call=call, numbers=tuple(group[start : start + size]), sip_trunk_id=trunk)
        for trunk, group in by_trunk.items()
        for start in range(0, len(group), size)
    ]


def dispatch(
    batches: Sequence[Batch],
    provider: Provider,
    gate: Gate,
    parallelism: int,
    *,
    ahead: int = 0,
    begun: Callable[[Batch], None] = lambda _: None,
) -> Generator[Answered, None, None]:
    """Send the batches, `parallelism` at a time; yield each as it is handed over, with None, and again with its
    outcomes once answered. So many more may be handed over `ahead`, to be sent as soon as a call is answered, while
    the caller still sorts its outcomes. `begun` is told of each that is sent indeed, just before, by another thread.

    A batch that finds the gate closed is not sent: its numbers are NotSent. However the caller leaves,
    calls in flight are waited for: a thread that is forgotten would still spend money.
    """
    waiting = deque(batches)
    in_flight: dict[Future[Mapping[E164, Outcome]], Batch] = {}
    threads = ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="send")
    try:
        while waiting or in_flight:
            while waiting and len(in_flight) < parallelism + ahead:
                batch = waiting.popleft()
                if gate.reason:
                    yield batch, dict.fromkeys(batch.numbers, NotSent(gate.reason))
                else:
                    yield batch, None
                    in_flight[threads.submit(_send, batch, provider, gate, begun)] = batch
            answered, _ = wait(in_flight, return_when=FIRST_COMPLETED)
            for future in answered:
                yield in_flight.pop(future), future.result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def _send(
    batch: Batch, provider: Provider, gate: Gate, begun: Callable[[Batch], None]
) -> Mapping[E164, Outcome]:
    try:
        failpoint(f"{batch.call}.dispatch")
        if reason := gate.reason or gate.last_look():
            return dict.fromkeys(batch.numbers, NotSent(reason))
        begun(batch)
        if batch.call == "purchase":
            outcomes = provider.purchase(batch.numbers, batch.sip_trunk_id)
        else:
            outcomes = provider.release(batch.numbers)
        for outcome in outcomes.values():
            if isinstance(outcome, NotSent) and outcome.stop:
                gate.close(outcome.reason)
        failpoint(f"{batch.call}.answered")
    except Exception as problem:  # noqa: BLE001 - whatever broke, the call may have been carried out
        return dict.fromkeys(batch.numbers, Unknown(f"{type(problem).__name__}: {problem}"))
    return {number: outcomes.get(number, Unknown("no outcome was reported")) for number in batch.numbers}
