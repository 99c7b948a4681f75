"""What numplan has to say about a manifest or a plan: collected, then shown all at once."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

LOOKED_FOR: Final = 20_000
"""Findings after which no more are looked for."""
MOST_TOLD: Final = 100
MOST_BYTES: Final = 500_000
"""How much of what is wrong is told: the rest is counted."""

Severity = Literal["error", "warning", "note"]


class Source(msgspec.Struct, frozen=True, gc=False, order=True):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding: what is wrong, where, and what would be right."""

    severity: Severity
    summary: str
    source: Source | None = None
    path: str = ""
    """Where in the manifest: `pools.ny_sales.count`."""
    hint: str = ""
    """What would be right, or what to do next."""

    def __str__(self) -> str:
        place = f"{self.source}: " if self.source else ""
        path = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.severity}: {path}{self.summary}{hint}"


class Told(msgspec.Struct, frozen=True):
    """The findings that are told, and how many more there are."""

    findings: tuple[Diagnostic, ...]
    more: int

    @property
    def rest(self) -> str:
        """`and 4,321 more`, or nothing."""
        most = "at least " if len(self.findings) + self.more >= LOOKED_FOR else ""
        return f"and {most}{self.more:,} more" if self.more else ""


def told(findings: Sequence[Diagnostic]) -> Told:
    """The first of many findings, errors before all else: MOST_TOLD of them, and no more than MOST_BYTES of text."""
    first: list[Diagnostic] = []
    left = MOST_BYTES
    for one in findings if len(findings) <= MOST_TOLD else sorted(findings, key=_weight):
        left -= len(str(one).encode(errors="replace"))
        if len(first) == MOST_TOLD or left < 0:
            break
        first.append(one)
    return Told(tuple(first), len(findings) - len(first))


def _weight(finding: Diagnostic) -> int:
    return ("error", "warning", "note").index(finding.severity)


def error(summary: str, *, source: Source | None = None, path: str = "", hint: str = "") -> Diagnostic:
    """A finding that stops the command."""
    return Diagnostic(severity="error", summary=summary, source=source, path=path, hint=hint)


def warning(summary: str, *, source: Source | None = None, path: str = "", hint: str = "") -> Diagnostic:
    """A finding that the user should read and may ignore."""
    return Diagnostic(severity="warning", summary=summary, source=source, path=path, hint=hint)


def note(summary: str, *, source: Source | None = None, path: str = "", hint: str = "") -> Diagnostic:
    """A finding that explains."""
    return Diagnostic(severity="note", summary=summary, source=source, path=path, hint=hint)
