"""What a plan would do with one number, in a few words."""

from numplan.engine.queries.planned_action import PlannedAction
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
)
from numplan.model.plan import Leaving
from numplan.model.state import Attributes
from numplan.views.common.amounts import amount
from numplan.views.common.sanitize import one_line


def action_text(action: PlannedAction) -> str:
    """`purchase it, 0.10 once and 0.20 a month; refused by the guard missing`."""
    if action.errors:
        return one_line(f"nothing: {'; '.join(one.summary for one in action.errors)}")
    if action.held is not None:
        return one_line(f"wait: {action.held.reason}{_guards(action)}")
    if action.leaving is not None and (action.change is None or isinstance(action.change, Keep)):
        return one_line(f"wait: {_until(action.leaving)}")
    if action.change is None or isinstance(action.change, Keep):
        return "leave it as it is"
    refilled = f", and purchase another for {action.change.resource}" if action.refilled else ""
    return one_line(change_text(action.change) + refilled + _guards(action))


def _until(one: Leaving) -> str:
    if one.overdue:
        return f"it was to leave on {one.leaving_at:%Y-%m-%d}, and stays: {one.overdue}"
    return f"it leaves, and is released from {one.leaving_at:%Y-%m-%d} on"


def _guards(action: PlannedAction) -> str:
    return f"; refused by the guard {' and '.join(action.guards)}" if action.guards else ""


def action_of(action: PlannedAction) -> str:
    """The change in one word, for machines: its own name, `wait`, `error` or `none`."""
    if action.errors:
        return "error"
    if action.held is not None or (action.leaving is not None and isinstance(action.change, Keep)):
        return "wait"
    return "none" if action.change is None else str(action.change.__struct_config__.tag)


def change_text(change: Change) -> str:
    """What a change does with its number."""
    match change:
        case Purchase():
            return f"purchase it for {change.resource}, {_charges(change.after)}"
        case Release():
            return "release it, for good"
        case Adopt():
            return f"adopt it into {change.resource}, no call"
        case Forget():
            return "forget it"
        case Update() if change.begins_leaving:
            return f"let it leave, released from {change.after.leaving_at} on; no call until then"
        case Update() if change.stops_leaving:
            return "let it stay, no call"
        case Update():
            return "update what state says of it, no call"
        case Replace() if change.buys_first:
            return f"purchase {change.after.number}, {_charges(change.after)}, then release {change.before.number}"
        case Replace():
            return "release it, then purchase it again on another trunk"
        case Blocked():
            return f"nothing: its release is blocked by the flow {change.assignment.flow_name!r}"
        case Unavailable():
            return f"nothing: {'it is gone; ' if change.managed else ''}{change.reason}"
        case Keep():
            return "leave it as it is"


def _charges(attributes: Attributes) -> str:
    return f"{amount(attributes.setup_charge)} once and {amount(attributes.monthly_charge)} a month"
