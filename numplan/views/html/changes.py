"""The table of all changes: the dangerous ones first, and what stays as it is last."""

from typing import Final

from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
    address_of_change,
    number_of,
)
from numplan.model.plan import Plan
from numplan.model.state import Attributes
from numplan.views.common.amounts import amount
from numplan.views.common.rates import blocks_text
from numplan.views.common.sanitize import one_line
from numplan.views.html.tables import Cell, Column, Differing, Table, differing, without_empty_columns

COLUMNS: Final = (
    Column("Action", "badge"),
    Column("Number", "code"),
    Column("Address", "code"),
    Column("Country"),
    Column("State"),
    Column("City"),
    Column("Type"),
    Column("Category"),
    Column("Trunk"),
    Column("One-time", "money"),
    Column("Monthly", "money"),
    Column("A minute", "money"),
    Column("A message", "money"),
    Column("Blocks"),
    Column("Labels"),
    Column("Differences", "differences"),
    Column("Reason"),
)

ACTIONS: Final[dict[type[Change], str]] = {
    Unavailable: "unavailable",
    Blocked: "blocked",
    Release: "release",
    Replace: "replace",
    Purchase: "purchase",
    Adopt: "adopt",
    Update: "update",
    Forget: "forget",
    Keep: "unchanged",
}
"""What a change is called, in the order in which they are shown."""


def changes_table(plan: Plan) -> Table:
    """Every change of a plan."""
    ranks = {kind: rank for rank, kind in enumerate(ACTIONS)}
    ordered = sorted(plan.changes, key=lambda one: ranks[type(one)])
    idle = all(isinstance(one, Keep) for one in ordered)
    noun = ("unchanged number", "unchanged numbers") if idle else ("change", "changes")
    table = Table("changes", "All changes", noun, COLUMNS, tuple(map(_row, ordered)))
    return without_empty_columns(table)


def tally(table: Table) -> dict[str, int]:
    """How many changes there are of each action, those without any left out."""
    found = [row[0] for row in table.rows]
    return {action: found.count(action) for action in ACTIONS.values() if action in found}


def _row(one: Change) -> tuple[Cell, ...]:
    about = _about(one)
    bought = isinstance(one, Purchase | Replace)
    differences: tuple[Differing, ...] = ()
    if isinstance(one, Update | Replace):
        differences = differing(one.differences)
    return (
        ACTIONS[type(one)],
        one_line(number_of(one)),
        one_line(address_of_change(one)),
        one_line(about.country),
        one_line(about.state or ""),
        one_line(about.city or ""),
        one_line(about.type),
        one_line(about.category or ""),
        "" if about.sip_trunk_id is None else str(about.sip_trunk_id),
        amount(about.setup_charge) if bought else "",
        amount(about.monthly_charge),
        "" if about.voice_rate is None else amount(about.voice_rate),
        "" if about.sms_rate is None else amount(about.sms_rate),
        blocks_text(about.rates),
        one_line(", ".join(f"{name}={value}" for name, value in sorted(about.labels.items()))),
        differences,
        one_line("; ".join(part for part in (*_facts(one), one.why) if part)),
    )


def _about(one: Change) -> Attributes:
    """What will be known of the number; of one that goes, what was."""
    match one:
        case Release() | Forget() | Blocked() | Unavailable():
            return one.before
        case Purchase() | Adopt() | Update() | Replace() | Keep():
            return one.after


def _facts(one: Change) -> tuple[str, ...]:
    """What a reviewer must know of a change beyond its reason."""
    protected = "protected" if _about(one).protect else ""
    match one:
        case Purchase():
            again = "again: its earlier purchase had an unknown outcome" if one.sent_before else ""
            return protected, again
        case Adopt():
            unsure = not one.trunk_verified and one.after.sip_trunk_id is not None
            return protected, "trunk not verified" if unsure else ""
        case Update():
            return protected, f"moved from {one.previous_resource}" if one.previous_resource else ""
        case Replace():
            steps = f"buy {one.after.number}, then release" if one.buys_first else "release, then buy it back"
            return protected, steps
        case Blocked():
            return protected, f"assigned to {one.assignment.flow_name!r} (flow {one.assignment.flow_id})"
        case Release() | Forget() | Unavailable() | Keep():
            return (protected,)
