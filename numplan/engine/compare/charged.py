"""What is charged a month, number by number, and to which of them: what is managed, leaves or is intended. Pure.

Charges are the account's where it shows the number, else what state remembers; None where nobody says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from numplan.engine.compare.comparison import Comparison
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource
from numplan.model.charge import Sum
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.model.text.labels import seen_label

Standing = Literal["managed", "leaving", "intended"]
"""Why a number is charged to this state: `leaving` ones are managed, too; `intended` ones may be bought already."""


class Charged(NamedTuple):
    """One number that this state pays for, as state knows it, with its charge a month."""

    number: E164
    resource: Resource
    labels: Mapping[str, str]
    monthly: Decimal | None
    standing: Standing


def charged(comparison: Comparison) -> Iterator[Charged]:
    """Each number that is managed or may be, once. Those that the account lacks for good are charged to nobody; those
    that the manifest forgets are charged here until they are forgotten.
    """
    owned = comparison.snapshot.owned
    held = {one.number for one in comparison.held}
    seen: set[E164] = set()
    for number, one in comparison.managed.items():
        if number in owned or number in held:
            yield _charged(one, owned, "managed" if one.attributes.leaving_at is None else "leaving")
    for one in comparison.forgotten:
        if one.number not in comparison.managed:
            yield _charged(one, owned, "managed")
            seen.add(one.number)
    waiting = (one.instance for one in comparison.to_retry.values() if one.holds_slot)
    for one in (*comparison.intended, *waiting):
        if one.number not in comparison.managed and one.number not in seen:
            yield _charged(one, owned, "intended")
            seen.add(one.number)


def _charged(one: Instance, owned: Mapping[E164, OwnedNumber], standing: Standing) -> Charged:
    attributes = one.attributes
    row = owned.get(attributes.number)
    monthly = attributes.monthly_charge if row is None else row.monthly_charge
    return Charged(attributes.number, one.resource, attributes.labels, monthly, standing)


def sums_by(label: str, those: Iterable[Charged]) -> dict[str | None, Sum]:
    """What numbers cost a month by the values of a label, as they are seen; under None those that lack it, or all where
    no label is named. A charge that is not known is counted apart.
    """
    # Equal charges are added up at once: a million numbers have a few dozen of them.
    counts = Counter((seen_label(one.labels, label) if label else None, one.monthly) for one in those)
    sums: dict[str | None, Sum] = {}
    for (value, monthly), count in counts.items():
        before = sums.get(value, Sum())
        if monthly is None:
            sums[value] = Sum(before.known, before.unknown + count)
        else:
            sums[value] = Sum(before.known + monthly * count, before.unknown)
    return sums
