"""What was sent, and what was really done: the truth that a test compares with."""

import threading
from collections import Counter
from typing import Literal

import msgspec

from numplan.emulator.protocol.replies import Reply
from numplan.emulator.protocol.requests import glimpse


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One POST as received; later versions of it tell what became of it."""

    sequence: int
    """From 1, in the order of arrival."""
    at: float
    """When it arrived, by the emulator's clock."""
    endpoint: str
    body: str
    numbers: tuple[str, ...] = ()
    """What it asks for in bare digits, even if it was refused or lost; empty if that can't be told."""
    trunk: int | None = None
    form: Literal["flat", "nested"] = "flat"
    faults: tuple[str, ...] = ()
    """The names of the faults that struck it."""
    bought: tuple[str, ...] = ()
    """What was really bought, even if the answer was lost or said otherwise; bare digits."""
    released: tuple[str, ...] = ()
    """What was really released, likewise."""
    refused: dict[str, str] = {}
    """What was not done, with the sentence."""
    committed_at: float | None = None
    """When it was carried out; None if it never was, or has not been yet."""
    status: int | None = None
    """The status of the answer that was sent; None if none was."""


class LoggedCall:
    """The ledger's line for one POST, completed as the POST goes on."""

    def __init__(self, post: Post) -> None:
        self._lock = threading.Lock()
        self.post = post

    def committed(self, at: float, done: tuple[str, ...], refused: dict[str, str]) -> None:
        """Write down what was really done."""
        kind = "bought" if self.post.endpoint == "purchase-numbers" else "released"
        self._tell(committed_at=at, refused=refused, **{kind: done})

    def answered(self, reply: Reply) -> None:
        """Write down the answer that is sent."""
        self._tell(status=None if reply.hang_up else reply.status)

    def _tell(self, **told: object) -> None:
        with self._lock:
            self.post = msgspec.structs.replace(self.post, **told)


class Ledger:
    """Every POST in order, and how often each endpoint was called; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[LoggedCall] = []
        self._calls: Counter[str] = Counter()

    def count(self, endpoint: str) -> int:
        """Count a call of `endpoint`; how many calls there have been in all."""
        with self._lock:
            self._calls[endpoint] += 1
            return self._calls.total()

    @property
    def total(self) -> int:
        """How many calls there have been in all."""
        with self._lock:
            return self._calls.total()

    def receive(self, at: float, endpoint: str, body: bytes, faults: tuple[str, ...]) -> LoggedCall:
        """Write down a POST as it arrives."""
        order = glimpse(body)
        with self._lock:
            post = Post(
                sequence=len(self._lines) + 1,
                at=at,
                endpoint=endpoint,
                body=body.decode(errors="replace"),
                numbers=order.numbers,
                trunk=order.trunk,
                form=order.form,
                faults=faults,
            )
            line = LoggedCall(post)
            self._lines.append(line)
            return line

    def posts(self) -> tuple[Post, ...]:
        """Every POST in the order of arrival."""
        with self._lock:
            return tuple(line.post for line in self._lines)

    def calls(self) -> dict[str, int]:
        """How often each endpoint was called, whatever the outcome."""
        with self._lock:
            return dict(self._calls)

    def clear(self) -> None:
        """Start afresh."""
        with self._lock:
            self._lines.clear()
            self._calls.clear()
