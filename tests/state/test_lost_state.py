"""A state that was damaged, lost, or put back from an older copy: noticed, explained, never mended by itself."""

import os
import re
import shlex
import subprocess

import msgspec
import pytest

from numplan.model.consent import EVERY_CONSENT
from numplan.model.errors import StateError
from numplan.model.stored.state_document import decode_state
from numplan.state.local.backend import LocalBackend
from tests.state.samples import make_state, next_after, plant, store


def backup_of(path):
    return path.with_name(path.name + ".backup")


def lock_of(path):
    return path.with_name(path.name + ".lock")


@pytest.fixture
def three(path):
    """A state at serial 3, the last of three writes."""
    first = make_state()
    second = next_after(first)
    return store(path, first, second, next_after(second))


# -- the backup


def test_the_backup_is_the_state_one_write_earlier(path):
    first = make_state()
    store(path, first)
    assert not backup_of(path).exists()
    before = first
    with LocalBackend(path).lock("apply") as session:
        for _ in range(3):
            after = next_after(before)
            session.write(after)
            assert decode_state(backup_of(path).read_bytes(), "backup") == before
            before = after


def test_the_backup_bears_the_time_its_state_was_written(path):
    first = store(path, make_state())
    os.utime(path, ns=(10**18, 10**18))
    store(path, next_after(first))
    assert backup_of(path).stat().st_mtime_ns == 10**18


@pytest.mark.usefixtures("three")
def test_no_file_has_two_names(path):
    assert {found.stat().st_nlink for found in path.parent.iterdir()} == {1}


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 100, b"{\n"], ids=repr)
def test_a_damaged_state_names_its_good_backup(path, three, damage):
    path.write_bytes(damage)
    backend = LocalBackend(path)
    with backend.lock("apply") as session:
        for use in (backend.read, session.read, lambda: session.write(next_after(three))):
            with pytest.raises(StateError) as refused:
                use()
            assert str(path) in str(refused.value)
            assert "serial 2" in refused.value.hint
            assert str(backup_of(path)) in refused.value.hint
            assert "numplan plan" in refused.value.hint
    assert path.read_bytes() == damage
    assert decode_state(backup_of(path).read_bytes(), "backup").serial == 2


def test_the_way_back_that_is_told_works(path, three):
    path.write_bytes(b"")
    with pytest.raises(StateError) as refused:
        LocalBackend(path).read()
    command = re.search("`(cp [^`]*)`", refused.value.hint)[1]
    subprocess.run(shlex.split(command), check=True)
    assert "numplan plan --accept-older-state" in refused.value.hint
    with pytest.raises(StateError):
        LocalBackend(path).read()
    assert LocalBackend(path, consent=EVERY_CONSENT).read().numbers == three.numbers


@pytest.mark.usefixtures("three")
def test_a_damaged_backup_is_not_recommended(path):
    path.write_bytes(b"")
    backup_of(path).write_bytes(b"{}")
    with pytest.raises(StateError) as refused:
        LocalBackend(path).read()
    assert "no whole backup" in refused.value.hint


def test_a_backup_of_a_lineage_that_was_given_up_is_not_recommended(path, three):
    path.unlink()
    with LocalBackend(path, consent=EVERY_CONSENT).lock("apply") as session:
        session.write(make_state(lineage="lineage-b"))
    path.write_bytes(b"")
    assert decode_state(backup_of(path).read_bytes(), "backup").lineage == three.lineage
    with pytest.raises(StateError) as refused:
        LocalBackend(path).read()
    assert "no whole backup" in refused.value.hint


def test_a_bad_state_never_becomes_the_backup(path, three):
    before = backup_of(path).read_bytes()
    path.write_bytes(b"{}")
    with LocalBackend(path).lock("apply") as session, pytest.raises(StateError):
        session.write(next_after(three))
    assert backup_of(path).read_bytes() == before


# -- changes that took no lock


def test_a_change_without_the_lock_is_noticed(path, three):
    with LocalBackend(path).lock("apply") as session:
        session.read()
        stranger = next_after(next_after(make_state()), lineage=three.lineage, account="other")
        plant(path, stranger)
        with pytest.raises(StateError, match="took no lock"):
            session.write(next_after(three))
        assert session.read() == stranger


def test_a_deletion_without_the_lock_is_noticed(path, three):
    with LocalBackend(path).lock("apply") as session:
        session.read()
        path.unlink()
        with pytest.raises(StateError):
            session.write(next_after(three))
    assert not path.exists()


def test_a_lock_file_deleted_under_its_holder_is_noticed(path, three):
    with LocalBackend(path).lock("apply") as session:
        lock_of(path).unlink()
        with pytest.raises(StateError, match="deleted or replaced"):
            session.write(next_after(three))
        with LocalBackend(path).lock("apply") as other:
            other.write(next_after(three))
        with pytest.raises(StateError, match="deleted or replaced"):
            session.read()
    assert LocalBackend(path).read().serial == 4


def test_a_folder_moved_under_a_run_takes_its_state_along(tmp_path):
    (tmp_path / "one").mkdir()
    path = tmp_path / "one" / "state.json"
    with LocalBackend(path).lock("apply") as session:
        (tmp_path / "one").rename(tmp_path / "two")
        (tmp_path / "one").mkdir()
        session.write(make_state())
    assert LocalBackend(tmp_path / "two" / "state.json").read().serial == 1
    assert LocalBackend(path).read() is None


# -- the mark


@pytest.mark.usefixtures("three")
def test_a_state_that_disappeared_is_noticed(path):
    path.unlink()
    backend = LocalBackend(path)
    with backend.lock("apply") as session:
        for use in (backend.read, session.read, lambda: session.write(make_state())):
            with pytest.raises(StateError, match="is gone: serial 3") as refused:
                use()
            assert "serial 2" in refused.value.hint
    assert not path.exists()


def test_an_older_state_is_noticed(path, three):
    plant(path, make_state(1, lineage=three.lineage))
    backend = LocalBackend(path)
    with backend.lock("apply") as session:
        for use in (backend.read, session.read, lambda: session.write(make_state(2))):
            with pytest.raises(StateError, match=r"serial 1, and serial 3 .* was written") as refused:
                use()
            assert "--accept-older-state" in refused.value.hint


@pytest.mark.usefixtures("three")
def test_a_state_of_another_lineage_is_noticed(path):
    plant(path, make_state(9, lineage="lineage-b"))
    with pytest.raises(StateError, match="another lineage"):
        LocalBackend(path).read()


def test_a_newer_state_is_fine_and_remembered(path, three):
    newer = make_state(9, lineage=three.lineage)
    plant(path, newer)
    with LocalBackend(path).lock("apply") as session:
        assert session.read() == newer
    plant(path, make_state(8, lineage=three.lineage))
    with pytest.raises(StateError, match="serial 9"):
        LocalBackend(path).read()


@pytest.mark.usefixtures("three")
def test_all_files_gone_is_a_first_run(path):
    path.unlink()
    lock_of(path).unlink()
    assert LocalBackend(path).read() is None
    assert store(path, make_state()) == LocalBackend(path).read()


def test_an_accepted_older_state_goes_on_after_the_last_serial(path, three):
    older = make_state(1, lineage=three.lineage)
    plant(path, older)
    backend = LocalBackend(path, consent=EVERY_CONSENT)
    assert backend.read() == msgspec.structs.replace(older, serial=3)
    with backend.lock("apply") as session:
        accepted = session.read()
        assert accepted == backend.read()
        session.write(next_after(accepted))
    assert LocalBackend(path).read().serial == 4
    assert decode_state(backup_of(path).read_bytes(), "backup") == older


def test_an_accepted_older_state_is_written_without_reading_it(path, three):
    plant(path, make_state(1, lineage=three.lineage))
    with LocalBackend(path, consent=EVERY_CONSENT).lock("apply") as session:
        with pytest.raises(StateError, match="serial"):
            session.write(make_state(2, lineage=three.lineage))
        session.write(make_state(4, lineage=three.lineage))
    assert LocalBackend(path).read().serial == 4


@pytest.mark.usefixtures("three")
def test_an_accepted_loss_starts_anew(path):
    path.unlink()
    anew = make_state(1, lineage="lineage-b")
    with LocalBackend(path, consent=EVERY_CONSENT).lock("apply") as session:
        assert session.read() is None
        session.write(anew)
        session.write(next_after(anew))
    assert LocalBackend(path).read().serial == 2


def test_accepting_alone_changes_nothing(path, three):
    """What is accepted and not written is asked again."""
    for planted in (make_state(1, lineage=three.lineage), make_state(1, lineage="lineage-b")):
        plant(path, planted)
        with LocalBackend(path, consent=EVERY_CONSENT).lock("apply") as session:
            assert session.read() is not None
        with pytest.raises(StateError):
            LocalBackend(path).read()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"null\n",
        b"\xff\xfe\n",
        b'{"holder":null,"mark":{"lin',
        b"[" * 50_000,
        b"\0" * 300,
        b'{"mark":7}\n',
    ],
    ids=lambda line: repr(line[:12]),
)
def test_a_torn_lock_file_makes_nothing_unusable(path, three, line):
    lock_of(path).write_bytes(line)
    backend = LocalBackend(path)
    assert backend.read() == three
    assert backend.holder() is None
    with backend.lock("apply") as session:
        assert backend.holder().id == session.run
        session.write(next_after(three))
    plant(path, three)
    with pytest.raises(StateError, match="serial 4"):
        backend.read()


@pytest.mark.usefixtures("three")
def test_the_rest_of_a_longer_line_does_no_harm(path):
    lock = lock_of(path)
    lock.write_bytes(lock.read_bytes() + b'"who":"killed@before-truncate"}')
    path.unlink()
    with pytest.raises(StateError, match="serial 3"):
        LocalBackend(path).read()


@pytest.mark.usefixtures("three")
def test_the_lock_file_tells_that_it_is_free(path):
    assert lock_of(path).read_bytes() == b'{"holder":null,"mark":{"lineage":"lineage-a","serial":3}}\n'
