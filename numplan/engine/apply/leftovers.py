"""What earlier runs left uncertain, settled before anything else is done."""

from collections.abc import Iterator

from numplan.engine.apply.events import Settled
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.settle import look_for, settle, watch
from numplan.engine.compare.forgets import Forgets
from numplan.engine.ports import Clock, Provider, now_of
from numplan.model.manifest import Manifest


def settle_leftovers(
    open_state: OpenState, manifest: Manifest, provider: Provider, clock: Clock
) -> Iterator[Settled]:
    """Settle what earlier runs left uncertain, and save what came of it. Raises ApiError and StateError."""
    forgets = Forgets(manifest.forget)
    given_up = {
        one.number for one in open_state.intents.values() if forgets.means(one.instance.resource, one.number)
    }
    yield from settle(open_state, provider, clock, manifest.api, list(open_state.intents), given_up=given_up)
    waiting = [one.number for one in open_state.tombstones.values() if one.holds_slot]
    if waiting:  # what holds no slot is looked for in the listing that the plan is made from
        now = now_of(clock, provider)
        look = look_for(open_state.tombstones, open_state, provider, now, manifest.api, waiting)
        yield from watch(open_state, look, provider, now, manifest.api)
    if open_state.unsaved:
        open_state.save(now_of(clock, provider))
