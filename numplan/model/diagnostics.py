"""What numplan has to say about a manifest or a plan: collected, then shown all at once."""

from typing import Literal

import msgspec

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


def error(summary: str, *, source: Source | None = None, path: str = "", hint: str = "") -> Diagnostic:
    """A finding that stops the command."""
    return Diagnostic(severity="error", summary=summary, source=source, path=path, hint=hint)


def warning(summary: str, *, source: Source | None = None, path: str = "", hint: str = "") -> Diagnostic:
    """A finding that the user should read and may ignore."""
    return Diagnostic(severity="warning", summary=summary, source=source, path=path, hint=hint)


def note(summary: str, *, source: Source | None = None, path: str = "", hint: str = "") -> Diagnostic:
    """A finding that explains."""
    return Diagnostic(severity="note", summary=summary, source=source, path=path, hint=hint)
