"""The history of a state file keeps what every history promises, and what only a file can break."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from numplan.model.errors import StateError
from numplan.model.history.chain import verified
from numplan.model.history.record import Fact, Origin, Record, Tip, hash_of, line_of, sealed
from numplan.state.history import BoundedLog
from numplan.state.local.history import LocalHistory
from tests.state.history_contract import NOON, HistoryContract, held, lines, told


@pytest.fixture
def file(path: Path) -> Path:
    return path.with_name(f"{path.name}.history.jsonl")


class TestLocalHistory(HistoryContract):
    @pytest.fixture
    def history(self, path: Path):
        return lambda: LocalHistory(path)


@pytest.mark.parametrize("cut", range(1, 700, 23))
def test_a_line_cut_off_by_the_end_of_a_process_is_completed(path: Path, file: Path, cut: int):
    first, second = told(1, 2)
    LocalHistory(path).write(first, anew=True)
    whole = file.read_bytes()
    LocalHistory(path).write(second, anew=True)
    after = file.read_bytes()
    file.write_bytes(after[: len(whole) + cut])
    LocalHistory(path).write([*first, *second], anew=False)
    assert file.read_bytes() == after


def test_what_somebody_wrote_at_the_end_is_left_there_and_closed(path: Path, file: Path):
    first, second = told(1, 1)
    LocalHistory(path).write(first, anew=True)
    file.write_bytes(file.read_bytes() + b"scribble")
    LocalHistory(path).write(second, anew=True)
    assert held(LocalHistory(path)) == [*lines(first), b"scribble", *lines(second)]


def test_a_history_that_was_cut_goes_on_and_that_is_told(path: Path, file: Path):
    first, second = told(3, 1)
    LocalHistory(path).write(first, anew=True)
    file.write_bytes(b"".join(line + b"\n" for line in lines(first)[:2]))
    said = LocalHistory(path).write(second, anew=True)
    assert "does not end with record 3, on which the next one follows" in said
    assert held(LocalHistory(path)) == [*lines(first)[:2], *lines(second)]
    assert verified(held(LocalHistory(path)), None, ()).findings == ("record 3 is missing, between 2 and 4",)


def test_of_very_many_that_were_cut_off_no_line_is_doubled(path: Path, file: Path):
    """The end of a process, in the middle of more than state has room for."""
    many, more = told(12_000, 1)
    LocalHistory(path).write(many, anew=True)
    os.truncate(file, 2 * file.stat().st_size // 3)
    there = held(LocalHistory(path))
    LocalHistory(path).write(many[:1000], anew=False)
    LocalHistory(path).write(more, anew=True)
    assert held(LocalHistory(path)) == [*there, *lines(more)]


def test_after_very_many_that_were_cut_off_the_history_says_itself_what_it_lacks(path: Path, file: Path):
    """State kept the first thousand of them, and a record tells of the rest."""
    (many,) = told(12_000)
    LocalHistory(path).write(many, anew=True)
    os.truncate(file, 2 * file.stat().st_size // 3)
    LocalHistory(path).write(many[:1000], anew=False)
    lost = Fact(outcome="lost", number=None, lost_from=1001, lost_to=12_000)
    last = Tip(last=12_000, hash=hash_of(line_of(many[-1])))
    tip, more = sealed(last, [lost], Origin(run="run-2"), 3, NOON)
    said = LocalHistory(path).write(more, anew=True)
    assert "lacks some of the records 1001 to 12000" in said
    assert verified(held(LocalHistory(path)), tip, ()).findings == ()


@pytest.mark.parametrize("kind", ["folder", "link", "hard link", "fifo"])
def test_what_is_no_plain_file_is_neither_read_nor_written(path: Path, file: Path, kind: str):
    other = path.with_name("other")
    other.write_text("untouched")
    {
        "folder": file.mkdir,
        "link": lambda: file.symlink_to(other),
        "hard link": lambda: file.hardlink_to(other),
        "fifo": lambda: os.mkfifo(file),
    }[kind]()
    (first,) = told(1)
    with pytest.raises(StateError, match="it is neither read nor written"):
        LocalHistory(path).write(first, anew=True)
    with pytest.raises(StateError, match="it is neither read nor written"):
        held(LocalHistory(path))
    assert other.read_text() == "untouched"


def test_a_history_is_its_owners_alone(path: Path, file: Path):
    (first,) = told(1)
    LocalHistory(path).write(first, anew=True)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_log_that_takes_too_long_is_given_up_for_the_whole_run(path: Path):
    """The file is locked by another writing, which does not end."""
    import fcntl

    (first,) = told(1)
    LocalHistory(path).write(first, anew=True)
    with path.with_name(f"{path.name}.history.jsonl").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        log = BoundedLog(LocalHistory(path), patience=0.2)
        assert log.write(first, anew=True).problem == "it took too long"
        assert log.write(first, anew=True).problem == "it took too long"
        assert log.holds("0" * 64) is None
    assert held(LocalHistory(path)) == [line_of(first[0])]


def test_a_log_is_waited_for_as_long_as_its_records_take(path: Path):
    """Beyond its patience, which is none here, it has a second for each 50,000 of them, and once."""
    ((one,),) = told(1)
    assert BoundedLog(LocalHistory(path), patience=0).write([one], anew=True).problem == "it took too long"
    taken: list[int] = []

    class Quick(LocalHistory):
        def write(self, records: Sequence[Record], *, anew: bool) -> str:
            taken.append(len(records))
            return super().write(records[:1], anew=anew)

    log = BoundedLog(Quick(path), patience=0)
    assert log.write([one] * 500_000, anew=True).problem == ""
    assert taken == [500_000]
