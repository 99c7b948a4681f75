"""What a run says of a number, and why: a person acts on these words."""

from collections.abc import Mapping

import pytest

from numplan.engine.apply.events import Done, Event, Failed, NotSaved, Settled, Stopped, Uncertain, Unsettled
from numplan.engine.apply.result import summarize
from numplan.model.errors import StateError
from numplan.model.outcome import Refused, Unknown
from numplan.model.state import Instance, Intent, Tombstone
from tests.builders import buried, buying, entry, managed, manifest, pool, releasing, state, us
from tests.engine.world import World, in_batches_of, world_with
from tests.faulty import Fate

MEMBER = managed("pool.p", us(1))


def left_with(*rows: Instance | Intent | Tombstone) -> World:
    world = World()
    world.store(state(*rows))
    return world


def reasons(events: tuple[Event, ...], kind: type[Event]) -> Mapping[str, str]:
    """By number, or by nothing where the event is about none."""
    return {getattr(one, "number", ""): one.reason for one in events if isinstance(one, kind)}


@pytest.mark.parametrize(
    ("verdict", "rows", "reason"),
    [
        ("bought", [buying(MEMBER)], "found in the account"),
        ("not bought", [buying(MEMBER)], "it is not in the account and still for sale"),
        ("unknown", [buying(MEMBER)], "it is neither in the account nor for sale"),
        ("not released", [MEMBER, releasing(MEMBER)], "the account still holds it"),
        ("released", [MEMBER, releasing(MEMBER)], "the account no longer holds it"),
    ],
)
def test_each_verdict_has_its_reason(
    verdict: str, rows: list[Instance | Intent | Tombstone], reason: str
) -> None:
    world = left_with(*rows)
    if verdict in {"bought", "not released"}:
        world.vendor.own(us(1))
    if verdict == "not bought":
        world.vendor.put_on_sale(us(1))
    ran = world.run(manifest())
    assert [(one.verdict, one.reason) for one in ran.left if isinstance(one, Settled)] == [(verdict, reason)]


def test_a_slot_that_is_freed_says_that_it_was_looked_for_twice() -> None:
    world = left_with(buying(MEMBER))
    world.run(manifest())
    world.later(minutes=16)
    ran = world.run(manifest())
    assert reasons(ran.left, Settled) == {
        us(1): "it is neither in the account nor for sale, and was not before"
    }


def test_a_closed_purchase_that_turns_up_says_so() -> None:
    world = left_with(buried(MEMBER))
    world.vendor.own(us(1))
    ran = world.run(manifest())
    assert reasons(ran.left, Settled) == {
        us(1): "it turned up in the account after its purchase was closed as never happened"
    }


def test_a_listing_that_is_no_proof_is_named_as_the_reason() -> None:
    world = left_with(buying(MEMBER))
    world.vendor.listed(complete=False)
    ran = world.run(manifest())
    assert reasons(ran.left, Settled) == {us(1): "the account's listing could not be proven complete"}


def test_the_vendors_word_and_the_doubt_about_it() -> None:
    world = world_with(us(1))
    world.store(state(buried(MEMBER)))
    world.vendor.will("purchase", us(1), Refused("already sold"), carried_out=False)
    ran = world.run(manifest(pool("p", 1)))
    assert reasons(ran.events, Uncertain) == {
        us(1): "the vendor refused it (already sold), but an earlier call may have bought it"
    }


def test_an_outcome_that_is_unknown_keeps_the_callers_reason() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Unknown("cut off"), carried_out=True)
    world.vendor.answers = lambda outcomes: {us(1): outcomes[us(1)]}
    ran = world.run(manifest(pool("p", 2)))
    assert reasons(ran.events, Uncertain) == {us(1): "cut off", us(2): "no outcome was reported"}


def test_releases_that_wait_for_a_purchase_say_so() -> None:
    world = world_with(us(1))
    world.store(state(managed("pool.old", world.vendor.own(us(9)))))
    world.vendor.fates.append(Fate(delay=3600, reserved=True))
    ran = world.run(manifest(pool("p", 1)))
    assert reasons(ran.events, Failed)[us(9)] == "a purchase has an unknown outcome, so nothing is released"


def test_a_release_that_is_confirmed_and_still_shows_is_doubted_in_words() -> None:
    world = World()
    world.store(state(managed("number.main", world.vendor.own(us(1)), sip_trunk_id=1)))
    world.vendor.fates.append(Fate(lag=3600))
    ran = world.run(manifest(entry("main", us(1), sip_trunk_id=2, on_trunk_change="replace")))
    assert reasons(ran.events, Uncertain) == {
        us(1): "the vendor confirmed its release, but the account still shows it"
    }


def test_a_state_that_cannot_be_written_stops_what_is_not_sent_and_says_why() -> None:
    world = world_with(us(1), us(2))
    ran = world.run(in_batches_of(1, manifest(pool("p", 2))), writes=["ok", "fails"])
    assert [one.reason for one in ran.events if isinstance(one, NotSaved)] == ["the disk is full"]
    assert reasons(ran.events, Failed) == {us(2): "state could not be written"}


def test_an_account_that_cannot_be_asked_is_named() -> None:
    world = world_with(us(1))
    world.vendor.will("purchase", us(1), Unknown("cut off"), carried_out=True)
    world.vendor.on_post = lambda _call, _numbers: world.vendor.goes_down("purchased")
    ran = world.run(manifest(pool("p", 1)))
    (reason,) = reasons(ran.events, Unsettled).values()
    assert "purchased" in reason
    assert "no answer" in reason


def test_a_run_that_breaks_says_what_broke_and_which_numbers_it_leaves_in_doubt() -> None:
    world = world_with(us(1))
    wanted = manifest(pool("p", 1))
    plan = world.draft(wanted)

    def broken(*_: object) -> object:
        raise ZeroDivisionError("by nothing")

    open_state = world.open()
    open_state.keep = broken  # type: ignore[method-assign, assignment]
    events = tuple(world.apply(plan, open_state, wanted))
    assert reasons(events, Stopped) == {"": "ZeroDivisionError: by nothing"}
    assert reasons(events, Uncertain) == {us(1): "the run broke off before its answer"}
    assert [one.number for one in world.state.intents] == [us(1)]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (StateError("the disk is gone"), "the disk is gone"),
        (ZeroDivisionError("oh"), "ZeroDivisionError: oh"),
    ],
)
def test_the_last_write_says_what_kept_it(problem: Exception, words: str) -> None:
    def broken(_: object) -> None:
        raise problem

    world = world_with(us(1))
    wanted = manifest(pool("p", 1))
    plan = world.draft(wanted)
    open_state = world.open()
    events: list[Event] = []
    saves = open_state.save
    for event in world.apply(plan, open_state, wanted):
        events.append(event)
        if isinstance(event, Done):
            open_state.save = broken  # type: ignore[method-assign]
    open_state.save = saves  # type: ignore[method-assign]
    assert {one.reason for one in events if isinstance(one, NotSaved)} == {words}
    assert summarize(events).not_saved
