"""Runs that meet: many at once on one state, and one that is stopped while another takes its place."""

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import HEAD, STATE, Desk, Ran, run_of, until
from tests.torture.test_failpoints import ON_ITS_WAY, PASSED

MANY = 20
LONG = 200.0
"""Seconds for twenty processes on a busy machine."""

EXPLICIT, MEMBERS = run_of(16095550101, 6), run_of(16465550101, 12)
HASTY = HEAD.replace(
    "settle_seconds: 0.6, batch_size: 50", "settle_seconds: 0.2, batch_size: 3, parallelism: 2"
)
FLEET = f"""\
sets: {{dialer: {{numbers: {EXPLICIT}}}}}
pools: {{sales: {{count: 4, digits: "646555"}}}}
""".replace("'", '"')
WHOLE = len(EXPLICIT) + 4
NOTHING_TO_DO = "No changes"


def bought(desk: Desk) -> Counter[str]:
    """How often each number was really bought."""
    return Counter("+" + digits for post in desk.posts for digits in post.bought)


def fleet(desk: Desk) -> Desk:
    """A desk whose manifest wants ten numbers."""
    desk.stock(*EXPLICIT, *MEMBERS)
    desk.manifest(FLEET, head=HASTY)
    return desk


def end_of(process: subprocess.Popen[Any]) -> Ran:
    out, err = process.communicate(timeout=LONG)
    return Ran(process.returncode, out.decode(), err.decode())


def all_at_once(desk: Desk, count: int, *arguments: str, **details: Any) -> tuple[list[int], list[Ran]]:
    """Start so many; their process ids, and how they ended."""
    started = [desk.spawn(*arguments, **details) for _ in range(count)]
    return [one.pid for one in started], [end_of(one) for one in started]


def settled(desk: Desk, wanted: int) -> None:
    """The account holds what the manifest says, each number bought once, all of them in state."""
    assert len(desk.owned) == wanted
    assert desk.owned == desk.managed
    assert not desk.state.intents
    last = desk("apply", "--auto-approve")
    assert last.code == 0, last
    assert NOTHING_TO_DO in last.out


# -- many at once


def test_of_20_applies_at_once_one_buys_and_the_others_are_refused_or_have_nothing_to_do(desk: Desk) -> None:
    fleet(desk)
    desk.fault("stall", "purchase-numbers", seconds=2)
    pids, ran = all_at_once(desk, MANY, "apply", "--auto-approve")
    assert {one.code for one in ran} == {0, 8}, ran
    for one in ran:
        if one.code == 8:
            named = re.search(r"is locked: apply by \S+, pid (\d+)", one.err)
            assert (named and int(named[1]) in pids) or "has not said who it is" in one.err, one
            assert "--lock-timeout" in one.err
            assert not one.out
    buyers = [one for one in ran if f"Apply: {WHOLE} purchased" in one.out]
    assert len(buyers) == 1
    assert set(bought(desk).values()) == {1}
    settled(desk, WHOLE)


@pytest.fixture
def loaded(loaded_numplan: Path) -> Sequence[Path]:
    """The command of a numplan that is loaded already: of many that start together, more then run together."""
    return [loaded_numplan / "numplan"]


def test_20_applies_that_wait_for_each_other_all_end_well(desk: Desk, loaded: Sequence[Path]) -> None:
    fleet(desk)
    _, ran = all_at_once(desk, MANY, "apply", "--auto-approve", "--lock-timeout", "60s", numplan=loaded)
    assert [one.code for one in ran] == [0] * MANY, ran
    assert sum(f"Apply: {WHOLE} purchased" in one.out for one in ran) == 1
    assert sum(NOTHING_TO_DO in one.out for one in ran) == MANY - 1
    assert set(bought(desk).values()) == {1}
    settled(desk, WHOLE)


def test_of_10_applies_of_one_saved_plan_one_carries_it_out(desk: Desk, loaded: Sequence[Path]) -> None:
    fleet(desk)
    assert desk("plan", "--out", "tonight.plan").code == 0
    _, ran = all_at_once(desk, 10, "apply", "tonight.plan", "--lock-timeout", "60s", numplan=loaded)
    assert sorted(one.code for one in ran) == [0, *[7] * 9], ran
    assert set(bought(desk).values()) == {1}
    settled(desk, WHOLE)


def test_applies_and_plans_and_settles_at_once_buy_nothing_twice(desk: Desk, loaded: Sequence[Path]) -> None:
    fleet(desk)
    desk.fault("lose_reply", "purchase-numbers", nth=2)
    commands: Sequence[Sequence[str]] = (
        ("apply", "--auto-approve", "--lock-timeout", "60s"),
        ("plan",),
        ("state", "settle", "--lock-timeout", "60s"),
    )
    started = [desk.spawn(*commands[at % 3], numplan=loaded) for at in range(9)]
    ran = [end_of(one) for one in started]
    assert {one.code for one in ran} == {0}, ran
    assert set(bought(desk).values()) == {1}
    settled(desk, WHOLE)


# -- one that is stopped, and loses its lock


def remove(lock: Path) -> None:
    """What an operator does who takes the run for dead."""
    lock.unlink()


def replace(lock: Path) -> None:
    """What a restored backup of the folder does: the same bytes in another file."""
    copy = lock.with_name("restored")
    shutil.copy(lock, copy)
    copy.rename(lock)


def is_stopped(process: subprocess.Popen[Any]) -> bool:
    assert process.poll() is None, process.communicate()
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")

BEFORE = """\
numbers: {keeps: {number: "+16095550101"}, goes: {number: "+16095550102"}, moves: {number: "+16095550103"}}
pools: {sales: {count: 3, digits: "646555"}}
"""
AFTER = """\
numbers:
  keeps: {number: "+16095550101"}
  moves: {number: "+16095550103", sip_trunk_id: 170, on_trunk_change: replace}
  comes: {number: "+16095550104"}
  comes_too: {number: "+16095550105"}
pools: {sales: {count: 2, digits: "646555"}}
policy: {max_releases: 100}
"""
WANTED = {"+16095550101", "+16095550103", "+16095550104", "+16095550105"}
NEW = {"+16095550103", "+16095550104", "+16095550105"}


def mixed(make_desk: Callable[..., Desk]) -> Desk:
    """A desk whose next apply purchases, releases, moves and shrinks."""
    desk = make_desk(released_to_stock=True)
    desk.stock(*EXPLICIT, *MEMBERS)
    desk.manifest(BEFORE, head=HASTY)
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(AFTER, head=HASTY)
    return desk


def overtaken(desk: Desk, failpoint: str, break_lock: Callable[[Path], None]) -> tuple[Ran, Ran, bool]:
    """A run that is stopped at a failpoint, loses its lock to another, and goes on when that has ended.

    Returns how the first and the second ended, and whether the first had written its last by then.
    """
    first = desk.spawn("apply", "--auto-approve", environment={"NUMPLAN_FAILPOINT": f"{failpoint}:1:stop"})
    until(lambda: is_stopped(first), f"{failpoint} to be reached")
    lock = desk.folder / f"{STATE}.lock"
    break_lock(lock)
    second = desk("apply", "--auto-approve")
    stored = (desk.folder / STATE).read_bytes()
    os.kill(first.pid, signal.SIGCONT)
    ran = end_of(first)
    return ran, second, (desk.folder / STATE).read_bytes() == stored


def check_overtaken(desk: Desk, failpoint: str, break_lock: Callable[[Path], None]) -> None:
    before = bought(desk)
    first, second, untouched = overtaken(desk, failpoint, break_lock)
    assert second.code == 0, second
    assert untouched, "the run that had lost its lock wrote over the state of the other"
    assert "Traceback" not in first.err
    if not failpoint.startswith("lock."):
        # It had still to write something, or to prove that it could.
        assert first.code in {1, 4, 5}, first
        assert re.search("deleted or replaced|changed during this run", first.out + first.err), first
    more = bought(desk) - before
    assert set(more) == NEW, more
    assert set(more.values()) == {1}, more
    # Nothing that one of the two owns is forgotten, and the next run finds nothing to mend.
    known = {one.number for one in (*desk.state.numbers, *desk.state.intents, *desk.state.tombstones)}
    assert desk.owned <= known
    last = desk("apply", "--auto-approve")
    assert last.code == 0, last
    assert {number for number in desk.owned if number in EXPLICIT} == WANTED
    assert len(desk.owned) == len(WANTED) + 2
    assert desk.owned == desk.managed
    assert NOTHING_TO_DO in desk("plan").out


@NEEDS_PROC
@pytest.mark.parametrize("break_lock", [remove, replace], ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    "failpoint",
    ["apply.before-intents", "apply.after-intents", "purchase.answered", "state.after-rename"],
)
def test_a_stopped_run_that_lost_its_lock_writes_nothing_and_buys_nothing_twice(
    make_desk: Callable[..., Desk], failpoint: str, break_lock: Callable[[Path], None]
) -> None:
    check_overtaken(mixed(make_desk), failpoint, break_lock)


@NEEDS_PROC
@pytest.mark.torture
@pytest.mark.parametrize("failpoint", sorted(PASSED["mixed"] - {ON_ITS_WAY}))
def test_wherever_it_was_stopped(make_desk: Callable[..., Desk], failpoint: str) -> None:
    check_overtaken(mixed(make_desk), failpoint, remove)
