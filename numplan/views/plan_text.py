"""A plan as people read it: danger first, then purchases, then the rest; the figures last."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import shorten
from typing import Final

from numplan.model.diagnostics import Diagnostic
from numplan.model.plan import Cost, Drift, Held, Plan, Refusal, count
from numplan.views.amounts import amount, change, numbers
from numplan.views.changes_text import changes_text
from numplan.views.lines import FOLD, SHOWN, Line, Style, some, wrapped
from numplan.views.plain import one_line

LONGEST: Final = 400
"""Characters of a sentence that names many numbers."""


def plan_text(plan: Plan, *, expand: bool = False) -> tuple[Line, ...]:
    """The whole report of a plan. Folds long runs of alike lines unless `expand`."""
    return (
        *_refusals(plan.refusals),
        *changes_text(plan, expand=expand),
        *_drift(plan.drift, expand=expand),
        *_held(plan.held, expand=expand),
        *_apart(plan, expand=expand),
        *_findings(plan.diagnostics, expand=expand),
        *_costs(plan.cost, plan.currency),
        Line(last_line(plan)),
    )


def last_line(plan: Plan) -> str:
    """The figures of a plan: what scripts and people look for at the end of a log."""
    counts = count(plan.changes)
    figures = (
        f"Plan: {counts.purchase} to purchase, {counts.release} to release, {counts.adopt} to adopt, "
        f"{counts.update} to update, {counts.blocked} blocked. "
        f"Cost: {change(plan.cost.once)} once, {change(plan.cost.monthly)} a month."
    )
    return figures if counts.any or plan.errors else f"No changes. {figures}"


def _refusals(refusals: Sequence[Refusal]) -> Iterator[Line]:
    """Each guard's word. A guard that speaks for every number by itself is cut short."""
    by_guard: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        by_guard.setdefault(refusal.guard, []).append(refusal)
    for guard, group in by_guard.items():
        shown = group if len(group) <= FOLD else group[:SHOWN]
        for refusal in shown:
            yield from _refusal(refusal)
        if len(shown) < len(group):
            yield Line(f"… and {len(group) - len(shown):,} more refused by the guard {guard}", "red")
            yield Line("")


def _refusal(refusal: Refusal) -> Iterator[Line]:
    place = f" ({refusal.source})" if refusal.source else ""
    sentence = f"Refused by the guard {refusal.guard}: {refusal.summary}{place}"
    yield from (Line(text, "red") for text in wrapped(sentence, "  "))
    for subject in refusal.subjects[:FOLD]:
        yield Line(f"    {one_line(subject)}")
    if len(refusal.subjects) > FOLD:
        yield Line(f"    … and {len(refusal.subjects) - FOLD:,} more")
    if refusal.lifted_by:
        yield Line(f"  allowed by: {shorten(one_line(refusal.lifted_by), LONGEST, placeholder=' …')}")
    yield Line("")


def _drift(drift: Sequence[Drift], *, expand: bool) -> Iterator[Line]:
    if not drift:
        return
    yield Line(f"Drift, the account differs from state: {numbers(len(drift))}", "yellow")
    yield from map(Line, some([_drifted(one) for one in drift], expand=expand))
    yield Line("")


def _drifted(one: Drift) -> str:
    changed = (
        f"{found.path}: {found.before or 'none'} -> {found.after or 'none'}" for found in one.differences
    )
    what = "missing from the account" if one.kind == "missing" else ", ".join(changed)
    return f"  {one.resource}  {one.before.number}  {one_line(what)}"


def _held(held: Sequence[Held], *, expand: bool) -> Iterator[Line]:
    """What waits for the vendor, under why it waits."""
    if not held:
        return
    yield Line(f"Held, left as they are: {numbers(len(held))}", "yellow")
    by_reason: dict[str, list[str]] = {}
    for one in held:
        by_reason.setdefault(one.reason, []).append(f"  {one.resource}  {one.number}")
    for reason, rows in by_reason.items():
        yield from map(Line, wrapped(f"    {reason}:", " " * 6))
        yield from map(Line, some(rows, expand=expand))
    yield Line("")


def _apart(plan: Plan, *, expand: bool) -> Iterator[Line]:
    """Owned numbers that the plan leaves alone: surplus and unmanaged ones."""
    unmanaged = plan.unmanaged
    for title, found in (
        ("Surplus, bought after all; declare, forget or --allow-release them", plan.surplus),
        (
            f"Unmanaged, {amount(unmanaged.monthly)} a month{', at least' if unmanaged.at_least else ''}",
            unmanaged.numbers,
        ),
    ):
        if found:
            yield Line(f"{title}: {numbers(len(found))}", "yellow")
            yield from map(Line, some([f"  {number}" for number in found], expand=expand))
            yield Line("")


def _findings(diagnostics: Iterable[Diagnostic], *, expand: bool) -> Iterator[Line]:
    """Notes, warnings, errors: what stops the plan stands nearest to its end."""
    styles: dict[str, Style] = {"note": "", "warning": "yellow", "error": "red"}
    for severity, style in styles.items():
        found = [str(one) for one in diagnostics if one.severity == severity]
        for sentence in some(found, expand=expand or severity == "error"):
            yield from (Line(text, style) for text in wrapped(sentence, "  "))
        if found:
            yield Line("")


def _costs(cost: Cost, currency: str | None) -> Iterator[Line]:
    unit = f" {one_line(currency)}" if currency else ""
    if cost.once or cost.monthly:
        yield Line(
            f"Monthly charges: {amount(cost.monthly_before)}{unit} before, "
            f"{amount(cost.monthly_after)}{unit} after. One-time charges: {amount(cost.once)}{unit}."
        )
