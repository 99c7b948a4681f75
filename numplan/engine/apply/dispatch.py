"""Send batches through the gate, a few at a time, and hand back what became of each number."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from numplan.engine.apply.gate import Gate
from numplan.engine.apply.orders import Batch
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome

Answered = tuple[Batch, Mapping[E164, Outcome] | None]
"""A batch with None when it is handed over, and with its outcomes when it is answered."""
_Sent = Future[Mapping[E164, Outcome]]


def dispatch(
    batches: Sequence[Batch],
    gate: Gate,
    parallelism: int,
    *,
    ahead: Callable[[], int] = lambda: 0,
    begun: Callable[[Batch], None] = lambda _: None,
) -> Generator[Answered, None, None]:
    """Send the batches, `parallelism` at a time; yield each as it is handed over, with None, and again with its
    outcomes once answered. So many more may be handed over `ahead`, to be sent as soon as a call is answered, while
    the caller still sorts its outcomes. `begun` is told of each call that is made indeed, just before, by another
    thread.

    A batch that finds the gate closed is not sent: its numbers are NotSent. However the caller leaves,
    calls in flight are waited for: a thread that is forgotten would still spend money.
    """
    waiting = deque(batches)
    to_come = _ToCome(len(batches), gate)
    in_flight: dict[_Sent, Batch] = {}
    answered: SimpleQueue[_Sent] = SimpleQueue()
    threads = ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="send")
    try:
        while waiting or in_flight:
            while waiting and len(in_flight) < parallelism + ahead():
                batch = waiting.popleft()
                if gate.reason:
                    yield batch, dict.fromkeys(batch.numbers, NotSent(gate.reason))
                else:
                    yield batch, None
                    future = threads.submit(to_come.send, batch, begun)
                    in_flight[future] = batch
                    future.add_done_callback(answered.put)
            if in_flight:
                future = answered.get()
                yield in_flight.pop(future), future.result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
        gate.expect_calls(0)


class _ToCome:
    """How many batches have not begun; the gate is told as each begins."""

    def __init__(self, count: int, gate: Gate) -> None:
        self._count = count
        self._gate = gate
        self._turn = threading.Lock()

    def send(self, batch: Batch, begun: Callable[[Batch], None]) -> Mapping[E164, Outcome]:
        """Send one."""
        with self._turn:
            self._gate.expect_calls(self._count)
            self._count -= 1
        return self._gate.send(batch, begun)
