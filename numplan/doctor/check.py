"""One thing that was looked at, and what came of it."""

from typing import Literal, NamedTuple

Verdict = Literal["ok", "warning", "failed"]


class Check(NamedTuple):
    """What was looked at, by its `name`; what was `seen`; and what to do about it, where there is something to do.

    `private` are words in it that a report for others must not carry: ids, paths, names of hosts and people.
    """

    name: str
    verdict: Verdict
    seen: str
    advice: str = ""
    private: tuple[str, ...] = ()


def ok(name: str, seen: str, *private: str) -> Check:
    """All is as it should be."""
    return Check(name, "ok", seen, "", private)


def warning(name: str, seen: str, advice: str, *private: str) -> Check:
    """It can be worked with, and somebody may want it otherwise."""
    return Check(name, "warning", seen, advice, private)


def failed(name: str, seen: str, advice: str, *private: str) -> Check:
    """It cannot be worked with, or only in part."""
    return Check(name, "failed", seen, advice, private)
