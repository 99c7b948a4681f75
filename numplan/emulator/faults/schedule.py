"""Which faults strike which call."""

import random
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from numplan.emulator.faults.faults import (
    AnswerFault,
    CallFault,
    Fault,
    ListingFault,
    OutcomeFault,
    Share,
)
from numplan.emulator.settings import NotNegative, Positive


class Scripted(msgspec.Struct, frozen=True, kw_only=True):
    """A fault, and which calls it strikes: counted from 1 from now on, on its own endpoint.

    Without `probability` it strikes the calls from `nth` on, `count` of them (1 if None, without end
    if 0). With it, each call from `nth` on is struck by chance, drawn from `seed`, at most `count`
    times (without end if None or 0).
    """

    fault: Fault
    endpoint: str = "*"
    """One of the six, or `*` for any."""
    nth: Positive = 1
    count: NotNegative | None = None
    probability: Share | None = None
    seed: int = 0

    @property
    def limit(self) -> int:
        """How many calls it may strike; 0 means no limit."""
        if self.count is None:
            return 1 if self.probability is None else 0
        return self.count


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    fault: str
    params: dict[str, Any] = {}
    endpoint: str = "*"
    nth: Positive = 1
    count: NotNegative | None = None
    probability: Share | None = None
    seed: int = 0


def read_scripted(written: Sequence[Any], endpoints: Sequence[str]) -> list[Scripted]:
    """Read faults as JSON has them: `{endpoint, fault, nth, count, probability, seed, params}`.

    Raises `msgspec.ValidationError`, which names the field, for anything else.
    """
    read = []
    for each in msgspec.convert(written, list[_Written]):
        if each.endpoint != "*" and each.endpoint not in endpoints:
            raise msgspec.ValidationError(
                f"no endpoint {each.endpoint!r}; there are {', '.join(endpoints)} and *"
            )
        read.append(
            Scripted(
                fault=msgspec.convert({**each.params, "fault": each.fault}, Fault),
                endpoint=each.endpoint,
                nth=each.nth,
                count=each.count,
                probability=each.probability,
                seed=each.seed,
            )
        )
    return read


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """The faults that strike one call, by where they strike."""

    calls: tuple[CallFault, ...]
    outcomes: tuple[OutcomeFault, ...]
    listings: tuple[ListingFault, ...]
    answers: tuple[AnswerFault, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The faults' names, family by family."""
        every = (*self.calls, *self.outcomes, *self.listings, *self.answers)
        return tuple(str(each.__struct_config__.tag) for each in every)

    @property
    def carried_out(self) -> bool:
        """Whether the call is carried out, as far as its answer's faults go."""
        return all(fault.commit for fault in self.answers)


class Script:
    """The scripted faults and how far each has come; safe to ask from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[_Running] = []

    def add(self, faults: Iterable[Scripted]) -> None:
        """Add faults to those there; each counts its calls from now."""
        with self._lock:
            self._running.extend(_Running(each) for each in faults)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._running.clear()

    def due(self, endpoint: str) -> Struck:
        """Count a call of `endpoint`; the faults that strike it, in the order they were added."""
        with self._lock:
            faults = [each.scripted.fault for each in self._running if each.strikes(endpoint)]
            self._running = [each for each in self._running if not each.spent]
        return Struck(
            calls=tuple(each for each in faults if isinstance(each, CallFault)),
            outcomes=tuple(each for each in faults if isinstance(each, OutcomeFault)),
            listings=tuple(each for each in faults if isinstance(each, ListingFault)),
            answers=tuple(each for each in faults if isinstance(each, AnswerFault)),
        )

    def pending(self) -> list[Scripted]:
        """The faults that may still strike."""
        with self._lock:
            return [each.scripted for each in self._running]


class _Running:
    def __init__(self, scripted: Scripted) -> None:
        self.scripted = scripted
        self._calls = 0
        self._strikes = 0
        self._chance = random.Random(scripted.seed)  # noqa: S311 - repeatable is the point

    @property
    def spent(self) -> bool:
        return 0 < self.scripted.limit <= self._strikes

    def strikes(self, endpoint: str) -> bool:
        scripted = self.scripted
        if scripted.endpoint not in ("*", endpoint) or self.spent:
            return False
        self._calls += 1
        if self._calls < scripted.nth:
            return False
        if scripted.probability is not None and self._chance.random() >= scripted.probability:
            return False
        self._strikes += 1
        return True
