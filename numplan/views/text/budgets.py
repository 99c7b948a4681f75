"""The table of budgets, for a terminal."""

from collections.abc import Iterator
from typing import Final

from numplan.model.plan import Plan
from numplan.views.common.budgets import TITLES, BudgetRow, budget_rows
from numplan.views.common.sanitize import one_line
from numplan.views.common.wrapping import Fold, Line, Style

NARROWEST: Final = 12
"""Columns that a name has in any case."""
_GAP: Final = 2


def budgets_text(plan: Plan, width: int, fold: Fold) -> Iterator[Line]:
    """Each budget on a line, its figures one under the other; of many only those that matter."""
    if not plan.budgets:
        return
    is_long = len(plan.budgets) > fold.longest
    rows = budget_rows(plan.budgets, fold.shown if is_long else None)
    unit = f", {one_line(plan.currency)}" if plan.currency else ""
    head = f"Budgets{unit} a month"
    columns = [
        max(len(title), *(len(row.figures[at]) for row in rows)) + _GAP for at, title in enumerate(TITLES)
    ]
    room = max(NARROWEST, width - sum(columns) - _GAP)
    names = [_name(row.whose, room) for row in rows]
    longest = max(len(head) - _GAP, *map(len, names))
    yield Line(head.ljust(longest + _GAP) + _cells(TITLES, columns))
    for name, row in zip(names, rows, strict=True):
        yield Line(f"  {name.ljust(longest)}{_cells(row.figures, columns)}", _style(row))
    if is_long:
        yield Line(f"    … and {len(plan.budgets) - len(rows):,} more budgets (--expand shows all)")
    yield Line("")


def _name(whose: str, room: int) -> str:
    name = one_line(whose)
    return name if len(name) <= room else name[: room - 1] + "…"


def _cells(texts: tuple[str, ...], columns: list[int]) -> str:
    return "".join(text.rjust(room) for text, room in zip(texts, columns, strict=True))


def _style(row: BudgetRow) -> Style:
    if row.is_refused:
        return "red"
    return "yellow" if row.is_beyond else ""
