"""Known ways in which tools of this kind buy twice or forget, each by its name."""

import msgspec
import pytest

from numplan.engine.apply.result import summarize
from numplan.model.outcome import Refused
from numplan.model.plan import Allowances
from tests.builders import buying, entry, group, managed, manifest, pool, state, us
from tests.engine.world import LIFTED, World, in_batches_of, world_with
from tests.faulty import Fate

GUARDED = Allowances()


def test_a_late_commit_under_a_lagging_listing_followed_by_a_refusal() -> None:
    """The refusal of the second try means that the first has worked by then; nothing shows it yet."""
    world = world_with(us(1), us(2))
    wanted = manifest(pool("p", 1))
    world.vendor.fates.append(Fate(delay=60, lag=300))
    world.run(wanted)
    assert [one.holds_slot for one in world.state.tombstones] == [True]
    world.clock.advance(seconds=45)  # for sale when it is planned, sold when it is sent
    world.before_apply = lambda _plan: world.later(seconds=10)
    ran = world.run(wanted)
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1),), (us(1),)]
    assert [one.number for one in summarize(ran.events).unknown] == [us(1)]
    world.before_apply = lambda _plan: None
    for _ in range(3):
        world.later(minutes=6)
        world.run(wanted)
    assert [(one.number, one.surplus) for one in world.state.numbers] == [(us(1), False)]
    assert world.vendor.bought == [us(1)]


def test_a_late_commit_after_its_number_was_bought_again_and_released_is_still_known() -> None:
    world = world_with(us(1))
    world.vendor.fates.append(Fate(delay=3600))
    world.run(manifest(pool("p", 1)))
    world.run(manifest(pool("p", 1)))
    world.run(manifest(pool("p", 0)))
    assert (world.vendor.bought, world.vendor.released) == ([us(1)], [us(1)])
    world.later(minutes=90)
    assert set(world.vendor.owned) == {us(1)} <= world.known()
    ran = world.run(manifest(pool("p", 0)))
    assert ran.plan.surplus == (us(1),)


def test_a_listing_that_lags_behind_a_release_brings_no_closed_purchase_back() -> None:
    """What still shows is the number on its way out, not the first call carried out late."""
    world = world_with(us(1))
    world.vendor.fates.append(Fate(done=False))
    world.run(manifest(pool("p", 1)))
    world.run(manifest(pool("p", 1)))
    world.vendor.fates.append(Fate(lag=300))
    world.run(manifest(pool("p", 0)))
    assert (world.vendor.bought, world.vendor.released) == ([us(1)], [us(1)])
    world.later(minutes=3)
    ran = world.run(manifest(pool("p", 0)))
    assert (ran.left, ran.plan.surplus, world.state.numbers) == ((), (), ())
    world.later(minutes=20)
    world.vendor.carry_out("purchase", us(1))
    ran = world.run(manifest(pool("p", 0)))
    assert ran.plan.surplus == (us(1),)


def test_a_late_commit_takes_the_place_it_was_bought_for_when_a_pool_moves() -> None:
    """A pool of one moves to another trunk and grows to two. One purchase stays unknown, the other is closed
    and carried out late: the two are what the pool wants, and no third is bought for the member that leaves.
    """
    world = world_with(us(1), us(2), us(3))
    old = managed("pool.p", world.vendor.own(us(8)), sip_trunk_id=2)
    world.store(state(old))
    wanted = manifest(pool("p", 2, sip_trunk_id=1, on_trunk_change="replace"))
    world.vendor.fates.extend([Fate("lost", lag=600), Fate(delay=40)])
    world.run(wanted)
    assert [one.number for one in world.state.intents] == [us(1)]
    assert [one.number for one in world.state.tombstones] == [us(2)]
    world.later(minutes=1)
    ran = world.run(wanted)
    assert world.vendor.posts == [("purchase", (us(1), us(2)), 1)], ran
    for _ in range(3):
        world.later(minutes=16)
        world.run(wanted)
    assert (world.vendor.bought, world.vendor.released) == ([us(1), us(2)], [us(8)])
    assert {one.number for one in world.state.numbers if not one.surplus} == {us(1), us(2)}


def test_a_pool_that_shrinks_while_two_purchases_are_closed_tries_one_of_them_and_no_other() -> None:
    """Each try may be carried out late: were they to take turns, a pool of one would have two in play."""
    world = world_with(us(1), us(2))
    world.vendor.fates.extend([Fate("lost", done=False)] * 2)
    world.run(manifest(pool("p", 2)))
    assert [one.holds_slot for one in world.state.tombstones] == [True, True]
    for _ in range(3):
        world.later(minutes=1)
        world.vendor.fates.append(Fate(delay=3600))
        world.run(manifest(pool("p", 1)))
    assert {numbers for _, numbers, _ in world.vendor.posts[1:]} == {(us(1),)}
    world.later(hours=2)
    ran = world.run(manifest(pool("p", 1)))
    assert [(one.number, one.surplus) for one in world.state.numbers] == [(us(1), False)]
    assert ran.plan.surplus == ()


def test_a_number_that_is_retired_no_more_does_not_take_the_turn_of_the_one_that_was_tried_since() -> None:
    """Its slot was given to another, whose purchase is in doubt: were it tried before that one again, the pool would
    have two in play.
    """
    world = world_with(us(1), us(2))
    world.vendor.fates.append(Fate("lost", done=False))
    world.run(manifest(pool("p", 1)))
    world.later(hours=1)
    world.vendor.fates.append(Fate(delay=3600))
    world.run(manifest(pool("p", 1), retire=[us(1)]))
    world.run(manifest(pool("p", 1)))
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1),), (us(2),), (us(2),)]
    assert {one.number for one in world.state.numbers} == {us(2)}


def test_a_move_that_is_given_up_buys_no_third_number() -> None:
    """A pool of two moves and its purchases are closed; it moves back and grows by one, and they come late."""
    world = world_with(us(1), us(2), us(3))
    world.store(state(*(managed("pool.p", world.vendor.own(us(place)), sip_trunk_id=2) for place in (8, 9))))
    world.vendor.fates.extend([Fate(delay=60)] * 2)
    world.run(manifest(pool("p", 2, sip_trunk_id=1, on_trunk_change="replace")))
    assert {one.number for one in world.state.tombstones} == {us(1), us(2)}
    back = manifest(pool("p", 3, sip_trunk_id=2, on_trunk_change="replace"))
    for _ in range(3):
        world.run(back)
        world.later(minutes=16)
    assert sorted(world.vendor.bought) == [us(1), us(2)]
    assert world.known() == set(world.vendor.owned) == {us(8), us(9), us(1), us(2)}
    assert world.vendor.released == []
    assert [one.number for one in world.state.numbers if one.surplus] == [us(2)]


def test_a_second_run_inside_the_lag() -> None:
    world = world_with(*map(us, range(6)))
    world.vendor.put_on_sale(us(20))
    wanted = manifest(pool("p", 2), entry("main", us(20)))
    world.vendor.fates.extend([Fate(lag=600)] * 3)
    world.run(wanted)
    for _ in range(4):
        world.later(minutes=3)
        ran = world.run(wanted)
        assert ran.events == ()
    assert len(world.vendor.bought) == 3
    assert world.draft(wanted).held == ()


@pytest.mark.parametrize("nth", range(30))
def test_a_kill_between_a_pool_replaces_purchase_and_its_release(nth: int) -> None:
    world = world_with(us(1), us(2), us(3))
    world.store(state(*(managed("pool.p", world.vendor.own(us(place)), sip_trunk_id=1) for place in (8, 9))))
    wanted = in_batches_of(1, manifest(pool("p", 2, sip_trunk_id=2, on_trunk_change="replace")))
    world.touch.kill(nth)
    world.run(wanted)
    world.touch.kill(None)
    for _ in range(3):
        world.run(wanted)
    assert sorted(world.vendor.released) == [us(8), us(9)]
    assert len(world.vendor.bought) == 2
    assert {one.number for one in world.state.numbers} == set(world.vendor.owned)


def test_a_lost_state_does_not_buy_a_pool_again() -> None:
    world = world_with(*map(us, range(8)))
    wanted = manifest(pool("p", 3), entry("main", us(7)), group("s", [us(6)]))
    world.run(wanted)
    world.documents.clear()
    ran = world.run(wanted, allowances=GUARDED)
    assert [one.guard for one in ran.plan.refusals] == ["no-state"]
    assert len(world.vendor.bought) == 5


def test_a_lost_state_takes_explicit_numbers_back() -> None:
    world = world_with(us(6), us(7))
    wanted = manifest(entry("main", us(7)), group("s", [us(6)]))
    world.run(wanted)
    world.documents.clear()
    world.run(wanted, allowances=GUARDED)
    assert world.known() == {us(6), us(7)}
    assert sorted(world.vendor.bought) == [us(6), us(7)]


def test_a_restored_older_state_settles_its_intents_first() -> None:
    """The state as it stood before the calls: every number is found, and none is bought again."""
    world = world_with(*map(us, range(6)))
    wanted = manifest(pool("p", 3))
    world.run(wanted)
    before = world.documents[0]
    world.documents[:] = [before]
    assert len(world.state.intents) == 3
    world.run(wanted)
    assert len(world.vendor.bought) == 3
    assert world.known() == set(world.vendor.owned)


def test_a_restored_older_state_takes_explicit_numbers_back() -> None:
    world = world_with(*map(us, range(6)))
    world.store(state())
    before = world.documents[0]
    wanted = manifest(group("s", map(us, range(4))))
    world.run(wanted)
    world.documents[:] = [before]
    world.run(wanted, allowances=GUARDED)
    assert len(world.vendor.bought) == 4
    assert len(world.state.numbers) == 4


def test_an_empty_listing_with_200_buys_nothing_twice() -> None:
    world = world_with(*map(us, range(20)))
    wanted = manifest(pool("p", 4), group("s", [us(18), us(19)]))
    world.run(wanted)
    world.later(minutes=30)
    world.vendor.read_faults.extend(["empty"] * 100)
    ran = world.run(wanted, allowances=GUARDED)
    assert [one.guard for one in ran.plan.refusals] == ["missing"]
    world.vendor.read_faults.clear()
    assert len(world.vendor.bought) == 6
    assert world.run(wanted).events == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_after_a_substitute_was_sent(after: bool) -> None:
    nth = 0
    while True:
        world = world_with(us(1), us(2), us(3))
        world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
        wanted = manifest(pool("p", 1))
        world.touch.kill(nth, after=after)
        ran = world.run(wanted)
        if ran.error is None:
            break
        world.touch.kill(None)
        assert set(world.vendor.owned) <= world.known()
        for _ in range(4):
            world.later(minutes=16)
            world.run(wanted)
        assert len(world.vendor.owned) == 1
        assert [one.number for one in world.state.numbers] == list(world.vendor.owned)
        assert world.vendor.breaches == []
        nth += 1
    assert nth >= 5


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_ten_times_in_a_row_each_a_step_later(after: bool) -> None:
    """A runner that is killed by its time limit every time still buys nothing twice."""
    world = world_with(*map(us, range(20)))
    wanted = in_batches_of(3, manifest(pool("p", 10)))
    for nth in range(10):
        world.touch.kill(nth, after=after)
        world.run(wanted)
        assert set(world.vendor.owned) <= world.known()
    world.touch.kill(None)
    for _ in range(3):
        world.run(wanted)
        world.later(minutes=16)
    assert len(world.vendor.bought) == 10
    assert {one.number for one in world.state.numbers} == set(world.vendor.owned)


def test_a_declared_number_in_an_older_manifest_is_not_bought_for_another_resource() -> None:
    """An unknown purchase for a pool whose number is then declared by name: one number, one purchase."""
    world = world_with(us(1), us(2))
    world.vendor.fates.append(Fate(delay=60, reserved=True))
    world.run(manifest(pool("p", 1)))
    wanted = manifest(pool("p", 1), entry("main", us(1)))
    for _ in range(4):
        world.later(minutes=16)
        world.run(wanted)
    assert sorted(world.vendor.bought) == [us(1), us(2)]
    assert {one.number: one.resource for one in world.state.numbers} == {
        us(1): "number.main",
        us(2): "pool.p",
    }


def test_a_lock_broken_while_its_holder_lives_loses_nothing() -> None:
    """Another run takes the state over in mid-run: it settles our intents, our next write is refused."""
    world = world_with(*map(us, range(4)))
    wanted = in_batches_of(1, manifest(pool("p", 3)))
    other: list[object] = []

    def barge_in(_call: object, _numbers: object) -> None:
        world.vendor.on_post = lambda _call, _numbers: None
        other.append(world.run(manifest(pool("p", 0)), allowances=LIFTED))

    world.vendor.on_post = barge_in
    ran = world.run(wanted)
    assert summarize(ran.events).not_saved
    assert set(world.vendor.owned) <= world.known()
    for _ in range(3):
        world.run(wanted)
        world.later(minutes=16)
    assert len(world.vendor.owned) == 3
    assert {one.number for one in world.state.numbers} == set(world.vendor.owned)


def test_a_plan_that_waited_for_its_answer_sends_what_it_said() -> None:
    """Somebody bought the number meanwhile: refused, and the alternate is taken."""
    world = world_with(us(1), us(2))
    world.before_apply = lambda _plan: world.vendor.stock.pop(us(1))
    world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == [us(2)]


def test_intents_of_another_run_are_not_dropped_by_this_one() -> None:
    world = World()
    foreign = managed("pool.q", us(5), bought_at=None)
    world.vendor.put_on_sale(us(1))
    world.store(state(buying(foreign)))
    wanted = manifest(pool("p", 1))
    world.run(wanted)
    assert [one.number for one in world.state.intents] == [us(5)]
    assert msgspec.structs.asdict(world.state.intents[0])["run"] == "run-0"
