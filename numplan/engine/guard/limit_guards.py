"""The limits of one apply, as guards. Pure. Each refusal names the entries it is about and where they are declared,
and whose limit it is.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from numplan.engine.policy.limits import FIRM, Limits, Side
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Change, Purchase, Replace, address_of_change, count
from numplan.model.charge import Sum, add_up
from numplan.model.diagnostics import Source
from numplan.model.manifest import Manifest, terms_within
from numplan.model.number import E164
from numplan.model.operator import VARIABLE
from numplan.model.plan import Cost, Plan, Refusal
from numplan.model.policy import WITHOUT, Policy, allows
from numplan.model.state import Attributes
from numplan.model.text.printable import is_visible, numbers

_BEYOND: Final = Decimal("Infinity")
"""A sum that lacks a charge is held to be beyond any limit."""


def check_limits(
    limits: Limits, plan: Plan, changes: Sequence[Change], manifest: Manifest, known: Container[E164]
) -> Iterator[Refusal]:
    """What a plan does, by those of its `changes` that do something, and the limits do not allow. What is `known` to
    state is not adopted, but taken back.
    """
    yield from _purchases(limits, changes, manifest)
    yield from _adoptions(limits, changes, manifest, known)
    yield from _costs(limits, plan.cost, changes, manifest)
    yield from _kinds(limits, changes, manifest)
    yield from _trunks(limits, changes, manifest)
    if not plan.destroy:
        yield from _labels(limits, manifest)


def _purchases(limits: Limits, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    bought = count(changes).purchase
    if over := limits.exceeded("max_purchases", bought):
        yield _over(
            over,
            guard="purchases",
            what=f"{numbers(bought)} would be purchased",
            may="purchase {}",
            orders=_orders(changes, manifest, by="count"),
            lifted_by=f"--max-purchases {bought}, or policy.max_purchases",
        )


def _adoptions(
    limits: Limits, changes: Sequence[Change], manifest: Manifest, known: Container[E164]
) -> Iterator[Refusal]:
    if limits.both.max_adoptions is None:  # a first apply may adopt a hundred thousand
        return
    adopted = [change for change in changes if isinstance(change, Adopt) and change.after.number not in known]
    if over := limits.exceeded("max_adoptions", len(adopted)):
        limit, side = over
        declared = declared_at(manifest)
        yield Refusal(
            guard="adoptions",
            summary=f"{numbers(len(adopted))} would be adopted, and {_may(side, f'adopt {limit}', str(limit))}",
            subjects=tuple(map(address_of_change, adopted)),
            lifted_by=FIRM if side.is_operators else "policy.max_adoptions",
            source=next((declared[one.resource] for one in adopted if one.resource in declared), None),
        )


def _costs(limits: Limits, cost: Cost, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    once = Sum(cost.once, cost.unknown_once)
    if over := limits.exceeded("max_setup_cost", _BEYOND if once.unknown else once.known):
        yield _over(
            over,
            guard="setup-cost",
            what=f"the purchases cost {once} once",
            may="cost {}",
            orders=_orders(changes, manifest, by="once"),
            lifted_by="policy.max_setup_cost",
        )
    if over := limits.exceeded("max_monthly_increase", cost.monthly):
        yield _over(
            over,
            guard="monthly-increase",
            what=f"the monthly charges rise by {cost.monthly}",
            may="raise them by {}",
            orders=_orders(changes, manifest, by="monthly"),
            lifted_by="policy.max_monthly_increase",
        )


def _kinds(limits: Limits, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    """Countries and types of what is bought or taken in: each entry once for each that is not allowed."""
    taken = [change for change in changes if isinstance(change, Purchase | Adopt | Replace)]
    for guard, key in (("countries", "country"), ("types", "type")):
        values = {getattr(change.after, key) for change in taken}
        forbidden = {
            value: side
            for value in values
            if (side := _forbidding(limits, f"allowed_{guard}", value)) is not None
        }
        found: dict[tuple[Resource, str, Side], list[Purchase | Adopt | Replace]] = {}
        for change in taken if forbidden else ():
            value = getattr(change.after, key)
            if value in forbidden:
                found.setdefault((change.resource, value, forbidden[value]), []).append(change)
        declared = declared_at(manifest) if found else {}
        for (resource, value, side), those in found.items():
            alone = len(those) == 1
            what = f"{those[0].after.number} has" if alone else f"{numbers(len(those))} of {resource} have"
            yield Refusal(
                guard=guard,
                summary=f"{what} {key} {value}, and {_listed(side, f'allowed_{guard}')}",
                subjects=tuple(map(address_of_change, those)),
                lifted_by=FIRM if side.is_operators else f"policy.allowed_{guard}",
                source=those[0].source if alone else declared.get(resource),
            )


def _trunks(limits: Limits, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    """Each entry whose numbers are to be on a trunk that is not allowed, or on none; then what is taken in on
    another one than its entry says.
    """
    if limits.both.allowed_trunks is None:
        return
    refused: set[Resource] = set()
    for entry in manifest.entries():
        trunk = entry.terms.sip_trunk_id
        side = _forbidding(limits, "allowed_trunks", WITHOUT if trunk is None else trunk)
        if side is not None:
            refused.add(entry.resource)
            yield _off_trunk(side, entry.resource, trunk, (entry.resource,), entry.source, (entry.resource,))
    for change in changes:
        if isinstance(change, Purchase | Adopt | Replace) and change.resource not in refused:
            trunk = change.after.sip_trunk_id
            side = _forbidding(limits, "allowed_trunks", WITHOUT if trunk is None else trunk)
            if side is not None:
                yield _off_trunk(
                    side, change.after.number, trunk, (address_of_change(change),), change.source
                )


def _off_trunk(
    side: Side,
    what: str,
    trunk: int | None,
    subjects: tuple[str, ...],
    source: Source | None,
    resources: tuple[Resource, ...] = (),
) -> Refusal:
    place = "has no sip_trunk_id" if trunk is None else f"is for trunk {trunk}"
    lifted_by = "a sip_trunk_id that is allowed, on the entry or in defaults, or policy.allowed_trunks"
    return Refusal(
        guard="trunks",
        summary=f"{what} {place}, and {_listed(side, 'allowed_trunks')}",
        subjects=subjects,
        resources=resources,
        lifted_by=FIRM if side.is_operators else lifted_by,
        source=source,
    )


def _labels(limits: Limits, manifest: Manifest) -> Iterator[Refusal]:
    sides = [side for side in limits.sides if side.policy.required_labels]
    if not sides:
        return
    for entry in manifest.entries():
        for side in sides:
            every = (lacking_labels(terms.labels, side.policy) for terms in terms_within(entry))
            lacking = next(filter(None, every), [])
            if lacking:
                whose = f", as {VARIABLE} requires" if side.is_operators else ""
                yield Refusal(
                    guard="labels",
                    summary=f"{entry.resource} lacks the required {'label' if len(lacking) == 1 else 'labels'} "
                    f"{', '.join(lacking)}{whose}",
                    subjects=(entry.resource,),
                    resources=(entry.resource,),
                    lifted_by="the labels, on the entry or in defaults"
                    + ("" if side.is_operators else ", or policy.required_labels"),
                    source=entry.source,
                )
                break


def lacking_labels(labels: Mapping[str, str], policy: Policy) -> list[str]:
    """The required labels that are not there, or say nothing that one can see."""
    return [
        label
        for label in policy.required_labels
        if not (is_visible(label) and is_visible(labels.get(label, "")))
    ]


def _forbidding(limits: Limits, key: str, value: object) -> Side | None:
    """Whose list does not have this value."""
    return next((side for side in limits.sides if not allows(getattr(side.policy, key), value)), None)


def _may(side: Side, own: str, operators: str) -> str:
    return f"{VARIABLE} allows {operators}" if side.is_operators else f"one apply may {own}"


def _listed(side: Side, key: str) -> str:
    name = f"{VARIABLE}'s {key}" if side.is_operators else f"policy.{key}"
    return f"{name} is {', '.join(map(str, getattr(side.policy, key))) or 'empty'}"


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one entry would have bought."""

    resource: Resource
    source: Source | None
    count: int
    once: Sum
    monthly: Sum

    def __str__(self) -> str:
        place = f" ({self.source})" if self.source else ""
        return f"{self.resource}{place}: {numbers(self.count)}, {self.once} once, {self.monthly} a month"


def _over(
    over: tuple[Any, Side], *, guard: str, what: str, may: str, orders: Sequence[_Order], lifted_by: str
) -> Refusal:
    """A limit of the whole plan, with what each entry has in it; its place is that of the first."""
    limit, side = over
    return Refusal(
        guard=guard,
        summary=f"{what}, and {_may(side, may.format(limit), str(limit))}",
        subjects=tuple(map(str, orders)),
        resources=tuple(one.resource for one in orders),
        lifted_by=FIRM if side.is_operators else lifted_by,
        source=orders[0].source if orders else None,
    )


def _orders(
    changes: Iterable[Change], manifest: Manifest, by: Literal["count", "once", "monthly"]
) -> list[_Order]:
    """What each entry would have bought, the most of it first."""
    bought: dict[Resource, list[Attributes]] = {}
    for change in changes:
        if isinstance(change, Purchase | Replace):
            bought.setdefault(change.resource, []).append(change.after)
    declared = declared_at(manifest)
    orders = (
        _Order(
            resource=resource,
            source=declared.get(resource),
            count=len(numbers),
            once=add_up(one.setup_charge for one in numbers),
            monthly=add_up(one.monthly_charge for one in numbers),
        )
        for resource, numbers in bought.items()
    )
    return sorted(orders, key=lambda order: _figure(getattr(order, by)), reverse=True)


def _figure(much: int | Sum) -> Decimal:
    return much.known if isinstance(much, Sum) else Decimal(much)


def declared_at(manifest: Manifest) -> Mapping[Resource, Source]:
    """Where each entry is declared."""
    return {entry.resource: entry.source for entry in manifest.named()}
