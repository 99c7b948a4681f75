"""The history as people read it: a line a record, the oldest first, and below it why, where that says more."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from numplan.model.history.record import Record
from numplan.views.common.amounts import amount
from numplan.views.common.sanitize import one_line

WIDTH: Final = 80
_SHORTEST: Final = 8
"""Columns that who did it has at least."""
_HEAD: Final = ("time (UTC)", "outcome", "number", "address", "monthly", "by")
_BY: Final = len(_HEAD) - 1
_PLAIN: Final = frozenset({"purchased", "released", "adopted", "forgotten"})
"""Outcomes that need no reason, unless a look at the account told them."""


def history_text(records: Sequence[Record], width: int = WIDTH) -> str:
    """Aligned columns under their names, without those that say nothing; no wider than `width` where that can be."""
    if not records:
        return "no records"
    rows = [_cells(one) for one in records]
    columns = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths = [max(wide, len(name)) if wide else 0 for wide, name in zip(columns, _HEAD, strict=True)]
    if widths[_BY]:
        left = width - sum(one + 2 for one in widths[:_BY] if one)
        widths[_BY] = max(min(widths[_BY], left), _SHORTEST)
    form = "  ".join(f"{{{place}:<{wide}}}" for place, wide in enumerate(widths) if wide)
    lines = [form.format(*_HEAD).rstrip()]
    for one, row in zip(records, rows, strict=True):
        lines.append(form.format(*row[:_BY], _fitted(row[_BY], widths[_BY])).rstrip())
        if why := _why(one):
            lines.append(f"  {one_line(why)}")
    return "\n".join(lines)


def _cells(one: Record) -> tuple[str, ...]:
    return (
        one.time.astimezone(UTC).isoformat(" ", "minutes")[: len("2026-01-31 12:00")],
        one.outcome,
        one.number or "",
        one_line(one.address.partition("[")[0]),
        "" if one.monthly_charge is None else amount(one.monthly_charge),
        one_line(one.actor),
    )


def _fitted(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"


def _why(one: Record) -> str:
    """What there is to say beside the line."""
    if one.outcome == "lost":
        return f"records {one.lost_from} to {one.lost_to} were never written: state had no room for so many"
    if one.outcome == "restored":
        return "state was put back, or begun anew, and does not know of what stands before"
    parts = []
    if one.replaces == one.number and one.number is not None:
        parts.append("bought back")
    elif one.replaces is not None:
        parts.append(f"in place of {one.replaces}")
    if one.reason and (one.settled or one.outcome not in _PLAIN or one.reason.startswith("replaced")):
        parts.append(one.reason)
    return "; ".join(parts)
