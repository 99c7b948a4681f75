"""What a plan would do with one number, in a few words."""

from numplan.engine.queries.planned_action import Fate
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
from numplan.model.state import Attributes
from numplan.views.common.amounts import amount
from numplan.views.common.sanitize import one_line


def fate_text(fate: Fate) -> str:
    """`purchase it, 0.10 once and 0.20 a month; refused by the guard missing`."""
    if fate.errors:
        return one_line(f"nothing: {'; '.join(one.summary for one in fate.errors)}")
    if fate.held is not None:
        return one_line(f"wait: {fate.held.reason}{_guards(fate)}")
    if fate.change is None or isinstance(fate.change, Keep):
        return "leave it as it is"
    refilled = f", and purchase another for {fate.change.resource}" if fate.refilled else ""
    return one_line(change_text(fate.change) + refilled + _guards(fate))


def _guards(fate: Fate) -> str:
    return f"; refused by the guard {' and '.join(fate.guards)}" if fate.guards else ""


def action_of(fate: Fate) -> str:
    """The change in one word, for machines: its own name, `wait`, `error` or `none`."""
    if fate.errors:
        return "error"
    if fate.held is not None:
        return "wait"
    return "none" if fate.change is None else str(fate.change.__struct_config__.tag)


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
