"""No call without a durable intent, and none after state could not be written."""

import pytest

from numplan.engine.apply.events import Done, Failed, Heard, NotSaved, Recorded, Saved, Substituted
from numplan.engine.apply.result import summarize
from numplan.model.errors import StateError
from numplan.model.outcome import Refused
from tests.builders import entry, group, managed, manifest, pool, state, us
from tests.engine.world import World, in_batches_of, world_with


def test_every_number_of_a_call_has_a_durable_intent_on_its_trunk() -> None:
    world = world_with(*map(us, range(8)))
    world.store(state(managed("pool.old", world.vendor.own(us(20)))))
    wanted = manifest(
        entry("main", us(7), sip_trunk_id=9),
        group("s", [us(6)], sip_trunk_id=3),
        pool("p", 3, sip_trunk_id=3),
    )
    world.run(in_batches_of(2, wanted))
    assert [call for call, _, _ in world.vendor.posts] == ["purchase"] * 3 + ["release"]
    assert world.vendor.breaches == []


def test_a_first_write_that_fails_sends_nothing() -> None:
    world = world_with(us(1))
    ran = world.run(manifest(pool("p", 1)), writes=["fails"])
    assert isinstance(ran.error, StateError)
    assert world.vendor.posts == []
    assert world.state is None


def test_intents_are_written_before_the_first_event() -> None:
    """Whatever is said of a run stands in state already."""
    world = world_with(us(1))
    wanted = manifest(pool("p", 1))
    plan = world.draft(wanted)
    events = world.apply(plan, world.open(), wanted)
    assert next(events) == Saved(serial=1)
    assert {one.number for one in world.state.intents} == {us(1)}


def test_a_substitute_is_not_sent_before_its_own_intent_is_durable() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    ran = world.run(manifest(pool("p", 1)), writes=["ok", "ok", "fails"])
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1),)]
    assert [type(one) for one in ran.events if not isinstance(one, Saved | Heard)][-2:] == [NotSaved, Failed]
    assert world.vendor.breaches == []


def test_a_failed_write_stops_sends_and_the_intents_stand() -> None:
    world = world_with(*map(us, range(6)))
    ran = world.run(in_batches_of(2, manifest(pool("p", 6))), writes=["ok", "fails", "fails"])
    assert world.vendor.posts == [("purchase", (us(0), us(1)), None)]
    assert {one.number for one in world.state.intents} == {us(place) for place in range(6)}
    assert summarize(ran.events).not_saved
    assert len(summarize(ran.events).failed) == 4


def test_the_next_run_settles_what_could_not_be_saved() -> None:
    world = world_with(*map(us, range(6)))
    wanted = in_batches_of(2, manifest(pool("p", 6)))
    world.run(wanted, writes=["ok", "fails", "fails"])
    world.run(wanted)
    assert sorted(world.vendor.bought) == [us(place) for place in range(6)]
    assert {one.number for one in world.state.numbers} == set(world.vendor.bought)
    assert not world.state.intents


def test_the_final_save_is_tried_again() -> None:
    """A disk that was full for a moment loses nothing."""
    world = world_with(us(0), us(1))
    ran = world.run(in_batches_of(1, manifest(pool("p", 2))), writes=["ok", "fails", "ok"])
    assert [one.number for one in world.state.numbers] == [us(0)]
    assert not world.state.intents
    assert summarize(ran.events).not_saved == ""


def test_a_write_that_failed_but_stands_is_built_upon() -> None:
    """The next save follows on it, where it would else be refused for its serial ever after."""
    world = world_with(us(0), us(1))
    ran = world.run(in_batches_of(1, manifest(pool("p", 2))), writes=["ok", "durable", "ok"])
    assert summarize(ran.events).not_saved == ""
    assert world.state.serial == 3
    assert {one.number for one in world.state.numbers} == {us(0)}
    assert not world.state.intents


def test_a_first_write_that_failed_but_stands_sends_nothing() -> None:
    world = world_with(us(0))
    ran = world.run(manifest(pool("p", 1)), writes=["durable"])
    assert isinstance(ran.error, StateError)
    assert world.vendor.posts == []
    world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == [us(0)]


def test_each_save_is_the_next_serial_with_an_id_of_its_own() -> None:
    world = world_with(*map(us, range(4)))
    world.store(state(serial=4))
    ran = world.run(in_batches_of(1, manifest(pool("p", 4))))
    assert [one.serial for one in ran.events if isinstance(one, Saved)] == [5, 6, 7, 8, 9]
    assert world.state.serial == 9
    assert world.state.lineage == "lineage-1"


def test_an_apply_of_nothing_writes_nothing() -> None:
    world = World()
    world.store(state(managed("number.main", world.vendor.own(us(1)))))
    ran = world.run(manifest(entry("main", us(1))))
    assert ran.events == ()
    assert len(world.documents) == 1


def test_surplus_that_is_declared_takes_the_name_and_the_labels_it_is_declared_by() -> None:
    world = World()
    world.store(state(managed("pool.p", world.vendor.own(us(1)), surplus=True, trunk_verified=False)))
    world.run(manifest(entry("main", us(1), labels={"owner": "voice"})))
    (only,) = world.state.numbers
    assert (only.resource, only.attributes.labels, only.surplus) == ("number.main", {"owner": "voice"}, False)


def test_an_adopted_number_is_on_the_declared_trunk_as_far_as_anyone_knows() -> None:
    """The account shows no trunk, so what is declared is recorded as unverified."""
    world = World()
    world.vendor.own(us(1))
    world.run(manifest(entry("main", us(1), sip_trunk_id=169)))
    (only,) = world.state.numbers
    assert (only.attributes.sip_trunk_id, only.trunk_verified, only.origin) == (169, False, "adopted")


def test_what_needs_no_call_is_recorded_without_one() -> None:
    world = World()
    world.vendor.own(us(1))
    world.vendor.own(us(2))
    world.store(
        state(managed("number.kept", us(2)), managed("pool.gone", us(3)), managed("number.other", us(4)))
    )
    world.vendor.own(us(4))
    ran = world.run(
        manifest(entry("new", us(1)), entry("kept", us(2), labels={"a": "b"}), entry("other", us(4)))
    )
    assert [type(one.change).__name__ for one in ran.events if isinstance(one, Recorded)] == [
        "Adopt",
        "Update",
        "Forget",
    ]
    assert world.vendor.posts == []
    numbers = {one.number: one for one in world.state.numbers}
    assert numbers.keys() == {us(1), us(2), us(4)}
    assert numbers[us(2)].attributes.labels == {"a": "b"}
    assert numbers[us(1)].origin == "adopted"
    assert numbers[us(1)].bought_at is None
    figures = summarize(ran.events)
    assert (figures.adopted, figures.updated, figures.forgotten) == (1, 1, 1)


def test_recorded_is_said_only_once_it_stands() -> None:
    world = World()
    world.vendor.own(us(1))
    ran = world.run(manifest(entry("new", us(1))), writes=["fails"])
    assert isinstance(ran.error, StateError)
    assert ran.events == ()


@pytest.mark.parametrize(("batches", "at_least"), [(20, 21), (40, 3)])
def test_short_runs_save_after_each_batch_and_long_ones_now_and_then(batches: int, at_least: int) -> None:
    """A write holds the whole document: on long runs they come a second apart."""
    world = world_with(*map(us, range(batches)))
    world.vendor.on_post = lambda _call, _numbers: world.clock.advance(seconds=0.1)
    ran = world.run(in_batches_of(1, manifest(pool("p", batches))))
    saves = sum(1 for one in ran.events if isinstance(one, Saved))
    assert saves >= at_least
    assert saves <= batches + 1
    if batches > 20:
        assert saves < batches / 2
    assert len(world.state.numbers) == batches


def test_substitution_is_told_with_the_vendors_words() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Refused("sold yesterday"), carried_out=False)
    ran = world.run(manifest(pool("p", 1)))
    assert [one for one in ran.events if isinstance(one, Substituted)] == [
        Substituted(resource="pool.p", number=us(1), substitute=us(2), reason="sold yesterday")
    ]
    assert [one.number for one in ran.events if isinstance(one, Done)] == [us(2)]
