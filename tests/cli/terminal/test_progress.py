"""How far a long run is: on standard error, and never in the way of the result."""

import json
import os
import pty
import re
import sys
import threading

import pytest

from numplan.cli.terminal import progress
from numplan.cli.terminal.screen import Screen
from numplan.state.local.backend import LocalBackend
from tests.cli.desk import STATE, Desk, run_of, yaml_list

pytestmark = pytest.mark.real_waits

NUMBERS = run_of(16095550101, 3)


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(*NUMBERS)
    desk.manifest(f"sets: {{dialer: {{numbers: {yaml_list(NUMBERS)}}}}}")
    return desk


def test_a_long_run_says_now_and_then_what_it_reads_and_how_far_it_is(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    ran = ready("apply", "--auto-approve")
    assert ran.code == 0
    assert "Reading the account … regions 1" in ran.err
    assert "priced 3" in ran.err
    assert [line for line in ran.err.splitlines() if line.startswith("Applying")] == [
        f"Applying … {answered} of 3 calls answered" for answered in (1, 2, 3)
    ]
    assert "Applying" not in ran.out


def test_many_look_ups_say_how_many_are_to_come_and_how_long_that_may_take(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    owned = run_of(16095550101, 30)
    desk.emulator.add_owned(owned)
    desk.emulator.configure(size_cap=5)
    desk.manifest(f"sets: {{dialer: {{numbers: {yaml_list(owned)}}}}}")
    ran = desk("plan")
    assert "looked up 25 of 25" in ran.err
    assert re.search(r"looked up 1[0-9] of 25, about [0-9]+ s left", ran.err)


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (42.4, "42 s"), (180, "3 min"), (9000, "2 h")])
def test_a_span_is_a_word_or_two(seconds: float, words: str) -> None:
    assert progress.span_of(seconds) == words


def test_a_long_wait_without_an_answer_is_told(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LONG_WAIT", 0.1)
    ready.fault("stall", "purchase-numbers", seconds=0.5)
    ran = ready("apply", "--auto-approve")
    assert ran.code == 0
    assert re.search(
        r"^Applying … 0 of 3 calls answered, waiting for the next \([0-9]+ s so far\)$", ran.err, re.MULTILINE
    )


@pytest.fixture
def uncertain(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A purchase whose answer is lost, of a number that is neither owned nor for sale afterwards."""
    monkeypatch.setattr(progress, "LONG_WAIT", 0.2)
    desk.stock(NUMBERS[0])
    desk.manifest(f'numbers: {{a: {{number: "{NUMBERS[0]}"}}}}')
    desk.fault("taken", "purchase-numbers")
    desk.fault("lose_reply", "purchase-numbers")
    return desk


def test_a_look_for_what_became_of_a_call_is_told(uncertain: Desk) -> None:
    ran = uncertain("apply", "--auto-approve")
    assert ran.code == 5
    assert "Applying … 1 of 1 calls answered, looking for what became of 1 (" in ran.err


@pytest.mark.parametrize(
    "command", [["state", "settle"], ["apply", "--auto-approve"], ["apply", "--auto-approve", "--json"]]
)
def test_a_look_for_calls_of_an_earlier_run_is_told_and_for_how_long_it_may_last(
    uncertain: Desk, command: list[str]
) -> None:
    assert uncertain("apply", "--auto-approve").code == 5
    ran = uncertain(*command)
    what = "Settling … looking in the account for what became of 1 call of an earlier run, for up to 0.6 s"
    assert f"{what} (0 s so far)" in ran.err
    assert what not in ran.out


def test_a_long_wait_for_a_first_answer_is_told(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LONG_WAIT", 0.1)
    ready.fault("stall", "regions", seconds=0.5)
    ran = ready("plan")
    assert ran.code == 0
    assert re.search(r"^Reading the account … .*waiting for an answer \(0 s so far\)$", ran.err, re.MULTILINE)


def test_a_wait_for_the_lock_is_told_while_it_lasts(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LONG_WAIT", 0.1)
    with LocalBackend(ready.folder / STATE).lock("a test"):
        ran = ready("apply", "--auto-approve", "--lock-timeout", "500ms")
    assert ran.code == 8
    said, *more = ran.err.splitlines()
    assert said.startswith("waiting up to 0.5 s for the lock: a test by ")
    assert more[0] == f"Waiting for the lock of {STATE} … (0 s so far)"


def test_a_wait_that_the_api_asks_for_is_told_with_its_length(ready: Desk) -> None:
    ready.fault("too_many", "regions", retry_after="seconds", seconds=6)
    ran = ready("plan")
    assert ran.code == 0
    assert re.search(
        r"^warning: the API asks to slow down \(429\): waiting [67] s before the next call$",
        ran.err,
        re.MULTILINE,
    )


def test_a_short_run_says_nothing(ready: Desk) -> None:
    assert ready("apply", "--auto-approve").err == ""


def test_on_a_terminal_one_line_moves_and_is_gone_at_the_end(ready: Desk) -> None:
    terminal, end = pty.openpty()
    process = ready.spawn("apply", "--auto-approve", environment={"TERM": "xterm"}, stderr=end)
    os.close(end)
    out, _ = process.communicate(timeout=60)
    told = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        told += part
    os.close(terminal)
    assert process.returncode == 0
    assert b"Applying \xe2\x80\xa6 3 of 3 calls answered\r\x1b[K" in told
    assert b"Applying" not in out
    assert out.count(b"purchased\n") == 3


def test_the_stream_tells_now_and_then_of_a_call_that_is_still_under_way(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.05)
    ready.fault("stall", "purchase-numbers", seconds=0.5)
    ran = ready("apply", "--auto-approve", "--json")
    assert ran.code == 0
    lines = [json.loads(line) for line in ran.out.splitlines()]
    kinds = [line["type"] for line in lines]
    still = [line for line in lines if line["type"] == "apply_progress"]
    assert {line["hook"]["resource"]["resource_key"] for line in still} <= set(NUMBERS)
    assert still
    assert still[0]["@message"].startswith('set.dialer["+1609555010')
    assert still[0]["hook"]["action"] == "create"
    assert still[0]["hook"]["elapsed_seconds"] == 0
    assert kinds.index("apply_start") < kinds.index("apply_progress")
    # Nothing is under way once all is answered.
    last = len(kinds) - 1 - kinds[::-1].index("apply_progress")
    assert last < len(kinds) - 1 - kinds[::-1].index("apply_complete")


def test_several_threads_may_tell_at_once_how_far_they_are() -> None:
    """A name that one adds is none that another must not meet while it tells them all."""
    interval, problems = sys.getswitchinterval(), []

    def tell(step: progress.Step, who: int) -> None:
        try:
            for at in range(300):
                step(f"{who} {at}")
        except RuntimeError as problem:
            problems.append(problem)

    sys.setswitchinterval(1e-6)
    try:
        with progress.progress(Screen(color=False), "Reading", moving=False) as step:
            threads = [threading.Thread(target=tell, args=(step, who)) for who in range(4)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
    finally:
        sys.setswitchinterval(interval)
    assert problems == []
