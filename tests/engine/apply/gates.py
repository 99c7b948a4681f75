"""Gates for plans, and a world that moves between a plan and its calls."""

from collections.abc import Callable, Iterable, Mapping

from numplan.engine.apply.evidence import FRESH
from numplan.engine.apply.gate import NONE_RETIRED, Gate
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.orders import PurchaseOrder, orders_of
from numplan.engine.pipeline import compute_plan
from numplan.model.manifest import Manifest, Retired
from numplan.model.number import E164
from numplan.model.outcome import Rejected
from numplan.model.plan import Plan
from numplan.model.policy import Policy
from numplan.model.state import Intent
from tests.engine.world import World
from tests.fakes import NOON


class Moving(World):
    """A world that moves once the plan is made: `while_waiting` happens, and so many seconds pass."""

    def __init__(self) -> None:
        super().__init__()
        self.while_waiting: Callable[[], object] = lambda: None
        self.seconds = 0.0

    def before_apply(self, plan: Plan) -> None:  # noqa: ARG002 - as the world has it
        self.while_waiting()
        self.clock.advance(seconds=self.seconds)


def moving(*numbers: E164, seconds: float = FRESH) -> Moving:
    """A world in which these are for sale, and that waits so long before it applies."""
    world = Moving()
    world.seconds = seconds
    for number in numbers:
        world.vendor.put_on_sale(number)
    return world


def gate_for(world: World, wanted: Manifest, limits: Policy | None = None) -> Gate:
    """The gate of a manifest's plan, whose purchases are written down and expected."""
    made = compute_plan(wanted, world.state, world.vendor, world.options()).plan
    open_state = world.open()
    orders = [*orders_of(made)]
    intend(open_state, orders)
    gate = gate_of(world, made, open_state, limits)
    gate.expect(orders)
    return gate


def gate_of(
    world: World,
    made: Plan,
    open_state: OpenState,
    limits: Policy | None = None,
    *,
    retired: Mapping[E164, Retired] = NONE_RETIRED,
) -> Gate:
    """The gate of a plan that was made just now."""
    planned_at = world.clock.monotonic()
    return Gate(
        world.vendor,
        made,
        open_state,
        world.clock,
        limits=limits or Policy(),
        planned_at=planned_at,
        before={},
        retired=retired,
    )


def intend(open_state: OpenState, orders: Iterable[PurchaseOrder]) -> None:
    """Write down that these are about to be bought."""
    open_state.intend(
        Intent(kind="purchase", instance=order.instance(), run=open_state.run, written_at=NOON)
        for order in orders
    )
    open_state.save(NOON)


def rejected(status: int, *, stop: bool = False, again: str = "", alone: bool = True) -> Rejected:
    """What a status that says no comes to."""
    return Rejected(f"purchase-numbers: the API answered {status} (so there)", stop, again, alone)
