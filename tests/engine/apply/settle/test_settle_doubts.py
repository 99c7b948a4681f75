"""Listings that cannot be believed settle nothing: they show what is present, and no more."""

import pytest

from numplan.engine.apply.leftovers import settle_leftovers
from tests.builders import buried, buying, managed, manifest, pool, releasing, us
from tests.engine.apply.leftovers import MEMBER, NOTHING, left_with, settled, verdicts


def test_an_incomplete_listing_shows_presence_only() -> None:
    gone = managed("pool.p", us(2))
    world = left_with(buying(MEMBER), gone, releasing(gone), buying(managed("pool.p", us(3))))
    world.vendor.own(us(1))
    world.vendor.listed(complete=False)
    world.vendor.put_on_sale(us(3))
    assert verdicts(world) == {us(1): "bought", us(2): "unknown", us(3): "unknown"}
    assert {one.number for one in world.state.intents} == {us(2), us(3)}


def test_a_look_up_shows_what_a_complete_listing_left_out() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.own(us(1))
    world.vendor.listed(complete=True, hiding=[us(1)])
    assert verdicts(world) == {us(1): "bought"}


def test_an_incomplete_listing_frees_no_slot() -> None:
    world = left_with(buried(MEMBER))
    world.vendor.listed(complete=False)
    for _ in range(3):
        settled(world)
        world.later(minutes=20)
    assert world.state.tombstones[0].holds_slot
    assert world.state.tombstones[0].unsold_at is None


def test_an_incomplete_listing_does_not_even_start_the_wait() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.listed(complete=False)
    settled(world)
    assert world.state.intents[0].unsold_at is None


@pytest.mark.parametrize("others", [1, 2, 30])
def test_an_empty_listing_settles_nothing(others: int) -> None:
    """A release with an unknown outcome would be forgotten, and paid for ever after."""
    gone = managed("pool.old", us(1))
    kept = [managed("pool.p", us(place)) for place in range(10, 10 + others)]
    world = left_with(gone, releasing(gone), buried(managed("pool.p", us(2))), *kept)
    for one in (gone, *kept):
        world.vendor.own(one.number)
    world.vendor.read_faults.extend(["empty"] * 100)
    assert [(one.number, one.verdict) for one in settled(world)] == [(us(1), "unknown")]
    assert us(1) in world.known()
    assert world.state.tombstones[0].unsold_at is None
    world.vendor.read_faults.clear()
    assert verdicts(world) == {us(1): "not released"}


def test_one_missing_number_among_many_is_no_doubt() -> None:
    kept = [managed("pool.p", us(place)) for place in range(10, 20)]
    world = left_with(buying(MEMBER), *kept)
    for one in kept[1:]:
        world.vendor.own(one.number)
    world.vendor.put_on_sale(us(1))
    assert verdicts(world) == {us(1): "not bought"}


def test_numbers_bought_a_moment_ago_may_be_missing() -> None:
    fresh = [managed("pool.p", us(place), bought_at=MEMBER_TIME) for place in range(10, 20)]
    world = left_with(buying(MEMBER), *fresh)
    world.vendor.put_on_sale(us(1))
    assert verdicts(world) == {us(1): "not bought"}


MEMBER_TIME = buying(MEMBER).written_at


def test_a_doubtful_listing_still_lets_the_account_settle_once_the_missing_are_forgotten() -> None:
    """The way on, where the numbers are truly gone, is the guard's own: --accept-missing."""
    kept = [managed("pool.gone", us(place)) for place in range(10, 20)]
    world = left_with(buying(MEMBER), *kept)
    world.vendor.put_on_sale(us(1))
    wanted = manifest(pool("p", 1))
    world.run(wanted)
    assert [one.number for one in world.state.intents] == [us(1)]
    world.run(wanted)
    assert {one.number for one in world.state.numbers} == {us(1)}


def test_a_failing_look_leaves_all_as_it_is() -> None:
    world = left_with(buying(MEMBER), buried(managed("pool.p", us(2))))
    world.vendor.goes_down("look_up")
    with pytest.raises(Exception, match="no answer"):
        list(settle_leftovers(world.open(), NOTHING, world.vendor, world.clock))
    assert len(world.documents) == 1
