"""Interruptions. While calls that spend money may be in flight, the first signal only asks the run to stop;
the second ends it within the second. At any other time the first one ends it.
"""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STOPPING = (
    b"\ninterrupting: calls in flight are finished and recorded, and nothing new is sent.\n"
    b"Press Ctrl-C again to stop immediately; the next run will check what was in flight.\n"
)
_GRACE: Final = 0.5
"""Seconds that a run which only reads has for leaving; a reading call may hang for longer."""
_SHOW_CURSOR: Final = b"\x1b[?25h"


class Interrupted(BaseException):
    """A signal ended the run before it sent anything that needs recording."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.name = signal.Signals(number).name
        self.exit_code = 128 + number


class SystemClock:
    """The machine's time, and the user's wish to stop. Implements the engine's Clock port."""

    def __init__(self) -> None:
        self._stop = False
        # A byte in this pipe wakes every waiting thread. The interpreter writes it as the signal comes, so that
        # one which comes just before a wait ends that wait too; the handler below runs only after it.
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self._careful = False
        self._leaving = 0
        self.signal = 0
        """The first signal that came while the run was careful, or 0."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed point."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until an interruption."""
        select.select([self._wake], [], [], max(0.0, seconds))

    def wait_for_input(self, descriptor: int) -> None:
        """Sleep until there is something to read, or until an interruption.

        A plain read would sleep on where the signal came between the last look at it and the call.
        """
        select.select([self._wake, descriptor], [], [])

    def interrupted(self) -> bool:
        """Whether the user asked to stop."""
        return self._stop

    @property
    def exit_code(self) -> int:
        """128 and the signal, as shells count; 0 where none came."""
        return 128 + self.signal if self.signal else 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take over the signals that end a run; once for each clock, which cannot wait afterwards."""
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._on_alarm)
        waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.set_wakeup_fd(waker)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._wake)
            os.close(self._waker)

    @contextmanager
    def careful(self) -> Iterator[None]:
        """Within, the first signal asks to stop and the second ends the process."""
        self._careful = True
        try:
            yield
        finally:
            self._careful = False

    def stay_careful(self) -> None:
        """Be careful to the end: calls are sent from here on, and what came of them must be said."""
        self._careful = True

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._stop:
            _leave(number)
        self._stop = True
        if not self._careful:
            self._leaving = number
            signal.setitimer(signal.ITIMER_REAL, _GRACE)
            raise Interrupted(number)
        self.signal = number
        with suppress(OSError):
            os.write(2, _STOPPING)

    def _on_alarm(self, _number: int, _: FrameType | None) -> None:
        with suppress(OSError):
            os.write(2, f"interrupted by {signal.Signals(self._leaving).name}; nothing was sent\n".encode())
        _leave(self._leaving)


def _leave(number: int) -> None:
    """End the process at once, with the cursor that a progress line may have hidden."""
    with suppress(OSError):
        if os.isatty(2):
            os.write(2, _SHOW_CURSOR)
    os._exit(128 + number)
