"""What stands in the place of the state's files and is no plain file is refused, at once and by name."""

import os
import socket
import stat
from pathlib import Path

import pytest

from numplan.model.errors import StateError
from numplan.state.backend import SIZE_LIMIT
from numplan.state.local.backend import LocalBackend
from numplan.state.local.folder import StateFolder
from tests.state.samples import make_state, next_after, plant, store


def symlink(place):
    target = place.with_name("target")
    target.write_bytes(place.read_bytes() if place.exists() else b"")
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def dangling_symlink(place):
    place.unlink(missing_ok=True)
    place.symlink_to(place.with_name("nowhere"))


def hard_link(place):
    place.touch()
    os.link(place, place.with_name("second"))


def folder(place):
    place.unlink(missing_ok=True)
    place.mkdir()


def fifo(place):
    place.unlink(missing_ok=True)
    os.mkfifo(place)


def unix_socket(place):
    place.unlink(missing_ok=True)
    here = Path.cwd()
    os.chdir(place.parent)  # a socket's path has at most 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(place.name)
    finally:
        os.chdir(here)


def device(place):
    place.unlink(missing_ok=True)
    try:
        os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("device nodes may not be made here")


KINDS = [symlink, dangling_symlink, hard_link, folder, fifo, unix_socket, device]


NAMES = {
    symlink: "a symbolic link",
    dangling_symlink: "a symbolic link",
    hard_link: "one of 2 hard links",
    folder: "a folder",
    fifo: "a FIFO",
    unix_socket: "a socket",
    device: "a device",
}


def status_of(place):
    found = place.lstat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns


@pytest.fixture(params=KINDS, ids=lambda make: make.__name__)
def put(request):
    """Put something there that is no plain file."""
    return request.param


def test_in_the_place_of_the_state(path, put):
    state = store(path, make_state())
    put(path)
    before = status_of(path)
    backend = LocalBackend(path)
    with pytest.raises(StateError, match="not a plain file") as refused:
        backend.read()
    assert f"{path} is {NAMES[put]}, not a plain file" in str(refused.value)
    assert refused.value.hint
    with backend.lock("apply") as session:
        with pytest.raises(StateError, match="not a plain file"):
            session.read()
        with pytest.raises(StateError, match="not a plain file"):
            session.write(next_after(state))
    assert status_of(path) == before


def test_in_the_place_of_the_state_in_the_middle_of_a_run(path, put):
    state = make_state()
    with LocalBackend(path).lock("apply") as session:
        session.write(state)
        put(path)
        before = status_of(path)
        with pytest.raises(StateError, match="not a plain file"):
            session.write(next_after(state))
    assert status_of(path) == before


def test_in_the_place_of_the_lock(path, put):
    store(path, make_state())
    lock = path.with_name(path.name + ".lock")
    put(lock)
    before = status_of(lock)
    backend = LocalBackend(path)
    for use in (backend.read, backend.holder, lambda: backend.lock("apply").__enter__()):
        with pytest.raises(StateError, match="not a plain file") as refused:
            use()
        assert str(lock) in str(refused.value)
    assert status_of(lock) == before


def test_in_the_place_of_the_backup_before_there_is_a_state(path, put):
    backup = path.with_name(path.name + ".backup")
    put(backup)
    before = status_of(backup)
    with LocalBackend(path).lock("apply") as session, pytest.raises(StateError, match="not a plain file"):
        session.write(make_state())
    assert not path.exists()
    assert status_of(backup) == before


def test_in_the_place_of_the_backup(path, put):
    state = store(path, make_state())
    backup = path.with_name(path.name + ".backup")
    put(backup)
    before = status_of(backup)
    with LocalBackend(path).lock("apply") as session:
        with pytest.raises(StateError, match="not a plain file") as refused:
            session.write(next_after(state))
        assert str(backup) in str(refused.value)
    assert LocalBackend(path).read() == state
    assert status_of(backup) == before


def test_in_the_place_of_the_temporary_file(path, put, monkeypatch):
    class Fixed:
        hex = "0" * 32

    state = store(path, make_state())
    with LocalBackend(path).lock("apply") as session:
        monkeypatch.setattr("numplan.files.atomic.uuid.uuid4", Fixed)
        temporary = path.with_name(f".{path.name}.{Fixed.hex}.tmp")
        session.read()
        session._swept = True  # put there after the sweep
        put(temporary)
        with pytest.raises(StateError, match="File exists"):
            session.write(next_after(state))
    assert LocalBackend(path).read() == state


def test_a_missing_folder(tmp_path):
    backend = LocalBackend(tmp_path / "absent" / "state.json")
    for use in (backend.read, backend.holder, lambda: backend.lock("apply").__enter__()):
        with pytest.raises(StateError, match="absent") as refused:
            use()
        assert "create the folder" in refused.value.hint


def test_a_file_in_the_place_of_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="Not a directory"):
        LocalBackend(tmp_path / "file" / "state.json").read()


def test_a_folder_reached_through_a_link_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    state = store(tmp_path / "link" / "state.json", make_state())
    assert LocalBackend(tmp_path / "real" / "state.json").read() == state


@pytest.mark.parametrize("name", ["", ".", "/", "a\0b", "a\0b/c"])
def test_a_path_that_names_no_file(name):
    with pytest.raises(StateError, match="names no file"):
        LocalBackend(name)


def test_a_name_too_long(tmp_path):
    with pytest.raises(StateError, match="name too long") as refused:
        LocalBackend(tmp_path / ("x" * 254)).lock("apply").__enter__()
    assert "shorter" in refused.value.hint


def test_names_with_odd_letters(tmp_path):
    for name in ("with space", "ünï", "line\nbreak", os.fsdecode(b"bytes\xff"), "-dash", "star*[x]", "日本"):
        state = store(tmp_path / name, make_state(), make_state(2))
        assert LocalBackend(tmp_path / name).read() == state


def test_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = store("numplan.state.json", make_state())
    assert LocalBackend("numplan.state.json").read() == state
    assert LocalBackend("numplan.state.json").place == "numplan.state.json"


def test_a_file_beyond_the_size_limit(path):
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    with pytest.raises(StateError, match="at most"):
        LocalBackend(path).read()


def test_an_unreadable_file(path):
    store(path, make_state())
    path.chmod(0)
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    with pytest.raises(StateError, match="Permission denied"):
        LocalBackend(path).read()


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_files_are_private_whatever_the_umask(path, umask):
    before = os.umask(umask)
    try:
        state = store(path, make_state(), make_state(2))
        assert LocalBackend(path).read() == state
    finally:
        os.umask(before)
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == {path.name + suffix: 0o600 for suffix in ("", ".lock", ".backup")}


def test_a_reader_may_be_overtaken_by_a_rename(path):
    """A file that lost its name between open and fstat is still the state."""
    store(path, make_state())
    with StateFolder(path.parent) as here:
        descriptor = here.open(path.name, os.O_RDONLY)
        store_next = make_state(2)
        plant(path.with_name("new"), store_next)
        path.with_name("new").replace(path)
        here.vet(os.fstat(descriptor), path.name)
        os.close(descriptor)
