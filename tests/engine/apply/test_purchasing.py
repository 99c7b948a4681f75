"""Purchases: order, refusals and substitutes, unknown outcomes, and what stops them."""

from decimal import Decimal

import msgspec
import pytest

from numplan.engine.apply.events import Done, Failed, Settled, Stopped, Substituted, Uncertain
from numplan.engine.apply.result import summarize
from numplan.engine.apply.run import EAGER_BATCHES
from numplan.model.errors import StateError
from numplan.model.others import Others
from numplan.model.outcome import NotSent, Refused, Succeeded, Unknown
from numplan.model.policy import Policy
from numplan.model.state import Instance, Intent, Tombstone
from tests.builders import buried, buying, entry, managed, manifest, pool, state, us
from tests.engine.world import in_batches_of, world_with
from tests.fakes import NOON
from tests.faulty import Fate


def test_purchases_come_first_and_releases_last() -> None:
    world = world_with(us(1), us(2))
    world.store(state(managed("pool.old", world.vendor.own(us(9)))))
    world.run(in_batches_of(1, manifest(pool("p", 2))))
    assert [call for call, _, _ in world.vendor.posts] == ["purchase", "purchase", "release"]


def test_nothing_is_released_once_a_purchase_is_unknown() -> None:
    world = world_with(us(1))
    world.store(state(managed("pool.old", world.vendor.own(us(9)))))
    world.vendor.fates.append(Fate(delay=3600, reserved=True))
    ran = world.run(manifest(pool("p", 1)))
    assert [call for call, _, _ in world.vendor.posts] == ["purchase"]
    assert us(9) in world.vendor.owned
    assert [one.number for one in world.state.intents] == [us(1)]
    assert [one.number for one in summarize(ran.events).unknown] == [us(1)]
    assert [(one.number, one.attempted) for one in ran.events if isinstance(one, Failed)] == [(us(9), False)]


def test_nothing_is_released_while_a_purchase_of_an_earlier_run_is_unknown() -> None:
    world = world_with(us(1))
    world.vendor.fates.append(Fate(delay=3600, reserved=True))
    world.run(manifest(pool("p", 1)))
    world.store(msgspec.structs.replace(world.state, numbers=(managed("pool.old", world.vendor.own(us(9))),)))
    world.run(manifest(pool("p", 1)))
    assert us(9) in world.vendor.owned
    assert [call for call, _, _ in world.vendor.posts] == ["purchase"]


def test_a_refused_pool_number_gives_way_to_the_next_alternate() -> None:
    world = world_with(us(1), us(2), us(3))
    for number in (us(1), us(2)):
        world.vendor.will("purchase", number, Refused("sold"), carried_out=False)
    world.run(manifest(pool("p", 1)))
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1),), (us(2),), (us(3),)]
    assert world.vendor.breaches == []
    assert [one.number for one in world.state.numbers] == [us(3)]
    assert not world.state.intents


def test_a_substitute_keeps_the_terms_of_its_slot() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    world.run(manifest(pool("p", 1, sip_trunk_id=4, labels={"a": "b"}, protect=True)))
    (bought,) = world.state.numbers
    assert (bought.attributes.sip_trunk_id, bought.attributes.labels, bought.attributes.protect) == (
        4,
        {"a": "b"},
        True,
    )


def test_a_dearer_number_is_never_a_substitute() -> None:
    world = world_with(us(1))
    world.vendor.put_on_sale(us(2), monthly="0.30")
    world.vendor.put_on_sale(us(3), once="0.20")
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    ran = world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == []
    assert [one.reason for one in summarize(ran.events).failed] == ["sold"]


def test_substitutes_keep_within_the_policys_limits() -> None:
    """The cheap of two planned numbers is refused; in its place a dear one would cost more than allowed."""
    world = world_with(us(1), us(2))
    world.vendor.put_on_sale(us(1), monthly="0.10")
    world.vendor.put_on_sale(us(3), monthly="0.20")
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    policy = Policy(max_monthly_increase=Decimal("0.35"))
    ran = world.run(manifest(pool("p", 2), policy=policy))
    assert world.vendor.bought == [us(2)]
    assert [one.number for one in summarize(ran.events).failed] == [us(1)]


@pytest.mark.parametrize(("limit", "takes"), [("0.35", False), ("0.36", True), ("0.40", True)])
@pytest.mark.parametrize("charge", ["once", "monthly"])
def test_substitutes_may_reach_the_policys_limits_and_not_pass_them(
    charge: str, limit: str, *, takes: bool
) -> None:
    """Of two planned numbers the cheap one is refused, and its substitute is dearer by 0.08."""
    world = world_with()
    world.vendor.put_on_sale(us(1), **{charge: "0.10"})
    world.vendor.put_on_sale(us(2), **{charge: "0.18"})
    world.vendor.put_on_sale(us(3), **{charge: "0.18"})
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    limits = {
        "once": {"max_setup_cost": Decimal(limit)},
        "monthly": {"max_monthly_increase": Decimal(limit)},
    }
    world.run(manifest(pool("p", 2), policy=Policy(**limits[charge])))
    assert world.vendor.bought == [us(2), *([us(3)] if takes else [])]


@pytest.mark.parametrize("charge", ["once", "monthly"])
def test_substitutes_share_what_the_policy_leaves(charge: str) -> None:
    """There is room for one that is dearer by 0.08, and not for a second."""
    world = world_with()
    for place, price in ((1, "0.10"), (2, "0.10"), (3, "0.18"), (4, "0.18"), (5, "0.18")):
        world.vendor.put_on_sale(us(place), **{charge: price})
    for place in (1, 2):
        world.vendor.will("purchase", us(place), Refused("sold"), carried_out=False)
    limits = {
        "once": {"max_setup_cost": Decimal("0.46")},
        "monthly": {"max_monthly_increase": Decimal("0.46")},
    }
    ran = world.run(manifest(pool("p", 3), policy=Policy(**limits[charge])))
    assert world.vendor.bought == [us(3), us(4)]
    assert len(summarize(ran.events).failed) == 1


@pytest.mark.parametrize(
    "row",
    [
        managed("pool.other", us(2)),
        buying(managed("pool.other", us(2))),
        buried(managed("pool.other", us(2))),
    ],
)
def test_a_number_that_state_has_come_to_know_is_no_substitute(row: Instance | Intent | Tombstone) -> None:
    world = world_with(us(1), us(2), us(3))
    wanted = manifest(pool("p", 1))
    plan = world.draft(wanted)
    world.store(state(row))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    assert list(world.apply(plan, world.open(), wanted))
    assert world.vendor.bought == [us(3)]


def test_no_substitute_is_looked_for_once_the_run_is_interrupted() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    world.vendor.on_post = lambda _call, _numbers: world.clock.interrupt()
    ran = world.run(manifest(pool("p", 1)))
    assert [(one.number, one.reason) for one in summarize(ran.events).failed] == [(us(1), "sold")]
    assert not [one for one in ran.events if isinstance(one, Substituted)]


def test_state_knows_when_a_number_was_bought() -> None:
    world = world_with(us(1))
    world.run(manifest(pool("p", 1)))
    assert [one.bought_at for one in world.state.numbers] == [world.clock.now()]


def test_substitutes_are_of_a_type_that_the_policy_allows() -> None:
    world = world_with(us(1))
    world.vendor.put_on_sale(us(2), kind="Mobile")
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    world.run(manifest(pool("p", 1), policy=Policy(allowed_types=("Geographic",))))
    assert world.vendor.bought == []


def test_on_unavailable_fail_takes_no_substitute() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    ran = world.run(manifest(pool("p", 1, on_unavailable="fail")))
    assert world.vendor.bought == []
    assert [one.number for one in summarize(ran.events).failed] == [us(1)]
    assert not world.state.intents


def test_a_refused_explicit_number_is_a_failure_that_leaves_no_intent_and_is_watched() -> None:
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Refused("not for you"), carried_out=False)
    ran = world.run(manifest(entry("main", us(1))))
    assert [(one.number, one.reason) for one in summarize(ran.events).failed] == [(us(1), "not for you")]
    assert not world.state.intents
    assert [(one.number, one.cause, one.holds_slot) for one in world.state.tombstones] == [
        (us(1), "refused", False)
    ]


def test_a_number_sent_before_and_then_refused_is_settled_and_no_alternate_taken() -> None:
    """The refusal may mean that the first call worked."""
    world = world_with(us(1), us(2))
    world.store(state(buried(managed("pool.p", us(1)))))
    world.vendor.will("purchase", us(1), Refused("already purchased"), carried_out=False)
    ran = world.run(manifest(pool("p", 1)))
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1),)]
    assert [type(one) for one in ran.events if isinstance(one, Uncertain | Settled | Failed)] == [
        Uncertain,
        Settled,
    ]
    assert [one.number for one in world.state.tombstones] == [us(1)]


def test_a_call_that_surely_did_nothing_leaves_no_intent() -> None:
    world = world_with(us(1))
    world.vendor.will("purchase", us(1), NotSent("connection refused"), carried_out=False)
    ran = world.run(manifest(pool("p", 1)))
    assert world.state.intents == world.state.numbers == world.state.tombstones == ()
    assert [one.attempted for one in summarize(ran.events).failed] == [False]


def test_refused_credentials_stop_the_run() -> None:
    world = world_with(*map(us, range(4)))
    world.store(state(managed("pool.old", world.vendor.own(us(9)))))
    world.vendor.fates.append(Fate("credentials"))
    world.vendor.fates.append(Fate("credentials"))
    ran = world.run(in_batches_of(2, manifest(pool("p", 4))))
    assert len(world.vendor.posts) == 1
    assert not any(one.attempted for one in summarize(ran.events).failed)
    assert len(summarize(ran.events).failed) == 5
    assert not world.state.intents
    assert not summarize(ran.events).changed


@pytest.mark.parametrize(
    ("outcome", "carried_out", "verdict"),
    [(Unknown("cut off"), True, "bought"), (Unknown("cut off"), False, "not bought")],
)
def test_an_unknown_outcome_is_settled_in_the_same_run(
    outcome: Unknown, carried_out: bool, verdict: str
) -> None:
    world = world_with(us(1))
    world.vendor.will("purchase", us(1), outcome, carried_out=carried_out)
    ran = world.run(manifest(pool("p", 1)))
    assert [one.verdict for one in ran.events if isinstance(one, Settled)] == [verdict]
    assert summarize(ran.events).unknown == ()
    assert (summarize(ran.events).purchased, len(summarize(ran.events).failed)) == (
        (1, 0) if carried_out else (0, 1)
    )


def test_every_split_of_a_batch_is_sorted_number_by_number() -> None:
    world = world_with(*map(us, range(6)))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    world.vendor.will("purchase", us(2), Unknown("in both lists"), carried_out=True)
    world.vendor.will("purchase", us(3), Unknown("in neither list"), carried_out=False)
    world.vendor.will("purchase", us(4), NotSent("never left"), carried_out=False)
    ran = world.run(manifest(*(entry(f"n{place}", us(place)) for place in range(5))))
    assert {one.number for one in world.state.numbers} == {us(0), us(2)} == set(world.vendor.owned)
    assert {one.number: one.cause for one in world.state.tombstones} == {us(1): "refused", us(3): "unknown"}
    assert not world.state.intents
    assert {one.number for one in summarize(ran.events).failed} == {us(1), us(3), us(4)}


def test_a_provider_that_raises_leaves_its_numbers_unknown() -> None:
    """Whatever broke, the call may have been carried out."""
    world = world_with(us(1), us(2))
    world.vendor.fates.extend([Fate(), Fate("raised")])
    ran = world.run(manifest(pool("p", 2)))
    assert {one.number for one in ran.events if isinstance(one, Uncertain)} == {us(1), us(2)}
    assert {one.number for one in world.state.numbers} == {us(1)} == set(world.vendor.owned)
    assert {one.number for one in world.state.tombstones} == {us(2)}


def test_a_number_that_the_answer_leaves_out_is_unknown() -> None:
    world = world_with(us(1), us(2))
    world.vendor.answers = lambda outcomes: {us(1): outcomes[us(1)]}
    ran = world.run(manifest(pool("p", 2)))
    assert [one.number for one in ran.events if isinstance(one, Uncertain)] == [us(2)]
    assert {one.number for one in world.state.numbers} == {us(1), us(2)}


@pytest.mark.parametrize("answer", [None, 7, {us(5): Succeeded()}])
def test_an_answer_that_is_none_leaves_its_numbers_unknown(answer: object) -> None:
    world = world_with(us(1))
    world.vendor.answers = lambda _: answer  # type: ignore[assignment, return-value]
    ran = world.run(manifest(pool("p", 1)))
    assert [one.number for one in ran.events if isinstance(one, Uncertain)] == [us(1)]
    assert us(1) in world.known()
    world.vendor.answers = lambda outcomes: outcomes
    world.run(manifest(pool("p", 1)))
    assert [one.number for one in world.state.numbers] == [us(1)]
    assert world.vendor.bought == [us(1)]


def test_an_interruption_sends_nothing_new_and_records_what_was_in_flight() -> None:
    world = world_with(*map(us, range(4)))
    world.vendor.on_post = lambda _call, _numbers: world.clock.interrupt()
    ran = world.run(in_batches_of(1, manifest(pool("p", 4))))
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(0),)]
    assert [one.number for one in ran.events if isinstance(one, Done)] == [us(0)]
    assert [one.number for one in world.state.numbers] == [us(0)]
    assert not world.state.intents
    assert {one.reason for one in summarize(ran.events).failed} == {"interrupted"}


def test_an_interrupted_run_leaves_the_settling_to_the_next() -> None:
    world = world_with(us(1))
    world.vendor.will("purchase", us(1), Unknown("cut off"), carried_out=True)
    world.vendor.on_post = lambda _call, _numbers: world.clock.interrupt()
    ran = world.run(manifest(pool("p", 1)))
    assert [one.number for one in world.state.intents] == [us(1)]
    assert [one.number for one in summarize(ran.events).unknown] == [us(1)]
    world.clock.resume()
    world.run(manifest(pool("p", 1)))
    assert [one.number for one in world.state.numbers] == [us(1)]
    assert world.vendor.bought == [us(1)]


def test_what_breaks_in_the_middle_leaves_the_intents_in_doubt() -> None:
    """Here it is the answer to a settling: the run stops, and what it knows is recorded."""
    world = world_with(us(1), us(2))
    world.vendor.will("purchase", us(1), Unknown("cut off"), carried_out=True)
    plan = world.draft(manifest(pool("p", 2)))
    assert plan.changes
    listing = world.vendor.purchased

    def broken(**_: object) -> object:
        raise ZeroDivisionError

    world.before_apply = lambda _plan: setattr(world.vendor, "purchased", broken)  # type: ignore[method-assign]
    ran = world.run(manifest(pool("p", 2)))
    assert [one for one in ran.events if isinstance(one, Stopped)]
    assert [one.number for one in world.state.intents] == [us(1)]
    assert [one.number for one in world.state.numbers] == [us(2)]
    world.vendor.purchased = listing  # type: ignore[method-assign]
    world.run(manifest(pool("p", 2)))
    assert {one.number for one in world.state.numbers} == {us(1), us(2)}


def test_each_substitute_has_a_durable_intent_before_it_is_sent_however_many_there_are() -> None:
    """Of so many batches that state is not written after each."""
    many = EAGER_BATCHES + 5
    world = world_with(*map(us, range(7 * many)))
    for place in range(many):
        world.vendor.will("purchase", us(place), Refused("sold"), carried_out=False)
    made = manifest(*(pool(f"p{place:02d}", 1) for place in range(many)))
    world.run(in_batches_of(1, made))
    assert world.vendor.breaches == []
    assert len(world.vendor.posts) > many
    assert len(world.vendor.bought) == many


def test_what_may_be_another_states_purchase_is_neither_sent_again_nor_made_up_for() -> None:
    """One state's call was answered with 413 and carried out, while another one had a call for the number, too."""
    world = world_with(us(1), us(2), us(3))
    theirs: list[Intent] = []
    world.others = lambda: Others({"emea": state(*theirs)})
    other = Instance(resource="pool.theirs", attributes=managed("pool.theirs", us(1)).attributes)
    meant = Intent(kind="purchase", instance=other, run="run-9", written_at=NOON)
    world.before_apply = lambda _: theirs.append(meant)  # type: ignore[method-assign]
    world.vendor.fates.append(Fate("status 413"))
    ran = world.run(manifest(pool("p", 2)))
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1), us(2))]
    assert [one.number for one in summarize(ran.events).unknown] == [us(1)]
    [why] = {one.reason for one in ran.events if isinstance(one, Uncertain)}
    assert "apply that one (emea)" in why
    assert [one.number for one in world.state.intents] == [us(1)]
    assert [one.number for one in world.state.numbers] == [us(2)]


def test_where_the_other_state_cannot_be_read_in_the_middle_nothing_more_is_sent_and_intents_stand() -> None:
    world = world_with(us(1), us(2), us(3))
    broken: list[bool] = []

    def read() -> Others:
        if broken:
            raise StateError("other_states.emea: it cannot be read")
        return Others({})

    world.others = read
    world.before_apply = lambda _: broken.append(True)  # type: ignore[method-assign]
    world.vendor.fates.append(Fate("status 413"))
    ran = world.run(manifest(pool("p", 2)))
    assert ran.error is None
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(us(1), us(2))]
    assert {one.number for one in world.state.intents} == {us(1), us(2)}


def test_what_an_earlier_call_bought_after_all_is_on_the_trunk_of_that_call_and_moves() -> None:
    """A closed purchase is tried again on another trunk, and refused, for the first call was carried out late."""
    world = world_with(us(1), us(2))
    world.store(state(buried(managed("pool.p", us(1), sip_trunk_id=1))))
    world.vendor.will("purchase", us(1), Refused("sold"), carried_out=False)
    world.before_apply = lambda _: world.vendor.own(us(1))  # type: ignore[method-assign]
    wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    world.run(wanted)
    [found] = world.state.numbers
    assert (found.number, found.attributes.sip_trunk_id) == (us(1), 1)
    del world.before_apply
    world.run(wanted)
    assert [(one.number, one.attributes.sip_trunk_id) for one in world.state.numbers] == [(us(2), 2)]
