"""A history held against its own hashes, and against what state knows of it."""

from datetime import UTC, datetime

import msgspec
import pytest

from numplan.model.history.chain import listed, verified
from numplan.model.history.record import Fact, Origin, Record, Tip, line_of, sealed
from tests.builders import us

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORIGIN = Origin(run="run-1")


def told(count: int, tip: Tip = Tip(), first: int = 1) -> tuple[Tip, list[Record]]:  # noqa: B008 - frozen
    facts = [Fact(outcome="purchased", number=us(first + at), address="number.n") for at in range(count)]
    return sealed(tip, facts, ORIGIN, 5, NOON)


TIP, RECORDS = told(6)
LINES = [line_of(one) for one in RECORDS]


def test_a_whole_history_is_as_it_was_written():
    assert verified(LINES, TIP, ()) == (6, (), ())


def test_no_history_is_none_that_was_cut():
    assert verified([], None, ()) == (0, (), ())


@pytest.mark.parametrize("kept", range(6))
def test_a_cut_tail_is_found_by_what_state_knows(kept: int):
    (found,) = verified(LINES[:kept], TIP, ()).findings
    assert found.startswith(f"records {kept + 1} to 6 are" if kept < 5 else "record 6 is")
    assert "not there, at the end" in found


def test_what_state_keeps_of_a_tail_is_said_to_come():
    (found,) = verified(LINES[:4], TIP, RECORDS[4:]).findings
    assert "state keeps 2 records, which the next apply writes there" in found


@pytest.mark.parametrize("gone", range(5))
def test_a_record_taken_out_is_missed(gone: int):
    (found,) = verified(LINES[:gone] + LINES[gone + 1 :], TIP, ()).findings
    assert found == f"record {gone + 1} is missing, between {gone} and {gone + 2}"


@pytest.mark.parametrize("at", range(6))
def test_an_altered_record_is_named(at: int):
    altered = [*LINES]
    altered[at] = altered[at].replace(b"purchased", b"released")
    (found,) = verified(altered, TIP, ()).findings
    assert (
        found
        == f"record {at + 1} ({us(at + 1)}, purchased) was altered: it does not fit its hash".replace(
            "purchased", "released"
        )
    )


@pytest.mark.parametrize("at", range(6))
def test_one_that_was_given_a_hash_of_its_own_is_named_all_the_same(at: int):
    altered = [*LINES]
    altered[at] = line_of(msgspec.structs.replace(RECORDS[at], outcome="released"))
    found = " ".join(verified(altered, TIP, ()).findings)
    assert (
        f"record {at + 1} was altered" in found or f"record {at + 1} is not the one that state knows" in found
    )


def test_one_put_in_is_found():
    _, (foreign,) = told(1, Tip(last=2, hash=TIP.hash), first=90)
    assert verified([*LINES[:3], line_of(foreign), *LINES[3:]], TIP, ()).findings


def test_records_added_at_the_end_are_found():
    tip, more = told(1, TIP, first=90)
    (found,) = verified([*LINES, *map(line_of, more)], TIP, ()).findings
    assert "after record 6 come more" in found
    assert not verified([*LINES, *map(line_of, more)], tip, ()).findings


def test_one_that_stands_there_twice_is_named():
    (found,) = verified([*LINES[:3], LINES[2], *LINES[3:]], TIP, ()).findings
    assert found == f"record 3 ({us(3)}, purchased) stands there twice"


@pytest.mark.parametrize("junk", [b"", b"nonsense", LINES[2][:50]])
def test_a_line_that_is_none_is_named_by_its_place_and_by_the_record_that_is_missing(junk: bytes):
    (found,) = verified([*LINES[:2], junk, *LINES[3:]], TIP, ()).findings
    assert found == "line 3, where record 3 is to be looked for, cannot be read: it was cut or altered"


def test_exchanged_records_are_found():
    assert verified([LINES[0], LINES[2], LINES[1], *LINES[3:]], TIP, ()).findings


def test_another_states_history_is_found():
    tip, _ = told(3, first=50)
    assert verified(LINES, tip, ()).findings


FOURTH = Tip(last=4, hash=RECORDS[4].previous)


def test_a_state_that_was_put_back_knowingly_makes_a_branch_and_no_fault():
    """State was as of record 4 again, and the run after that did something else."""
    tip, accepted = sealed(FOURTH, [Fact(outcome="restored", number=None)], ORIGIN, 6, NOON)
    tip, more = told(2, tip, first=90)
    verdict = verified([*LINES, *map(line_of, [*accepted, *more])], tip, ())
    assert not verdict.findings
    (note,) = verdict.notes
    assert note.startswith(
        "after record 6 the history goes on from record 4: state had been put back, or begun anew"
    )


def test_records_put_in_at_the_end_are_found_after_an_apply_has_added_its_own():
    """Their hashes fit, and whoever put them in can write the history alone."""
    _, forged = told(2, TIP, first=70)
    tip, ours = told(1, TIP, first=90)
    put_in = [*LINES, *map(line_of, forged), *map(line_of, ours)]
    last = TIP.last
    (found,) = verified(put_in, tip, ()).findings
    assert found == (
        f"after record {last + 2} the history goes on from record {last}, though nobody accepted a state that was put "
        f"back: records {last + 1} to {last + 2} are not of this state, or put in"
    )
    _, claims = sealed(TIP, [Fact(outcome="restored", number=None)], ORIGIN, 9, NOON)
    claimed = [*LINES, *map(line_of, forged), *map(line_of, claims), *map(line_of, ours)]
    assert verified(claimed, tip, ()).findings, "a record that was put in as well cannot speak for ours"


@pytest.mark.parametrize(("first", "is_told"), [(3, True), (4, False)])
def test_a_line_that_broke_off_is_no_fault_where_a_record_says_that_it_could_not_be_written(
    first: int, is_told: bool
):
    lost = Fact(outcome="lost", number=None, lost_from=first, lost_to=6)
    tip, more = sealed(TIP, [lost], ORIGIN, 6, NOON)
    found = verified([*LINES[:2], LINES[2][:40], line_of(more[0])], tip, ())
    assert bool(found.findings) is not is_told
    if is_told:
        assert found.notes[0].endswith("; record 7 says that it could not be written")


def test_records_that_were_lost_and_said_to_be_are_no_fault():
    """State had no room for records 3 to 6, so that record 7 says they are not there."""
    lost = Fact(outcome="lost", number=None, lost_from=3, lost_to=6)
    tip, more = sealed(TIP, [lost], ORIGIN, 6, NOON)
    verdict = verified([*LINES[:2], *map(line_of, more)], tip, ())
    assert not verdict.findings
    assert verdict.notes == (
        "records 3 to 6 are not there: record 7 says that they could not be written, and state has no room for so many",
    )
    assert verified([LINES[0], *map(line_of, more)], tip, ()).findings, "more is missing than was said"


def test_a_list_holds_each_record_once_and_those_that_state_alone_holds_at_the_end():
    unread: list[int] = []
    found = [*listed([*LINES[:2], b"junk", LINES[1], *LINES[2:4]], RECORDS[2:], unread)]
    assert [one.record for one in found] == RECORDS
    assert [one.is_there for one in found] == [True] * 4 + [False] * 2
    assert unread == [3]
