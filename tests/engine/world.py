"""The line of a run, over a world in which everything can go wrong."""

from collections.abc import Generator, Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

import msgspec

from numplan.engine.apply.apply import apply_plan
from numplan.engine.apply.calls import Account
from numplan.engine.apply.events import Event
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.leftovers import settle_leftovers
from numplan.engine.apply.open_state import OpenState
from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.policy.limits import effective
from numplan.engine.policy.loosening import bound_by
from numplan.model.account import OwnedNumber
from numplan.model.changes import released
from numplan.model.errors import ApiError, StateError, UsageError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.others import OtherStates, nobody
from numplan.model.plan import Allowances, Plan, Selection
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state, encode_state
from tests.fakes import ACCOUNT, URL
from tests.faulty import FaultySession, FaultyVendor, Killed, Touch, TouchedClock

ALL = Selection()
NOTHING: Mapping[E164, OwnedNumber] = {}
LIFTED = Allowances(max_releases=1000, empty=True, missing=True, new_state=True)


class Ran(NamedTuple):
    """What one run came to. `error` is what ended it early, `plan` is None where it had none yet."""

    plan: Plan | None
    left: tuple[Event, ...] = ()
    events: tuple[Event, ...] = ()
    error: BaseException | None = None


class World:
    """An account, a state and a clock, and runs over them."""

    def __init__(self) -> None:
        self.touch = Touch()
        self.clock = TouchedClock(self.touch)
        self.documents: list[bytes] = []
        self.vendor = FaultyVendor(self.clock, self.touch, self.documents)
        self.runs = 0
        self.lineage = "lineage-1"
        self.others: OtherStates = nobody
        """Reads the states of others on the account."""

    @property
    def state(self) -> State | None:
        """The state as stored."""
        return decode_state(self.documents[-1], "the world") if self.documents else None

    def store(self, state: State) -> None:
        """Let this be the stored state."""
        self.documents.append(encode_state(state))

    def known(self) -> set[E164]:
        """Every number that the stored state knows of."""
        state = self.state
        return {one.number for one in (*state.numbers, *state.intents, *state.tombstones)} if state else set()

    def managed(self) -> set[E164]:
        """The numbers that the stored state manages, or has intents for."""
        state = self.state
        return {one.number for one in (*state.numbers, *state.intents)} if state else set()

    def open(self, writes: Iterable[str] = ()) -> OpenState:
        """Lock the state for a new run. `writes` are the fates of its writes."""
        self.runs += 1
        session = FaultySession(self.documents, self.touch, f"run-{self.runs}")
        session.faults.extend(writes)
        return OpenState(session, session.read() or _nothing(self.lineage), self.others)

    def run(
        self,
        manifest: Manifest,
        *,
        allowances: Allowances = LIFTED,
        selection: Selection = ALL,
        writes: Iterable[str] = (),
        replace: tuple[str, ...] = (),
    ) -> Ran:
        """The line of an apply: settle, plan, guard, carry out. A kill or an error ends it early, and so does a
        selection that names nothing.
        """
        plan: Plan | None = None
        left: list[Event] = []
        events: list[Event] = []
        try:
            open_state = self.open(writes)
            open_state.bind(bound_by(manifest), manifest.bounds.no_rebuy)
            left.extend(settle_leftovers(open_state, manifest, self.vendor, self.clock))
            if self.clock.interrupted():
                return Ran(None, tuple(left))
            asked_at = self.clock.monotonic()
            options = msgspec.structs.replace(self.options(allowances, selection), replace=replace)
            seen = compute_plan(manifest, open_state.stored, self.vendor, options, self.others)
            plan = seen.plan
            if plan.errors or plan.refusals:
                return Ran(plan, tuple(left))
            self.vendor.may_release = {attributes.number for _, attributes in released(plan.changes)}
            self.before_apply(plan)
            for event in self.apply(
                plan, open_state, manifest, before=seen.comparison.snapshot.owned, asked_at=asked_at
            ):
                events.append(event)  # noqa: PERF402 - what came before a kill counts
        except (Killed, ApiError, StateError, UsageError) as end:
            return Ran(plan, tuple(left), tuple(events), end)
        return Ran(plan, tuple(left), tuple(events))

    def apply(
        self,
        plan: Plan,
        open_state: OpenState,
        manifest: Manifest,
        *,
        before: Mapping[E164, OwnedNumber] = NOTHING,
        asked_at: float | None = None,
        account: Account | None = None,
    ) -> Generator[Event, None, None]:
        """Carry out a plan whose offers were asked for just now, or at a time of the monotonic clock."""
        gate = Gate(
            account or self.vendor,
            plan,
            open_state,
            self.clock,
            limits=effective(manifest, plan.allowances).both,
            planned_at=self.clock.monotonic() if asked_at is None else asked_at,
            before=before,
            retired={one.number: one for one in manifest.retire},
            parallelism=manifest.api.parallelism,
        )
        return apply_plan(plan, open_state, gate, self.clock, manifest.api)

    def before_apply(self, plan: Plan) -> None:
        """For tests that want to see the plan before it is carried out."""

    def options(self, allowances: Allowances = LIFTED, selection: Selection = ALL) -> PlanOptions:
        """What a plan made now depends on."""
        return PlanOptions(
            now=self.clock.now(),
            numplan="0.1.0",
            account=ACCOUNT,
            api_url=URL,
            allowances=allowances,
            selection=selection,
        )

    def draft(self, manifest: Manifest, allowances: Allowances = LIFTED) -> Plan:
        """What `numplan plan` would say now."""
        return compute_plan(manifest, self.state, self.vendor, self.options(allowances), self.others).plan

    def later(self, **span: float) -> None:
        """Time passes: `seconds`, `minutes` or `days`."""
        self.clock.advance(seconds=span.pop("hours", 0) * 3600 + span.pop("seconds", 0), **span)
        self.vendor.pass_time()

    def jump(self, span: timedelta) -> None:
        """The time of day moves forward, or back, and nothing else does."""
        self.clock.set_back(-span)


def _nothing(lineage: str) -> State:
    return State(serial=0, lineage=lineage, account=ACCOUNT, api_url=URL, numplan="0.1.0", write_id="w0")


def in_batches_of(size: int, made: Manifest, *, parallelism: int = 1) -> Manifest:
    api = msgspec.structs.replace(made.api, batch_size=size, parallelism=parallelism)
    return msgspec.structs.replace(made, api=api)


def world_with(*for_sale: str) -> World:
    world = World()
    for number in for_sale:
        world.vendor.put_on_sale(number)
    return world
