"""From what a run does to the records that the history is given."""

from collections.abc import Sequence

from numplan.engine.apply.chronicle import Chronicle
from numplan.engine.apply.open_state import OpenState
from numplan.engine.ports import Written
from numplan.model.history.record import KEPT_IN_STATE, Origin, Record, hash_of, line_of
from numplan.model.state import State
from tests.builders import managed, state, us
from tests.fakes import NOON, FakeSession


class Log:
    """A history in memory, which may refuse."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.problem = ""
        self.calls = 0

    def write(self, records: Sequence[Record], *, anew: bool) -> Written:  # noqa: ARG002
        self.calls += 1
        if not self.problem:
            self.records += [one for one in records if one not in self.records]
        return Written(self.problem)

    def holds(self, record_hash: str) -> bool | None:
        return any(hash_of(line_of(one)) == record_hash for one in self.records)

    def last(self) -> str | None:
        return hash_of(line_of(self.records[-1])) if self.records else ""


def opened(session: FakeSession, log: Log | None, *, knowingly: bool = False) -> OpenState:
    """The next run."""
    stored = session.read() or state(serial=0)
    chronicle = Chronicle(stored, log, Origin(run="run-1", actor="ann"), knowingly=knowingly)
    chronicle.resume()
    return OpenState(session, stored, chronicle=chronicle)


def bought(open_state: OpenState, *places: int) -> None:
    for place in places:
        open_state.keep(managed("pool.p", us(place)), "purchased")
    open_state.save(NOON)


def stored(session: FakeSession) -> State:
    found = session.read()
    assert found is not None
    return found


def told(records: Sequence[Record]) -> list[tuple[int, str | None]]:
    return [(one.record, one.number) for one in records]


def test_a_record_is_in_state_with_the_fact_and_in_the_history_after_it() -> None:
    session, log = FakeSession(), Log()
    run = opened(session, log)
    bought(run, 1, 2)
    assert told(stored(session).to_record) == [(1, us(1)), (2, us(2))]
    assert not log.records
    assert run.chronicle.flush() == ""
    assert told(log.records) == [(1, us(1)), (2, us(2))]


def test_state_lets_go_of_them_with_its_next_write_and_not_before() -> None:
    session, log = FakeSession(), Log()
    run = opened(session, log)
    bought(run, 1)
    run.chronicle.flush()
    assert len(session.documents) == 1
    bought(opened(session, log), 2)
    assert told(stored(session).to_record) == [(2, us(2))]


def test_what_the_history_does_not_take_stays_in_state_until_it_does() -> None:
    session, log = FakeSession(), Log()
    log.problem = "the disk is full"
    for place in (1, 2, 3):
        run = opened(session, log)
        bought(run, place)
        assert run.chronicle.flush() == "the disk is full"
    assert told(stored(session).to_record) == [(1, us(1)), (2, us(2)), (3, us(3))]
    log.problem = ""
    opened(session, log).chronicle.flush()
    assert told(log.records) == [(1, us(1)), (2, us(2)), (3, us(3))]


def test_a_write_of_state_that_failed_tells_nothing_twice() -> None:
    for durable in (False, True):
        session, log = FakeSession(), Log()
        run = opened(session, log)
        session.fail_writes(durable=durable)
        try:
            bought(run, 1)
        except Exception:  # noqa: BLE001 - the disk is full
            assert run.unsaved
        bought(run, 2)
        run.chronicle.flush()
        assert told(log.records) == [(1, us(1)), (2, us(2))]


def test_of_more_than_state_has_room_for_the_lost_ones_are_told() -> None:
    session, log = FakeSession(), Log()
    log.problem = "the disk is full"
    bought(opened(session, log), *range(1, KEPT_IN_STATE + 51))
    tip = stored(session).history
    assert tip is not None
    assert (tip.last, tip.more, len(stored(session).to_record)) == (1050, 50, 1000)
    log.problem = ""
    run = opened(session, log)
    bought(run, 2000)
    run.chronicle.flush()
    assert [one.record for one in log.records] == [*range(1, 1001), 1051, 1052]
    lost = log.records[1000]
    assert (lost.outcome, lost.lost_from, lost.lost_to) == ("lost", 1001, 1050)
    after = stored(session).history
    assert after is not None
    assert after.more == 0


def test_more_than_state_has_room_for_are_there_once_where_the_history_took_them() -> None:
    session, log = FakeSession(), Log()
    run = opened(session, log)
    bought(run, *range(1, KEPT_IN_STATE + 51))
    run.chronicle.flush()
    calls = log.calls
    run = opened(session, log)
    assert log.calls == calls
    bought(run, 2000)
    run.chronicle.flush()
    assert [one.record for one in log.records] == [*range(1, 1052)]
    after = stored(session)
    assert after.history is not None
    assert (after.history.more, told(after.to_record)) == (0, [(1051, us(2000))])


def test_a_run_that_knowingly_goes_on_from_an_older_state_says_so_before_all_else() -> None:
    session, log = FakeSession(), Log()
    for place in (1, 2):
        run = opened(session, log)
        bought(run, place)
        run.chronicle.flush()
    older = FakeSession()
    older.documents = session.documents[:1]
    run = opened(older, log, knowingly=True)
    bought(run, 3)
    run.chronicle.flush()
    assert [(one.record, one.outcome) for one in log.records] == [
        (1, "purchased"),
        (2, "purchased"),
        (2, "restored"),
        (3, "purchased"),
    ]
    bought(opened(older, log, knowingly=True), 4)
    assert [one.outcome for one in stored(older).to_record] == ["purchased"], "it is said once"


def test_many_are_written_during_the_run_so_that_state_need_not_hold_them() -> None:
    session, log = FakeSession(), Log()
    run = opened(session, log)
    bought(run, *range(1, 3001))
    assert len(log.records) == 3000
    bought(run, 4000)
    assert len(stored(session).to_record) == 1


def test_a_history_that_takes_nothing_just_now_is_no_sign_of_a_state_that_was_put_back() -> None:
    session, log = FakeSession(), Log()
    for place in (1, 2):
        run = opened(session, log)
        bought(run, place)
        run.chronicle.flush()
        log.problem = "the disk is full"
    run = opened(session, log, knowingly=True)
    bought(run, 3)
    log.problem = ""
    run.chronicle.flush()
    assert [(one.record, one.outcome) for one in log.records] == [(at, "purchased") for at in (1, 2, 3)]


def test_a_run_with_nothing_to_tell_asks_the_history_nothing() -> None:
    session, log = FakeSession(), Log()
    run = opened(session, log)
    run.chronicle.flush()
    run.save(NOON)
    assert log.calls == 0
    assert stored(session).history is None
    assert b"history" not in session.documents[-1]


def test_where_no_history_is_kept_state_has_no_word_of_one() -> None:
    session = FakeSession()
    bought(opened(session, None), 1)
    assert stored(session).history is None
    assert stored(session).to_record == ()


def test_what_was_taken_back_is_told_as_taken_back() -> None:
    session, log = FakeSession(), Log()
    run = opened(session, log)
    bought(run, 1)
    before = run.state
    bought(run, 2)
    run.go_back_to(before, "another has it")
    run.save(NOON)
    run.chronicle.flush()
    assert [(one.outcome, one.number) for one in log.records][2:] == [("forgotten", us(2))]
