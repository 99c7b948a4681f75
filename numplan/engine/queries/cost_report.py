"""What the account costs in a month, by whose its numbers are and by what they have in common. Pure."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal

import msgspec

from numplan.engine.queries.account_numbers import HERE, LEAVING, UNMANAGED, UNREADABLE, AccountNumber
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource
from numplan.model.charge import Sum, Usage, add_up
from numplan.model.state import Instance, State
from numplan.model.text.groups import COSTS_BY, LABEL
from numplan.model.text.labels import seen_label

Kind = Literal["managed", "without", "leaving", "state", "unmanaged", "unreadable", "total"]
"""Whose the numbers of a group are: managed here, or managed without what groups are made by; of another state."""
KINDS: Final[tuple[Kind, ...]] = (
    "managed",
    "without",
    "leaving",
    "state",
    "unmanaged",
    "unreadable",
    "total",
)
"""The kinds in the order in which they are told."""
_GROUP_OF: Final[Mapping[str, Callable[[AccountNumber], str | None]]] = dict(
    zip(
        COSTS_BY,
        (
            lambda one: one.resource,
            lambda one: one.row.country if one.row else None,
            lambda one: one.row.type if one.row else None,
            lambda one: one.attributes.state if one.attributes else None,
            lambda one: one.attributes.city if one.attributes else None,
        ),
        strict=True,
    )
)


class CostGroup(msgspec.Struct, frozen=True):
    """Numbers that are told together: how many there are and what they cost a month. `usage` is what their expected use
    comes to, None where it was not asked for; a number whose entry declares no use adds nothing to it.
    """

    name: str
    kind: Kind
    count: int
    monthly: Sum
    usage: Sum | None = None


class CostReport(msgspec.Struct, frozen=True):
    """The groups, those of a kind together, the dearest first; they add up to the `total`."""

    groups: tuple[CostGroup, ...]
    total: CostGroup


def cost_report(
    numbers: Iterable[AccountNumber],
    by: str | None = None,
    usage: Mapping[Resource, Usage | None] | None = None,
) -> CostReport:
    """What all of them cost. `by` is one of COSTS_BY, or `label:NAME`; without it what is managed is one group. `usage`
    is what the numbers of each entry are expected to be used for, where that is wanted.
    """
    every = tuple(numbers)
    parts: dict[tuple[Kind, str], list[AccountNumber]] = {}
    for one in every:
        parts.setdefault(_group_of(one, by), []).append(one)
    groups = [_added_up(name, kind, some, usage) for (kind, name), some in parts.items()]
    groups.sort(key=lambda one: (KINDS.index(one.kind), -one.monthly.known, one.name))
    return CostReport(tuple(groups), _added_up("", "total", every, usage))


def remembered(state: State) -> tuple[AccountNumber, ...]:
    """The numbers that a state alone tells of, at the charges that it remembers; none that the account was found to
    lack.
    """
    there = sorted((one for one in state.numbers if one.missing_since is None), key=lambda one: one.number)
    return tuple(AccountNumber(_row_of(one), None if one.surplus else one) for one in there)


def _row_of(one: Instance) -> OwnedNumber:
    known = one.attributes
    return OwnedNumber(known.number, known.country, known.type, known.setup_charge, known.monthly_charge)


def _group_of(one: AccountNumber, by: str | None) -> tuple[Kind, str]:
    match one.whose:
        case "leaving":
            return "leaving", LEAVING
        case "unmanaged":
            return "unmanaged", UNMANAGED
        case "unreadable":
            return "unreadable", UNREADABLE
        case "here" if by is None:
            return "managed", HERE
        case "here":
            name = _name(one, by or "")
            return ("managed", name) if name else ("without", "")
        case other:
            return "state", other


def _name(one: AccountNumber, by: str) -> str | None:
    if by.startswith(LABEL):
        return seen_label(one.attributes.labels, by.removeprefix(LABEL)) if one.attributes else None
    return _GROUP_OF[by](one)


def _added_up(
    name: str, kind: Kind, some: Iterable[AccountNumber], usage: Mapping[Resource, Usage | None] | None
) -> CostGroup:
    numbers = tuple(some)
    monthly = add_up(one.row.monthly_charge if one.row else None for one in numbers)
    return CostGroup(name, kind, len(numbers), monthly, None if usage is None else _used(numbers, usage))


def _used(numbers: Iterable[AccountNumber], usage: Mapping[Resource, Usage | None]) -> Sum:
    costs: list[Decimal | None] = []
    for one in numbers:
        expected = usage.get(one.resource) if one.resource and one.whose == HERE else None
        if expected is not None:
            costs.append(expected.cost(one.rates))
    return add_up(costs)
