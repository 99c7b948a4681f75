"""The changes of a plan, section by section: one line a number, and what many share said once."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import msgspec

from numplan.model.address import kind_of
from numplan.model.plan import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Plan,
    Purchase,
    Release,
    Replace,
    Update,
    address_of_change,
    number_of,
)
from numplan.model.state import Attributes
from numplan.views.amounts import amount, numbers
from numplan.views.lines import FOLD, SHOWN, WIDTH, Line, Style, wrapped
from numplan.views.plain import one_line


class Row(msgspec.Struct, frozen=True):
    """One number: where it lives, what it costs, and what else is to be known of it."""

    name: str
    facts: tuple[str, ...]
    once: Decimal | None = None
    monthly: Decimal | None = None
    priced: tuple[bool, bool] = (False, False)
    """Whether the one-time and the monthly charge are shown."""


def changes_text(plan: Plan, *, expand: bool) -> Iterator[Line]:
    """Every section that has changes, the dangerous ones first. Folds long runs unless `expand`."""
    for title, kinds, mark, style, row_of in _SECTIONS:
        changes = [one for one in plan.changes if isinstance(one, kinds)]
        if not changes:
            continue
        rows = [row_of(one) for one in changes]
        yield Line(f"{title}: {numbers(len(changes))}{_total(rows)}", style)
        groups: dict[str, list[Row]] = {}
        for one, row in zip(changes, rows, strict=True):
            groups.setdefault("" if kind_of(one.resource) == "number" else one.resource, []).append(row)
        for resource, group in groups.items():
            for text, plain_style in _group(resource, group, mark, expand=expand):
                yield Line(text, "" if plain_style else style)
        yield Line("")


def _group(resource: str, rows: Sequence[Row], mark: str, *, expand: bool) -> Iterator[tuple[str, bool]]:
    """Lines of one resource, each with whether it is an aside."""
    shared = _shared(rows) if len(rows) > 1 else ()
    if shared:
        head = f"{resource}, {numbers(len(rows))}" if resource else f"{len(rows):,} explicit numbers"
        yield from ((text, True) for text in wrapped(f"    {head}:", " " * 6, shared))
    shown = rows if expand or len(rows) <= FOLD else rows[:SHOWN]
    names = max(len(row.name) for row in shown)
    widths = (max(_width(row.once) for row in rows), max(_width(row.monthly) for row in rows))
    for row in shown:
        own = [fact for fact in row.facts if fact not in shared]
        price = _price(row, widths)
        line = f"  {mark} {row.name.ljust(names)}  {price}".rstrip()
        short = f"{line}  {', '.join(own)}" if own else line
        if len(short) <= WIDTH:
            yield short, False
        else:
            yield line, False
            yield from ((text, True) for text in wrapped(" " * 6, " " * 6, own))
    if len(shown) < len(rows):
        more = f"    … and {len(rows) - len(shown):,} more{_total(rows[len(shown) :])} (--expand shows all)"
        yield more, True


def _shared(rows: Sequence[Row]) -> tuple[str, ...]:
    """What is true of every row, in the order of the first."""
    common = set(rows[0].facts).intersection(*(row.facts for row in rows[1:]))
    return tuple(fact for fact in rows[0].facts if fact in common)


def _price(row: Row, widths: tuple[int, int]) -> str:
    charges = ((row.once, "once"), (row.monthly, "a month"))
    return ", ".join(
        f"{amount(charge).rjust(width)} {unit}"
        for (charge, unit), width, shown in zip(charges, widths, row.priced, strict=True)
        if shown
    )


def _width(charge: Decimal | None) -> int:
    return len(amount(charge))


def _total(rows: Sequence[Row]) -> str:
    """What all rows cost together: `, 0.40 once, 0.30 a month`."""
    once = sum((row.once or Decimal(0) for row in rows), Decimal(0))
    monthly = sum((row.monthly or Decimal(0) for row in rows), Decimal(0))
    whole = Row(
        "", (), once, monthly, (any(row.priced[0] for row in rows), any(row.priced[1] for row in rows))
    )
    price = _price(whole, (0, 0))
    return f", {price}" if price else ""


def _name(one: Change) -> str:
    address = address_of_change(one)
    return f"{address}  {number_of(one)}" if kind_of(one.resource) == "number" else address


def _place(attributes: Attributes) -> tuple[str, ...]:
    parts = (attributes.state, attributes.country, attributes.type, attributes.category)
    trunk = None if attributes.sip_trunk_id is None else f"trunk {attributes.sip_trunk_id}"
    return tuple(one_line(part) for part in (*parts, trunk) if part)


def _purchase(one: Change) -> Row:
    assert isinstance(one, Purchase)  # noqa: S101 - by the table of sections
    facts = [*_place(one.after)]
    if one.sent_before:
        facts.append("again: its earlier purchase had an unknown outcome")
    if one.reason.startswith("the account no"):
        facts.append("again: the account no longer holds it")
    return Row(_name(one), tuple(facts), one.after.setup_charge, one.after.monthly_charge, (True, True))


def _release(one: Change) -> Row:
    assert isinstance(one, Release | Forget)  # noqa: S101
    facts = (*_place(one.before), *_reason(one.reason))
    return Row(_name(one), facts, None, one.before.monthly_charge, (False, True))


def _adopt(one: Change) -> Row:
    assert isinstance(one, Adopt)  # noqa: S101
    doubt = () if one.trunk_verified or one.after.sip_trunk_id is None else ("trunk not verified",)
    return Row(_name(one), (*_place(one.after), *doubt), None, one.after.monthly_charge, (False, True))


def _update(one: Change) -> Row:
    assert isinstance(one, Update)  # noqa: S101
    moved = (f"moved from {one.previous_resource}",) if one.previous_resource else ()
    return Row(_name(one), (*moved, *differences(one)))


def _replace(one: Change) -> Row:
    assert isinstance(one, Replace)  # noqa: S101
    steps = f"buy {one.after.number}, then release" if one.buys_first else "release, then buy it back"
    facts = (steps, *differences(one), *_reason(one.reason))
    return Row(_name(one), facts, one.after.setup_charge, one.after.monthly_charge, (True, True))


def _blocked(one: Change) -> Row:
    assert isinstance(one, Blocked)  # noqa: S101
    flow = one_line(f"assigned to {one.assignment.flow_name!r} (flow {one.assignment.flow_id})")
    return Row(_name(one), (flow,), None, one.before.monthly_charge, (False, True))


def _reason(reason: str) -> tuple[str, ...]:
    return tuple(one_line(part) for part in reason.split("; ") if part)


def differences(one: Update | Replace) -> tuple[str, ...]:
    """Each attribute that changes: `labels.owner: voice -> sales`."""
    return tuple(
        one_line(f"{found.path}: {found.before or 'none'} -> {found.after or 'none'}")
        for found in one.differences
    )


_SECTIONS: tuple[tuple[str, type[Change], str, Style, Callable[[Change], Row]], ...] = (
    ("Blocked, the vendor would refuse their release; not sent", Blocked, "!", "red", _blocked),
    ("To release, for good", Release, "-", "red", _release),
    ("To replace", Replace, "±", "red", _replace),
    ("To purchase", Purchase, "+", "green", _purchase),
    ("To adopt, no call", Adopt, ">", "cyan", _adopt),
    ("To update, no call", Update, "~", "yellow", _update),
    ("To forget, no call", Forget, ".", "bright_black", _release),
)
