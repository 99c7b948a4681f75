"""A plan as people read it: a summary, danger first, then purchases, then the rest; the figures last."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import shorten
from typing import Any, Final

import msgspec

from numplan.model.changes import Counts
from numplan.model.diagnostics import Diagnostic
from numplan.model.others import counted_text
from numplan.model.plan import Cost, Deferred, Drift, OutputChange, Plan, Refusal, drift_cost
from numplan.model.text.printable import numbers, plural
from numplan.views.common.amounts import amount, change, to_settle
from numplan.views.common.leaving import leaving_facts, leaving_name, leaving_size
from numplan.views.common.outputs import changes_text as outputs_text
from numplan.views.common.sanitize import one_line
from numplan.views.common.sections import sections_of
from numplan.views.common.wrapping import FOLDS, UNFOLDED, WIDTH, Fold, Line, Style, cut, some, wrapped
from numplan.views.text.budgets import budgets_text
from numplan.views.text.changes import changes_text

LONGEST: Final = 400
"""Characters of a sentence that names many numbers."""
LIMIT: Final = 400
"""Lines that a plan stays under, however many changes it has."""
LOOSENED: Final = "Loosened since the last apply"
"""What stands before each key that limits or protects less than it did."""


def plan_text(plan: Plan, *, width: int | None = None, expand: bool = False) -> tuple[Line, ...]:
    """The whole report of a plan. Long runs of alike lines are folded, the more the longer it is, unless `expand`.

    `width` is that of a terminal. Without one, findings and what was loosened are a line each, so that logs can be
    searched for them, and the rest fits 80 columns.
    """
    if expand:
        return _report(plan, width, UNFOLDED)
    *roomy, tightest = FOLDS
    for fold in roomy:
        lines = _report(plan, width, fold)
        if len(lines) < LIMIT:
            return lines
    return _report(plan, width, tightest)


def _report(plan: Plan, width: int | None, fold: Fold) -> tuple[Line, ...]:
    columns = width or WIDTH
    return (
        *_of_another_day(plan, columns),
        *_loosened(plan, width, fold),
        *_summary(plan, columns),
        *_refusals(plan.refusals, columns, fold),
        *changes_text(plan, columns, fold),
        *_leaving(plan, columns, fold),
        *_held_back(plan, columns, fold),
        *_drift(plan.drift, fold),
        *_held(plan.held, columns, fold),
        *_apart(plan, fold),
        *_findings(plan.diagnostics, width, fold),
        *_outputs(plan.outputs),
        *budgets_text(plan, columns, fold),
        *_costs(plan),
        Line(last_line(plan)),
    )


def last_line(plan: Plan) -> str:
    """The figures of a plan: what scripts and people look for at the end of a log."""
    counts = plan.counts
    figures = (
        f"Plan: {counts.purchase} to purchase, {counts.release} to release, {counts.adopt} to adopt, "
        f"{counts.update} to update, {counts.blocked} blocked{_unavailable(counts)}. "
        f"Cost: {costs(plan.cost)}."
    )
    if plan.unsettled:
        return f"{to_settle(plan.unsettled)}. {figures}"
    return figures if plan.acts or plan.errors else f"No changes. {figures}"


def _unavailable(counts: Counts) -> str:
    return f", {counts.unavailable} unavailable" if counts.unavailable else ""


def costs(cost: Cost) -> str:
    """`+0.40 once, +0.30 a month`."""
    once, monthly = change(cost.once, cost.unknown_once), change(cost.monthly, cost.unknown)
    return f"{once} once, {monthly} a month"


def verdict(plan: Plan) -> str:
    """What a reviewer should know first, in one sentence: what stops the plan, then its danger, then its size."""
    counts = plan.counts
    guards = ", ".join(dict.fromkeys(one.guard for one in plan.refusals))
    figures = (
        (len(plan.errors), "error" if len(plan.errors) == 1 else "errors"),
        (counts.unavailable, "unavailable"),
        (counts.blocked, "blocked"),
        (counts.release, "to release"),
        (counts.purchase, "to purchase"),
        (counts.adopt, "to adopt"),
        (counts.update, "to update"),
        (counts.forget, "to forget"),
        (*_missing(plan),),
        (len(plan.leaving), "leaving"),
        (len(plan.unselected), "held back"),
    )
    told = [f"{figure:,} {what}" for figure, what in figures if figure]
    if plan.unsettled:
        told.insert(1 if plan.errors else 0, to_settle(plan.unsettled))
    stopped = f"refused by {guards}; " if guards else ""
    stopped += "state only; " if plan.refresh_only else ""
    return stopped + (", ".join(told) or "no changes")


def _missing(plan: Plan) -> tuple[int, str]:
    """How many are missing and when a second look decides: `1 missing, looked for again from 14:20 on`."""
    absent = [one for one in plan.missing if not one.is_back]
    first = min((one.again_from for one in absent), default=None)
    when = "" if first is None else f", looked for again from {first:%H:%M} on"
    return len(absent), f"missing{when}"


def of_another_day(plan: Plan) -> str:
    """What kind of plan one for another day is; empty for a plan of today."""
    if plan.at is None:
        return ""
    return f"The plan of {plan.at}, if nothing else moves until then. It cannot be saved or applied."


def _of_another_day(plan: Plan, width: int) -> Iterator[Line]:
    if sentence := of_another_day(plan):
        yield from (Line(text, "yellow") for text in wrapped(sentence, "  ", width=width))
        yield Line("")


def _loosened(plan: Plan, width: int | None, fold: Fold) -> Iterator[Line]:
    """What the manifest limits or protects less than before: first of all, for the rest may hang on it."""
    for one in plan.loosened:
        sentence = shorten(one_line(f"{LOOSENED}: {one}"), LONGEST, placeholder=" …")
        lines = cut(wrapped(sentence, "  ", width=width), fold) if width else [sentence]
        yield from (Line(text, "yellow") for text in lines)
    if plan.loosened:
        yield Line("")


def _summary(plan: Plan, width: int) -> Iterator[Line]:
    if not (plan.acts or plan.refusals or plan.errors):
        return
    sentence = f"{plan.manifest}, account {plan.account}: {verdict(plan)}; {costs(plan.cost)}"
    yield from map(Line, wrapped(sentence, "  ", width=width))
    yield Line("")


def _refusals(refusals: Sequence[Refusal], width: int, fold: Fold) -> Iterator[Line]:
    """Each guard's word. A guard that speaks for every number by itself is cut short."""
    by_guard: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        by_guard.setdefault(refusal.guard, []).append(refusal)
    for guard, group in by_guard.items():
        shown = group if len(group) <= fold.longest else group[: fold.refusals]
        for refusal in shown:
            yield from _refusal(refusal, width, fold)
        if len(shown) < len(group):
            more = f"… and {len(group) - len(shown):,} more refused by the guard {guard} (--expand shows all)"
            yield Line(more, "red")
            yield Line("")


def _refusal(refusal: Refusal, width: int, fold: Fold) -> Iterator[Line]:
    place = f" ({refusal.source})" if refusal.source else ""
    sentence = f"Refused by the guard {refusal.guard}: {refusal.summary}{place}"
    yield from (Line(text, "red") for text in cut(wrapped(sentence, "  ", width=width), fold))
    yield from map(Line, some([f"    {one_line(subject)}" for subject in refusal.subjects], fold))
    if refusal.lifted_by:
        yield Line(f"  allowed by: {shorten(one_line(refusal.lifted_by), LONGEST, placeholder=' …')}")
    yield Line("")


def held_back(plan: Plan) -> str:
    """What a selection holds back, in figures: `12 changes: 3 to purchase, 9 to update`; empty where nothing."""
    how_many = len(plan.unselected)
    if not how_many:
        return ""
    figures = verdict(msgspec.structs.replace(plan, changes=plan.unselected, **_BARE))
    return f"{plural(how_many, 'change')}: {figures}"


_BARE: Final[dict[str, Any]] = {
    "unselected": (),
    "leaving": (),
    "unsettled": 0,
    "refusals": (),
    "diagnostics": (),
    "refresh_only": False,
}
"""What a verdict on changes alone leaves out."""


def _leaving(plan: Plan, width: int, fold: Fold) -> Iterator[Line]:
    """What is kept until its day, under what is the same of many."""
    if not plan.leaving:
        return
    yield Line(f"Leaving: {leaving_size(plan.leaving)}", "yellow")
    rows = ((leaving_facts(one), f"  {leaving_name(one)}") for one in plan.leaving)
    yield from _under_what_is_common(rows, "on later days", width, fold)


def _held_back(plan: Plan, width: int, fold: Fold) -> Iterator[Line]:
    """What the selection leaves for another time: counted, and named."""
    if not plan.unselected:
        return
    yield Line(f"Held back, not selected: {held_back(plan)}", "yellow")
    chosen = wrapped(f"    selected by {' '.join(plan.selection.flags)}", " " * 6, width=width)
    yield from map(Line, cut(chosen, fold))
    rows = [
        f"  {section.mark} {row.name}"
        for section in sections_of(msgspec.structs.replace(plan, changes=plan.unselected))
        for row in section.rows()
    ]
    yield from map(Line, some(rows, fold))
    yield Line("")


def _drift(drift: Sequence[Drift], fold: Fold) -> Iterator[Line]:
    if not drift:
        return
    more = drift_cost(drift)
    cost = f", {change(more.known, more.unknown)} a month"
    yield Line(f"Drift, the account differs from state: {numbers(len(drift))}{cost}", "yellow")
    yield from map(Line, some([_drifted(one) for one in drift], fold))
    yield Line("")


def _drifted(one: Drift) -> str:
    missing = f"missing from the account, {amount(one.before.monthly_charge)} a month"
    what = missing if one.kind == "missing" else ", ".join(map(str, one.differences))
    return f"  {one.resource}  {one.before.number}  {one_line(what)}"


def _held(held: Sequence[Deferred], width: int, fold: Fold) -> Iterator[Line]:
    """What waits for the vendor, under why it waits."""
    if not held:
        return
    yield Line(f"Held, left as they are: {numbers(len(held))}", "yellow")
    rows = ((one.reason, f"  {one.resource}  {one.number}") for one in held)
    yield from _under_what_is_common(rows, "for other reasons", width, fold)


def _under_what_is_common(
    facts_and_rows: Iterable[tuple[str, str]], others: str, width: int, fold: Fold
) -> Iterator[Line]:
    """The rows of a section, each number one, under the facts that many share; `others` says of which facts those
    are that are folded away.
    """
    by_facts: dict[str, list[str]] = {}
    for facts, row in facts_and_rows:
        by_facts.setdefault(facts, []).append(row)
    for facts, rows in list(by_facts.items())[: fold.groups]:
        yield from map(Line, cut(wrapped(f"    {facts}:", " " * 6, width=width), fold))
        yield from map(Line, some(rows, fold))
    rest = list(by_facts.values())[fold.groups :]
    if rest:
        yield Line(f"    … and {numbers(sum(map(len, rest)))} more, {others} (--expand shows all)")
    yield Line("")


def _apart(plan: Plan, fold: Fold) -> Iterator[Line]:
    """Owned numbers that the plan leaves alone: surplus and unmanaged ones, and those of other states."""
    unmanaged = plan.unmanaged
    monthly = f"{amount(unmanaged.monthly, unmanaged.unknown)} a month"
    for title, found in (
        ("Surplus, bought after all; declare, forget or --allow-release them", plan.surplus),
        (f"Unmanaged, {monthly}{', at least' if unmanaged.at_least else ''}", unmanaged.numbers),
    ):
        if found:
            yield Line(f"{title}: {numbers(len(found))}", "yellow")
            yield from map(Line, some([f"  {number}" for number in found], fold))
            yield Line("")
    if plan.others:
        yield Line(f"Of other states on this account, left to them: {counted_text(plan.others)}")
        yield Line("")


def _findings(diagnostics: Iterable[Diagnostic], width: int | None, fold: Fold) -> Iterator[Line]:
    """Notes, warnings, errors: what stops the plan stands nearest to its end."""
    styles: dict[str, Style] = {"note": "", "warning": "yellow", "error": "red"}
    for severity, style in styles.items():
        found = [one_line(str(one)) for one in diagnostics if one.severity == severity]
        few_errors = severity == "error" and len(found) <= fold.errors
        for sentence in found if few_errors else some(found, fold):
            lines = cut(wrapped(sentence, "  ", width=width), fold) if width else [sentence]
            yield from (Line(text, style) for text in lines)
        if found:
            yield Line("")


def _outputs(outputs: tuple[OutputChange, ...]) -> Iterator[Line]:
    lines = [*outputs_text(outputs)]
    if lines:
        yield Line(f"Outputs that change: {len(lines)}", "yellow")
        yield from map(Line, lines)
        yield Line("")


def _costs(plan: Plan) -> Iterator[Line]:
    """What is managed costs so much; what is not is told beside it, where anything changes."""
    cost, unmanaged = plan.cost, plan.unmanaged
    unit = f" {one_line(plan.currency)}" if plan.currency else ""
    if cost.moves:
        yield Line(
            f"Monthly charges: {amount(cost.monthly_before, cost.unknown_before)}{unit} before, "
            f"{amount(cost.monthly_after, cost.unknown_after)}{unit} after. "
            f"One-time charges: {amount(cost.once, cost.unknown_once)}{unit}."
        )
    if unmanaged.count and plan.counts.any:
        least = "at least " if unmanaged.at_least else ""
        yield Line(
            f"Not in these figures: {least}{amount(unmanaged.monthly, unmanaged.unknown)}{unit} a month for "
            f"{numbers(unmanaged.count)} that nothing declares."
        )
