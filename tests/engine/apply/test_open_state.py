"""The state while a run writes it: what it knows, and what is durable of it."""

from datetime import timedelta

import pytest

from numplan.engine.apply.open_state import OpenState
from numplan.model.errors import StateError
from tests.builders import buried, buying, managed, state, us
from tests.fakes import NOON, FakeSession

ONE = managed("pool.p", us(1))


def test_an_open_state_saves_all_it_knows_as_the_next_serial() -> None:
    session = FakeSession(state(ONE, buying(managed("pool.p", us(2))), buried(managed("pool.p", us(3)))))
    open_state = OpenState(session, session.read() or state())
    open_state.keep(managed("pool.p", us(4)))
    open_state.save(NOON)
    stored = session.read()
    assert stored == open_state.state
    assert stored is not None
    assert stored.serial == 5
    assert {one.number for one in stored.numbers} == {us(1), us(4)}
    assert [one.number for one in stored.intents] == [us(2)]
    assert [one.number for one in stored.tombstones] == [us(3)]
    assert not open_state.unsaved


def test_an_open_state_that_could_not_be_saved_stays_unsaved() -> None:
    session = FakeSession(state())
    open_state = OpenState(session, session.read() or state())
    open_state.keep(ONE)
    session.fail_writes()
    with pytest.raises(StateError):
        open_state.save(NOON)
    assert open_state.unsaved
    assert open_state.state.serial == 4
    open_state.save(NOON)
    assert open_state.state.serial == 5


def test_another_runs_write_is_never_taken_for_our_own() -> None:
    session = FakeSession(state())
    open_state = OpenState(session, session.read() or state())
    open_state.keep(ONE)
    session.fail_writes()
    with pytest.raises(StateError):
        open_state.save(NOON)
    OpenState(session, session.read() or state()).save(NOON)
    with pytest.raises(StateError, match="does not follow"):
        open_state.save(NOON)


def test_a_kept_number_has_no_intent_and_holds_no_slot_beside_its_own() -> None:
    session = FakeSession(state(buying(ONE), buried(ONE)))
    open_state = OpenState(session, session.read() or state())
    open_state.keep(ONE)
    assert open_state.intents == {}
    assert [one.holds_slot for one in open_state.tombstones.values()] == [False]


def test_closed_purchases_are_dropped_after_seven_days_and_not_before() -> None:
    session = FakeSession(state(buried(ONE, closed_at=NOON)))
    open_state = OpenState(session, session.read() or state())
    open_state.save(NOON + timedelta(days=7) - timedelta(seconds=1))
    assert len(open_state.state.tombstones) == 1
    open_state.save(NOON + timedelta(days=7))
    assert open_state.state.tombstones == ()


def test_a_refused_number_is_watched_without_a_slot_and_that_wants_to_be_saved() -> None:
    session = FakeSession(state(buried(ONE)))
    open_state = OpenState(session, session.read() or state())
    open_state.watch(ONE, "refused", NOON)
    assert open_state.unsaved
    assert not open_state.tombstones[us(1)].holds_slot
    assert open_state.tombstones[us(1)].cause == "refused"


def test_dropping_an_intent_that_is_not_there_leaves_the_open_state_as_it_is() -> None:
    session = FakeSession(state(ONE))
    open_state = OpenState(session, session.read() or state())
    open_state.drop_intent(us(9))
    assert not open_state.unsaved
