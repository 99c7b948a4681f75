"""Progress on standard error: a moving line on a terminal, now and then a plain one elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Protocol

from numplan.cli.terminal.screen import Screen
from numplan.engine.apply.events import Done, Event, Failed, Sending, Settled, Uncertain
from numplan.engine.ports import KnownNumbers, Provider, StateNames
from numplan.model.account import Criteria, Found, Listing, Offer, OwnedNumber, Regions, Unreadable
from numplan.model.number import E164


class Step(Protocol):
    """Called with the name of what is being done, each time that it is."""

    def __call__(self, name: str) -> None:
        """One more of it."""

    def expect(self, name: str, count: int) -> None:
        """So many of it are to come."""


PAUSE: Final = 10.0
"""Seconds between two plain lines, and before the first."""
LONG_WAIT: Final = 5.0
"""Seconds without an answer after which that is told, wherever results go."""
_MINUTE: Final = 60
_HOUR: Final = 3600
_LOOKS: Final = 5
"""How often it is looked, in a long wait, whether it is one by now."""


@contextmanager
def progress(screen: Screen, title: str, *, moving: bool) -> Iterator[Step]:
    """Within, each call of the yielded function shows what is being done, and how many times it was: on a
    `moving` line, or on a plain one now and then where the phase is long.
    """
    tally = _Tally()
    if moving:
        from rich.console import Console

        with Console(stderr=True, no_color=not screen.color).status(f"{title} …") as status:
            yield _Steps(tally, lambda: status.update(f"{title} … {tally}"))
    else:
        said = stepped = time.monotonic()
        text = f"{title} …"

        def step() -> None:
            nonlocal said, stepped, text
            text = f"{title} … {tally}"
            stepped = time.monotonic()
            if stepped - said >= PAUSE:
                said = stepped
                screen.error(text)

        def tell_of_waiting() -> None:
            nonlocal said
            now = time.monotonic()
            if now - stepped >= LONG_WAIT and now - said >= (LONG_WAIT if said <= stepped else PAUSE):
                said = now
                screen.error(f"{text}, waiting for an answer {_so_far(now - stepped)}")

        with every_pause(tell_of_waiting, LONG_WAIT / _LOOKS):
            yield _Steps(tally, step)


class _Tally:
    """What was done so far, how often, and of how many; and how long what is left of the latest may take. Several
    threads may add to it while another one tells it.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._counts: dict[str, int] = {}
        self._expected: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._latest = ""

    def add(self, name: str) -> None:
        with self._turn:
            self._counts[name] = self._counts.get(name, 0) + 1
            self._latest = name

    def expect(self, name: str, count: int) -> None:
        with self._turn:
            self._expected[name] = self._counts.get(name, 0) + count
            self._began[name] = time.monotonic()

    def __str__(self) -> str:
        with self._turn:
            return ", ".join(self._told(name, count) for name, count in self._counts.items())

    def _told(self, name: str, count: int) -> str:
        expected = self._expected.get(name, 0)
        if count > expected:
            return f"{name} {count:,}"
        text = f"{name} {count:,} of {expected:,}"
        took = time.monotonic() - self._began[name]
        left = took / count * (expected - count)
        return f"{text}, about {span_of(left)} left" if name == self._latest and took >= PAUSE / 2 else text


class _Steps:
    """See Step. Several threads may call it."""

    def __init__(self, tally: _Tally, show: Callable[[], None]) -> None:
        self._tally = tally
        self._show = show

    def __call__(self, name: str) -> None:
        self._tally.add(name)
        self._show()

    def expect(self, name: str, count: int) -> None:
        self._tally.expect(name, count)


untold: Final = _Steps(_Tally(), lambda: None)
"""Steps that nobody is told of."""


def span_of(seconds: float) -> str:
    """A span in a word or two: `40 s`, `12 min`, `3 h`."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / _MINUTE)} min" if seconds < 2 * _HOUR else f"{round(seconds / _HOUR)} h"


@contextmanager
def told_wait(screen: Screen, what: str) -> Iterator[None]:
    """Within, it is said what is waited for, and for how long by now, once that is long."""
    began = time.monotonic()
    said = began - PAUSE

    def tell() -> None:
        nonlocal said
        now = time.monotonic()
        if now - began >= LONG_WAIT and now - said >= PAUSE:
            said = now
            screen.error(f"{what} {_so_far(now - began)}")

    with every_pause(tell, LONG_WAIT / _LOOKS):
        yield


def _so_far(seconds: float) -> str:
    return f"({seconds:.0f} s so far)"


@contextmanager
def tally_of_calls(screen: Screen, calls: int) -> Iterator[Callable[[Event], None]]:
    """Within, the yielded function is called with each event, and counts the answers. Where results go to a terminal, a
    line for each number is progress enough. But wherever they go, a long wait in which nothing happens is told.
    """
    answered, unknown = 0, 0
    said = happened = time.monotonic()
    elsewhere = screen.width is None
    moving = screen.moves and elsewhere
    telling = threading.Lock()

    def tell(*, more: str = "") -> None:
        nonlocal said
        said = time.monotonic()
        text = f"Applying … {answered:,} of {max(calls, answered):,} calls answered{more}"
        if moving:
            screen.passing(text)
        else:
            screen.error(text)

    def step(event: Event) -> None:
        nonlocal answered, unknown, said, happened
        if isinstance(event, Sending):
            happened = time.monotonic()
            return
        with telling:
            happened = time.monotonic()
            unknown += isinstance(event, Uncertain) - isinstance(event, Settled)
            if not isinstance(event, Done | Failed | Uncertain):
                return
            answered += 1
            if moving or (happened - said >= PAUSE and elsewhere):
                tell()
            elif not elsewhere:
                said = happened

    def tell_of_waiting() -> None:
        with telling:
            now = time.monotonic()
            if now - happened >= LONG_WAIT and now - said >= (LONG_WAIT if said <= happened else PAUSE):
                looking = unknown > 0 and answered >= calls
                what = f"looking for what became of {unknown:,}" if looking else "waiting for the next"
                tell(more=f", {what} {_so_far(now - happened)}")

    try:
        with every_pause(tell_of_waiting, LONG_WAIT / _LOOKS):
            yield step
    finally:
        if moving and answered:
            screen.passing("")


@contextmanager
def every_pause(tell: Callable[[], None], pause: float | None = None) -> Iterator[None]:
    """Within, `tell` is called from a thread of its own whenever a pause has passed, also while nothing happens. Its
    length is in seconds, PAUSE where none is given.
    """
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(PAUSE if pause is None else pause):
            tell()

    thread = threading.Thread(target=run, name="numplan-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class ReportingProvider:
    """A provider that tells `step` of every call. Implements the engine's Provider port."""

    def __init__(self, provider: Provider, step: Step) -> None:
        self._provider = provider
        self._step = step

    @property
    def account(self) -> str:
        """The account id."""
        return self._provider.account

    @property
    def url(self) -> str:
        """The API's base URL."""
        return self._provider.url

    def vendors_time(self) -> datetime | None:
        """The vendor's clock, as far as it is known."""
        return self._provider.vendors_time()

    def regions(self) -> Regions:
        """The countries on offer."""
        self._step("regions")
        return self._provider.regions()

    def purchased(self, *, expected: int, states: StateNames = tuple, known: KnownNumbers = tuple) -> Listing:
        """All that the account owns."""
        self._step("listing")
        return self._provider.purchased(expected=expected, states=states, known=known)

    def purchased_in(self, criteria: Criteria) -> Listing:
        """What the account owns under a filter."""
        self._step("listing")
        return self._provider.purchased_in(criteria)

    def announce(self, look_ups: int) -> None:
        """So many look-ups are to come."""
        self._step.expect("looked up", look_ups)

    def require_states(self) -> None:
        """Whether the filter by state is honoured."""
        self._provider.require_states()

    def look_up(self, number: E164) -> OwnedNumber | Unreadable | None:
        """One owned number."""
        self._step("looked up")
        return self._provider.look_up(number)

    def find(self, number: E164) -> Offer | Unreadable | None:
        """One number's offer."""
        self._step("priced")
        return self._provider.find(number)

    def search(self, criteria: Criteria, *, wanted: int | None) -> Found:
        """Offers that match."""
        self._step("searched")
        return self._provider.search(criteria, wanted=wanted)
