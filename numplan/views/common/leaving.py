"""What leaves, as each view tells it: how much there is of it, why one stays, and each number for machines."""

from collections.abc import Sequence
from typing import Any

from numplan.model.address import address_of, kind_of
from numplan.model.charge import add_up
from numplan.model.plan import Leaving, Plan
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount
from numplan.views.common.sanitize import one_line


def leaving_size(leaving: Sequence[Leaving]) -> str:
    """`5 numbers, released from 2026-12-26 on; 5.50 a month until then`, of one number or more."""
    monthly = add_up(one.monthly_charge for one in leaving)
    first = min(one.leaving_at for one in leaving)
    cost = f"{amount(monthly.known, monthly.unknown)} a month until then"
    return f"{numbers(len(leaving))}, released from {first:%Y-%m-%d} on; {cost}"


def leaving_name(one: Leaving) -> str:
    """Where the number lives, with the number itself where the address does not hold it."""
    address = address_of(one.resource, one.number)
    return f"{address}  {one.number}" if kind_of(one.resource) == "number" else address


def leaving_facts(one: Leaving) -> str:
    """From when on it is released, and what else there is to know: `from 2026-12-26 on, begins now`."""
    facts = (
        f"from {one.leaving_at:%Y-%m-%d} on",
        "begins now" if one.begins else "",
        one_line(f"stays: {one.overdue}") if one.overdue else "",
    )
    return ", ".join(fact for fact in facts if fact)


def leaving_documents(plan: Plan) -> dict[str, Any]:
    """What leaves, for machines; nothing where nothing does, for readers that know no such name."""
    if not plan.leaving:
        return {}
    told = {"leaving": [_document(one) for one in plan.leaving]}
    return {**told, "doubt": plan.doubt} if plan.doubt else told


def _document(one: Leaving) -> dict[str, Any]:
    return {
        "address": address_of(one.resource, one.number),
        "number": one.number,
        "leaving_at": f"{one.leaving_at:%Y-%m-%d}",
        "monthly_charge": None if one.monthly_charge is None else f"{one.monthly_charge:f}",
        "begins": one.begins,
        "overdue": one.overdue,
    }
