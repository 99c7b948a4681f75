"""What every backend must do. Subclass BackendContract, and give it the fixtures `open_backend` and `break_lock`;
a place that is reached over a network subclasses SharedBackendContract.

`open_backend(environment={})` opens the same place anew at each call, as another user of it would; the place
is empty when a test starts. `break_lock(session)` takes the lock away from a session that goes on.
"""

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings

from numplan.engine.ports import Session
from numplan.model.errors import StateError, StateLockedError
from numplan.model.state import State
from numplan.state.backend import Backend, PlainClock
from tests.services.cutting import Line
from tests.services.places import Calls
from tests.state.samples import make_state, next_after, states

Open = Callable[..., Backend]
Break = Callable[[Session], None]


class BackendContract:
    """The suite. A backend that passes may hold what purchases are remembered in."""

    # -- reading and writing

    def test_an_empty_place_has_no_state(self, open_backend: Open):
        backend = open_backend()
        assert backend.read() is None
        with backend.lock("apply") as session:
            assert session.read() is None
        assert backend.read() is None

    def test_the_place_has_a_name(self, open_backend: Open):
        assert open_backend().place

    def test_what_was_written_is_read_with_and_without_the_lock(self, open_backend: Open):
        state = make_state()
        with open_backend().lock("apply") as session:
            session.write(state)
            assert session.read() == state
        assert open_backend().read() == state
        with open_backend().lock("apply") as session:
            assert session.read() == state

    def test_a_try_to_write_leaves_nothing_and_touches_neither_state_nor_lock(self, open_backend: Open):
        backend = open_backend()
        assert backend.try_writing().written in {True, None}
        assert (backend.read(), backend.holder()) == (None, None)
        state = make_state()
        with backend.lock("apply") as session:
            session.write(state)
            assert open_backend().try_writing().written in {True, None}
            session.require_lock()
        assert open_backend().read() == state

    def test_one_session_writes_many_times(self, open_backend: Open):
        state = make_state()
        with open_backend().lock("apply") as session:
            session.write(state)
            for _ in range(5):
                state = next_after(state)
                session.write(state)
                assert open_backend().read() == state

    def test_many_numbers_come_back_as_they_were(self, open_backend: Open):
        state = make_state(numbers=5_000)
        with open_backend().lock("apply") as session:
            session.write(state)
        assert open_backend().read() == state

    @settings(
        max_examples=15,
        deadline=None,
        # The place is not empty at the second example, and each backend's subclass runs this one test.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(drawn=states)
    def test_every_state_comes_back_as_it_was(self, open_backend: Open, drawn):
        from msgspec.structs import replace

        with open_backend().lock("apply") as session:
            before = session.read()
            after = replace(
                drawn,
                serial=before.serial + 1 if before else 1,
                lineage=before.lineage if before else drawn.lineage,
            )
            session.write(after)
        assert open_backend().read() == after

    def test_reading_needs_no_lock(self, open_backend: Open):
        state = make_state()
        with open_backend().lock("apply") as session:
            session.write(state)
            assert open_backend().read() == state

    # -- compare and swap

    @pytest.mark.parametrize("serial", [0, 2, 7])
    def test_the_first_serial_is_1(self, open_backend: Open, serial):
        with open_backend().lock("apply") as session, pytest.raises(StateError):
            session.write(make_state(serial))
        assert open_backend().read() is None

    @pytest.mark.parametrize("step", [-1, 0, 2, 1000])
    def test_only_the_next_serial_is_written(self, open_backend: Open, step):
        first = make_state()
        stored = next_after(first)
        with open_backend().lock("apply") as session:
            session.write(first)
            session.write(stored)
            with pytest.raises(StateError, match="serial"):
                session.write(make_state(stored.serial + step))
            assert session.read() == stored
        assert open_backend().read() == stored

    def test_a_state_of_any_serial_begins_where_there_is_none(self, open_backend: Open):
        """One that arrives from elsewhere goes on where it was; over another it is never put."""
        arriving = make_state(41)
        with open_backend().lock("migrate") as session:
            session.begin(arriving)
            with pytest.raises(StateError, match="holds a state already"):
                session.begin(next_after(arriving))
        assert open_backend().read() == arriving
        with open_backend().lock("apply") as session:
            session.write(next_after(arriving))
        assert open_backend().read().serial == 42

    def test_another_lineage_is_refused(self, open_backend: Open):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            with pytest.raises(StateError, match="lineage"):
                session.write(next_after(stored, lineage="lineage-b"))
        assert open_backend().read() == stored

    def test_a_stale_write_is_refused(self, open_backend: Open):
        """Who read before another run wrote cannot write over it."""
        first = make_state()
        with open_backend().lock("apply") as session:
            session.write(first)
        stale = open_backend().read()
        newer = next_after(first)
        with open_backend().lock("apply") as session:
            session.write(newer)
        with open_backend().lock("apply") as session, pytest.raises(StateError, match="serial"):
            session.write(next_after(stale))
        assert open_backend().read() == newer

    def test_a_refused_write_leaves_the_session_usable(self, open_backend: Open):
        first = make_state()
        with open_backend().lock("apply") as session:
            session.write(first)
            with pytest.raises(StateError):
                session.write(make_state(9))
            second = next_after(first)
            session.write(second)
        assert open_backend().read() == second

    def test_writing_needs_no_reading_first(self, open_backend: Open):
        first = make_state()
        with open_backend().lock("apply") as session:
            session.write(first)
        with open_backend().lock("apply") as session:
            session.write(next_after(first))
        assert open_backend().read().serial == 2

    # -- the lock

    def test_the_lock_excludes_another(self, open_backend: Open):
        with (
            open_backend().lock("apply"),
            pytest.raises(StateLockedError) as refused,
            open_backend().lock("destroy"),
        ):
            pytest.fail("two hold the lock")
        assert refused.value.exit_code == 8
        assert refused.value.hint

    def test_a_conflict_names_the_holder(self, open_backend: Open):
        job = "https://ci.example.test/job/17"
        with open_backend(environment={"CI_JOB_URL": job}).lock("destroy") as session:
            holder = open_backend().holder()
            with pytest.raises(StateLockedError) as refused, open_backend().lock("apply"):
                pass
        said = str(refused.value)
        expected = [
            "destroy",
            holder.who,
            str(holder.pid),
            session.run,
            f"{holder.created:%Y-%m-%d %H:%M:%S}",
            job,
        ]
        assert [word for word in expected if word not in said] == []

    def test_holder_tells_who_and_since_when(self, open_backend: Open):
        backend = open_backend()
        assert backend.holder() is None
        with backend.lock("apply") as session:
            holder = open_backend().holder()
            assert (holder.id, holder.operation, holder.path) == (session.run, "apply", backend.place)
            assert "@" in holder.who
            assert holder.created.utcoffset().total_seconds() == 0
        assert open_backend().holder() is None

    def test_asking_for_the_holder_takes_no_lock(self, open_backend: Open):
        for _ in range(20):
            open_backend().holder()
            with open_backend().lock("apply"):
                open_backend().holder()

    def test_every_lock_has_an_id_of_its_own(self, open_backend: Open):
        seen = set()
        for _ in range(5):
            with open_backend().lock("apply") as session:
                assert re.fullmatch("[0-9a-f]{32}", session.run)
                seen.add(session.run)
        assert len(seen) == 5

    def test_an_exception_releases_the_lock_and_passes(self, open_backend: Open):
        with pytest.raises(KeyError, match="boom"), open_backend().lock("apply"):
            raise KeyError("boom")
        assert open_backend().holder() is None
        with open_backend().lock("apply"):
            pass

    def test_a_refused_lock_leaves_the_holder_its_lock(self, open_backend: Open):
        with open_backend().lock("apply") as session:
            with pytest.raises(StateLockedError), open_backend().lock("apply"):
                pass
            assert open_backend().holder().id == session.run
            session.write(make_state())
        assert open_backend().holder() is None

    def test_nothing_is_written_after_the_release(self, open_backend: Open):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
        with pytest.raises(StateError):
            session.write(next_after(stored))
        assert open_backend().read() == stored

    def test_the_lock_is_had_until_its_release(self, open_backend: Open):
        with open_backend().lock("apply") as session:
            session.require_lock()
            session.write(make_state())
            session.require_lock()
        with pytest.raises(StateError):
            session.require_lock()

    def test_no_timeout_is_told_at_once(self, open_backend: Open):
        with open_backend().lock("apply"):
            begun = time.monotonic()
            with pytest.raises(StateLockedError), open_backend().lock("apply"):
                pass
            assert time.monotonic() - begun < 2

    def test_a_timeout_is_waited_and_no_longer(self, open_backend: Open):
        with open_backend().lock("apply"):
            begun = time.monotonic()
            with pytest.raises(StateLockedError), open_backend().lock("apply", timeout=0.6):
                pass
            assert 0.55 < time.monotonic() - begun < 3

    def test_who_waits_gets_the_lock_when_it_is_free(self, open_backend: Open):
        held, got = threading.Event(), []

        def wait_for_it() -> None:
            held.wait()
            with open_backend().lock("apply", timeout=20) as session:
                got.append(session.read())

        waiter = threading.Thread(target=wait_for_it)
        waiter.start()
        stored = make_state()
        with open_backend().lock("apply") as session:
            held.set()
            time.sleep(0.3)
            session.write(stored)
            assert got == []
        waiter.join(30)
        assert got == [stored]

    def test_no_increment_is_lost_between_threads(self, open_backend: Open):
        with open_backend().lock("apply") as session:
            session.write(make_state())

        def raise_it() -> None:
            for _ in range(5):
                with open_backend().lock("apply", timeout=60) as session:
                    session.write(next_after(session.read()))

        threads = [threading.Thread(target=raise_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert open_backend().read().serial == 21

    def test_of_20_at_once_never_two_hold_the_lock_and_no_write_is_lost(self, open_backend: Open):
        with open_backend().lock("apply") as session:
            session.write(make_state())
        inside, met, written = [], [], []

        def once() -> None:
            with open_backend().lock("apply", timeout=60) as session:
                inside.append(session.run)
                met.append(len(inside))
                after = next_after(session.read())
                session.write(after)
                written.append(after)
                inside.remove(session.run)

        at_once(once, 20)
        assert met == [1] * 20
        assert open_backend().read() == written[-1]
        assert [state.serial for state in written] == list(range(2, 22))

    def test_of_20_that_do_not_wait_none_writes_over_another(self, open_backend: Open):
        first = make_state()
        with open_backend().lock("apply") as session:
            session.write(first)
        written, refused = [], []

        def once() -> None:
            try:
                with open_backend().lock("apply") as session:
                    after = next_after(session.read())
                    session.write(after)
                    written.append(after)
            except StateLockedError as problem:
                refused.append(problem)

        at_once(once, 20)
        assert len(written) + len(refused) == 20
        assert [state.serial for state in written] == list(range(2, 2 + len(written)))
        assert open_backend().read() == (written or [first])[-1]

    # -- a lock that is broken while its holder goes on

    def test_who_lost_the_lock_writes_nothing(self, open_backend: Open, break_lock: Break):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            break_lock(session)
            with pytest.raises(StateError) as asked:
                session.require_lock()
            with pytest.raises(StateError) as refused:
                session.write(next_after(stored))
            assert asked.value.hint
            assert refused.value.hint
        assert open_backend().read() == stored

    def test_who_lost_the_lock_to_another_writes_nothing_and_frees_nothing(
        self, open_backend: Open, break_lock: Break
    ):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            break_lock(session)
            with open_backend().lock("destroy") as other:
                newer = next_after(other.read())
                other.write(newer)
                for _ in range(2):
                    with pytest.raises(StateError):
                        session.require_lock()
                with pytest.raises(StateError):
                    session.write(next_after(newer))
                other.require_lock()
                newest = next_after(newer)
                other.write(newest)
        assert open_backend().read() == newest
        assert open_backend().holder() is None

    def test_leaving_after_a_lost_lock_leaves_it_to_the_next(self, open_backend: Open, break_lock: Break):
        with open_backend().lock("apply") as session:
            break_lock(session)
            other = open_backend().lock("destroy")
            theirs = other.__enter__()
        theirs.require_lock()
        theirs.write(make_state())
        other.__exit__(None, None, None)
        assert open_backend().holder() is None

    def test_another_id_unlocks_nothing(self, open_backend: Open):
        with pytest.raises(StateError, match="not locked"):
            open_backend().unlock("0" * 32)
        with open_backend().lock("apply") as session:
            with pytest.raises(StateError, match=session.run):
                open_backend().unlock("0" * 32)
            session.require_lock()
            session.write(make_state())

    # -- size

    @pytest.mark.torture
    def test_a_state_of_50_mb_comes_back_as_it_was(self, open_backend: Open):
        state = make_state(numbers=200_000)
        with open_backend().lock("apply") as session:
            session.write(state)
            assert session.read() == state
            session.write(next_after(state))
        assert open_backend().read().numbers == state.numbers


def at_once(work: Callable[[], None], count: int) -> None:
    """Do so many times the same in threads that start together; what one of them raises comes out here."""
    start, broken = threading.Barrier(count), []

    def begin() -> None:
        start.wait()
        try:
            work()
        except BaseException as problem:  # noqa: BLE001 - told below, where a test can fail on it
            broken.append(problem)

    threads = [threading.Thread(target=begin) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


class HastyClock(PlainClock):
    """Time that does not wait long for another try."""

    def wait(self, seconds: float) -> None:
        super().wait(min(seconds, 0.05))


class SharedBackendContract(BackendContract):
    """For places over a network. Besides `open_backend`, whose calls go through the fixture `line`: `denied`,
    the same place opened with credentials that are wrong. `CALLS` tell a call by its bytes.
    """

    CALLS: Calls
    STAYS_LOCKED = True
    """Whether a lock outlives a run that cannot reach the place any more."""
    UNLOCK_BY_ID = ""
    """The call by which another takes the lock away, where it is not that of the holder."""

    @pytest.fixture
    def break_lock(self, open_backend: Open) -> Break:
        return lambda session: open_backend().unlock(session.run)

    def test_unlocking_by_id_lets_the_next_one_in(self, open_backend: Open):
        with open_backend().lock("apply") as session:
            open_backend().unlock(session.run)
            assert open_backend().holder() is None
            with open_backend().lock("apply") as other:
                other.write(make_state())

    @pytest.mark.parametrize("what", ["request", "answer"])
    @pytest.mark.parametrize("times", [1, 30])
    def test_a_write_that_was_cut_off_stands_or_does_not_and_says_so(
        self, open_backend: Open, line: Line, what, times
    ):
        before = make_state()
        with open_backend().lock("apply") as session:
            session.write(before)
        after = next_after(before)
        told = write_through(open_backend, line, self.CALLS.write, what, times, after)
        line.mend()
        stored = open_backend().read()
        assert stored in (before, after)
        if told is None:
            assert stored == after
        elif "untouched" in told.message:
            assert stored == before
        self.clear(open_backend)
        with open_backend().lock("apply") as session:
            session.write(next_after(session.read()))
        assert open_backend().read().serial == stored.serial + 1

    @pytest.mark.parametrize("what", ["request", "answer"])
    def test_a_first_write_that_was_cut_off_stands_or_does_not(self, open_backend: Open, line: Line, what):
        first = make_state()
        told = write_through(open_backend, line, self.CALLS.write, what, 1, first)
        line.mend()
        assert open_backend().read() in ((first,) if told is None else (None, first))

    @pytest.mark.parametrize("what", ["request", "answer"])
    def test_a_lock_that_was_cut_off_is_had_or_told(self, open_backend: Open, line: Line, what):
        line.cut(self.CALLS.lock, what)
        told = None
        try:
            with open_backend().lock("apply") as session:
                session.write(make_state())
        except StateError as problem:
            told = problem
        assert line.done == 1
        assert not isinstance(told, StateLockedError), "it took its own lock for another's"
        assert told is None or told.hint
        line.mend()
        if told is not None and "nothing was changed" in told.message:
            self.wait_until_free(open_backend)
        self.clear(open_backend)
        with open_backend().lock("apply"):
            pass

    @pytest.mark.parametrize(("what", "times"), [("request", 30), ("answer", 1)])
    def test_a_read_that_was_cut_off_is_whole_or_told(self, open_backend: Open, line: Line, what, times):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
        for read in (lambda _: open_backend().read(), lambda session: session.read()):
            with open_backend().lock("apply") as session:
                line.cut(self.CALLS.read, what, times)
                with suppress(StateError):
                    assert read(session) == stored
                assert line.done
                line.mend()
            self.clear(open_backend)
        assert open_backend().read() == stored

    @pytest.mark.parametrize(("what", "times"), [("request", 30), ("answer", 1)])
    def test_an_unlock_that_was_cut_off_leaves_the_lock_to_be_broken_or_free(
        self, open_backend: Open, line: Line, caplog, what, times
    ):
        stored = make_state()
        with open_backend().lock("apply") as session:
            session.write(stored)
            line.cut(self.CALLS.unlock, what, times)
        assert line.done
        line.mend()
        if self.STAYS_LOCKED and open_backend().holder() is not None:
            assert f"numplan state unlock {session.run}" in caplog.text
        self.clear(open_backend)
        with open_backend().lock("apply") as session:
            session.write(next_after(stored))
        assert open_backend().read().serial == 2

    @pytest.mark.parametrize("what", ["request", "answer"])
    def test_an_unlock_by_id_that_was_cut_off_can_be_given_again(self, open_backend: Open, line: Line, what):
        with open_backend().lock("apply") as session:
            line.cut(self.UNLOCK_BY_ID or self.CALLS.unlock, what)
            told = ""
            try:
                open_backend().unlock(session.run)
            except StateError as problem:
                told = problem.message
            assert line.done
            line.mend()
            if "nothing was changed" in told:
                session.require_lock()
            with suppress(StateError):  # it may have done its work
                open_backend().unlock(session.run)
            self.wait_until_free(open_backend)
            with pytest.raises(StateError):
                session.write(make_state())
        assert open_backend().read() is None

    def test_a_place_that_cannot_be_reached_is_told(self, open_backend: Open, line: Line):
        line.close()
        for attempt in (
            lambda: open_backend().read(),
            lambda: open_backend().lock("apply").__enter__(),
            lambda: open_backend().holder(),
            lambda: open_backend().unlock("0" * 32),
        ):
            with pytest.raises(StateError) as refused:
                attempt()
            assert not isinstance(refused.value, StateLockedError)
            assert refused.value.hint

    def test_a_place_that_is_lost_in_mid_run_is_told(self, open_backend: Open, line: Line):
        with open_backend().lock("apply") as session:
            session.write(make_state())
            line.close()
            with pytest.raises(StateError):
                session.require_lock()
            with pytest.raises(StateError) as refused:
                session.write(make_state(2))
            assert refused.value.hint

    def test_what_cannot_be_written_is_never_called_written(self, denied: Backend):
        with suppress(StateError):
            assert denied.try_writing().written is None, "such a place has no way to try"

    def test_wrong_credentials_are_told(self, denied: Backend):
        for attempt in (denied.read, lambda: denied.lock("apply").__enter__()):
            with pytest.raises(StateError) as refused:
                attempt()
            assert re.search("credentials|password|denied", str(refused.value)), refused.value
            assert refused.value.hint

    def clear(self, open_backend: Open) -> None:
        """What an operator does after a run that could not give its lock back."""
        holder = open_backend().holder()
        if holder is not None and self.STAYS_LOCKED:
            open_backend().unlock(holder.id)
        self.wait_until_free(open_backend)

    def wait_until_free(self, open_backend: Open) -> None:
        """A service may take a moment to notice the end of a connection."""
        deadline = time.monotonic() + 10
        while open_backend().holder() is not None:
            assert time.monotonic() < deadline, "the lock stayed"
            time.sleep(0.01)


def write_through(
    open_backend: Open, line: Line, pattern: str, what, times: int, after: State
) -> StateError | None:
    """What a write is told whose calls are lost so many times."""
    told = None
    try:
        with open_backend().lock("apply") as session:
            session.read()
            line.cut(pattern, what, times)
            session.write(after)
    except StateError as problem:
        told = problem
    assert line.done
    assert told is None or told.hint
    return told
