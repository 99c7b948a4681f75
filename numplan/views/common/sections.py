"""The sections of a plan, the dangerous ones first, and what there is to say of each change in them."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final, Literal

import msgspec

from numplan.model.address import Resource, kind_of
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
    acting,
    address_of_change,
    number_of,
)
from numplan.model.charge import add_up
from numplan.model.plan import Plan
from numplan.model.state import Attributes
from numplan.numbering.area_codes import area_code_of
from numplan.views.common.amounts import amount
from numplan.views.common.rates import rates_text
from numplan.views.common.sanitize import one_line
from numplan.views.common.wrapping import Style


class Charges(msgspec.Struct, frozen=True):
    """Charges as a section shows them: `shown` says which of the two it does, `unknown` how many each lacks."""

    once: Decimal | None = None
    monthly: Decimal | None = None
    shown: tuple[bool, bool] = (False, False)
    unknown: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        """`0.40 once, 0.30 a month`, or nothing where neither is shown."""
        return self.aligned((0, 0))

    def aligned(self, widths: tuple[int, int]) -> str:
        """Rows with each amount in a column of its width."""
        charges = ((self.once, "once"), (self.monthly, "a month"))
        return ", ".join(
            f"{amount(charge, unknown).rjust(width)} {unit}"
            for (charge, unit), unknown, width, shown in zip(
                charges, self.unknown, widths, self.shown, strict=True
            )
            if shown
        )


class ChangeRow(msgspec.Struct, frozen=True):
    """One change: where its number lives, what it costs, and what else is to be known of it."""

    resource: Resource
    name: str
    """The address, and the number where the address does not hold it."""
    facts: tuple[str, ...]
    charges: Charges = Charges()

    @property
    def group(self) -> str:
        """What rows are shown together under: a set or a pool, or nothing for explicit numbers."""
        return "" if kind_of(self.resource) == "number" else self.resource


class Section(msgspec.Struct, frozen=True):
    """The changes of one kind, in the order of the plan: a title, the mark before each line, and a colour."""

    title: str
    mark: str
    style: Style
    rows: tuple[ChangeRow, ...]


def sections_of(plan: Plan) -> Iterator[Section]:
    """Every section that has changes."""
    changes: dict[_Kind, list[Change]] = {}
    for change in acting(plan.changes):
        kind: _Kind = "takes over" if isinstance(change, Adopt) and change.takes_over else type(change)
        changes.setdefault(kind, []).append(change)
    for title, kind, mark, style, told in _KINDS:
        if kind in changes:
            yield Section(title, mark, style, tuple(_row(change, told) for change in changes[kind]))


def total(rows: Sequence[ChangeRow]) -> Charges:
    """What all rows cost together."""
    once = add_up(row.charges.once for row in rows if row.charges.shown[0])
    monthly = add_up(row.charges.monthly for row in rows if row.charges.shown[1])
    return Charges(
        once.known,
        monthly.known,
        (any(row.charges.shown[0] for row in rows), any(row.charges.shown[1] for row in rows)),
        (once.unknown, monthly.unknown),
    )


def differences(one: Update | Replace) -> tuple[str, ...]:
    """Each attribute that changes: `labels.owner: voice -> sales`."""
    return tuple(map(str, one.differences))


_Kind = type[Change] | Literal["takes over"]
Told = Callable[[Change], tuple[tuple[str, ...], Charges]]
"""The facts of a change, and its charges."""


def _row(one: Change, told: Told) -> ChangeRow:
    address = address_of_change(one)
    name = f"{address}  {number_of(one)}" if kind_of(one.resource) == "number" else address
    facts, charges = told(one)
    return ChangeRow(one.resource, name, tuple(one_line(fact) for fact in facts if fact), charges)


def _place(attributes: Attributes) -> tuple[str, ...]:
    """Where and what a number is, and what the manifest says of it."""
    code = area_code_of(attributes.number)
    area = f"area code {code}" if code else ""
    parts = (
        attributes.city,
        attributes.state,
        area,
        attributes.country,
        attributes.type,
        attributes.category,
    )
    trunk = "" if attributes.sip_trunk_id is None else f"trunk {attributes.sip_trunk_id}"
    labels = (f"{name}={value}" for name, value in sorted(attributes.labels.items()))
    return (*(part or "" for part in parts), trunk, *labels, "protected" if attributes.protect else "")


def _purchase(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Purchase)  # noqa: S101 - by the table of kinds
    again = (
        "again: its earlier purchase had an unknown outcome" if one.sent_before else "",
        "again: the account no longer holds it" if one.replaces_missing else "",
    )
    return (*_place(one.after), rates_text(one.after.rates), *again), _bought(one.after)


def _release(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Release | Forget)  # noqa: S101
    return (*_place(one.before), one.reason, *one.more), _paid(one.before)


def _adopt(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Adopt)  # noqa: S101
    doubt = "" if one.trunk_verified or one.after.sip_trunk_id is None else "trunk not verified"
    return (*_place(one.after), rates_text(one.after.rates), doubt), _paid(one.after)


def _update(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Update)  # noqa: S101
    moved = f"moved from {one.previous_resource}" if one.previous_resource else ""
    why = (one.reason, *one.more) if one.begins_leaving or one.stops_leaving else ()
    return (moved, *differences(one), *why), Charges()


def _replace(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Replace)  # noqa: S101
    steps = f"buy {one.after.number}, then release" if one.buys_first else "release, then buy it back"
    return (steps, *differences(one), one.reason, *one.more), _bought(one.after)


def _blocked(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Blocked)  # noqa: S101
    flow = f"assigned to {one.assignment.flow_name!r} (flow {one.assignment.flow_id})"
    return (flow, one.because), _paid(one.before)


def _unavailable(one: Change) -> tuple[tuple[str, ...], Charges]:
    assert isinstance(one, Unavailable)  # noqa: S101
    return (f"gone: {one.reason}" if one.managed else one.reason,), Charges()


def _bought(attributes: Attributes) -> Charges:
    return Charges(attributes.setup_charge, attributes.monthly_charge, (True, True))


def _paid(attributes: Attributes) -> Charges:
    return Charges(None, attributes.monthly_charge, (False, True))


_KINDS: Final[tuple[tuple[str, _Kind, str, Style, Told], ...]] = (
    ("Cannot be had: not in the account, and not for sale", Unavailable, "!", "red", _unavailable),
    ("Blocked, the vendor would refuse their release; not sent", Blocked, "!", "red", _blocked),
    ("To release, for good", Release, "-", "red", _release),
    ("To replace", Replace, "±", "red", _replace),
    (
        "To take over: the account owned them already, and another state that manages them would lose them",
        "takes over",
        "!",
        "red",
        _adopt,
    ),
    ("To purchase", Purchase, "+", "green", _purchase),
    ("To adopt, no call", Adopt, ">", "cyan", _adopt),
    ("To update, no call", Update, "~", "yellow", _update),
    ("To forget, no call", Forget, ".", "bright_black", _release),
)
