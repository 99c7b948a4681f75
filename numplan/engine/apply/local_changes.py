"""Record what needs no call: adopt, update, forget; and what the account shows: missing, back, dearer than planned."""

from collections.abc import Iterator

import msgspec

from numplan.engine.apply.open_state import OpenState
from numplan.model.changes import Adopt, Change, Forget, Unavailable, Update
from numplan.model.moment import Moment
from numplan.model.plan import Missing, Plan
from numplan.model.state import Attributes, Instance


def record(change: Change, open_state: OpenState, now: Moment) -> bool:
    """Record a change that needs no call, without saving it. Returns whether it was one."""
    match change:
        case Adopt():
            known = open_state.numbers.get(change.after.number) or Instance(
                resource=change.resource,
                attributes=change.after,
                origin="adopted",
                trunk_verified=change.trunk_verified,
            )
            attributes = _remembered(change.after, known.attributes)
            open_state.keep(
                msgspec.structs.replace(
                    known, resource=change.resource, attributes=attributes, surplus=False
                ),
                "adopted",
                change.why,
            )
        case Update():
            known = open_state.numbers[change.before.number]
            attributes = _remembered(change.after, known.attributes)
            open_state.keep(msgspec.structs.replace(known, resource=change.resource, attributes=attributes))
        case Forget(missing=True):
            lost = open_state.numbers.get(change.before.number)
            open_state.forget(change.before.number, change.why)
            if lost is not None:
                open_state.watch(lost, "missing", now)
        case Forget():
            open_state.forget(change.before.number, change.why)
        case _:
            return False
    return True


def note(plan: Plan, open_state: OpenState, now: Moment) -> Iterator[Missing]:
    """Record what the plan saw of the account, without saving it: numbers that it lacks for the first time
    or holds again, which are yielded, and what it charges beyond what was planned.
    """
    for one in plan.missing:
        if one.to_note and one.number in open_state.numbers:
            open_state.note_missing(one.number, None if one.is_back else now)
            yield one
    for gone in plan.changes:
        if isinstance(gone, Unavailable) and gone.to_note and gone.before.number in open_state.numbers:
            open_state.note_missing(gone.before.number, now)
    for dear in plan.overcharged:
        if dear.number in open_state.numbers:
            open_state.charge(dear.number, dear.charged_once, dear.charged_monthly)


def _remembered(after: Attributes, known: Attributes) -> Attributes:
    """What is recorded of a number: a charge that the account did not say this time stays as it was last known."""
    return msgspec.structs.replace(
        after,
        setup_charge=known.setup_charge if after.setup_charge is None else after.setup_charge,
        monthly_charge=known.monthly_charge if after.monthly_charge is None else after.monthly_charge,
        **{**known.rates.known(), **after.rates.known()},
    )
