"""New entries of a manifest, as `adopt` shows them before they are written."""

from collections.abc import Iterator, Sequence

from numplan.engine.edit.adoption import NewEntry
from numplan.views.common.wrapping import FOLD


def new_entries_text(entries: Sequence[NewEntry], declared: int, path: str) -> Iterator[str]:
    """A line for each entry that is to be written to `path`, and how many numbers the manifest has `declared`."""
    if entries:
        yield f"{sum(len(one.rows) for one in entries):,} numbers nothing manages yet, to be written to {path}:"
    for entry in entries[:FOLD]:
        kinds = ", ".join(word for word in (entry.country, entry.type) if word)
        which = entry.rows[0].number if len(entry.rows) == 1 else f"{len(entry.rows):,} numbers"
        yield f"  {entry.resource}  {which}  {kinds}".rstrip()
    if len(entries) > FOLD:
        yield f"  … and {len(entries) - FOLD:,} more entries"
    if declared:
        yield f"{declared:,} that the manifest declares already"
