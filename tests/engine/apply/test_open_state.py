"""The state while a run writes it: what it knows, and what is durable of it."""

from datetime import timedelta

import msgspec
import pytest

from numplan.engine.apply.open_state import OpenState
from numplan.model.errors import StateError
from numplan.model.policy import Policy
from numplan.model.state import Bound, Released
from tests.builders import buried, buying, managed, state, us
from tests.fakes import NOON, FakeSession

ONE = managed("pool.p", us(1))
BOUND = Bound(policy=Policy(), url="https://api.integrari.com/o/", settle_seconds=10.0, hold_minutes=15.0)


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


class TestReleased:
    def opened(self, *rows):
        session = FakeSession(state(*rows))
        return session, OpenState(session, session.read() or state())

    def test_what_was_released_is_remembered_with_its_time_until_the_span_of_the_policy_is_over(self) -> None:
        session, open_state = self.opened(ONE, managed("pool.p", us(2)))
        open_state.released(us(1), NOON)
        open_state.seems_released(managed("pool.p", us(2)), NOON + timedelta(days=1))
        open_state.save(NOON)
        assert session.read().released == (
            Released(us(1), NOON),
            Released(us(2), NOON + timedelta(days=1)),
        )
        open_state.save(NOON + timedelta(days=999))
        assert len(session.read().released) == 2, "only an apply knows for how long"
        open_state.bind(BOUND, timedelta(days=90))
        open_state.save(NOON + timedelta(days=90))
        assert [one.number for one in session.read().released] == [us(2)]
        open_state.bind(BOUND, timedelta())
        open_state.save(NOON + timedelta(days=90))
        assert session.read().released == ()

    def test_what_is_taken_in_again_drops_out_of_it(self) -> None:
        session, open_state = self.opened(Released(us(1), NOON), Released(us(2), NOON))
        open_state.keep(ONE)
        open_state.save(NOON)
        assert [one.number for one in session.read().released] == [us(2)]

    def test_what_is_forgotten_was_not_released(self) -> None:
        session, open_state = self.opened(ONE)
        open_state.forget(us(1))
        open_state.save(NOON)
        assert session.read().released == ()


class TestReplaced:
    def test_a_successor_remembers_whom_it_replaces_until_that_is_gone(self) -> None:
        session = FakeSession(state(ONE))
        open_state = OpenState(session, session.read() or state())
        open_state.keep(msgspec.structs.replace(managed("pool.p", us(2)), replaces=us(1)))
        open_state.save(NOON)
        again = OpenState(session, session.read() or state())
        assert again.numbers[us(2)].replaces == us(1)
        again.released(us(1), NOON)
        assert again.numbers[us(2)].replaces is None

    def test_one_that_is_found_once_the_other_is_gone_replaces_nobody(self) -> None:
        session = FakeSession(state())
        open_state = OpenState(session, session.read() or state())
        open_state.keep(msgspec.structs.replace(managed("pool.p", us(2)), replaces=us(1)))
        assert open_state.numbers[us(2)].replaces is None
