"""Reading calls made one at a time and counted, for whoever wants to see what a server does and not what it means."""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from numplan.api.retry import RateLimit, RetryPolicy, seconds_of
from numplan.api.transport import Timeouts, Transport
from numplan.engine.ports import Clock
from numplan.http.result import Answer, NoAnswer

_TOO_MANY: Final = 429
_LONGEST_PAUSE: Final = 15.0
"""Seconds that a server may ask to be waited for."""
_UNSAID: Final = 1.0
_PATIENCE: Final = Timeouts(connect=10.0, total=30.0)


class Seen(NamedTuple):
    """What came of one call in so many seconds: `status` is None where no answer came, and `reason` says why."""

    endpoint: str
    query: Mapping[str, str]
    status: int | None
    seconds: float
    body: bytes = b""
    reason: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether it is a success."""
        return self.status == 200  # noqa: PLR2004

    @property
    def size(self) -> int:
        """The rows asked for."""
        return int(self.query.get("size", "1"))


class Probe:
    """At most `most` reading calls to one account. One that is answered with 429 is made once more, and only one is.

    Raises SettingError for a URL, account or token that cannot be used.
    """

    def __init__(self, url: str, account: str, token: str, clock: Clock, most: int) -> None:
        self._clock = clock
        self._transport = Transport(
            url, account, token, parallelism=1, timeouts=_PATIENCE, limit=RateLimit(clock, RetryPolicy())
        )
        self._left = most
        self._may_repeat = True
        self.calls: list[Seen] = []
        """What was asked so far, and what came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    @property
    def ahead(self) -> float | None:
        """Seconds by which the server's clock is ahead of this one's; None where it told none."""
        told = self._transport.vendors_time()
        return None if told is None else (told - self._clock.now()).total_seconds()

    def ask(self, endpoint: str, **query: str) -> Seen | None:
        """Make one call; None where no more are left."""
        if self._left <= 0:
            return None
        seen, pause = self._once(endpoint, query)
        if seen.status == _TOO_MANY and self._may_repeat and self._left and pause <= _LONGEST_PAUSE:
            self._may_repeat = False
            self._clock.wait(pause)
            seen, _ = self._once(endpoint, query)
        return seen

    def _once(self, endpoint: str, query: Mapping[str, str]) -> tuple[Seen, float]:
        """One call, and how long to wait before it may be made again."""
        self._left -= 1
        began = self._clock.monotonic()
        came = self._transport.call_once("GET", endpoint, query=query, rows=int(query.get("size", "1")))
        took = self._clock.monotonic() - began
        match came:
            case Answer():
                seen = Seen(endpoint, query, came.status, took, came.body, came.phrase)
                asked = seconds_of(came.retry_after, self._clock.now())
                pause = _UNSAID if asked is None else asked
            case NoAnswer():
                seen, pause = Seen(endpoint, query, None, took, reason=came.reason), 0.0
        self.calls.append(seen)
        return seen, pause
