"""The numbers that the account owns, as rows."""

from collections.abc import Sequence
from typing import Final

from numplan.cli.operations.inventory import inventory, tell_doubts
from numplan.cli.operations.listing import show_rows
from numplan.cli.settings import Settings
from numplan.engine.queries.account_numbers import UNMANAGED, UNREADABLE
from numplan.model.charge import RATES
from numplan.model.errors import UsageError
from numplan.model.text.glob import covers
from numplan.model.text.spelling import nearest
from numplan.views.common.fitting import ORDER
from numplan.views.common.inventory import inventory_row, only, value_at, with_labels
from numplan.views.common.table import LABEL, TableRow, cell_text

COLUMNS: Final = (
    *dict.fromkeys(
        (
            *(one for one in ORDER if one != "types"),
            "address",
            "protect",
            "leaving_at",
            *RATES,
            "assigned_to",
            "flow_id",
            "flow_name",
        )
    ),
)
"""Every column, but for labels, which have names of their own."""


def run_numbers(*, unmanaged: bool, columns: str | None, wheres: Sequence[str], as_csv: bool) -> None:
    """Carry out `numplan numbers`."""
    settings = Settings.current()
    chosen = None if columns is None else [_column(name.strip()) for name in columns.split(",")]
    wanted = [_condition(one) for one in wheres]
    found = inventory(settings)
    tell_doubts(found)
    rows = [
        inventory_row(one) for one in found.numbers if not unmanaged or one.whose in {UNMANAGED, UNREADABLE}
    ]
    rows = [row for row in rows if all(_fits(row, *one) for one in wanted)]
    if chosen is not None:
        rows = only(rows, chosen)
    elif as_csv:
        rows = with_labels(rows)
    show_rows(rows, settings, as_csv=as_csv, whole=chosen is not None)


def _fits(row: TableRow, column: str, glob: str) -> bool:
    return covers(glob.casefold(), cell_text(column, value_at(row, column)).casefold())


def _condition(text: str) -> tuple[str, str]:
    """A column and a pattern. Raises UsageError."""
    name, equals, glob = text.partition("=")
    if not equals:
        raise UsageError(f"--where {text}: write COLUMN=GLOB, such as whose=unmanaged")
    return _column(name.strip()), glob.strip()


def _column(name: str) -> str:
    """The column of this name. Raises UsageError where there is none."""
    if name in COLUMNS or (name.startswith(LABEL) and name != LABEL):
        return name
    meant = nearest(name, COLUMNS)
    raise UsageError(
        f"there is no column {name!r}",
        hint=f"did you mean {meant}?" if meant else f"there are {', '.join(COLUMNS)}, and label.NAME",
    )
