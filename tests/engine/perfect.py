"""An apply in which every call succeeds at once: the shortest telling of what a plan means."""

from datetime import datetime

import msgspec

from numplan.model.changes import Adopt, Forget, Purchase, Release, Replace, Update
from numplan.model.number import E164
from numplan.model.plan import Plan
from numplan.model.state import Attributes, Instance, State
from tests.builders import state as empty_state
from tests.fakes import FakeVendor


def carry_out(plan: Plan, state: State | None, vendor: FakeVendor, now: datetime) -> State:
    """The state after a plan; the vendor's account changes with it. Fails where a call would."""
    state = state or empty_state(serial=0)
    numbers = {one.number: one for one in state.numbers}
    tombstones = {one.number: one for one in state.tombstones}

    def free_slot(number: E164) -> None:
        if number in tombstones:
            tombstones[number] = msgspec.structs.replace(tombstones[number], holds_slot=False)

    def buy(resource: str, after: Attributes) -> None:
        assert vendor.carry_out("purchase", after.number), f"{after.number} is not for sale"
        free_slot(after.number)
        numbers[after.number] = Instance(resource=resource, attributes=after, bought_at=now)

    def release(before: Attributes) -> None:
        assert vendor.carry_out("release", before.number), f"{before.number} cannot be released"
        numbers.pop(before.number, None)

    for change in plan.changes:
        match change:
            case Purchase():
                buy(change.resource, change.after)
            case Release():
                release(change.before)
            case Replace() if change.buys_first:
                buy(change.resource, change.after)
                release(change.before)
            case Replace():
                release(change.before)
                buy(change.resource, change.after)
            case Adopt():
                number = change.after.number
                buried = tombstones.get(number)
                free_slot(number)
                known = numbers.get(number) or (buried.instance if buried else None)
                if known is None:
                    known = Instance(
                        resource=change.resource,
                        attributes=change.after,
                        origin="adopted",
                        trunk_verified=change.trunk_verified,
                    )
                numbers[number] = msgspec.structs.replace(
                    known, resource=change.resource, attributes=change.after, surplus=False
                )
            case Update():
                numbers[change.before.number] = msgspec.structs.replace(
                    numbers[change.before.number], resource=change.resource, attributes=change.after
                )
            case Forget():
                del numbers[change.before.number]
            case _:
                pass
    return msgspec.structs.replace(
        state,
        serial=state.serial + 1,
        numbers=tuple(numbers.values()),
        tombstones=tuple(tombstones.values()),
    )
