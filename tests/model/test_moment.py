"""Ages by two clocks: the younger counts, and clocks that agree are one."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from numplan.model.moment import BothClocks, Moment, age, moment, our_time, shown

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=5), timedelta(seconds=-4)])
def test_clocks_that_agree_to_some_seconds_are_one(ahead):
    assert moment(NOON, NOON + ahead) == NOON


def test_without_the_vendors_clock_ours_alone_counts():
    assert moment(NOON, None) == NOON
    assert age(moment(NOON + HOUR, None), NOON) == HOUR


@pytest.mark.parametrize("skew", [HOUR, -HOUR, DAY, -DAY])
def test_clocks_that_differ_all_the_time_change_no_age(skew):
    then, now = moment(NOON, NOON + skew), moment(NOON + HOUR, NOON + HOUR + skew)
    assert age(now, then) == HOUR


@pytest.mark.parametrize(
    ("ours", "vendors"),
    [(DAY, HOUR), (HOUR, DAY), (-DAY, HOUR), (HOUR, -DAY)],
    ids=["ours jumps ahead", "theirs jumps ahead", "ours jumps back", "theirs jumps back"],
)
def test_of_two_ages_the_younger_counts(ours, vendors):
    assert age(moment(NOON + ours, NOON + vendors), NOON) == min(ours, vendors)
    assert age(NOON + HOUR, moment(NOON, NOON + DAY)) == HOUR - DAY


def test_a_moment_survives_its_document():
    for one in (NOON, BothClocks(NOON, NOON + DAY)):
        assert msgspec.json.decode(msgspec.json.encode(one), type=Moment) == one
        assert our_time(one) == NOON
        assert shown(one) == "2026-01-01 12:00 UTC"
