"""Interruptions: what is in flight is finished and recorded, then the run ends with 128 and the signal."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.cli.desk import HEAD, PATIENCE, Desk, Ran, run_of, until
from tests.cli.pseudo_terminal import Terminal

NUMBERS = run_of(16095550101, 6)
ALL = f"sets: {{dialer: {{numbers: {NUMBERS}}}}}".replace("'", '"')
SLOW = HEAD.replace("batch_size: 50", "batch_size: 1, parallelism: 2")
A_SECOND, SOON = 1.0, 2.0
"""Seconds: what is promised after a second signal, and for what only reads. Calls that are not waited for take 25."""
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


def ended(process: subprocess.Popen[Any]) -> Ran:
    out, err = process.communicate(timeout=PATIENCE)
    return Ran(process.returncode, out.decode(), err.decode())


@SIGNALS
def test_once_during_apply_finishes_what_is_in_flight(desk: Desk, number: signal.Signals) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(ALL, head=SLOW)
    desk.fault("stall", "purchase-numbers", seconds=0.5, count=2)
    process = desk.spawn("apply", "--auto-approve")
    until(lambda: len(desk.posts) == 2, "two purchases")
    process.send_signal(number)
    ran = ended(process)
    assert ran.code == 128 + number, ran
    assert "calls in flight are finished" in ran.err
    assert len(desk.posts) == 2
    assert desk.owned == desk.managed == {*NUMBERS[:2]}
    assert not desk.state.intents
    assert "Purchase not sent: 4 numbers: interrupted" in ran.out
    assert "Apply: 2 purchased, 0 released, 0 adopted, 0 updated, 4 failed" in ran.last
    again = desk("apply", "--auto-approve")
    assert again.code == 0, again
    assert desk.owned == {*NUMBERS}


@SIGNALS
def test_twice_during_apply_is_out_within_a_second_and_the_next_run_settles(
    desk: Desk, number: signal.Signals
) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(ALL, head=SLOW)
    desk.fault("stall", "purchase-numbers", seconds=25, when="after", count=2)
    process = desk.spawn("apply", "--auto-approve")
    until(lambda: len(desk.owned) == 2, "two purchases")
    process.send_signal(number)
    assert process.stderr is not None
    until(lambda: select.select([process.stderr], [], [], 0)[0], "a word")
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=PATIENCE) == 128 + number
    assert time.monotonic() - began < A_SECOND
    assert {one.number for one in desk.state.intents} == {*NUMBERS}
    again = desk("apply", "--auto-approve")
    assert again.code == 0, again
    assert desk.owned == desk.managed == {*NUMBERS}
    assert sorted(number for post in desk.posts for number in post.bought) == [one[1:] for one in NUMBERS]


@SIGNALS
def test_during_plan_it_ends_although_a_call_hangs(desk: Desk, number: signal.Signals) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(ALL)
    desk.fault("stall", "find-number", seconds=25, count=0)
    for arguments in (["plan", "--out", "p.plan"], ["apply", "--auto-approve"]):
        calls = desk.emulator.calls()["find-number"]
        process = desk.spawn(*arguments)
        until(lambda calls=calls: desk.emulator.calls()["find-number"] >= calls + 2, "pricing")
        began = time.monotonic()
        process.send_signal(number)
        ran = ended(process)
        assert time.monotonic() - began < SOON
        assert ran.code == 128 + number, ran
        assert ran.err == f"interrupted by {number.name}; nothing was sent\n"
    assert desk.left_alone()


def test_during_a_reading_command(desk: Desk) -> None:
    desk.fault("stall", "regions", seconds=25, count=0)
    process = desk.spawn("regions")
    until(lambda: desk.emulator.calls()["regions"], "the call")
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130


def test_while_waiting_for_the_lock(desk: Desk) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(ALL)
    desk.fault("stall", "purchase-numbers", seconds=25)
    holder = desk.spawn("apply", "--auto-approve")
    until(lambda: desk.posts, "the purchase")
    waiting = desk.spawn("apply", "--auto-approve", "--lock-timeout", "1m")
    assert waiting.stderr is not None
    assert b"waiting up to 60 s" in waiting.stderr.readline()
    waiting.send_signal(signal.SIGTERM)
    assert ended(waiting).code == 143
    assert holder.poll() is None


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(*NUMBERS)
    desk.manifest(ALL)
    return desk


QUESTION = "Only 'yes' will be accepted to approve:"


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (b"yes\n", 0),
        (b"no\n", 9),
        (b"y\n", 9),
        (b"\n", 9),
        (b"YES\n", 9),
        (b"\x04", 9),
        (b"\xff\xfe\n", 9),
        (b"\x03", 130),
    ],
)
def test_the_question(ready: Desk, keys: bytes, code: int) -> None:
    terminal = Terminal(ready, "apply")
    terminal.read(QUESTION)
    terminal.type(keys)
    assert terminal.end() == code, terminal.seen
    if code:
        assert ready.left_alone()
    else:
        assert ready.owned == {*NUMBERS}


def test_a_signal_during_the_question(ready: Desk) -> None:
    terminal = Terminal(ready, "apply")
    terminal.read(QUESTION)
    os.kill(terminal.child, signal.SIGTERM)
    assert terminal.end() == 143
    assert "interrupted by SIGTERM; nothing was sent" in terminal.seen
    assert ready.left_alone()


def test_a_hang_up_during_the_question(ready: Desk) -> None:
    terminal = Terminal(ready, "apply")
    terminal.read(QUESTION)
    os.kill(terminal.child, signal.SIGHUP)
    assert terminal.end() == 129
    assert ready.left_alone()


def test_no_hang_up_is_slept_through_however_close_to_the_question_it_comes() -> None:
    """The instant between the question and the wait for its answer: one in eighty was lost to it."""
    hang_ups = subprocess.run(
        [sys.executable, "-m", "tests.cli.hang_ups", "1000"],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert hang_ups.stdout == "0\n", hang_ups


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"NUMPLAN_NO_INPUT": "1"}])
def test_a_pipeline_with_a_terminal_is_not_asked(ready: Desk, environment: dict[str, str]) -> None:
    terminal = Terminal(ready, "apply", **environment)
    assert terminal.end() == 9
    assert QUESTION not in terminal.seen
    assert ready.left_alone()


def test_colour_is_for_terminals_that_want_it(ready: Desk) -> None:
    green = "\x1b[32m"
    terminal = Terminal(ready, "plan")
    assert terminal.end() == 0
    assert green in terminal.seen
    for flags, environment in ((["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
        plain = Terminal(ready, "plan", *flags, **environment)
        assert plain.end() == 0
        assert green not in plain.seen
        assert not re.search(r"\x1b\[\d+(;\d+)*m", plain.seen), plain.seen


def test_the_cursor_is_shown_again_after_an_interruption(ready: Desk) -> None:
    ready.fault("stall", "find-number", seconds=25, count=0)
    terminal = Terminal(ready, "plan")
    terminal.read("priced")
    terminal.type(b"\x03")
    assert terminal.end() == 130
    assert terminal.seen.rfind("\x1b[?25h") > terminal.seen.rfind("\x1b[?25l")
