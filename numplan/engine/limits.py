"""The limits of a manifest's `policy`, as guards. Pure. Each refusal names the entries it is about and where they
are declared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from numplan.model.address import Resource
from numplan.model.charge import Sum, add_up
from numplan.model.diagnostics import Source
from numplan.model.manifest import Manifest
from numplan.model.plan import Adopt, Change, Plan, Purchase, Refusal, Replace, address_of_change, count
from numplan.model.state import Attributes
from numplan.model.vocabulary import same_word


def check_limits(plan: Plan, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    """What a plan does, by those of its `changes` that do something, and its manifest's policy does not allow."""
    yield from _purchases(plan, changes, manifest)
    yield from _costs(plan, changes, manifest)
    yield from _kinds(changes, manifest)
    yield from _labels(plan, manifest)


def _purchases(plan: Plan, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    allowed = plan.allowances.max_purchases
    limit = manifest.policy.max_purchases if allowed is None else allowed
    bought = count(changes).purchase
    if limit is not None and bought > limit:
        yield _exceeded(
            "purchases",
            f"{counted(bought)} would be purchased, and one apply may purchase {limit}",
            _orders(changes, manifest, by="count"),
            f"--max-purchases {bought}, or policy.max_purchases",
        )


def _costs(plan: Plan, changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    policy, cost = manifest.policy, plan.cost
    if policy.max_setup_cost is not None and (cost.once > policy.max_setup_cost or cost.unknown_once):
        yield _exceeded(
            "setup-cost",
            f"the purchases cost {Sum(cost.once, cost.unknown_once)} once, and one apply may cost "
            f"{policy.max_setup_cost}",
            _orders(changes, manifest, by="once"),
            "policy.max_setup_cost",
        )
    if policy.max_monthly_increase is not None and cost.monthly > policy.max_monthly_increase:
        yield _exceeded(
            "monthly-increase",
            f"the monthly charges rise by {cost.monthly}, and one apply may raise them by "
            f"{policy.max_monthly_increase}",
            _orders(changes, manifest, by="monthly"),
            "policy.max_monthly_increase",
        )


def _kinds(changes: Sequence[Change], manifest: Manifest) -> Iterator[Refusal]:
    """Countries and types of what is bought or taken in: each entry once for each that the policy does not allow."""
    policy = manifest.policy
    for guard, key, allowed in (
        ("countries", "country", policy.allowed_countries),
        ("types", "type", policy.allowed_types),
    ):
        found: dict[tuple[Resource, str], list[Purchase | Adopt | Replace]] = {}
        for change in changes:
            if allowed is not None and isinstance(change, Purchase | Adopt | Replace):
                value = getattr(change.after, key)
                if not any(same_word(value, one) for one in allowed):
                    found.setdefault((change.resource, value), []).append(change)
        declared = declared_at(manifest) if found else {}
        for (resource, value), those in found.items():
            alone = len(those) == 1
            what = f"{those[0].after.number} has" if alone else f"{counted(len(those))} of {resource} have"
            yield Refusal(
                guard=guard,
                summary=f"{what} {key} {value}, and policy.allowed_{guard} is "
                f"{', '.join(allowed or ()) or 'empty'}",
                subjects=tuple(map(address_of_change, those)),
                lifted_by=f"policy.allowed_{guard}",
                source=those[0].source if alone else declared.get(resource),
            )


def _labels(plan: Plan, manifest: Manifest) -> Iterator[Refusal]:
    required = manifest.policy.required_labels
    if plan.destroy or not required:
        return
    for entry in manifest.entries():
        lacking = [label for label in required if label not in entry.terms.labels]
        if lacking:
            yield Refusal(
                guard="labels",
                summary=f"{entry.resource} lacks the required {'label' if len(lacking) == 1 else 'labels'} "
                f"{', '.join(lacking)}",
                subjects=(entry.resource,),
                lifted_by="the labels, on the entry or in defaults, or policy.required_labels",
                source=entry.source,
            )


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one entry would have bought."""

    resource: Resource
    source: Source | None
    count: int
    once: Sum
    monthly: Sum

    def __str__(self) -> str:
        place = f" ({self.source})" if self.source else ""
        return f"{self.resource}{place}: {counted(self.count)}, {self.once} once, {self.monthly} a month"


def _exceeded(guard: str, summary: str, orders: Sequence[_Order], lifted_by: str) -> Refusal:
    """A limit of the whole plan, with what each entry has in it; its place is that of the first."""
    return Refusal(
        guard=guard,
        summary=summary,
        subjects=tuple(map(str, orders)),
        lifted_by=lifted_by,
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
    return {entry.resource: entry.source for entry in manifest.entries()}


def counted(how_many: int) -> str:
    """`1 number`, `2 numbers`."""
    return f"{how_many} number{'' if how_many == 1 else 's'}"
