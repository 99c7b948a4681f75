"""Drift as people read it: each number with what numplan would do."""

from collections.abc import Iterator
from typing import Final

from numplan.engine.plan.odd_rows import unreadable_text
from numplan.engine.queries.drift_report import KINDS, Deviation, DriftKind, DriftReport
from numplan.model.address import kind_of
from numplan.model.charge import add_up
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount, to_settle
from numplan.views.common.sanitize import one_line
from numplan.views.common.wrapping import WIDTH, Line, some, wrapped
from numplan.views.text.planned_action import action_text

_TITLES: Final[dict[DriftKind, str]] = {
    "missing": "Missing from the account",
    "changed": "Changed in the account",
    "overcharged": "Charged more than the plan said that bought them",
    "surplus": "Surplus, bought after all; declare, forget or --allow-release them",
    "overdue": "Overdue, to be released before today and there still",
    "flow": "In another flow than expected, or in none",
    "unmanaged": "Unmanaged",
}


def drift_text(report: DriftReport, *, width: int | None = None, expand: bool = False) -> Iterator[Line]:
    """A section for each kind, the figures last. Folds long runs of alike lines unless `expand`."""
    for kind in KINDS:
        found = report.of(kind)
        if found:
            yield Line(f"{_TITLES[kind]}: {_size(found, report)}", "" if kind == "unmanaged" else "yellow")
            yield from _section(found, width or WIDTH, expand=expand)
            yield Line("")
    if report.charges:
        yield Line(
            f"The monthly charges of {numbers(report.charges)} are not what state remembers; plans reckon with "
            "the account's."
        )
    if report.unreadable:
        sentence = unreadable_text("purchased-list", report.unreadable)
        yield from (Line(text, "yellow") for text in wrapped(sentence, "  ", width=width or WIDTH))
    yield Line(last_line(report))


def last_line(report: DriftReport) -> str:
    """The figures, for people and scripts."""
    figures = ", ".join(f"{figure} {kind}" for kind, figure in report.counts.items())
    first = f"{to_settle(report.unsettled)}. " if report.unsettled else ""
    return f"{first if report.matters else 'No drift. '}Drift: {figures}."


def _size(found: tuple[Deviation, ...], report: DriftReport) -> str:
    kind = found[0].kind
    least = "at least " if kind == "unmanaged" and report.at_least else ""
    monthly = add_up(one.monthly_charge for one in found)
    unsummed = {"missing", "changed", "overcharged", "flow"}
    cost = "" if kind in unsummed else f", {amount(monthly.known, monthly.unknown)} a month"
    return f"{least}{numbers(len(found))}{cost}"


def _section(found: tuple[Deviation, ...], width: int, *, expand: bool) -> Iterator[Line]:
    """Numbers under what would be done with them, so that a long list stays short."""
    by_fate: dict[str, list[str]] = {}
    for one in found:
        by_fate.setdefault(action_text(one.action), []).append(_row(one))
    for action, rows in by_fate.items():
        yield from map(Line, wrapped(f"    would {action}:", " " * 6, width=width))
        yield from map(Line, some(rows, expand=expand))


def _row(one: Deviation) -> str:
    changed = one_line(", ".join(map(str, one.differences)))
    if one.resource is None:
        name = str(one.number)
    elif kind_of(one.resource) == "number":
        name = f"{one.resource}  {one.number}"
    else:
        name = f"{one.address}"
    return f"  {name}{f'  {changed}' if changed else ''}"
