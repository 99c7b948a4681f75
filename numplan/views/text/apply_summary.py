"""What an apply came to: what failed, what is not known, and the figures."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from numplan.engine.apply.events import Done, Event, Failed, Settled, Uncertain
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.model.address import kind_of
from numplan.model.changes import Counts, bought, released
from numplan.model.charge import add_up
from numplan.model.number import E164
from numplan.model.plan import Cost, Plan
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import calls_settled
from numplan.views.common.sanitize import one_line
from numplan.views.common.wrapping import FOLD, wrapped
from numplan.views.text.plan import costs

_ZERO = Decimal(0)
_FREE = (_ZERO, _ZERO)


def settled_text(left: ApplyResult) -> str:
    """What came of the calls that an earlier run left with an unknown outcome, or nothing."""
    found = left.purchased + left.released
    calls = found + len(left.failed) + len(left.unknown)
    if not calls:
        return ""
    return (
        f"Settled from an earlier run: {left.purchased} purchased, {left.released} released, "
        f"{len(left.failed)} not carried out, {len(left.unknown)} still unknown."
    )


def summary_text(done: ApplyResult, unknown: int, planned: Counts, cost: Cost, *, settled: int = 0) -> str:
    """The last line of an apply: the plan's figures, as they came out. `settled` calls of an earlier run are a change,
    too, where there is no other.
    """
    figures = (
        f"Apply: {done.purchased} purchased, {done.released} released, {done.adopted} adopted, "
        f"{done.updated} updated, {len(done.failed)} failed, {unknown} unknown, "
        f"{planned.blocked} blocked{f', {planned.unavailable} unavailable' if planned.unavailable else ''}. "
        f"Cost: {costs(cost)}."
    )
    if done.changed or done.failed or unknown or planned.blocked or planned.unavailable:
        return figures
    return f"{calls_settled(settled)}. {figures}" if settled else f"No changes. {figures}"


def last_line_of(plan: Plan, left: ApplyResult, events: Sequence[Event]) -> str:
    """The last line of an apply whose events these are; `left` is what came of an earlier run's calls."""
    done = summarize(events)
    unknown = len(left.unknown) + len(done.unknown)
    settled = left.purchased + left.released + len(left.failed)
    return summary_text(done, unknown, plan.counts, spent(plan, events), settled=settled)


def spent(plan: Plan, events: Iterable[Event]) -> Cost:
    """What the purchases and releases that were carried out cost, at the prices of the plan."""
    prices: dict[E164, tuple[Decimal | None, Decimal | None]] = {
        offer.number: (offer.setup_charge, offer.monthly_charge)
        for ranked in plan.alternates.values()
        for offer in ranked
    }
    prices |= {one.number: (one.setup_charge, one.monthly_charge) for one in bought(plan.changes)}
    leaving = {one.number: one.monthly_charge for _, one in released(plan.changes)}
    done = [*_carried_out(events)]
    paid = [prices.get(number, _FREE) for call, number in done if call == "purchase"]
    once = add_up(setup for setup, _ in paid)
    gained = add_up(monthly for _, monthly in paid)
    lost = add_up(leaving.get(number, _ZERO) for call, number in done if call != "purchase")
    return Cost(
        once=once.known,
        monthly_before=lost.known,
        monthly_after=gained.known,
        unknown_once=once.unknown,
        unknown_before=lost.unknown,
        unknown_after=gained.unknown,
    )


def failed_text(failed: Sequence[Failed]) -> list[str]:
    """What was not done, once more at the end: alike reasons together, so that none is lost in a long log."""
    groups: dict[tuple[str, str], list[Failed]] = {}
    for one in failed:
        what = f"{one.call} {'failed' if one.attempted else 'not sent'}"
        groups.setdefault((what, one_line(one.reason)), []).append(one)
    lines: list[str] = []
    for (what, reason), group in groups.items():
        lines += wrapped(f"{what.capitalize()}: {numbers(len(group))}: {reason}", "  ")
        lines += _some([f"  {where(one)}" for one in group])
    return lines


def unknown_text(unknown: Sequence[Uncertain | Settled]) -> list[str]:
    """Each number whose outcome is unknown, and what comes of it."""
    if not unknown:
        return []
    rows = [row for one in unknown for row in wrapped(f"  {where(one)}: {one.call}: {one.reason}", " " * 6)]
    return [
        f"Unknown outcomes: {numbers(len(unknown))}. They are remembered in state;",
        "the next apply settles them before anything else.",
        *rows,
    ]


def where(one: Failed | Uncertain | Settled) -> str:
    """The address, and the number where the address does not hold it."""
    return f"{one.address} {one.number}" if kind_of(one.resource) == "number" else one.address


def _carried_out(events: Iterable[Event]) -> Iterator[tuple[str, E164]]:
    for event in events:
        match event:
            case Done() | Settled(verdict="bought" | "released"):
                yield event.call, event.number
            case _:
                pass


def _some(rows: list[str]) -> list[str]:
    if len(rows) <= FOLD:
        return rows
    return [*rows[:FOLD], f"  … and {len(rows) - FOLD:,} more"]
