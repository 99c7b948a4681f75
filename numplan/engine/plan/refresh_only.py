"""Plan what a refresh alone takes into state: what the account shows, and no call. Pure."""

from collections.abc import Container, Iterable

from numplan.engine.plan.plan_part import PlanPart
from numplan.engine.plan.removals import lost
from numplan.model.address import Resource
from numplan.model.changes import Change, Update
from numplan.model.number import E164
from numplan.model.plan import Drift
from numplan.model.state import State


def plan_refresh(drift: Iterable[Drift], state: State | None, absent: Container[E164]) -> PlanPart:
    """State forgets what is missing, and learns what is changed; each number stays where state has it. A purchase
    that turned up after all is for settling to take in, which every apply does first. What is `absent`, for the first
    time or not long enough, is only noted.
    """
    kept: dict[E164, Resource] = {one.number: one.resource for one in state.numbers} if state else {}
    return PlanPart(
        changes=tuple(
            _taken_in(one, kept[one.before.number])
            for one in drift
            if one.before.number in kept and one.before.number not in absent
        )
    )


def _taken_in(one: Drift, resource: Resource) -> Change:
    if one.after is None:
        return lost(resource, one.before)
    return Update(
        resource=resource,
        before=one.before,
        after=one.after,
        differences=one.differences,
        reason="the account shows it otherwise",
    )
