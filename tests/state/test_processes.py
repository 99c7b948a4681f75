"""Many processes, forks, stopped and killed holders: one at a time, and nobody waits for the dead."""

import errno
import fcntl
import os
import signal
import time

import pytest

from numplan.model.errors import StateError, StateLockedError
from numplan.state.local.backend import LocalBackend
from tests.state.children import BROKEN, DONE, REFUSED, end_of, fork, is_locked, kill, run, wait_for
from tests.state.samples import make_state, next_after, store


@pytest.fixture
def sign(tmp_path):
    """A file by which a child tells that it has come so far."""
    return tmp_path / "sign"


def hold(path, sign, *, forever=True, environment=None):
    """Work for a child: hold the lock, and say so."""

    def work():
        with LocalBackend(path, environment=environment).lock("apply"):
            sign.touch()
            while forever:
                time.sleep(0.05)

    return work


def test_no_increment_is_lost_between_20_processes(path):
    store(path, make_state())

    def work():
        for _ in range(3):
            with LocalBackend(path).lock("apply", timeout=60) as session:
                session.write(next_after(session.read()))

    children = [fork(work) for _ in range(20)]
    assert [end_of(child) for child in children] == [DONE] * 20
    assert LocalBackend(path).read().serial == 61


def test_of_20_processes_that_do_not_wait_none_writes_over_another(path):
    store(path, make_state())
    children = [
        fork(lambda: [store(path, next_after(LocalBackend(path).read())) for _ in range(3)] and DONE)
        for _ in range(20)
    ]
    assert {end_of(child) for child in children} <= {DONE, REFUSED}
    assert LocalBackend(path).read().serial > 1


def test_a_conflict_between_processes_names_pid_and_ci_job(path, sign):
    github = {
        "GITHUB_SERVER_URL": "https://github.test",
        "GITHUB_REPOSITORY": "acme/numbers",
        "GITHUB_RUN_ID": "42",
    }
    child = fork(hold(path, sign, environment=github))
    wait_for(sign)
    assert LocalBackend(path).holder().pid == child
    with pytest.raises(StateLockedError) as refused, LocalBackend(path).lock("apply"):
        pass
    assert f"pid {child}" in str(refused.value)
    assert "https://github.test/acme/numbers/actions/runs/42" in str(refused.value)
    assert "s ago" in str(refused.value)
    kill(child)


def test_a_killed_holder_blocks_nobody(path, sign):
    child = fork(hold(path, sign))
    wait_for(sign)
    kill(child)
    assert f'"pid":{child}'.encode() in path.with_name(path.name + ".lock").read_bytes()
    assert LocalBackend(path).holder() is None
    with LocalBackend(path).lock("apply") as session:
        assert LocalBackend(path).holder().id == session.run


def test_a_stopped_holder_still_holds(path, sign):
    def work():
        with LocalBackend(path).lock("apply") as session:
            sign.touch()
            time.sleep(0.5)
            session.write(make_state())

    child = fork(work)
    wait_for(sign)
    os.kill(child, signal.SIGSTOP)
    os.waitpid(child, os.WUNTRACED)
    with pytest.raises(StateLockedError, match=f"pid {child}"), LocalBackend(path).lock("apply", timeout=0.7):
        pass
    os.kill(child, signal.SIGCONT)
    with LocalBackend(path).lock("apply", timeout=20) as session:
        assert session.read().serial == 1
    assert end_of(child) == DONE


def test_who_waits_gets_the_lock_of_a_killed_holder(path, sign):
    child = fork(hold(path, sign))
    wait_for(sign)
    killer = fork(lambda: (time.sleep(0.3), os.kill(child, signal.SIGKILL)) and DONE)
    with LocalBackend(path).lock("apply", timeout=20):
        pass
    assert (end_of(child), end_of(killer)) == (-signal.SIGKILL, DONE)


def test_a_forked_child_neither_writes_nor_frees_its_parents_lock(path):
    with LocalBackend(path).lock("apply") as session:
        session.write(make_state())
        assert run(lambda: session.write(make_state(2))) == REFUSED
        assert is_locked(path)
        assert LocalBackend(path).holder().id == session.run
        session.write(make_state(2))
    assert not is_locked(path)


def test_a_forked_child_that_leaves_the_block_frees_nothing(path):
    owner = os.getpid()

    def leave():
        with pytest.raises(ZeroDivisionError):
            held.__exit__(ZeroDivisionError, ZeroDivisionError(), None) or 1 // 0

    held = LocalBackend(path).lock("apply")
    session = held.__enter__()
    assert run(leave) == DONE
    assert os.getpid() == owner
    assert LocalBackend(path).holder().id == session.run
    held.__exit__(None, None, None)
    assert not is_locked(path)


def test_a_forked_child_that_lives_on_keeps_no_lock(path, sign):
    def work():
        with LocalBackend(path).lock("apply"):
            grandchild = fork(lambda: time.sleep(30))
            sign.write_text(str(grandchild))
            os.kill(os.getpid(), signal.SIGKILL)

    assert run(work) == -signal.SIGKILL
    grandchild = int(sign.read_text())
    os.kill(grandchild, 0)
    with LocalBackend(path).lock("apply"):
        pass
    os.kill(grandchild, signal.SIGKILL)


def test_a_started_program_inherits_no_lock(path):
    import subprocess

    with LocalBackend(path).lock("apply"):
        program = subprocess.Popen(["sleep", "30"], close_fds=False)
    with LocalBackend(path).lock("apply"):
        pass
    program.kill()
    program.wait()


def test_readers_see_only_whole_states_while_another_writes(path):
    first = store(path, make_state(numbers=300))

    def write_on():
        state = first
        with LocalBackend(path).lock("apply") as session:
            for _ in range(60):
                state = next_after(state)
                session.write(state)

    child = fork(write_on)
    seen = [first.serial]
    while seen[-1] < 61:
        seen.append(LocalBackend(path).read().serial)
    assert end_of(child) == DONE
    assert seen == sorted(seen)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks(path, monkeypatch, number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StateError, match="no locks") as refused, LocalBackend(path).lock("apply"):
        pass
    assert "local disk" in refused.value.hint
    assert not path.exists()


def test_a_lock_on_a_file_that_lost_its_name_is_no_lock(path, monkeypatch):
    """Deleted between open and flock: others would lock the next file of that name."""
    lock, real = path.with_name(path.name + ".lock"), fcntl.flock
    locked = []

    def flock(descriptor, kind):
        if not locked:
            lock.unlink()
        locked.append(kind)
        return real(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", flock)
    with LocalBackend(path).lock("apply") as session:
        assert LocalBackend(path).holder().id == session.run
        with pytest.raises(StateLockedError), LocalBackend(path).lock("apply"):
            pass


def test_an_interruption_ends_the_wait(path):
    from numplan.state.local.backend import PlainClock

    class Interrupted(PlainClock):
        def interrupted(self):
            return True

    with LocalBackend(path).lock("apply"):
        begun = time.monotonic()
        with (
            pytest.raises(StateLockedError),
            LocalBackend(path, clock=Interrupted()).lock("apply", timeout=60),
        ):
            pass
        assert time.monotonic() - begun < 5


def test_a_locked_file_that_says_nothing_has_a_holder_all_the_same(path):
    lock = path.with_name(path.name + ".lock")
    lock.touch(0o600)
    with lock.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        holder = LocalBackend(path).holder()
        assert (holder.id, holder.who) == ("", "unknown")
        with pytest.raises(StateLockedError, match="has not said who"), LocalBackend(path).lock("apply"):
            pass
    assert LocalBackend(path).holder() is None


def test_two_who_look_for_the_holder_do_not_see_each_other(path):
    store(path, make_state())
    with path.with_name(path.name + ".lock").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert LocalBackend(path).holder() is None


def test_what_a_holder_says_cannot_steer_a_terminal(path):
    evil = {"CI_JOB_URL": "https://x.test/\x1b[2J"}
    with LocalBackend(path, environment=evil).lock("apply\x1b[31m"):
        with pytest.raises(StateLockedError) as refused, LocalBackend(path).lock("apply"):
            pass
        assert "\x1b" not in str(refused.value)


def test_a_job_address_with_a_password_is_not_shown(path):
    with LocalBackend(path, environment={"BUILD_URL": "https://user:secret@ci.test/1"}).lock("apply"):
        assert LocalBackend(path).holder().ci_job_url == ""
    assert b"secret" not in path.with_name(path.name + ".lock").read_bytes()


def test_children_tell_an_error_that_is_a_bug():
    assert run(lambda: 1 // 0) == BROKEN
