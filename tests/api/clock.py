"""A clock that a test moves: waiting takes no time."""

import threading
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Implements the engine's `Clock`. Waits are remembered; `stop_after` of them the user interrupts."""

    def __init__(self, *, stop_after: int | None = None) -> None:
        self._lock = threading.Lock()
        self._seconds = 0.0
        self._stop_after = stop_after
        self.waits: list[float] = []
        self.stopped = False

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self._seconds += seconds
            if self._stop_after is not None and len(self.waits) >= self._stop_after:
                self.stopped = True

    def interrupted(self) -> bool:
        return self.stopped
