"""Sending: batches of one trunk and no more than so many, a few at a time, until the gate closes."""

import gc
import threading
import time
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import pytest

from numplan.engine.apply.calls import Bar
from numplan.engine.apply.dispatch import dispatch
from numplan.engine.apply.events import Sending
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.orders import Batch, batches_of, orders_of
from numplan.engine.pipeline import compute_plan
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome, Succeeded, Unknown
from numplan.model.policy import Policy
from tests.builders import manifest, pool, state, us
from tests.engine.world import World, in_batches_of, world_with
from tests.fakes import FakeClock, FakeSession, FakeVendor, nothing_barred

LOST = "the lock is another's"


class SlowVendor(FakeVendor):
    """A vendor whose calls take a moment, or until so many `meet`; `most` is how many were under way at once."""

    def __init__(self, seconds: float = 0.03, *, meet: int = 1) -> None:
        super().__init__()
        self.seconds = seconds
        self._meeting = threading.Barrier(meet, timeout=60)
        self.under_way = self.most = 0
        self._count = threading.Lock()

    def purchase(
        self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar = nothing_barred
    ) -> Mapping[E164, Outcome]:
        with self._count:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self._meeting.wait()
        time.sleep(self.seconds)
        outcomes = super().purchase(numbers, sip_trunk_id, bar)
        with self._count:
            self.under_way -= 1
        return outcomes


def gate_of(vendor: FakeVendor, clock: FakeClock | None = None, session: FakeSession | None = None) -> Gate:
    """The gate of a plan that buys all that the vendor sells."""
    wanted = manifest(pool("p", len(vendor.stock)))
    seen = compute_plan(wanted, None, vendor, World().options())
    clock = clock or FakeClock()
    open_state = OpenState(session or FakeSession(), msgspec.structs.replace(state(), serial=0))
    gate = Gate(
        vendor, seen.plan, open_state, clock, limits=Policy(), planned_at=clock.monotonic(), before={}
    )
    gate.expect([*orders_of(seen.plan)])
    return gate


def batches(how_many: int, vendor: FakeVendor) -> list[Batch]:
    for place in range(how_many):
        vendor.put_on_sale(us(place))
    return batches_of("purchase", [(us(place), None) for place in range(how_many)], 1)


@pytest.mark.parametrize("parallelism", [1, 2, 4, 8])
def test_no_more_calls_are_under_way_than_allowed(parallelism: int) -> None:
    vendor = SlowVendor(meet=parallelism)
    answered = list(dispatch(batches(8, vendor), gate_of(vendor), parallelism))
    assert vendor.most == parallelism
    outcomes = [
        one for _, guarded_plan in answered if guarded_plan is not None for one in guarded_plan.values()
    ]
    assert outcomes == [Succeeded()] * 8, "fewer calls met than may be under way"


def test_the_account_is_told_how_many_calls_are_to_come_and_at_last_that_none_is() -> None:
    class Told(FakeVendor):
        def __init__(self) -> None:
            super().__init__()
            self.told: list[int] = []

        def expect_calls(self, count: int) -> None:
            self.told.append(count)

    vendor = Told()
    list(dispatch(batches(3, vendor), gate_of(vendor), 1))
    assert vendor.told == [3, 2, 1, 0]
    vendor.told.clear()
    to_send = batches(4, vendor)
    gate = gate_of(vendor)
    for _, outcomes in dispatch(to_send, gate, 1, ahead=lambda: 1):
        if outcomes:
            gate.close("enough")
    assert vendor.told[-1] == 0
    assert 1 not in vendor.told


def test_an_answer_is_told_while_other_calls_are_under_way() -> None:
    class Hesitant(FakeVendor):
        """Answers the first number only once it may."""

        may_answer = threading.Event()

        def purchase(
            self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar = nothing_barred
        ) -> Mapping[E164, Outcome]:
            if us(0) in numbers:
                assert self.may_answer.wait(30), "the second answer was never told"
            return super().purchase(numbers, sip_trunk_id, bar)

    vendor, answered = Hesitant(), []
    for batch, outcomes in dispatch(batches(2, vendor), gate_of(vendor), 2):
        if outcomes is not None:
            answered.append((batch.numbers, *outcomes.values()))
            vendor.may_answer.set()
    assert answered == [((us(1),), Succeeded()), ((us(0),), Succeeded())]


def test_each_batch_is_told_before_it_is_sent() -> None:
    vendor = FakeVendor()
    answers = dispatch(batches(1, vendor), gate_of(vendor), 1)
    batch, outcomes = next(answers)
    assert outcomes is None
    assert vendor.posts == []
    assert next(answers) == (batch, {us(0): Succeeded()})
    assert list(answers) == []


def test_a_closed_gate_lets_nothing_more_out() -> None:
    vendor = FakeVendor()
    to_send = batches(3, vendor)
    gate = gate_of(vendor)
    seen: list[object] = []
    for _, outcomes in dispatch(to_send, gate, 1):
        seen.append(outcomes)
        if outcomes:
            gate.close("enough")
    assert len(vendor.posts) == 1
    assert seen[2:] == [{us(1): NotSent("enough")}, {us(2): NotSent("enough")}]


def test_a_batch_that_was_told_finds_the_gate_closed_all_the_same() -> None:
    vendor = FakeVendor()
    to_send = batches(2, vendor)
    gate = gate_of(vendor)
    answers = dispatch(to_send, gate, 1)
    assert next(answers)[1] is None
    gate.close("enough")
    assert [outcomes for _, outcomes in answers] == [{us(0): NotSent("enough")}, {us(1): NotSent("enough")}]
    assert vendor.posts == []


class Noted(FakeVendor):
    """A vendor that says when the second number has come."""

    def __init__(self) -> None:
        super().__init__()
        self.second_came = threading.Event()

    def purchase(
        self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar = nothing_barred
    ) -> Mapping[E164, Outcome]:
        if us(1) in numbers:
            self.second_came.set()
        return super().purchase(numbers, sip_trunk_id, bar)


def test_what_is_handed_over_ahead_is_sent_while_outcomes_are_sorted() -> None:
    vendor = Noted()
    sorted_: list[E164] = []
    for batch, outcomes in dispatch(batches(2, vendor), gate_of(vendor), 1, ahead=lambda: 1):
        if outcomes is not None:
            assert vendor.second_came.wait(30), "the second batch waited for the first to be sorted"
            sorted_ += batch.numbers
    assert sorted_ == [us(0), us(1)]


def test_each_batch_that_is_sent_is_told_just_before() -> None:
    vendor = FakeVendor()
    to_send = batches(4, vendor)
    gate = gate_of(vendor)
    sent: list[tuple[E164, ...]] = []

    def begun(batch: Batch) -> None:
        assert len(vendor.posts) == len(sent)
        sent.append(batch.numbers)

    answers = dispatch(to_send, gate, 1, ahead=lambda: 2, begun=begun)
    assert [next(answers)[1] for _ in range(3)] == [None] * 3
    answers.close()
    # Two were handed over before the third was told: how many of them went out in between is up to the threads.
    assert sent in ([], [(us(0),)], [(us(0),), (us(1),)])
    assert len(vendor.posts) == len(sent)


def test_credentials_that_are_refused_close_the_gate_at_once() -> None:
    """Not only when the outcomes are sorted: by then more would have gone out."""

    class Refusing(FakeVendor):
        asked = 0

        def purchase(
            self,
            numbers: Sequence[E164],
            sip_trunk_id: int | None,
            bar: Bar = nothing_barred,  # noqa: ARG002
        ) -> Mapping[E164, Outcome]:
            del sip_trunk_id
            self.asked += 1
            return dict.fromkeys(numbers, NotSent("401", stop=True))

    vendor = Refusing()
    list(dispatch(batches(4, vendor), gate_of(vendor), 1, ahead=lambda: 3))
    assert vendor.asked == 1


def test_and_no_more_calls_are_under_way_for_it() -> None:
    vendor = SlowVendor(0.01)
    list(dispatch(batches(12, vendor), gate_of(vendor), 2, ahead=lambda: 4))
    assert vendor.most == 2
    assert len(vendor.bought) == 12


def test_what_was_handed_over_and_not_begun_is_not_sent_once_the_gate_is_closed() -> None:
    vendor = SlowVendor()
    to_send = batches(4, vendor)
    gate = gate_of(vendor)
    answers = dispatch(to_send, gate, 1, ahead=lambda: 2)
    assert [next(answers)[1] for _ in range(3)] == [None] * 3
    assert next(answers)[1] == {us(0): Succeeded()}
    gate.close("enough")
    rest = [one for _, guarded_plan in answers if guarded_plan is not None for one in guarded_plan.values()]
    assert rest.count(NotSent("enough")) >= 2
    assert len(vendor.bought) + rest.count(NotSent("enough")) == 4


def test_a_gate_keeps_its_first_reason() -> None:
    clock = FakeClock()
    gate = gate_of(FakeVendor(), clock)
    assert gate.reason == ""
    clock.interrupt()
    assert gate.reason == "interrupted"
    gate.close("too late")
    assert gate.reason == "interrupted"


def test_nothing_is_sent_once_the_lock_is_anothers() -> None:
    vendor, session = FakeVendor(), FakeSession()
    found: dict[E164, Outcome] = {}
    for _, outcomes in dispatch(batches(3, vendor), gate_of(vendor, session=session), 1):
        found.update(outcomes or {})
        if outcomes:
            session.lose_lock()
    assert len(vendor.posts) == 1
    assert found == {us(0): Succeeded(), us(1): NotSent(LOST), us(2): NotSent(LOST)}


def test_the_lock_is_looked_at_last_of_all_before_a_call() -> None:
    vendor, session = FakeVendor(), FakeSession()
    answers = dispatch(batches(1, vendor), gate_of(vendor, session=session), 1)
    next(answers)
    session.lose_lock()
    batch, outcomes = next(answers)
    assert outcomes == dict.fromkeys(batch.numbers, NotSent(LOST))
    assert vendor.posts == []


def test_one_broken_call_says_nothing_of_the_others() -> None:
    class Broken(FakeVendor):
        def purchase(
            self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar = nothing_barred
        ) -> Mapping[E164, Outcome]:
            if us(1) in numbers:
                raise OSError("gone")
            return super().purchase(numbers, sip_trunk_id, bar)

    vendor = Broken()
    found: dict[E164, Outcome] = {}
    for _, outcomes in dispatch(batches(3, vendor), gate_of(vendor), 2):
        found.update(outcomes or {})
    assert found == {us(0): Succeeded(), us(1): Unknown("OSError: gone"), us(2): Succeeded()}


def test_who_leaves_early_waits_for_what_is_in_flight() -> None:
    vendor = SlowVendor()
    answers = dispatch(batches(4, vendor), gate_of(vendor), 2)
    next(answers)
    next(answers)
    answers.close()
    assert vendor.under_way == 0
    assert len(vendor.bought) == 1  # the second was told, not yet sent


def test_who_leaves_early_leaves_unsent_what_was_not_begun() -> None:
    vendor = SlowVendor()
    answers = dispatch(batches(4, vendor), gate_of(vendor), 1, ahead=lambda: 3)
    for _ in range(4):
        next(answers)
    answers.close()
    assert vendor.under_way == 0
    assert len(vendor.bought) == 1


def test_a_run_that_breaks_waits_for_what_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where something holds on to the traceback, as a debugger or a logger does."""
    world = world_with(*map(us, range(4)))
    vendor = SlowVendor()
    wanted = in_batches_of(1, manifest(pool("p", 4)), parallelism=3)
    batches(4, vendor)
    plan = world.draft(wanted)
    open_state = world.open()
    kept: list[BaseException] = []

    def save(_: object) -> None:
        try:
            _ = 1 / 0
        except ZeroDivisionError as problem:
            kept.append(problem)
            raise

    def events() -> Iterator[object]:
        for event in world.apply(plan, open_state, wanted, account=vendor):
            yield event
            if isinstance(event, Sending):
                monkeypatch.setattr(open_state, "save", save)

    gc.disable()
    try:
        for event in events():
            if type(event).__name__ == "Stopped":
                assert vendor.under_way == 0
        assert kept
    finally:
        gc.enable()
    assert len(vendor.bought) >= 1
    assert set(vendor.bought) <= world.known()
