"""Tables for people: columns that say something, and as many of them as a line has room for."""

from collections.abc import Sequence
from typing import Final

from numplan.views.common.table import TableRow, width_of

ORDER: Final = (
    "number",
    "whose",
    "resource",
    "country",
    "types",
    "state",
    "city",
    "area_code",
    "type",
    "category",
    "sip_trunk_id",
    "flow",
    "labels",
    "setup_charge",
    "monthly_charge",
    "voice_rate",
    "sms_rate",
    "bought_at",
    "unreadable",
    "place",
)
"""The columns of a table, in their order. What is not among them is for machines."""
_LEAST_FIRST: Final = (
    "bought_at",
    "sms_rate",
    "category",
    "sip_trunk_id",
    "area_code",
    "type",
    "country",
    "labels",
    "city",
    "setup_charge",
    "voice_rate",
    "state",
    "flow",
    "place",
    "monthly_charge",
)
"""What gives way where a table is wider than its room, in this order."""
_PAID: Final = ("setup_charge", "voice_rate")
"""Of numbers that are bought already, these decide nothing."""


def fitting(rows: Sequence[TableRow], width: int) -> tuple[list[TableRow], tuple[str, ...]]:
    """Rows without columns that say nothing of any of them, and without as many of the others as must go for the table
    to fit a width; these are named beside it.
    """
    told = [name for name in ORDER if any(row.get(name) not in (None, "", {}) for row in rows)]
    widths = {name: width_of(name, [row.get(name, "") for row in rows]) for name in told}
    gone: list[str] = []
    for name in (*_PAID, *_LEAST_FIRST) if "whose" in told else _LEAST_FIRST:
        if sum(widths.values()) + 2 * (len(widths) - 1) <= width:
            break
        if widths.pop(name, None) is not None:
            gone.append(name)
    kept = [name for name in told if name in widths]
    return [{name: row[name] for name in kept if name in row} for row in rows], tuple(gone)
