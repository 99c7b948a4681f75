"""What a schema cannot say of the days of an entry: that they exist, that the first comes first, and that what ends is
not protected.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from numplan.manifest.declarations.blocks import day_of
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import dotted_path, quote
from numplan.model.diagnostics import Diagnostic, error, warning
from numplan.model.manifest import Entry, Manifest, Terms

_DAYS: Final = frozenset(("from", "until"))


def check_days(entry: LocatedMap, terms: Terms, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    """An error for each thing that the days of the entry at `path` cannot mean, at its place."""
    if _DAYS.isdisjoint(entry):  # nearly always
        return

    def wrong(key: str, summary: str, hint: str) -> Diagnostic:
        return error(summary, source=entry.source(key), path=dotted_path((*path, key)), hint=hint)

    for key in ("from", "until"):
        if key in entry and day_of(entry[key]) is None:
            yield wrong(key, f"{quote(str(entry[key]))} is no day of the calendar", "write a day that exists")
    if terms.begins is not None and terms.ends is not None and terms.begins > terms.ends:
        yield wrong(
            "until", f"it ends on {terms.ends}, before it begins on {terms.begins}", "both days count"
        )
    if "until" in entry and terms.protect:
        whose = "it says protect: true" if "protect" in entry else "defaults say protect: true"
        hint = "what is protected never ends: remove until, or write protect: false here"
        yield wrong("until", f"it has a last day, and {whose}", hint)


def ended(manifest: Manifest, day: date) -> Iterator[Diagnostic]:
    """A warning for each entry whose last day is over."""
    for entry in manifest.entries():
        if entry.terms.has_ended(day):
            yield warning(
                f"ended on {entry.terms.ends}",
                source=entry.source,
                path=_path(entry),
                hint="remove the block once its numbers are gone",
            )


def _path(entry: Entry) -> str:
    kind, _, name = entry.resource.partition(".")
    return dotted_path((f"{kind}s", name))
