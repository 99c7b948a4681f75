"""Work that is carried out after its caller has gone."""

import threading
from collections.abc import Callable

import msgspec


class _Waiting(msgspec.Struct, frozen=True):
    not_before: float
    after_call: int
    work: Callable[[], object]


class LateWork:
    """Work waiting for its time and for its count of calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def put(self, work: Callable[[], object], not_before: float, after_call: int) -> None:
        """Carry out `work` once the clock shows `not_before` and call number `after_call` is over."""
        with self._lock:
            self._waiting.append(_Waiting(not_before, after_call, work))

    def carry_out_due(self, now: float, call: int) -> None:
        """Carry out what is due as call number `call` comes in, in the order it was put."""
        with self._lock:
            due = [each for each in self._waiting if each.not_before <= now and each.after_call < call]
            self._waiting = [each for each in self._waiting if each not in due]
            for each in due:
                each.work()

    def clear(self) -> None:
        """Never carry it out."""
        with self._lock:
            self._waiting.clear()
