"""How long to wait before a call is made again, and when to give up.

Waits go through the `Clock` port: a wish to stop ends them, and tests need none of their time.
"""

import email.utils
import logging
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from numplan.engine.ports import Clock

LONGEST_WAIT: Final = 60.0
LONG: Final = 5.0
"""Seconds of a wait that is told."""

log = logging.getLogger("numplan.api")


class RetryPolicy(msgspec.Struct, frozen=True):
    """How often a call is made. `failures`: calls that failed; `throttles`: calls answered with 429.

    `seconds` bounds the time after which no further call is begun; `first_wait` and `first_throttle_wait`
    are the ceilings of the first random waits, which double from call to call.
    """

    failures: int = 5
    throttles: int = 12
    seconds: float = 300.0
    first_wait: float = 0.5
    first_throttle_wait: float = 2.0


class RateLimit:
    """The waits of one client. What one call learns from a 429 holds back the calls of all threads."""

    def __init__(
        self, clock: Clock, policy: RetryPolicy, jitter: Callable[[], float] = random.random
    ) -> None:
        self.clock = clock
        self.policy = policy
        self._jitter = jitter
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._told_until = float("-inf")
        self.exhausted = False
        """Whether a 429 was waited for to the end, and no other answer has come since."""

    def hold(self) -> bool:
        """Wait out a 429 that any thread was answered with; False if interrupted meanwhile."""
        with self._lock:
            left = self._not_before - self.clock.monotonic()
        return self.sleep(left) if left > 0 else not self.clock.interrupted()

    def sleep(self, seconds: float) -> bool:
        """Wait; False if the user asked to stop."""
        if not self.clock.interrupted():
            self.clock.wait(seconds)
        return not self.clock.interrupted()

    def attempts(self) -> "Attempts":
        """A new call's count of attempts, at its beginning."""
        return Attempts(self)

    def throttle(self, seconds: float) -> None:
        """Let no thread call before this time has passed."""
        with self._lock:
            self._not_before = max(self._not_before, self.clock.monotonic() + seconds)

    def tell(self, why: str, seconds: float) -> None:
        """Say why nothing is called for so long, once for all threads that wait for the same."""
        if seconds < LONG:
            return
        with self._lock:
            until = self.clock.monotonic() + seconds
            told, self._told_until = self._told_until, max(self._told_until, until)
        if until > told + LONG:
            log.warning("%s: waiting %.0f s before the next call", why, seconds)

    def spread(self, ceiling: float) -> float:
        """A random wait up to the ceiling ("full jitter"), so that clients do not come back in step."""
        return self._jitter() * min(ceiling, LONGEST_WAIT)


class Attempts:
    """The attempts of one call: after each that came to nothing, wait and go on, or give up."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._began = limit.clock.monotonic()
        self._failed = 0
        self._throttled = 0

    def after_failure(self, retry_after: str | None = None) -> bool:
        """Wait before the next attempt, as long as a 503 asks; False where there should be none."""
        policy = self._limit.policy
        asked = seconds_of(retry_after, self._limit.clock.now()) or 0.0
        wait = min(asked, LONGEST_WAIT) + self._limit.spread(policy.first_wait * 2**self._failed)
        self._failed += 1
        if self._failed >= policy.failures or not self._in_time(wait):
            return False
        self._limit.tell("the API asks to try again later", wait)
        return self._limit.sleep(wait)

    def after_throttle(self, retry_after: str | None) -> bool:
        """Wait as a 429 asks, else a random while; False where there should be no further attempt. The wait for one
        429 to its end is the last: while the API says nothing else, no call waits for the next.
        """
        policy = self._limit.policy
        asked = seconds_of(retry_after, self._limit.clock.now())
        wait = self._limit.spread(policy.first_throttle_wait * 2**self._throttled)
        if asked is not None:
            wait = min(asked, LONGEST_WAIT) + self._limit.spread(1.0)
        self._throttled += 1
        if self._limit.exhausted or self._throttled >= policy.throttles or not self._in_time(wait):
            self._limit.exhausted = True
            return False
        if asked is not None:
            self._limit.throttle(min(asked, LONGEST_WAIT))
        self._limit.tell("the API asks to slow down (429)", wait)
        return self._limit.sleep(wait)

    def _in_time(self, wait: float) -> bool:
        spent = self._limit.clock.monotonic() - self._began
        return spent + wait <= self._limit.policy.seconds


def seconds_of(retry_after: str | None, now: datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or a date; None for none and for nonsense."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    moment = date_of(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def date_of(header: str) -> datetime | None:
    """Read a header's date (RFC 9110, 5.6.7); None for nonsense."""
    try:
        moment = email.utils.parsedate_to_datetime(header)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
