"""The tables of the report. Every cell is one line of text, so that page, script and print show the same."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from numplan.model.address import address_of
from numplan.model.changes import Difference, address_of_change, number_of
from numplan.model.diagnostics import told
from numplan.model.plan import Plan, drift_cost
from numplan.views.common.amounts import amount, change
from numplan.views.common.leaving import leaving_size
from numplan.views.common.outputs import changed
from numplan.views.common.sanitize import one_line

STATIC: Final = 200
"""Rows that stand in the page itself, for readers without JavaScript; the script has all of them."""

ColumnKind = Literal["badge", "code", "money", "text", "differences"]
Differing = tuple[str, str, str]
"""A path, and what it was and will be."""
Cell = str | tuple[Differing, ...]


class Column(msgspec.Struct, frozen=True):
    """What a column is called, and how its cells look and sort."""

    title: str
    kind: ColumnKind = "text"


class Table(msgspec.Struct, frozen=True):
    """Rows under columns; `noun` says what one row is, and what many are."""

    key: str
    title: str
    noun: tuple[str, str]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shown(self) -> Sequence[tuple[Cell, ...]]:
        """The rows that stand in the page."""
        return self.rows[:STATIC]

    @property
    def size(self) -> str:
        """`6,000 changes`."""
        return f"{len(self.rows):,} {self.noun[len(self.rows) != 1]}"


def without_empty_columns(table: Table) -> Table:
    """A table without the columns that say nothing of any row."""
    kept = [place for place in range(len(table.columns)) if any(row[place] for row in table.rows)]
    return msgspec.structs.replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
    )


def differing(differences: Sequence[Difference]) -> tuple[Differing, ...]:
    """Differences as a cell."""
    return tuple(
        (one_line(one.path), one_line(one.before or "none"), one_line(one.after or "none"))
        for one in differences
    )


def other_tables(plan: Plan) -> Iterator[Table]:
    """What stands below the changes: what leaves and ends, what is held back, outputs that change, drift, held numbers
    and findings, where there are any.
    """
    for table in (
        _leaving(plan),
        _ending(plan),
        _unselected(plan),
        _outputs(plan),
        _drift(plan),
        _held(plan),
        _findings(plan),
    ):
        if table.rows:
            yield without_empty_columns(table)


def _leaving(plan: Plan) -> Table:
    columns = (
        Column("Released from", "text"),
        Column("Number", "code"),
        Column("Address", "code"),
        Column("Monthly", "money"),
        Column("Begins"),
        Column("Why it stays"),
    )
    rows = tuple(
        (
            f"{one.leaving_at:%Y-%m-%d}",
            one_line(one.number),
            one_line(address_of(one.resource, one.number)),
            amount(one.monthly_charge),
            "now" if one.begins else "",
            one_line(one.overdue),
        )
        for one in plan.leaving
    )
    title = f"Leaving: {leaving_size(plan.leaving)}" if rows else "Leaving"
    return Table("leaving", title, ("number", "numbers"), columns, rows)


def _ending(plan: Plan) -> Table:
    columns = (
        Column("Last day", "text"),
        Column("Entry", "code"),
        Column("Numbers that go", "text"),
        Column("Released from"),
        Column("Blocked by a flow"),
        Column("Held back by"),
    )
    rows = tuple(
        (
            f"{one.until}",
            one_line(one.resource),
            f"{len(one.numbers):,}",
            f"{one.released_from}" if one.released_from else "",
            f"{len(one.blocked):,}" if one.blocked else "",
            ", ".join(one.guards),
        )
        for one in plan.ending
    )
    return Table("ending", "Ending within 14 days", ("entry", "entries"), columns, rows)


def _unselected(plan: Plan) -> Table:
    columns = (
        Column("Action", "badge"),
        Column("Number", "code"),
        Column("Address", "code"),
        Column("Reason"),
    )
    rows = tuple(
        (
            str(one.__struct_config__.tag),
            one_line(number_of(one)),
            one_line(address_of_change(one)),
            one_line(one.why),
        )
        for one in plan.unselected
    )
    return Table("unselected", "Held back: not selected", ("change", "changes"), columns, rows)


def _outputs(plan: Plan) -> Table:
    columns = (Column("Output", "code"), Column("Before"), Column("After"))
    rows = tuple((one_line(one.name), one.before, one.after) for one in changed(plan.outputs))
    return Table("outputs", "Outputs that change", ("output", "outputs"), columns, rows)


def _drift(plan: Plan) -> Table:
    columns = (
        Column("What", "badge"),
        Column("Number", "code"),
        Column("Address", "code"),
        Column("Monthly", "money"),
        Column("Differences", "differences"),
    )
    rows = tuple(
        (
            one.kind,
            one_line(one.before.number),
            one_line(address_of(one.resource, one.before.number)),
            amount(one.before.monthly_charge),
            differing(one.differences),
        )
        for one in plan.drift
    )
    more = drift_cost(plan.drift)
    title = f"Drift: the account differs from state, {change(more.known, more.unknown)} a month"
    return Table("drift", title, ("number", "numbers"), columns, rows)


def _held(plan: Plan) -> Table:
    columns = (Column("Number", "code"), Column("Address", "code"), Column("Why it waits"))
    rows = tuple(
        (one_line(one.number), one_line(address_of(one.resource, one.number)), one_line(one.reason))
        for one in plan.held
    )
    return Table("held", "Held: left as they are", ("number", "numbers"), columns, rows)


def _findings(plan: Plan) -> Table:
    first = told(plan.diagnostics)
    columns = (
        Column("Severity", "badge"),
        Column("Finding"),
        Column("What to do"),
        Column("Place", "code"),
        Column("Key", "code"),
    )
    rows = tuple(
        (
            one.severity,
            one_line(one.summary),
            one_line(one.hint),
            one_line(str(one.source or "")),
            one_line(one.path),
        )
        for severity in ("error", "warning", "note")
        for one in first.findings
        if one.severity == severity
    )
    title = f"Findings: the first {len(rows)}, {first.rest}" if first.more else "Findings"
    return Table("findings", title, ("finding", "findings"), columns, rows)
