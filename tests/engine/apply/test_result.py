"""What an apply came to, and the book it wrote."""

from datetime import timedelta

import pytest

from numplan.engine.apply.events import (
    Call,
    Done,
    Event,
    Failed,
    NotSaved,
    Recorded,
    Saved,
    Sending,
    Settled,
    Stopped,
    Substituted,
    Uncertain,
    Unsettled,
    Verdict,
)
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Forget, Update
from numplan.model.errors import StateError
from tests.builders import buried, buying, managed, state, us
from tests.fakes import NOON, FakeSession

P = Resource("pool.p")
ONE = managed("pool.p", us(1))


def done(call: Call, place: int = 1) -> Done:
    return Done(resource=P, number=us(place), call=call)


def failed(place: int = 1, *, attempted: bool = True) -> Failed:
    return Failed(resource=P, number=us(place), call="purchase", reason="sold", attempted=attempted)


def uncertain(call: Call = "purchase") -> Uncertain:
    return Uncertain(resource=P, number=us(1), call=call, reason="lost")


def settled(verdict: Verdict, call: Call = "purchase") -> Settled:
    return Settled(resource=P, number=us(1), call=call, verdict=verdict, reason="seen")


def test_nothing_comes_to_nothing() -> None:
    assert summarize([]) == ApplyResult()
    assert not summarize([]).changed


@pytest.mark.parametrize(
    ("events", "figures"),
    [
        ([done("purchase"), done("purchase", 2), done("release", 3)], (2, 1, 0, 0)),
        ([uncertain(), settled("bought")], (1, 0, 0, 0)),
        ([uncertain("release"), settled("released", "release")], (0, 1, 0, 0)),
        ([uncertain(), settled("not bought")], (0, 0, 1, 0)),
        ([uncertain("release"), settled("not released", "release")], (0, 0, 1, 0)),
        ([uncertain(), settled("unknown")], (0, 0, 0, 1)),
        ([uncertain(), settled("unknown"), settled("unknown")], (0, 0, 0, 1)),
        ([uncertain(), Unsettled(reason="down")], (0, 0, 0, 1)),
        ([failed(), failed(2)], (0, 0, 2, 0)),
        ([Sending(resource=P, number=us(1), call="purchase")], (0, 0, 0, 0)),
        (
            [
                Substituted(resource=P, number=us(1), substitute=us(2), reason="sold"),
                done("purchase", 2),
            ],
            (1, 0, 0, 0),
        ),
    ],
)
def test_calls_are_counted_once_and_by_their_last_word(
    events: list[Event], figures: tuple[int, int, int, int]
) -> None:
    found = summarize(events)
    assert (found.purchased, found.released, len(found.failed), len(found.unknown)) == figures
    assert found.changed is bool(figures[0] + figures[1])


def test_recorded_changes_are_counted_by_kind() -> None:
    attributes = ONE.attributes
    found = summarize(
        [
            Recorded(change=Adopt(resource=P, after=attributes)),
            Recorded(change=Update(resource=P, before=attributes, after=attributes)),
            Recorded(change=Forget(resource=P, before=attributes)),
        ]
    )
    assert (found.adopted, found.updated, found.forgotten) == (1, 1, 1)
    assert found.changed


def test_the_first_reason_to_stop_and_the_last_word_on_saving_count() -> None:
    assert summarize([Stopped(reason="a"), Stopped(reason="b")]).stopped == "a"
    assert summarize([NotSaved(reason="full"), Saved(serial=3)]).not_saved == ""
    assert summarize([Saved(serial=3), NotSaved(reason="full")]).not_saved == "full"


# -- the book -------------------------------------------------------------------------------------------


def test_a_book_saves_all_it_knows_as_the_next_serial() -> None:
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


def test_a_book_that_could_not_be_saved_stays_unsaved() -> None:
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


def test_dropping_what_is_not_there_leaves_the_book_as_it_is() -> None:
    session = FakeSession(state(ONE))
    open_state = OpenState(session, session.read() or state())
    open_state.drop_intent(us(9))
    assert not open_state.unsaved
