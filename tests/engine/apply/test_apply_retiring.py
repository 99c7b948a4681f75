"""A retired member and its successor through an apply, also one that dies between the two."""

import pytest

from numplan.model.policy import Policy
from tests.builders import by_action, managed, manifest, pool, state, us
from tests.engine.world import World, world_with
from tests.faulty import Killed

OLD, FRESH, OTHER = us(1), us(5), us(6)


def world() -> World:
    made = world_with(FRESH, OTHER)
    made.store(state(managed("pool.p", made.vendor.own(OLD))))
    return made


def test_the_successor_is_bought_first_and_the_release_is_remembered():
    made = world()
    made.run(manifest(pool("p", 1), retire=[OLD]))
    assert [call for call, *_ in made.vendor.posts] == ["purchase", "release"]
    assert [one.number for one in made.state.numbers] == [FRESH]
    assert [(one.number, one.at) for one in made.state.released] == [(OLD, made.clock.now())]
    assert made.state.numbers[0].replaces is None, "the one that it replaces is gone"


@pytest.mark.parametrize(("retire", "replace"), [([OLD], ()), ([], (OLD,))])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(16))
def test_wherever_a_run_dies_the_old_one_goes_and_one_successor_stays(retire, replace, nth, after):
    """The next run is without `--replace`: where nothing was bought yet, it is as if it had not been given."""
    made = world()
    made.touch.kill(nth, after=after)
    wanted = manifest(pool("p", 1), retire=retire)
    made.run(wanted, replace=replace)
    made.touch.kill(None)
    began = made.state.numbers[0].number != OLD or len(made.state.numbers) > 1 or bool(made.state.intents)
    for _ in range(4):
        made.later(minutes=16)
        made.run(wanted)
    owned = [*made.vendor.owned]
    assert [one.number for one in made.state.numbers] == owned
    assert len(owned) == 1
    if retire:
        assert owned != [OLD]
    elif not began:
        assert owned == [OLD]
    assert OTHER not in owned, "no second successor is bought"
    assert sum(call == "purchase" for call, *_ in made.vendor.posts) <= 1


def test_what_was_released_in_one_apply_is_not_bought_by_the_next_growth():
    """A number that was flagged as spam, and is the cheapest again."""
    made = world()
    made.run(manifest(pool("p", 0)))
    made.vendor.put_on_sale(OLD)
    for days, bought in ((1, [FRESH]), (89, [FRESH]), (90, [OLD])):
        made.clock.advance(days=days - made.clock.monotonic() // 86400)
        assert by_action(made.draft(manifest(pool("p", 1))))["purchase"] == bought
    soon = manifest(pool("p", 1), policy=Policy(rebuy_after="0d"))
    assert by_action(made.draft(soon))["purchase"] == [OLD]


def test_a_substitute_is_never_a_number_that_the_manifest_retires():
    made = world_with(FRESH, *(us(place) for place in range(10, 20)))
    made.before_apply = lambda _: made.vendor.stock.pop(FRESH)
    ran = made.run(manifest(pool("p", 1), retire=[us(10)]))
    assert {one.number for one in ran.plan.alternates["pool.p"]}.isdisjoint({us(10)})
    assert us(10) not in made.vendor.owned
    assert len(made.vendor.owned) == 1


def test_a_run_that_died_between_the_two_is_among_those():
    between = []
    for nth in range(16):
        made = world()
        made.touch.kill(nth, after=True)
        ran = made.run(manifest(pool("p", 1)), replace=(OLD,))
        made.touch.kill(None)
        if isinstance(ran.error, Killed) and made.vendor.owned.keys() == {OLD, FRESH}:
            made.run(manifest(pool("p", 1)))
            between.append(made.vendor.owned.keys() == {FRESH})
    assert between
    assert all(between)
