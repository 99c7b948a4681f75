"""What every backend must do. Subclass BackendContract, and give it a fixture `open_backend`.

`open_backend(environment={})` opens the same place anew at each call, as another user of it would; the place
is empty when a test starts.
"""

import re
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from numplan.model.errors import StateError, StateLockedError
from numplan.state.backend import Backend
from tests.state.samples import make_state, next_after, states

Open = Callable[..., Backend]


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

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
