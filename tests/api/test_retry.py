"""Waits: Retry-After in all its forms, growth, bounds, and the end at an interruption."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.api.retry import RateLimit, RetryPolicy, seconds_of
from tests.api.clock import BEGIN, FakeClock


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 00:01:00 -0000", 60.0),
        ("Thu, 01 Jan 2026 01:01:00 +0100", 60.0),
        ("Thu, 01 Jan 2025 00:00:00 GMT", 0.0),
        ("Thursday, 01-Jan-26 00:01:00 GMT", 60.0),
        ("99999999999999999999", 999999999.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Thu, 99 Jan 2026 00:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header, BEGIN) == seconds


@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    read = seconds_of(header, BEGIN + timedelta(days=1))
    assert read is None or read >= 0


def test_waits_double_and_end() -> None:
    clock = FakeClock()
    attempts = RateLimit(clock, RetryPolicy(failures=4), lambda: 1.0).attempts()
    assert [attempts.after_failure() for _ in range(4)] == [True, True, True, False]
    assert clock.waits == [0.5, 1.0, 2.0]


def test_a_wait_is_anything_from_nothing_to_its_ceiling() -> None:
    clock = FakeClock()
    draws = iter([0.0, 0.5, 1.0])
    attempts = RateLimit(clock, RetryPolicy(), lambda: next(draws)).attempts()
    for _ in range(3):
        attempts.after_failure()
    assert clock.waits == [0.0, 0.5, 2.0]


def test_the_total_time_is_bounded_whatever_the_server_asks() -> None:
    clock = FakeClock()
    attempts = RateLimit(clock, RetryPolicy(seconds=100), lambda: 0.0).attempts()
    calls = 1
    while attempts.after_throttle("86400"):
        calls += 1
    assert calls == 2
    assert clock.monotonic() == 60


def test_a_429_without_end_ends() -> None:
    clock = FakeClock()
    attempts = RateLimit(clock, RetryPolicy(), lambda: 1.0).attempts()
    calls = 1
    while attempts.after_throttle("nonsense"):
        calls += 1
    assert calls <= 12
    assert clock.monotonic() <= 300


def test_a_429_holds_back_other_calls() -> None:
    clock = FakeClock(stop_after=1)
    limit = RateLimit(clock, RetryPolicy(), lambda: 0.0)
    limit.throttle(30)
    assert not limit.hold()
    assert clock.waits == [30]
    clock.stopped = False
    assert limit.hold()
    assert clock.waits == [30]


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_a_wait_of_more_than_five_seconds_is_told_once_for_all_threads(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    clock.stopped = True  # it does not move on: all of this happens at once
    limit = RateLimit(clock, RetryPolicy(), lambda: 0.5)
    for _ in range(3):
        limit.attempts().after_throttle("30")
    assert told(caplog) == ["the API asks to slow down (429): waiting 30 s before the next call"]
    limit.attempts().after_throttle("50")
    assert told(caplog)[1:] == ["the API asks to slow down (429): waiting 50 s before the next call"]


def test_so_is_one_after_a_503_and_no_short_one(caplog: pytest.LogCaptureFixture) -> None:
    attempts = RateLimit(FakeClock(), RetryPolicy(), lambda: 0.0).attempts()
    assert attempts.after_failure()
    assert attempts.after_throttle("4")
    assert not told(caplog)
    assert attempts.after_failure("20")
    assert told(caplog) == ["the API asks to try again later: waiting 20 s before the next call"]


def test_a_wait_that_is_not_waited_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    attempts = RateLimit(FakeClock(), RetryPolicy(seconds=10), lambda: 0.0).attempts()
    assert not attempts.after_throttle("60")
    assert not told(caplog)


def test_an_interruption_ends_the_attempts() -> None:
    clock = FakeClock(stop_after=1)
    attempts = RateLimit(clock, RetryPolicy(), lambda: 1.0).attempts()
    assert not attempts.after_failure()
    assert not attempts.after_throttle("5")
    assert len(clock.waits) == 1
