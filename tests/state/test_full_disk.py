"""A full, read-only or limited disk: told as such, the stored state untouched, and nothing left behind."""

import os
import resource
import stat
import subprocess
from pathlib import Path

import pytest

from numplan.model.errors import StateError
from numplan.state.local.backend import LocalBackend
from tests.state.children import DONE, leftovers, run
from tests.state.samples import make_state, next_after, store


@pytest.fixture
def disk(tmp_path):
    """A file system of 256 KiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more fits."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    return filler


def test_a_full_disk(disk):
    path = disk / "numplan.state.json"
    state = store(path, make_state())
    filler = fill(disk)
    with LocalBackend(path).lock("apply") as session:
        assert session.read() == state
        with pytest.raises(StateError, match="No space left on device") as refused:
            session.write(next_after(state))
        assert "untouched" in refused.value.message
        assert str(path) in refused.value.message
        assert "free some space" in refused.value.hint
        assert leftovers(path) == []
        assert LocalBackend(path).read() == state
        filler.unlink()
        session.write(next_after(state))
    assert LocalBackend(path).read().serial == 2


def test_a_disk_that_becomes_full_in_the_middle_of_a_write(disk):
    path = disk / "numplan.state.json"
    state = store(path, make_state(numbers=200))
    seen = [state]

    def grow():
        while True:
            before = seen[-1]
            larger = make_state(numbers=len(before.numbers) + 40).numbers
            seen.append(store(path, next_after(before, numbers=larger)))

    with pytest.raises(StateError, match="No space left"):
        grow()
    before = seen[-1]
    assert LocalBackend(path).read() == before
    assert leftovers(path) == []
    assert before.serial > state.serial


def test_a_disk_too_full_for_a_lock(disk):
    path = disk / "numplan.state.json"
    fill(disk)
    with pytest.raises(StateError, match="No space left") as refused, LocalBackend(path).lock("apply"):
        pass
    assert "nothing was changed" in refused.value.message
    assert LocalBackend(path).holder() is None


def test_a_read_only_disk(disk):
    path = disk / "numplan.state.json"
    state = store(path, make_state())
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert LocalBackend(path).read() == state
    assert LocalBackend(path).holder() is None
    with (
        pytest.raises(StateError, match="Read-only file system") as refused,
        LocalBackend(path).lock("apply"),
    ):
        pass
    assert "writable" in refused.value.hint


def test_a_limit_on_file_size(path):
    state = store(path, make_state())

    def work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        with LocalBackend(path).lock("apply") as session:
            with pytest.raises(StateError, match="File too large") as refused:
                session.write(next_after(state, numbers=make_state(numbers=500).numbers))
            assert "ulimit" in refused.value.hint
            assert leftovers(path) == []
            session.write(next_after(state))

    assert run(work) == DONE
    assert LocalBackend(path).read().serial == 2


def test_a_folder_that_may_not_be_written(path):
    state = store(path, make_state())

    def work():
        os.chown(path, 65534, 65534)
        os.chown(f"{path}.lock", 65534, 65534)
        for folder in path.parents[:4]:
            folder.chmod(0o755)
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        assert LocalBackend(path).read() == state
        with LocalBackend(path).lock("apply") as session:
            with pytest.raises(StateError, match="Permission denied") as refused:
                session.write(next_after(state))
            assert "user" in refused.value.hint

    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    assert run(work) == DONE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
