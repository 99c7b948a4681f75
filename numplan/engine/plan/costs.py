"""What a plan costs, and what the account pays for besides. Pure."""

from numplan.engine.compare.comparison import Comparison
from numplan.model.changes import Adopt, Change, bought, released
from numplan.model.charge import add_up
from numplan.model.manifest import Manifest
from numplan.model.plan import Cost, Unmanaged


def cost_of(comparison: Comparison, changes: tuple[Change, ...]) -> Cost:
    """Adopted numbers are paid for already: they stand in both the monthly figures."""
    managed = [row.monthly_charge for _, row in comparison.present()]
    held = (
        comparison.managed[one.number].attributes.monthly_charge
        for one in comparison.held
        if one.number in comparison.managed and one.number not in comparison.snapshot.owned
    )
    adopted = (
        change.after.monthly_charge
        for change in changes
        if isinstance(change, Adopt) and change.after.number not in comparison.managed
    )
    before = add_up((*managed, *held, *adopted))
    once = add_up(attributes.setup_charge for attributes in bought(changes))
    gained = add_up(attributes.monthly_charge for attributes in bought(changes))
    lost = add_up(attributes.monthly_charge for _, attributes in released(changes))
    return Cost(
        once=once.known,
        monthly_before=before.known,
        monthly_after=before.known + gained.known - lost.known,
        unknown_once=once.unknown,
        unknown_before=before.unknown,
        unknown_after=before.unknown + gained.unknown - lost.unknown,
    )


def unmanaged_of(manifest: Manifest, comparison: Comparison, changes: tuple[Change, ...]) -> Unmanaged:
    """What the account owns and nothing declares, once these changes have adopted what they adopt."""
    adopted = {change.after.number for change in changes if isinstance(change, Adopt)}
    rows = [one for one in comparison.unmanaged() if one.number not in adopted]
    monthly = add_up(one.monthly_charge for one in rows)
    return Unmanaged(
        count=len(rows),
        at_least=not comparison.snapshot.complete,
        monthly=monthly.known,
        unknown=monthly.unknown,
        numbers=tuple(one.number for one in rows) if manifest.bounds.unmanaged == "warn" else (),
    )
