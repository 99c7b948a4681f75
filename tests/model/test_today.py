from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from numplan.model.today import Today, today

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_day_is_one_that_both_clocks_have_reached() -> None:
    assert today(NOON, NOON) == Today(date(2026, 12, 1))
    late, early = NOON.replace(hour=23), NOON + timedelta(hours=13)
    assert today(late, early) == today(early, late) == Today(date(2026, 12, 1), latest=date(2026, 12, 2))


def test_a_day_is_one_of_utc_wherever_the_machine_stands() -> None:
    there = datetime(2026, 12, 2, 1, tzinfo=timezone(timedelta(hours=5)))
    assert today(there, there).day == date(2026, 12, 1)


@pytest.mark.parametrize("vendors", [None, NOON + timedelta(days=1, minutes=1), NOON - timedelta(days=400)])
def test_clocks_that_are_not_both_known_or_far_apart_are_in_doubt(vendors: datetime | None) -> None:
    said = today(NOON, vendors)
    assert said.doubt
    assert said.day <= NOON.date()


def test_a_day_apart_is_not_too_far() -> None:
    assert not today(NOON, NOON + timedelta(days=1)).doubt
