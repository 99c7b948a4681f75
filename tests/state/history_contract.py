"""What every history must do. Subclass HistoryContract, and give it the fixture `history`: a function that opens the
same place anew at each call, empty when a test starts.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from numplan.model.errors import StateError
from numplan.model.history.record import Fact, Origin, Record, Tip, line_of, sealed
from numplan.state.history import BoundedLog, HistoryStore
from tests.builders import us

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Histories = Callable[[], HistoryStore]


def told(*counts: int) -> list[list[Record]]:
    """So many records in each write of state, of one run."""
    tip, groups, at = Tip(), [], 0
    for serial, count in enumerate(counts, 2):
        facts = [
            Fact(outcome="purchased", number=us(at + one), address="number.n") for one in range(1, count + 1)
        ]
        tip, records = sealed(tip, facts, Origin(run="run-1", actor="ann"), serial, NOON)
        groups.append(records)
        at += count
    return groups


def held(store: HistoryStore) -> list[bytes]:
    return [*store.lines()]


def lines(*groups: list[Record]) -> list[bytes]:
    return [line_of(one) for group in groups for one in group]


class HistoryContract:
    """The suite."""

    def test_a_place_without_a_history_has_no_records(self, history: Histories):
        assert held(history()) == []
        assert history().place

    def test_records_are_read_as_they_were_written_and_in_their_order(self, history: Histories):
        first, second, third = told(2, 3, 1)
        assert history().write([*first, *second], anew=True) == ""
        assert history().write(third, anew=True) == ""
        assert held(history()) == lines(first, second, third)

    def test_many_are_written_at_once(self, history: Histories):
        (many,) = told(3000)
        history().write(many, anew=True)
        assert held(history()) == lines(many)

    def test_what_is_there_already_is_not_doubled(self, history: Histories):
        first, second = told(2, 2)
        history().write(first, anew=True)
        assert history().write(first, anew=False) == ""
        history().write([*first, *second], anew=True)
        history().write([*first, *second], anew=True)
        assert history().write([*first, *second], anew=False) == ""
        assert held(history()) == lines(first, second)

    def test_the_first_of_very_many_are_there_already_too(self, history: Histories):
        """State had no room for the others, and does not know whether they were written."""
        many, more = told(8000, 2)
        history().write(many, anew=True)
        assert history().write(many[:1000], anew=False) == ""
        assert history().write(more, anew=True) == ""
        assert held(history()) == lines(many, more)

    def test_its_last_line_is_known(self, history: Histories):
        first, second = told(3000, 2)
        assert history().last() == b""
        for group in (first, second):
            history().write(group, anew=True)
            assert history().last() == line_of(group[-1])

    def test_what_an_earlier_run_left_is_added_and_told(self, history: Histories):
        first, second = told(2, 2)
        history().write(first, anew=True)
        said = history().write(second, anew=False)
        assert said.startswith("2 records of an earlier run were not in ")
        assert held(history()) == lines(first, second)

    def test_a_record_is_found_by_its_hash(self, history: Histories):
        first, second = told(1, 1)
        history().write(first, anew=True)
        log = BoundedLog(history())
        assert log.holds(second[0].previous) is True
        assert log.holds("0" * 64) is False

    def test_lines_of_another_place_are_taken_over_as_they_are_once(self, history: Histories):
        moved = [*lines(*told(2)), b"a line that somebody wrote"]
        history().take_over(moved, "moved-1")
        history().take_over(moved, "moved-1")
        assert held(history()) == moved

    def test_another_history_is_never_written_over(self, history: Histories):
        first, _ = told(2, 2)
        history().write(first, anew=True)
        with pytest.raises(StateError, match="holds a history already; nothing was moved"):
            history().take_over([b"other"], "moved-1")
        assert held(history()) == lines(first)
