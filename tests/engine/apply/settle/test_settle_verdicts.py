"""What becomes of calls with an unknown outcome, by what the account shows."""

from datetime import timedelta

import msgspec
import pytest

from numplan.engine.apply.events import Unsettled
from numplan.engine.apply.result import summarize
from numplan.engine.apply.settle import settle
from numplan.model.errors import UnreachableError
from numplan.model.outcome import Unknown
from tests.builders import LONG_AGO, buried, buying, entry, managed, manifest, pool, releasing, us
from tests.engine.apply.leftovers import MEMBER, NOTHING, left_with, settled, verdicts
from tests.engine.world import World
from tests.fakes import NOON
from tests.faulty import Fate, Late


def test_a_purchase_that_is_present_is_taken_into_state() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.own(us(1), monthly="0.40")
    assert verdicts(world) == {us(1): "bought"}
    (found,) = world.state.numbers
    assert (found.origin, found.bought_at) == ("found", buying(MEMBER).written_at)
    assert (found.resource, found.attributes.sip_trunk_id) == ("pool.p", 7)
    assert found.charges_planned, "what the account charges is compared with what was planned"
    assert not found.surplus
    assert world.state.intents == ()


def test_a_purchase_that_is_absent_and_for_sale_leaves_a_tombstone_that_holds_its_slot() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.put_on_sale(us(1))
    assert verdicts(world) == {us(1): "not bought"}
    (tombstone,) = world.state.tombstones
    assert tombstone.holds_slot
    assert tombstone.closed_at == world.clock.now()
    assert world.state.intents == ()


def test_the_slot_tries_that_number_again_and_no_other() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.put_on_sale(us(0))
    world.vendor.put_on_sale(us(1))
    world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == [us(1)]
    assert [one.holds_slot for one in world.state.tombstones] == [False]


def test_a_purchase_that_is_absent_and_not_for_sale_stays_unknown() -> None:
    world = left_with(buying(MEMBER))
    assert verdicts(world) == {us(1): "unknown"}
    (intent,) = world.state.intents
    assert intent.unsold_at == world.clock.now()


def test_two_settlings_hold_minutes_apart_free_the_slot() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.put_on_sale(us(5))
    wanted = manifest(pool("p", 1))
    world.run(wanted)
    world.later(minutes=14)
    world.run(wanted)
    assert [one.number for one in world.state.intents] == [us(1)]
    world.later(minutes=2)
    world.run(wanted)
    assert world.vendor.bought == [us(5)]
    assert [(one.number, one.holds_slot) for one in world.state.tombstones] == [(us(1), False)]


def test_looks_within_one_settling_do_not_count_as_two() -> None:
    world = left_with(buying(MEMBER))
    long = msgspec.structs.replace(NOTHING.api, settle_seconds=3600)
    open_state = world.open()
    (only,) = settle(open_state, world.vendor, world.clock, long, [us(1)])
    assert only.verdict == "unknown"


def test_a_tombstone_stays_where_its_number_is_for_sale_again_in_between() -> None:
    world = left_with(buried(MEMBER))
    settled(world)
    assert world.state.tombstones[0].unsold_at == NOON
    world.later(minutes=10)
    world.vendor.put_on_sale(us(1))
    settled(world)
    assert world.state.tombstones[0].unsold_at is None
    del world.vendor.stock[us(1)]
    world.later(minutes=10)
    settled(world)
    world.later(minutes=14)
    settled(world)
    assert world.state.tombstones[0].holds_slot
    world.later(minutes=2)
    settled(world)
    assert not world.state.tombstones[0].holds_slot


def test_a_clock_set_back_frees_no_slot_early() -> None:
    world = left_with(buying(MEMBER))
    settled(world)
    world.jump(-timedelta(hours=1))
    world.later(minutes=20)
    assert verdicts(world) == {us(1): "unknown"}


def test_a_release_that_is_present_was_not_done() -> None:
    gone = managed("pool.p", us(2))
    world = left_with(gone, releasing(gone))
    world.vendor.own(us(2))
    assert verdicts(world) == {us(2): "not released"}
    assert [one.number for one in world.state.numbers] == [us(2)]
    assert world.state.intents == ()


def test_a_release_that_is_absent_was_done_and_the_number_is_watched() -> None:
    gone = managed("pool.p", us(2))
    world = left_with(gone, releasing(gone))
    assert verdicts(world) == {us(2): "released"}
    assert world.managed() == set()
    assert [one.cause for one in world.state.tombstones] == ["released"]


def test_looks_grow_until_settle_seconds_have_passed() -> None:
    world = left_with(buying(MEMBER))
    settled(world)
    assert world.clock.waits == [0.5, 1.0, 2.0, 4.0, 2.5]


def test_the_last_look_comes_when_the_time_is_up_and_not_later() -> None:
    world = left_with(buying(MEMBER))
    short = msgspec.structs.replace(NOTHING.api, settle_seconds=1.2)
    assert list(settle(world.open(), world.vendor, world.clock, short, [us(1)]))
    assert [round(one, 3) for one in world.clock.waits] == [0.5, 0.7]


def test_the_first_and_the_last_look_ask_for_the_number_itself() -> None:
    """Those between look at the listing alone: one call for all of them."""
    world = left_with(buying(MEMBER))
    settled(world)
    assert [name for name, _ in world.vendor.calls].count("look_up") == 2
    assert [name for name, _ in world.vendor.calls].count("purchased") == 6
    assert [name for name, _ in world.vendor.calls][1] == "look_up"


def test_a_listing_is_asked_for_as_many_numbers_as_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    world = left_with(managed("pool.p", us(2)), managed("pool.p", us(3)), buying(MEMBER))
    expected: list[int] = []
    listing = world.vendor.purchased

    def purchased(**asked: int) -> object:
        expected.append(asked["expected"])
        return listing(**asked)

    monkeypatch.setattr(world.vendor, "purchased", purchased)
    settled(world)
    assert set(expected) == {3}


@pytest.mark.parametrize(("minutes", "frees"), [(14.99, False), (15, True)])
def test_hold_minutes_are_over_when_they_have_passed(minutes: float, *, frees: bool) -> None:
    at_once = msgspec.structs.replace(NOTHING.api, settle_seconds=0)
    before = NOON - timedelta(minutes=minutes)
    world = left_with(msgspec.structs.replace(buying(MEMBER), unsold_at=before))
    (only,) = settle(world.open(), world.vendor, world.clock, at_once, [us(1)])
    assert only.verdict == ("not bought" if frees else "unknown")
    world = left_with(msgspec.structs.replace(buried(MEMBER), unsold_at=before))
    settled(world)
    assert [one.holds_slot for one in world.state.tombstones] == [not frees]


@pytest.mark.parametrize(("minutes", "verdict"), [(14.99, "not bought"), (15, "unknown")])
def test_numbers_bought_hold_minutes_ago_count_as_missing(minutes: float, verdict: str) -> None:
    """They cast doubt on a listing that lacks them."""
    at_once = msgspec.structs.replace(NOTHING.api, settle_seconds=0)
    bought_at = NOON - timedelta(minutes=minutes)
    lacking = [managed("pool.p", us(place), bought_at=bought_at) for place in (2, 3)]
    world = left_with(*lacking, buying(MEMBER))
    world.vendor.put_on_sale(us(1))
    (only,) = settle(world.open(), world.vendor, world.clock, at_once, [us(1)])
    assert only.verdict == verdict


def test_what_is_found_has_the_country_and_type_that_the_account_shows_and_the_charges_of_the_plan() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.own(us(1), once="0.70", monthly="0.80", country="Canada", kind="Toll-Free")
    settled(world)
    (found,) = world.state.numbers
    known = found.attributes
    assert (known.country, known.type) == ("Canada", "Toll-Free")
    assert (f"{known.setup_charge}", f"{known.monthly_charge}") == ("0.10", "0.20")
    assert found.charges_planned


def test_a_purchase_that_shows_ends_the_looks() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.put_on_sale(us(1))
    world.vendor.carry_out("purchase", us(1))
    world.vendor.shown_at[us(1)] = 3
    assert verdicts(world) == {us(1): "bought"}
    assert world.clock.waits == [0.5, 1.0, 2.0]


def test_a_release_is_not_judged_before_the_last_look() -> None:
    """It may be carried out a moment later."""
    gone = managed("pool.p", us(2))
    world = left_with(gone, releasing(gone))
    world.vendor.own(us(2))
    world.vendor.lates.append(Late(5, "release", us(2), 0))
    assert verdicts(world) == {us(2): "released"}


def test_nothing_to_settle_asks_and_writes_nothing() -> None:
    world = left_with(managed("pool.p", us(2)))
    assert settled(world) == []
    assert world.vendor.calls == []
    assert len(world.documents) == 1


def test_an_interruption_leaves_the_rest_unknown() -> None:
    world = left_with(buying(MEMBER))
    world.clock.interrupt_at = 2
    (only,) = settled(world)
    assert (only.verdict, only.reason) == ("unknown", "interrupted before it was settled")
    assert [one.number for one in world.state.intents] == [us(1)]


def test_an_account_that_cannot_be_asked_stops_the_next_run_before_it_plans() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.goes_down("purchased")
    ran = world.run(NOTHING)
    assert isinstance(ran.error, UnreachableError)
    assert [one.number for one in world.state.intents] == [us(1)]


def test_an_account_that_cannot_be_asked_after_a_send_leaves_it_to_the_next_run() -> None:
    world = World()
    world.vendor.put_on_sale(us(1))
    world.vendor.will("purchase", us(1), Unknown("cut off"), carried_out=True)
    world.vendor.on_post = lambda _call, _numbers: world.vendor.goes_down("purchased")
    ran = world.run(manifest(pool("p", 1)))
    assert [one for one in ran.events if isinstance(one, Unsettled)]
    assert [one.number for one in summarize(ran.events).unknown] == [us(1)]
    world.vendor.goes_down()
    world.run(manifest(pool("p", 1)))
    assert [one.number for one in world.state.numbers] == [us(1)]


# -- tombstones -----------------------------------------------------------------------------------------


def test_a_closed_purchase_that_turns_up_fills_its_empty_slot() -> None:
    world = left_with(buried(MEMBER))
    world.vendor.own(us(1))
    world.run(manifest(pool("p", 1, sip_trunk_id=7)))
    (only,) = world.state.numbers
    assert not only.surplus
    assert world.vendor.posts == []


def test_a_closed_purchase_that_turns_up_in_a_full_pool_is_surplus_and_stays() -> None:
    world = left_with(managed("pool.p", us(2)), buried(MEMBER, holds_slot=False))
    world.vendor.own(us(1))
    world.vendor.own(us(2))
    for _ in range(2):
        ran = world.run(manifest(pool("p", 1)))
        assert ran.plan.surplus == (us(1),)
    assert {one.number: one.surplus for one in world.state.numbers} == {us(1): True, us(2): False}
    assert world.vendor.posts == []


def test_surplus_is_not_released_with_its_pool() -> None:
    world = left_with(buried(MEMBER))
    world.vendor.own(us(1))
    world.run(NOTHING)
    assert us(1) in world.vendor.owned
    assert [one.surplus for one in world.state.numbers] == [True]


def test_a_tombstone_lives_seven_days() -> None:
    world = left_with(buried(MEMBER, closed_at=NOON), managed("number.main", us(3)))
    world.vendor.own(us(3))
    world.vendor.put_on_sale(us(1))
    world.later(days=6.9)
    world.run(manifest(entry("main", us(3), labels={"a": "b"})))
    assert us(1) in world.known()
    world.later(days=0.2)
    world.run(manifest(entry("main", us(3), labels={"a": "c"})))
    assert us(1) not in world.known()


def test_a_closed_purchase_of_a_number_that_is_managed_by_now_changes_nothing() -> None:
    world = left_with(managed("number.main", us(1), bought_at=LONG_AGO), buried(MEMBER))
    world.vendor.own(us(1))
    assert settled(world) == []
    assert [(one.resource, one.surplus) for one in world.state.numbers] == [("number.main", False)]
    assert len(world.documents) == 1


def test_each_closed_purchase_is_looked_after_whatever_became_of_those_before_it() -> None:
    managed_by_now = managed("number.main", us(0))
    world = left_with(managed_by_now, buried(managed_by_now), buried(MEMBER))
    world.vendor.own(us(0))
    world.vendor.own(us(1))
    assert verdicts(world) == {us(1): "bought"}


def test_a_closed_purchase_that_only_a_look_up_shows_is_found() -> None:
    world = left_with(buried(MEMBER))
    world.vendor.own(us(1))
    world.vendor.listed(complete=True, hiding=[us(1)])
    assert verdicts(world) == {us(1): "bought"}


def test_a_closed_purchase_is_watched_after_it_turned_up() -> None:
    """The call may have been carried out twice for all one knows, or late and after a release."""
    world = left_with(buried(MEMBER))
    world.vendor.own(us(1))
    settled(world)
    assert [(one.number, one.holds_slot) for one in world.state.tombstones] == [(us(1), False)]


@pytest.mark.parametrize("minutes", [1, 60, 60 * 24 * 3])
def test_a_purchase_carried_out_late_is_never_lost(minutes: float) -> None:
    world = World()
    world.vendor.put_on_sale(us(1))
    world.vendor.put_on_sale(us(2))
    world.vendor.fates.append(Fate(delay=minutes * 60, reserved=True))
    wanted = manifest(pool("p", 1))
    world.run(wanted)
    world.later(minutes=20)
    world.run(wanted)
    world.later(minutes=60 * 24 * 3)
    world.run(wanted)
    assert set(world.vendor.owned) == {one.number for one in world.state.numbers}
    assert sum(1 for one in world.state.numbers if not one.surplus) == 1
