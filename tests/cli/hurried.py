"""The time of a desk: what numplan waits for in the test's process is over at once, and later for the vendor too."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

import pytest

from numplan.cli.terminal.signals import SystemClock

_GLANCE = 0.002
"""Seconds that a wait takes all the same, so that other threads come to their turn."""


class HurriedTime:
    """The machine's time, and whatever was waited. An emulator that goes by it lags and commits as late as ever."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._ahead = 0.0
        self._days = timedelta()
        self.vendors_ahead = timedelta()
        """How far the vendor's calendar is ahead of this machine's."""

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead) + self._days

    def begin_on(self, day: date) -> None:
        """Let it be noon of this day in UTC."""
        self._days = timedelta()
        self._days = datetime.combine(day, time_of_day(12), UTC) - self.now()

    def vendors_now(self) -> datetime:
        return self.now() + self.vendors_ahead

    def pass_by(self, seconds: float) -> None:
        with self._turn:
            self._ahead += max(0.0, seconds)

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Let the command line go by this time, but for its processes."""
        glance = SystemClock.wait

        def wait(clock: SystemClock, seconds: float) -> None:
            slept = min(seconds, _GLANCE)
            glance(clock, slept)
            if not clock.interrupted():
                self.pass_by(seconds - slept)

        patch.setattr(SystemClock, "wait", wait)
        patch.setattr(SystemClock, "monotonic", lambda _: self.monotonic())
        patch.setattr(SystemClock, "now", lambda _: self.now())
