"""What the account is charged beyond the plan that bought a number. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from numplan.model.account import OwnedNumber
from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.number import E164
from numplan.model.plan import Overcharge
from numplan.model.state import Instance

_TOLD = 20


def overcharge_of(instance: Instance, row: OwnedNumber) -> Overcharge | None:
    """What is charged for a number, where it is more than was planned; None where it is not, or was recorded."""
    planned = instance.attributes
    if not instance.charges_planned or not (
        _more(row.setup_charge, planned.setup_charge) or _more(row.monthly_charge, planned.monthly_charge)
    ):
        return None
    return Overcharge(
        resource=instance.resource,
        number=instance.number,
        planned_once=planned.setup_charge,
        planned_monthly=planned.monthly_charge,
        charged_once=row.setup_charge,
        charged_monthly=row.monthly_charge,
    )


def find_overcharges(
    managed: Mapping[E164, Instance], owned: Mapping[E164, OwnedNumber]
) -> tuple[Overcharge, ...]:
    """All of them, in order of number."""
    bought = [one for one in managed.values() if one.charges_planned]
    found = [overcharge_of(one, owned[one.number]) for one in bought if one.number in owned]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.number))


def words(one: Overcharge) -> str:
    """`charged 99.00 a month, planned 0.10`; of both charges where both are more."""
    parts = [
        f"charged {charged} {when}, planned {planned}"
        for when, charged, planned in (
            ("once", one.charged_once, one.planned_once),
            ("a month", one.charged_monthly, one.planned_monthly),
        )
        if _more(charged, planned)
    ]
    return "; ".join(parts)


def warnings(found: Iterable[Overcharge]) -> tuple[Diagnostic, ...]:
    """A warning for each number that costs more than was planned; beyond some, their count."""
    found = tuple(found)
    told = [
        warning(
            f"{one.number} ({one.resource}): {words(one)}",
            hint="ask the vendor; the next apply records what is charged",
        )
        for one in found[:_TOLD]
    ]
    if len(found) > _TOLD:
        more = len(found) - _TOLD
        told.append(
            warning(
                f"{more} more {'number is' if more == 1 else 'numbers are'} charged beyond what was planned"
            )
        )
    return tuple(told)


def _more(charged: Decimal | None, planned: Decimal | None) -> bool:
    return charged is not None and planned is not None and charged > planned
