"""A record of the history, and the line that holds it."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from numplan.model.charge import Charge
from numplan.model.history.record import (
    Fact,
    LineError,
    Origin,
    Tip,
    fits,
    hash_of,
    line_of,
    read_line,
    sealed,
)
from tests.builders import us

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORIGIN = Origin(run="run-1", plan="p" * 64, commit="c0ffee", ci_job="https://ci.example/7", actor="ann@desk")


def fact(place: int, outcome: str = "purchased", **more: object) -> Fact:
    return Fact(outcome=outcome, number=us(place), address=f'pool.p["{us(place)}"]', **more)  # type: ignore[arg-type]


def test_a_record_says_what_when_by_whom_and_what_came_before():
    tip, (one, two) = sealed(
        Tip(), [fact(1, setup_charge=Charge("0.10")), fact(2, "released")], ORIGIN, 5, NOON
    )
    first, second = json.loads(line_of(one)), json.loads(line_of(two))
    assert first == {
        "record": 1,
        "time": "2026-01-01T12:00:00Z",
        "serial": 5,
        "number": us(1),
        "address": f'pool.p["{us(1)}"]',
        "outcome": "purchased",
        "setup_charge": "0.10",
        "plan": "p" * 64,
        "run": "run-1",
        "commit": "c0ffee",
        "ci_job": "https://ci.example/7",
        "actor": "ann@desk",
        "hash": hash_of(line_of(one)),
    }
    assert (second["record"], second["previous"]) == (2, first["hash"])
    assert tip == Tip(last=2, hash=second["hash"])


def test_the_hash_is_that_of_all_bytes_before_it_so_that_anybody_can_check_it():
    _, (one,) = sealed(Tip(), [fact(1, reason='a "quoted" ,"hash":"')], ORIGIN, 5, NOON)
    line = line_of(one)
    body = line[: line.rindex(b',"hash"')]
    assert hash_of(line) == hashlib.sha256(body).hexdigest()
    assert fits(line)
    assert read_line(line) == one


def test_records_follow_on_the_last_one_that_state_knows():
    tip, (one,) = sealed(Tip(last=41, hash="f" * 64, more=3), [fact(1)], ORIGIN, 5, NOON)
    assert (one.record, one.previous) == (42, "f" * 64)
    assert (tip.last, tip.more) == (42, 3)


def test_nothing_to_tell_changes_nothing():
    tip = Tip(last=41, hash="f" * 64)
    assert sealed(tip, [], ORIGIN, 5, NOON) == (tip, [])


@pytest.mark.parametrize("byte", range(0, 200, 7))
def test_a_line_with_one_byte_changed_fits_no_more(byte: int):
    _, (one,) = sealed(Tip(), [fact(1)], ORIGIN, 5, NOON)
    line = bytearray(line_of(one))
    line[byte] ^= 1
    assert not fits(bytes(line))


@pytest.mark.parametrize("line", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"record":1', b"null"])
def test_what_is_no_record_is_said_to_be_none(line: bytes):
    with pytest.raises(LineError):
        read_line(line)
    assert not fits(line)


def test_a_member_that_a_newer_numplan_writes_is_passed_over():
    _, (one,) = sealed(Tip(), [fact(1)], ORIGIN, 5, NOON)
    newer = line_of(one).replace(b'"serial"', b'"weather":"fine","serial"')
    assert read_line(newer) == one
