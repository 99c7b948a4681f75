"""Applies of so many batches that some are handed over ahead: nothing is lost by it, and nothing doubled."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.apply.events import Stopped, Uncertain
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.run import EAGER_BATCHES
from numplan.model.state import Instance, State
from tests.builders import entry, group, manifest, us
from tests.engine.world import in_batches_of, world_with

NUMBERS = [us(place) for place in range(EAGER_BATCHES + 10)]
WANTED = manifest(entry("first", NUMBERS[0]), group("all", NUMBERS[1:]))
WRITES = st.lists(st.sampled_from(("ok", "ok", "fails", "durable")), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 90), st.booleans(), st.integers(1, 4), WRITES)
def test_killed_anywhere_it_buys_each_number_once(
    nth: int, after: bool, lanes: int, writes: list[str]
) -> None:
    world = world_with(*NUMBERS)
    wanted = in_batches_of(1, WANTED, parallelism=lanes)
    world.touch.kill(nth, after=after)
    world.run(wanted, writes=writes)
    world.touch.kill(None)
    for _ in range(3):
        world.later(minutes=16)
        world.run(wanted)
    assert world.vendor.breaches == []
    assert sorted(world.vendor.owned) == NUMBERS
    assert sorted(one.number for one in world.state.numbers) == NUMBERS
    assert world.state.intents == ()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 90), st.integers(1, 4))
def test_interrupted_it_knows_of_each_call_and_sends_no_more(nth: int, lanes: int) -> None:
    world = world_with(*NUMBERS)
    wanted = in_batches_of(1, WANTED, parallelism=lanes)
    world.clock.interrupt_at = nth
    ran = world.run(wanted)
    assert not any(isinstance(one, Uncertain) for one in ran.events)
    if ran.plan is not None and world.state is not None:
        assert {one.number for one in world.state.numbers} == world.vendor.owned.keys()
        assert world.state.intents == ()
    world.clock.resume()
    world.run(wanted)
    assert world.vendor.breaches == []
    assert sorted(world.vendor.owned) == NUMBERS


def test_of_a_run_that_breaks_only_what_was_begun_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was handed over and never begun was never sent."""
    kept: list[Instance] = []
    keep = OpenState.keep

    def breaking(open_state: OpenState, instance: Instance, *told: Any, **how: Any) -> None:
        kept.append(instance)
        if len(kept) == 3:
            raise RuntimeError("unforeseen")
        keep(open_state, instance, *told, **how)

    monkeypatch.setattr(OpenState, "keep", breaking)
    world = world_with(*NUMBERS)
    ran = world.run(in_batches_of(1, WANTED, parallelism=2))
    assert any(isinstance(one, Stopped) for one in ran.events)
    doubtful = {one.number for one in ran.events if isinstance(one, Uncertain)}
    assert kept[2].number in doubtful
    assert doubtful <= world.vendor.owned.keys()
    assert {one.number for one in world.state.intents} == doubtful


@pytest.mark.parametrize(("seconds", "writes"), [(0, 30), (0.25, 10), (3, 1)])
def test_the_longer_a_write_takes_the_longer_a_run_goes_on_without_one(
    seconds: float, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second passes with each of thirty answers."""
    world = world_with(*NUMBERS)
    saves: list[State] = []
    keep, save = OpenState.keep, OpenState.save

    def keeping(open_state: OpenState, instance: Instance, *told: Any, **how: Any) -> None:
        world.clock.advance(seconds=1)
        keep(open_state, instance, *told, **how)

    def saving(open_state: OpenState, now: datetime) -> None:
        save(open_state, now)
        saves.append(open_state.state)
        world.clock.advance(seconds=seconds)

    monkeypatch.setattr(OpenState, "keep", keeping)
    monkeypatch.setattr(OpenState, "save", saving)
    world.run(in_batches_of(1, WANTED, parallelism=1))
    assert len(saves[0].intents) == len(NUMBERS)
    assert len(saves[-1].numbers) == len(NUMBERS)
    assert not saves[-1].intents
    assert len(saves[1:]) in {writes, writes + 1}
