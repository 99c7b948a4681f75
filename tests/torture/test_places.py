"""Killed, broken, cut off or overtaken where state is shared: the law is that of a state on this machine."""

import time
from collections import Counter
from contextlib import suppress

import pytest

from tests.services.places import CALLS, Service
from tests.torture.lives import laws
from tests.torture.lives.processes import Zygote
from tests.torture.lives.world import LOCKED
from tests.torture.scenarios import MIXED, PURCHASE, check_finished, passed, prepare, trial
from tests.torture.test_failpoints import APPLY, BUY_BACK, ON_ITS_WAY, PURCHASES, RELEASES, STORE

PASSED = {*APPLY, *STORE, *PURCHASES, *RELEASES, *BUY_BACK}

MANY, WAITING = 20, ("--lock-timeout", "120s")
FOREVER = 1000


@pytest.mark.parametrize("home", ["http"], indirect=True)
def test_an_apply_passes_these_failpoints_and_no_others(home: Service, zygote: Zygote, tmp_path):
    assert set(passed(MIXED, zygote, tmp_path, home)) == PASSED


# -- killed, or broken


@pytest.mark.parametrize("name", ["store.after-write", "purchase.answered"])
def test_killed_there_the_next_run_finishes(home: Service, name, zygote: Zygote, tmp_path):
    ran = trial(PURCHASE, f"{name}:1:kill", zygote, tmp_path, home)
    assert ran.code == -9, "the failpoint was not reached"


@pytest.mark.torture
@pytest.mark.parametrize("action", ["kill", "raise"])
def test_every_failpoint_every_time_it_is_passed(home: Service, action, zygote: Zygote, tmp_path_factory):
    passes = passed(MIXED, zygote, tmp_path_factory.mktemp("passed"), home)
    broken = []
    for name in sorted(set(passes)):
        for nth in range(1, passes.count(name) + 1):
            try:
                trial(MIXED, f"{name}:{nth}:{action}", zygote, tmp_path_factory.mktemp("trial"), home)
            except AssertionError as problem:
                broken.append(f"{name}:{nth}: {problem}")
    assert not broken, "\n".join(broken)


# -- cut off


@pytest.mark.parametrize(
    ("step", "what"), [("write", "answer"), pytest.param("unlock", "request", marks=pytest.mark.torture)]
)
def test_cut_off_for_good_at_a_step_the_next_run_finishes(
    home: Service, step, what, zygote: Zygote, tmp_path
):
    world = prepare(PURCHASE, zygote, tmp_path, home)
    try:
        world.line.cut(getattr(CALLS[home.kind], step), what, FOREVER)
        ran = world.apply()
        assert world.line.done
        world.line.mend()
        check_finished(world, PURCHASE, 0, ran)
    finally:
        world.close()


@pytest.mark.torture
@pytest.mark.parametrize(
    ("scenario", "times"), [pytest.param(MIXED, 1, id="once"), pytest.param(PURCHASE, FOREVER, id="for good")]
)
@pytest.mark.parametrize("what", ["request", "answer"])
def test_cut_off_at_each_request_that_an_apply_makes(
    home: Service, what, scenario, times, zygote: Zygote, tmp_path_factory
):
    nth, broken = 0, []
    while True:
        nth += 1
        world = prepare(scenario, zygote, tmp_path_factory.mktemp("cut"), home)
        try:
            before = sum(laws.purchases(world).values())
            world.line.cut_from(nth, what, times)
            ran = world.apply()
            done = world.line.done
            world.line.mend()
            check_finished(world, scenario, before, ran)
        except AssertionError as problem:
            broken.append(f"{nth}: {problem}")
        finally:
            world.close()
        if not done:
            break
    assert nth > 10
    assert not broken, "\n".join(broken)


# -- overtaken


def overtaken(home: Service, failpoint: str, zygote: Zygote, tmp_path) -> None:
    """A run is stopped, loses its lock to another by `state unlock`, and goes on when that has ended."""
    world = prepare(MIXED, zygote, tmp_path, home)
    try:
        before = sum(laws.purchases(world).values())
        stopped = world.apply(f"{failpoint}:1:stop")
        assert stopped.stopped, stopped
        ran, lost = world.overtake(stopped)
        if lost and not failpoint.startswith("store.") and failpoint != "apply.after-save":
            # It had still to write something, or to prove that it could.
            assert ran.code in {1, 4, 5}, ran.output
        check_finished(world, MIXED, before, ran)
    finally:
        world.close()


def test_a_stopped_run_that_lost_its_lock_sends_and_writes_no_more(home: Service, zygote: Zygote, tmp_path):
    overtaken(home, "apply.after-intents", zygote, tmp_path)


@pytest.mark.torture
@pytest.mark.parametrize("failpoint", sorted(PASSED - {ON_ITS_WAY}))
def test_wherever_it_was_stopped(home: Service, failpoint, zygote: Zygote, tmp_path):
    overtaken(home, failpoint, zygote, tmp_path)


@pytest.mark.torture
def test_a_release_that_was_on_its_way_when_the_lock_was_broken_is_bought_back(
    home: Service, zygote: Zygote, tmp_path
):
    world = prepare(MIXED, zygote, tmp_path, home)
    try:
        ran, lost = world.overtake(world.apply(f"{ON_ITS_WAY}:1:stop"))
        assert lost, ran
        laws.nothing_unasked(world)
        deadline = time.monotonic() + 20
        while True:  # a number that was just bought is waited for, before it is called missing
            again = world.apply_again()
            assert again.code == 0, again.output
            with suppress(AssertionError):
                laws.converged(world)
                break
            assert time.monotonic() < deadline, again.output
        laws.nothing_lost(world)
    finally:
        world.close()


# -- many at once


@pytest.mark.parametrize(
    "flags",
    [pytest.param((), id="at once"), pytest.param(WAITING, id="waiting", marks=pytest.mark.torture)],
)
def test_of_20_applies_at_once_one_buys(home: Service, flags, zygote: Zygote, tmp_path):
    world = prepare(PURCHASE, zygote, tmp_path, home)
    try:
        ran = world.apply_at_once(MANY, *flags)
        codes = Counter(one.code for one in ran)
        assert set(codes) <= ({0} if flags else {0, LOCKED}), [one.output for one in ran if one.code]
        assert sum(f"Apply: {PURCHASE.needed} purchased" in one.output for one in ran) == 1
        assert set(laws.purchases(world).values()) == {1}
        laws.converged(world)
        laws.no_waste(world, 0, PURCHASE.needed)
        laws.unlocked(world)
    finally:
        world.close()
