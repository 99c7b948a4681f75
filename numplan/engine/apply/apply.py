"""Carry out a plan: intent, gate, call, sort, record, settle.

No call is sent without a durable intent for each of its numbers, and none but through the gate. Purchases come first,
releases last, and no release follows a purchase whose outcome is unknown.
"""

from collections.abc import Generator, Iterator

from numplan.engine.apply.claims import claimed_by, require_free, require_still_free
from numplan.engine.apply.events import Event, Noted, Recorded, Saved, Stopped, TurnedUp
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.local_changes import note, record
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.orders import buy_backs_of, orders_of
from numplan.engine.apply.purchasing import Purchases
from numplan.engine.apply.releasing import Releases
from numplan.engine.apply.run import Run
from numplan.engine.apply.settle import take_in
from numplan.engine.apply.verify import look_after
from numplan.engine.ports import Clock
from numplan.failpoints import failpoint
from numplan.model.address import Resource
from numplan.model.changes import Change, Release, Replace, Update, acting, number_of, released
from numplan.model.location.api_settings import ApiSettings
from numplan.model.number import E164
from numplan.model.plan import Plan
from numplan.model.state import Instance


def apply_plan(
    plan: Plan, open_state: OpenState, gate: Gate, clock: Clock, api: ApiSettings
) -> Generator[Event, None, None]:
    """Carry out every change of a plan that its guards allow; `open_state` holds the state it was made from.

    Raises StateError if the first write fails: then nothing was sent. After that it never raises. Whoever
    leaves before the end closes it, which waits for calls in flight; the intents tell the next run of them.
    """
    run = Run(plan, open_state, gate, clock, api)
    purchases, releases = Purchases(run), Releases(run)
    yield from _intend(run)
    try:
        yield from purchases.send([*orders_of(plan)])
        yield from run.settle("purchase")
        yield from _let_go(run)
        yield from _move(run, purchases, releases)
        yield from releases.send(_leaving(run), confirm=False)
        yield from run.settle("release")
        yield from look_after(run)
    except Exception as problem:  # noqa: BLE001 - calls were sent: what is known must still be recorded
        yield Stopped(reason=f"{type(problem).__name__}: {problem}")
    yield from run.close()


def _intend(run: Run) -> Iterator[Event]:
    """Record what needs no call, and write down every call that is about to be made, in one write. It is
    also the proof that state can be written at all.
    """
    plan, open_state = run.plan, run.open_state
    now, claims, before = run.now(), claimed_by(plan.changes, open_state), open_state.state
    require_free(claims, open_state)
    turned_up = [
        TurnedUp(resource=one.resource, number=one.number, reason=why)
        for one, why in take_in(open_state, run.gate.before, now, run.api)
    ]
    events: list[Event] = [
        Recorded(change=change)
        for change in acting(plan.changes)
        if not _follows(change) and record(change, open_state, now)
    ]
    events += [
        Noted(resource=one.resource, number=one.number, is_back=one.is_back)
        for one in note(plan, open_state, now)
    ]
    run.intend("purchase", (order.instance() for order in orders_of(plan)))
    run.intend("release", _released(plan, open_state))
    for number, resource in plan.moved.items():
        open_state.move(number, resource)
    if not open_state.unsaved:
        return
    failpoint("apply.before-intents")
    run.write(now)
    failpoint("apply.after-intents")
    require_still_free(claims, open_state, before, now)
    yield Saved(serial=open_state.state.serial)
    yield from turned_up
    yield from events


def _follows(change: Change) -> bool:
    """Whether a change is recorded only once its successor is bought."""
    return isinstance(change, Update) and change.successor is not None


def _let_go(run: Run) -> Iterator[Event]:
    """Members leave from now on whose successors are bought."""
    replaced = _replaced(run)
    changes = [
        change for change in acting(run.plan.changes) if _follows(change) and number_of(change) in replaced
    ]
    for change in changes:
        record(change, run.open_state, run.now())
    if changes:
        yield from run.save()
        yield from (Recorded(change=change) for change in changes)


def _replaced(run: Run) -> set[E164]:
    """The members whose successors are in state."""
    return {
        order.replaces
        for order in run.orders.values()
        if order.replaces is not None and order.number in run.open_state.numbers
    }


def _released(plan: Plan, open_state: OpenState) -> Iterator[Instance]:
    """Every number that the plan releases. One that turned up since the last settling is not in state."""
    for resource, attributes in released(plan.changes):
        yield open_state.numbers.get(attributes.number) or Instance(resource=resource, attributes=attributes)


def _move(run: Run, purchases: Purchases, releases: Releases) -> Iterator[Event]:
    """Move explicit numbers to another trunk: release, see that they are gone, then buy them back."""
    moves = [*buy_backs_of(run.plan)]
    yield from releases.send({order.number: order.resource for order in moves}, confirm=True)
    yield from run.settle("release")
    yield from purchases.buy_back([order for order in moves if order.number not in run.open_state.numbers])
    yield from run.settle("purchase")


def _leaving(run: Run) -> dict[E164, Resource]:
    """What the plan releases, and the members whose replacements are bought."""
    replaced = _replaced(run)
    return {
        change.before.number: change.resource
        for change in acting(run.plan.changes)
        if isinstance(change, Release) or (isinstance(change, Replace) and change.before.number in replaced)
    }
