"""Releases, and what takes one: unknown outcomes, replaces, and every point at which a replace can break."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import msgspec
import pytest

from numplan.engine.apply.calls import Bar
from numplan.engine.apply.events import Done, Failed, Settled, Uncertain
from numplan.engine.apply.result import summarize
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome, Refused, Rejected, Succeeded, Unknown
from numplan.model.plan import Allowances
from tests.builders import buried, entry, managed, manifest, pool, state, us
from tests.engine.world import LIFTED, World, in_batches_of, world_with
from tests.fakes import NOON
from tests.faulty import Fate, Killed

NOTHING = manifest()


def owning(*numbers: str) -> World:
    world = World()
    world.store(state(*(managed("pool.old", world.vendor.own(number)) for number in numbers)))
    return world


def test_a_release_is_recorded() -> None:
    world = owning(us(1), us(2))
    ran = world.run(NOTHING)
    assert world.vendor.owned == {}
    assert world.known() == set()
    assert summarize(ran.events).released == 2


def test_a_refused_release_keeps_the_number() -> None:
    world = owning(us(1))
    world.vendor.will("release", us(1), Refused("associated with a flow"), carried_out=False)
    ran = world.run(NOTHING)
    assert [one.number for one in world.state.numbers] == [us(1)]
    assert not world.state.intents
    assert [one.reason for one in summarize(ran.events).failed] == ["associated with a flow"]


def test_a_release_that_never_left_keeps_the_number() -> None:
    world = owning(us(1))
    world.vendor.will("release", us(1), NotSent("refused"), carried_out=False)
    world.run(NOTHING)
    assert [one.number for one in world.state.numbers] == [us(1)]
    assert not world.state.intents


@pytest.mark.parametrize(("carried_out", "verdict"), [(True, "released"), (False, "not released")])
def test_a_release_with_an_unknown_outcome_is_settled(carried_out: bool, verdict: str) -> None:
    world = owning(us(1))
    world.vendor.will("release", us(1), Unknown("cut off"), carried_out=carried_out)
    ran = world.run(NOTHING)
    assert [one.verdict for one in ran.events if isinstance(one, Settled)] == [verdict]
    assert bool(world.state.numbers) is not carried_out
    assert not world.state.intents
    watched = [(one.cause, one.holds_slot) for one in world.state.tombstones]
    assert watched == ([("released", False)] if carried_out else [])


def test_a_release_that_seemed_done_and_was_not_is_made_again() -> None:
    """One outage hid the number while its release was in doubt."""
    world = owning(us(1))
    world.vendor.will("release", us(1), Unknown("cut off"), carried_out=False)
    world.vendor.on_post = lambda *_: setattr(world.vendor, "outage", frozenset({us(1)}))
    world.run(NOTHING)
    assert world.managed() == set()
    world.vendor.outage, world.vendor.on_post = frozenset(), lambda *_: None
    world.later(minutes=16)
    world.run(NOTHING)
    assert world.vendor.released == [us(1)]
    assert world.vendor.owned == {}


def test_a_release_that_was_not_done_is_tried_again() -> None:
    world = owning(us(1))
    world.vendor.will("release", us(1), Unknown("cut off"), carried_out=False)
    world.run(NOTHING)
    world.run(NOTHING)
    assert world.vendor.released == [us(1)]
    assert world.known() == set()


def test_a_number_that_turned_up_since_the_last_settling_can_be_released() -> None:
    world = World()
    world.store(state(buried(managed("pool.p", us(1)))))
    wanted = manifest(pool("p", 0))
    open_state = world.open()
    world.vendor.own(us(1))
    allowed = Allowances(releases=(us(1),))
    plan = world.draft(wanted, allowed)
    events = list(world.apply(plan, open_state, wanted))
    assert [one.number for one in events if isinstance(one, Done)] == [us(1)]
    assert world.vendor.released == [us(1)]


# -- a pool member on another trunk ---------------------------------------------------------------------


def pool_on(trunk: int, count: int = 1) -> Manifest:
    return manifest(pool("p", count, sip_trunk_id=trunk, on_trunk_change="replace"))


def moving_pool() -> World:
    world = world_with(us(1), us(2))
    world.store(state(managed("pool.p", world.vendor.own(us(9)), sip_trunk_id=1)))
    return world


def test_a_pool_member_is_released_once_another_is_bought() -> None:
    world = moving_pool()
    world.run(pool_on(2))
    assert world.vendor.posts == [("purchase", (us(1),), 2), ("release", (us(9),), None)]
    assert [one.number for one in world.state.numbers] == [us(1)]
    assert not world.state.intents


@pytest.mark.parametrize("outcome", [Refused("sold"), NotSent("never left"), Unknown("lost")])
def test_a_pool_member_stays_where_no_other_was_bought(outcome: Refused | NotSent | Unknown) -> None:
    world = moving_pool()
    del world.vendor.stock[us(2)]
    world.vendor.will("purchase", us(1), outcome, carried_out=False)
    world.run(pool_on(2))
    assert us(9) in world.vendor.owned
    assert us(9) in {one.number for one in world.state.numbers}
    assert not world.state.intents


def test_a_replacement_whose_reply_was_lost_still_releases_the_member() -> None:
    world = moving_pool()
    world.vendor.will("purchase", us(1), Unknown("lost"), carried_out=True)
    world.run(pool_on(2))
    assert set(world.vendor.owned) == {us(1)} == world.known()


# -- an explicit number on another trunk ----------------------------------------------------------------


def explicit_on(trunk: int) -> Manifest:
    return manifest(entry("main", us(1), sip_trunk_id=trunk, on_trunk_change="replace"))


def moving_number() -> World:
    world = World()
    world.store(state(managed("number.main", world.vendor.own(us(1)), sip_trunk_id=1)))
    return world


def trunk_of(world: World) -> int | None:
    (only,) = world.state.numbers
    return only.attributes.sip_trunk_id


def test_an_explicit_number_is_released_seen_gone_and_bought_back() -> None:
    world = moving_number()
    calls = world.vendor.calls
    world.run(explicit_on(2))
    assert world.vendor.posts == [("release", (us(1),), None), ("purchase", (us(1),), 2)]
    assert ("look_up", us(1)) in calls[calls.index(("release", (us(1),))) :]
    assert world.vendor.breaches == []
    assert trunk_of(world) == 2


def test_a_release_that_is_seen_to_be_done_is_done_and_no_doubt_is_voiced() -> None:
    world = moving_number()
    ran = world.run(explicit_on(2))
    assert [one.call for one in ran.events if isinstance(one, Done)] == ["release", "purchase"]
    assert not [one for one in ran.events if isinstance(one, Uncertain | Settled)]
    assert world.clock.waits == []


def test_it_is_looked_for_until_it_is_gone_and_no_longer_than_settle_seconds() -> None:
    world = moving_number()
    world.vendor.fates.append(Fate(lag=2))
    ran = world.run(explicit_on(2))
    assert world.clock.waits == [0.5, 1.0, 2.0]
    assert not [one for one in ran.events if isinstance(one, Uncertain)]
    world = moving_number()
    world.vendor.fates.append(Fate(lag=3600))
    world.run(explicit_on(2))
    assert world.clock.waits[:5] == [0.5, 1.0, 2.0, 4.0, 2.5]


def test_a_look_that_fails_does_not_say_that_it_is_gone() -> None:
    world = moving_number()
    world.vendor.on_post = lambda _call, _numbers: world.vendor.goes_down("look_up", "purchased")
    ran = world.run(explicit_on(2))
    assert [one.number for one in ran.events if isinstance(one, Uncertain)] == [us(1)]
    assert [call for call, _, _ in world.vendor.posts] == ["release"]
    assert [one.kind for one in world.state.intents] == ["release"]


def test_a_replacement_that_was_sent_before_and_is_refused_is_settled() -> None:
    """The refusal may mean that the first call worked."""
    world = moving_pool()
    world.store(
        state(managed("pool.p", us(9), sip_trunk_id=1), buried(managed("pool.p", us(1), sip_trunk_id=2)))
    )
    world.vendor.will("purchase", us(1), Refused("already purchased"), carried_out=False)
    ran = world.run(pool_on(2))
    assert [one.number for one in ran.events if isinstance(one, Uncertain)] == [us(1)]
    assert us(9) in world.vendor.owned


def test_it_is_not_bought_back_while_the_account_still_shows_it() -> None:
    world = moving_number()
    world.vendor.will("release", us(1), Succeeded(), carried_out=False)
    ran = world.run(explicit_on(2))
    assert world.vendor.posts == [("release", (us(1),), None)]
    assert [one.verdict for one in ran.events if isinstance(one, Settled)] == ["not released"]
    assert trunk_of(world) == 1


def test_it_is_bought_back_once_the_account_stops_showing_it() -> None:
    world = moving_number()
    world.vendor.fates.append(Fate(lag=4))
    world.run(explicit_on(2))
    assert [call for call, _, _ in world.vendor.posts] == ["release", "purchase"]
    assert trunk_of(world) == 2


@pytest.mark.parametrize("outcome", [Refused("flow"), NotSent("never left"), Unknown("lost")])
def test_it_is_not_bought_back_where_it_was_not_released(outcome: Refused | NotSent | Unknown) -> None:
    world = moving_number()
    world.vendor.will("release", us(1), outcome, carried_out=False)
    world.run(explicit_on(2))
    assert [call for call, _, _ in world.vendor.posts] == ["release"]
    assert us(1) in world.vendor.owned
    assert trunk_of(world) == 1


def test_a_release_whose_reply_was_lost_is_settled_and_the_number_bought_back() -> None:
    world = moving_number()
    world.vendor.will("release", us(1), Unknown("lost"), carried_out=True)
    world.run(explicit_on(2))
    assert [call for call, _, _ in world.vendor.posts] == ["release", "purchase"]
    assert trunk_of(world) == 2


def test_a_number_lost_between_release_and_purchase_is_a_failure() -> None:
    """The plan says that this can happen."""
    world = moving_number()
    world.vendor.will("purchase", us(1), Refused("in quarantine"), carried_out=False)
    ran = world.run(explicit_on(2))
    assert [one.reason for one in summarize(ran.events).failed] == ["in quarantine"]
    assert [(one.number, one.cause) for one in world.state.tombstones] == [(us(1), "refused")]
    assert world.state.numbers == world.state.intents == ()


def test_no_number_is_released_to_move_while_a_purchase_is_unknown() -> None:
    world = moving_number()
    world.vendor.put_on_sale(us(5))
    world.vendor.fates.append(Fate(delay=3600, reserved=True))
    wanted = manifest(entry("main", us(1), sip_trunk_id=2, on_trunk_change="replace"), entry("new", us(5)))
    ran = world.run(wanted)
    assert [call for call, _, _ in world.vendor.posts] == ["purchase"]
    assert [one.number for one in ran.events if isinstance(one, Failed)] == [us(1)]


MOVES = {"a pool member": (moving_pool, pool_on), "an explicit number": (moving_number, explicit_on)}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", MOVES)
def test_a_move_killed_at_any_point_is_finished_by_the_next_runs(what: str, after: bool) -> None:
    """Nothing is doubled, nothing is lost, and in the end the number sits on the new trunk."""
    make, declared = MOVES[what]
    nth = 0
    while True:
        world = make()
        world.touch.kill(nth, after=after)
        ran = world.run(declared(2))
        if ran.error is None:
            break
        assert isinstance(ran.error, Killed)
        world.touch.kill(None)
        assert set(world.vendor.owned) <= world.known()
        for _ in range(3):
            world.run(declared(2))
            world.later(minutes=16)
        assert trunk_of(world) == 2
        assert world.managed() == set(world.vendor.owned)
        assert len(world.vendor.bought) == 1
        assert world.vendor.breaches == []
        assert not world.draft(declared(2)).held
        nth += 1
    assert nth >= 6


def test_a_run_over_nothing_declared_releases_in_batches() -> None:
    world = owning(*map(us, range(5)))
    world.run(in_batches_of(2, NOTHING), allowances=LIFTED)
    assert [len(numbers) for _, numbers, _ in world.vendor.posts] == [2, 2, 1]


def test_unknown_releases_are_told_apart_from_failures() -> None:
    world = owning(us(1), us(2))
    world.vendor.listed(complete=False)
    world.vendor.will("release", us(1), Unknown("lost"), carried_out=True)
    ran = world.run(NOTHING)
    assert [one.number for one in ran.events if isinstance(one, Uncertain)] == [us(1)]
    assert [one.number for one in summarize(ran.events).unknown] == [us(1)]
    assert [one.number for one in world.state.intents] == [us(1)]
    world.vendor.listed(complete=True)
    world.run(NOTHING)
    assert world.managed() == set()


def _rejecting(
    world: World, said: Callable[[Sequence[E164]], Rejected | None], *, carried_out: bool = False
) -> list[int]:
    """Let the vendor reject release calls whole, for as long as `said` has an answer; the sizes of the calls."""
    sizes: list[int] = []
    release = world.vendor.release

    def rejecting(numbers: Sequence[E164], bar: Bar) -> Mapping[E164, Outcome]:
        sizes.append(len(numbers))
        if (outcome := said(numbers)) is None:
            return release(numbers, bar)
        if carried_out:
            release(numbers, bar)
        return dict.fromkeys(numbers, outcome)

    world.vendor.release = rejecting  # type: ignore[method-assign]
    return sizes


def test_a_batch_that_is_rejected_goes_on_in_halves_after_one_look() -> None:
    world = owning(*map(us, range(8)))
    sizes = _rejecting(
        world, lambda numbers: Rejected("413 too many", again="halves") if len(numbers) > 2 else None
    )
    ran = world.run(NOTHING)
    assert sizes == [8, 4, 4, 2, 2, 2, 2]
    looks = [name for name, _ in world.vendor.calls].count("purchased")
    assert looks <= 1 + 2, "of the plan, and one for each round of what was rejected"
    assert world.vendor.owned == {}
    assert summarize(ran.events).released == 8
    assert not world.state.intents


def test_the_other_form_is_sent_whole() -> None:
    world = owning(us(1), us(2), us(3))
    told: list[int] = []

    def once(numbers: Sequence[E164]) -> Rejected | None:
        told.append(len(numbers))
        return Rejected("422 nested", again="whole") if len(told) == 1 else None

    sizes = _rejecting(world, once)
    ran = world.run(NOTHING)
    assert sizes == [3, 3]
    assert summarize(ran.events).released == 3


def test_what_is_gone_after_a_rejection_is_not_sent_again_but_settled() -> None:
    world = owning(us(1), us(2))
    sizes = _rejecting(world, lambda _: Rejected("400 no", again="halves"), carried_out=True)
    ran = world.run(NOTHING)
    assert sizes == [2]
    assert world.vendor.owned == {}
    assert not world.state.intents
    assert [one.verdict for one in ran.events if isinstance(one, Settled)] == ["released", "released"]


def test_while_the_account_cannot_be_seen_nothing_is_sent_again() -> None:
    world = owning(us(1), us(2))

    def rejected(_: Sequence[E164]) -> Rejected:
        world.vendor.goes_down("purchased", "look_up")
        return Rejected("400 no", again="halves")

    sizes = _rejecting(world, rejected)
    world.run(NOTHING)
    assert sizes == [2]
    assert {one.number for one in world.state.intents} == {us(1), us(2)}


def test_a_refusal_of_what_an_earlier_call_may_have_released_settles_nothing() -> None:
    world = owning(us(1))
    world.vendor.will("release", us(1), Refused("not owned", doubted=True), carried_out=True)
    ran = world.run(NOTHING)
    (doubt,) = (one for one in ran.events if isinstance(one, Uncertain))
    assert "but an earlier call may have released it" in doubt.reason
    assert [one.verdict for one in ran.events if isinstance(one, Settled)] == ["released"]


def test_a_number_that_was_not_released_after_all_keeps_its_trunk_and_moves_later() -> None:
    """An outage hid it while its release was settled; adopted at once, it would be said to be on the declared trunk."""
    world = World()
    seemed = buried(managed("number.main", world.vendor.own(us(1)), sip_trunk_id=1), holds_slot=False)
    world.store(
        state(msgspec.structs.replace(seemed, cause="released", released_at=NOON - timedelta(minutes=1)))
    )
    ran = world.run(explicit_on(2))
    assert world.vendor.posts == []
    assert not world.state.numbers
    (waits,) = ran.plan.held
    assert "though its release had seemed to be carried out just before" in waits.reason
    world.later(minutes=16)
    world.run(explicit_on(2))
    world.later(minutes=16)
    world.run(explicit_on(2))
    assert [call for call, *_ in world.vendor.posts] == ["release", "purchase"]
    assert trunk_of(world) == 2
