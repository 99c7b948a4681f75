"""Killed at any instant of a save, a run leaves the old state or the new one, a free lock, and nothing that
the next write does not clear away.
"""

import importlib
import os
import re
import signal
from functools import partial
from pathlib import Path

import pytest

from numplan import failpoints
from numplan.files import atomic
from numplan.model.consent import EVERY_CONSENT, NO_CONSENT
from numplan.model.errors import StateError
from numplan.model.stored.state_document import decode_state
from numplan.state.local import backend, lock_file
from numplan.state.local.backend import LocalBackend
from tests.state.children import DONE, REFUSED, calls_of, is_locked, leftovers, run, run_traced, tracing_fails
from tests.state.samples import make_state, next_after, store

FILE_POINTS = ["before-temp", "after-temp-open", "mid-write", "after-write", "after-fsync", "after-rename"]
POINTS = [
    "lock.after-acquire",
    "lock.after-announce",
    *(f"state.backup.{point}" for point in FILE_POINTS),
    *(f"state.{point}" for point in FILE_POINTS),
    "state.after-dirsync",
    "lock.before-release",
    "lock.after-clear",
]
BEFORE, MIDDLE, AFTER = make_state(), make_state(2), make_state(3)

traced = pytest.mark.skipif(bool(tracing_fails()), reason=tracing_fails() or "-")


def save(path, *, states=(MIDDLE, AFTER), consent=NO_CONSENT):
    """Work for a child: write states under one lock."""
    with LocalBackend(path, consent=consent).lock("apply") as session:
        for state in states:
            session.write(state)


def save_and_judge(path) -> None:
    """Work for a child: save, and see that an error tells the truth of what is stored."""
    try:
        save(path, states=(MIDDLE,))
    except StateError as problem:
        known = re.search("untouched|nothing was (changed|written)", problem.message)
        allowed = (BEFORE,) if known else (BEFORE, MIDDLE)
        if not problem.hint or decode_state(path.read_bytes(), "here") not in allowed:
            raise AssertionError(problem.message) from problem
        raise


def arm(point: str, action: str, nth: int = 1) -> None:
    """Make a failpoint act in this process, as its variable would in a new one."""
    os.environ[failpoints.VARIABLE] = f"{point}:{nth}:{action}"
    importlib.reload(failpoints)
    for user in (atomic, lock_file, backend):
        user.failpoint = failpoints.failpoint


def check(path, allowed) -> None:
    """The state is one of those allowed, whoever looks; the lock is free; the next write clears up."""
    found = LocalBackend(path).read()
    assert found in allowed
    assert not is_locked(path)
    assert LocalBackend(path).holder() is None
    with LocalBackend(path).lock("apply") as session:
        assert session.read() == found
        session.write(next_after(found) if found else BEFORE)
    assert leftovers(path) == []
    assert LocalBackend(path).read().serial == (found.serial + 1 if found else 1)
    backup = path.with_name(path.name + ".backup")
    assert decode_state(backup.read_bytes(), "backup") == found if found else not backup.exists()


def test_every_failpoint_of_the_code_is_in_this_list():
    """Those of Folder.replace are named by what is replaced. Shared places have theirs, `store.…`, killed at in
    tests/torture/test_places.py, and the history has its own, `history.…`, in tests/torture/test_failpoints.py.
    """
    files = (Path(atomic.__file__), *Path(backend.__file__).parent.parent.rglob("*.py"))
    code = "".join(file.read_text() for file in files)
    named = set(re.findall(r'failpoint\("(?!store\.|history\.)([^"]+)"\)', code))
    prefixed = set(re.findall(r'_pass\(point, "([^"]+)"\)', code))
    assert prefixed == set(FILE_POINTS)
    prefixes = ("state", "state.backup")
    assert named | {f"{one}.{two}" for one in prefixes for two in prefixed} == set(POINTS)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_failpoint(path, point, nth):
    def work():
        arm(point, "kill", nth)
        save(path)

    store(path, BEFORE)
    status = run(work)
    once = point.startswith("lock.")
    assert status == (DONE if once and nth == 2 else -signal.SIGKILL)
    check(path, (BEFORE, MIDDLE, AFTER))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_failpoint_of_the_very_first_write(path, point):
    def work():
        arm(point, "kill")
        save(path, states=(BEFORE,))

    backup = point.startswith("state.backup.")
    assert run(work) == (DONE if backup else -signal.SIGKILL)
    check(path, (None, BEFORE))


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_an_accepted_loss_is_overwritten(path, point):
    """What was accepted is either still to be accepted, or done."""
    anew = make_state(1, lineage="lineage-b")

    def work():
        arm(point, "kill")
        save(path, states=(anew,), consent=EVERY_CONSENT)

    store(path, BEFORE)
    path.unlink()
    assert run(work) in {-signal.SIGKILL, DONE}
    stored = path.exists()
    if f'"lineage":"{BEFORE.lineage}"' in path.with_name(path.name + ".lock").read_text() and not stored:
        with pytest.raises(StateError, match="is gone: serial 1"):
            LocalBackend(path).read()
    else:
        assert LocalBackend(path).read() == (anew if stored else None)
    assert not is_locked(path)


@pytest.mark.parametrize("point", POINTS)
def test_an_error_at_a_failpoint_tells_how_things_stand(path, point):
    def work():
        arm(point, "raise")
        save_and_judge(path)

    store(path, BEFORE)
    assert run(work) == (DONE if point in {"lock.before-release", "lock.after-clear"} else REFUSED)
    assert leftovers(path) == []
    check(path, (BEFORE, MIDDLE))


def test_a_session_goes_on_from_what_a_failed_write_left(path):
    def work():
        arm("state.after-dirsync", "raise")
        with LocalBackend(path).lock("apply") as session:
            session.read()
            with pytest.raises(StateError, match="either the old one or the new one"):
                session.write(MIDDLE)
            session.write(AFTER)

    store(path, BEFORE)
    assert run(work) == DONE
    check(path, (AFTER,))


# Everything the kernel is asked for in one locked read and write, one system call after the other. strace
# counts each kind of call by itself.


@traced
def test_killed_at_every_system_call_of_a_save(path, tmp_path):
    log = tmp_path / "calls"
    store(path, BEFORE)
    calls = calls_of(lambda: save(path, states=(MIDDLE,)), log)
    killed = 0
    for name, nth in calls:
        place = fresh(tmp_path, name, nth)
        store(place, BEFORE)
        status = run_traced(
            partial(save, place, states=(MIDDLE,)), inject=f"{name}:signal=SIGKILL:when={nth}"
        )
        assert status in {DONE, -signal.SIGKILL}
        killed += status != DONE
        check(place, (BEFORE, MIDDLE))
    # Memory is asked for a little differently each time; all the rest comes every time.
    assert killed > 50
    assert killed > 0.9 * len(calls)


@traced
def test_nothing_is_renamed_before_it_is_on_disk_nor_trusted_before_the_folder_is(path, tmp_path):
    store(path, BEFORE)
    calls = [name for name, _ in calls_of(lambda: save(path, states=(MIDDLE,)), tmp_path / "calls")]
    told = [re.sub("renameat2?", "rename", name) for name in calls if re.match("fsync|rename", name)]
    # The backup, then the state, then the folder for both.
    assert told == ["fsync", "rename", "fsync", "rename", "fsync"]


@traced
@pytest.mark.torture
@pytest.mark.parametrize("states", [(BEFORE,), (BEFORE, MIDDLE, AFTER)], ids=["first", "long"])
def test_killed_at_every_system_call_of_a_first_save_and_of_a_long_run(path, tmp_path, states):
    calls = calls_of(lambda: save(path, states=states), tmp_path / "calls")
    for name, nth in calls:
        place = fresh(tmp_path, name, nth)
        status = run_traced(partial(save, place, states=states), inject=f"{name}:signal=SIGKILL:when={nth}")
        assert status in {DONE, -signal.SIGKILL}
        if (place.parent / f"{place.name}.lock").exists():
            check(place, (None, *states))


# What a file system can fail at.
ON_FILES = {
    *("openat", "close", "read", "pread64", "write", "pwrite64", "ftruncate", "fsync", "fchmod", "utimensat"),
    *("newfstatat", "fstat", "lseek", "getdents64", "rename", "renameat", "renameat2", "unlink", "unlinkat"),
    *("flock", "fcntl", "ioctl"),
}
TO_THE_DISK = {"write", "pwrite64", "fsync", "ftruncate", "rename", "renameat", "renameat2"}


def fails_well(place, inject):
    """Save under an injected error: only a StateError comes out, and it tells the truth."""
    store(place, BEFORE)
    status = run_traced(lambda: save_and_judge(place), inject=inject)
    assert status in {DONE, REFUSED}, inject
    check(place, (MIDDLE,) if status == DONE else (BEFORE, MIDDLE))
    return status


@traced
@pytest.mark.parametrize("number", ["EIO", pytest.param("ENOSPC", marks=pytest.mark.torture)])
def test_an_error_from_any_one_system_call_is_survived_and_told(path, tmp_path, number):
    store(path, BEFORE)
    calls = calls_of(lambda: save(path, states=(MIDDLE,)), tmp_path / "calls")
    statuses = [
        fails_well(fresh(tmp_path, name, nth), f"{name}:error={number}:when={nth}")
        for name, nth in calls
        if name in ON_FILES
    ]
    assert statuses.count(REFUSED) > 20


@traced
@pytest.mark.parametrize(
    "number",
    ["ENOSPC", *(pytest.param(one, marks=pytest.mark.torture) for one in ("EIO", "EROFS", "EDQUOT"))],
)
def test_a_disk_that_fails_from_some_moment_on(path, tmp_path, number):
    store(path, BEFORE)
    calls = calls_of(lambda: save(path, states=(MIDDLE,)), tmp_path / "calls")
    for name in TO_THE_DISK & {one for one, _ in calls}:
        statuses = [
            fails_well(fresh(tmp_path, name, nth), f"{name}:error={number}:when={nth}+")
            for one, nth in calls
            if one == name
        ]
        assert REFUSED in statuses or name == "ftruncate"


def fresh(folder, name, nth):
    place = folder / f"{name}-{nth}" / "numplan.state.json"
    place.parent.mkdir()
    return place
