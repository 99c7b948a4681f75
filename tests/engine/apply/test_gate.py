"""The gate: what moved between the plan and the call is not sent, whatever sends it."""

import ast
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

import numplan
from numplan.engine.apply.orders import Batch, orders_of
from numplan.engine.apply.result import summarize
from numplan.model.errors import StateError
from numplan.model.outcome import Barred, NotSent, Outcome, Refused, Succeeded, Unasked, Unknown
from numplan.model.policy import Policy
from tests.builders import entry, managed, manifest, pool, state, us
from tests.engine.apply.gates import gate_for, gate_of, moving, rejected
from tests.engine.world import World, in_batches_of, world_with
from tests.fakes import NOON

ONE, TWO, THREE = us(1), us(2), us(3)
STOCK = (ONE, TWO, THREE)


@pytest.mark.parametrize("why", ["closed", "lock"])
def test_a_call_that_waited_is_not_made_again_once_nothing_more_may_be_sent(why):
    """Another call was answered 402 meanwhile, or the machine slept and another run took the lock."""
    world = world_with(ONE)
    open_state = world.open()
    gate = gate_of(world, world.draft(manifest(entry("a", ONE))), open_state)
    asked = []

    def purchase(batch, _, bar):
        asked.append(bar(batch))
        if why == "closed":
            gate.close("the vendor said 402")
        else:
            open_state.require_lock = lost
        asked.append(bar(batch))
        return dict.fromkeys(batch, NotSent("it waited"))

    def lost() -> None:
        raise StateError("the lock is another's")

    world.vendor.purchase = purchase
    gate.expect([*orders_of(world.draft(manifest(entry("a", ONE))))])
    gate.send(Batch(call="purchase", numbers=(ONE,)))
    assert asked == [{}, {ONE: "the vendor said 402" if why == "closed" else "the lock is another's"}]


def test_an_alternate_that_waited_is_asked_for_anew_before_it_is_sent_again():
    world = world_with(ONE)
    made = world.draft(manifest(entry("a", ONE)))
    gate = gate_of(world, made, world.open())
    gate.expect([msgspec.structs.replace(one, anew=True) for one in orders_of(made)])
    answers = []

    def purchase(batch, _, bar):
        world.vendor.put_on_sale(ONE, once="500.00")
        answers.append(bar(batch))
        return dict.fromkeys(batch, NotSent("it waited"))

    world.vendor.purchase = purchase
    gate.send(Batch(call="purchase", numbers=(ONE,)))
    assert "it now costs 500.00 once" in answers[0][ONE]


def test_what_is_retired_is_never_bought_whatever_a_plan_says():
    """The last line: the plan was made before the number was retired."""
    world = world_with(ONE, TWO)
    wanted = manifest(pool("p", 2))
    made, open_state = world.draft(wanted), world.open()
    retired = {one.number: one for one in manifest(retire=[ONE]).retire}
    gate = gate_of(world, made, open_state, retired=retired)
    orders = [*orders_of(made)]
    gate.expect(orders)
    outcomes = gate.send(Batch(call="purchase", numbers=(ONE, TWO)))
    assert outcomes == {ONE: Barred("retired: spam label"), TWO: Succeeded()}
    assert world.vendor.owned.keys() == {TWO}


def test_a_number_whose_price_nobody_knows_is_not_released_to_be_bought_back():
    world = moving(seconds=0)
    world.vendor.own(ONE)
    world.vendor.owned[ONE] = msgspec.structs.replace(world.vendor.owned[ONE], monthly_charge=None)
    row = managed("number.a", ONE, sip_trunk_id=1)
    unknown = msgspec.structs.replace(row.attributes, monthly_charge=None)
    world.store(state(msgspec.structs.replace(row, attributes=unknown)))
    ran = world.run(manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")))
    assert [one.summary for one in ran.plan.errors] == [
        f"{ONE} would be released and bought back, and what it costs is not known"
    ]
    assert world.vendor.posts == []


# -- limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits",
    [
        Policy(max_purchases=2),
        Policy(max_setup_cost=Decimal("0.20")),
        Policy(max_monthly_increase=Decimal("0.40")),
    ],
)
def test_the_gate_lets_no_more_out_than_the_limits_allow_whatever_the_plan_says(limits):
    """A plan that says that it costs nothing is added up all the same."""
    world = world_with(*STOCK)
    gate = gate_for(world, manifest(pool("p", 3)), limits)
    outcomes = gate.send(Batch(call="purchase", numbers=STOCK))
    assert [type(outcomes[number]) for number in STOCK] == [Succeeded, Succeeded, Barred]
    assert "and the limit is" in outcomes[THREE].reason
    assert world.vendor.bought == [ONE, TWO]


def test_what_was_surely_not_bought_frees_its_share():
    world = world_with(*STOCK)
    wanted = manifest(pool("p", 2))
    first = next(iter(orders_of(world.draft(wanted))))
    gate = gate_for(world, wanted, Policy(max_purchases=2))
    extra = msgspec.structs.replace(first, attributes=msgspec.structs.replace(first.attributes, number=THREE))
    gate.expect([extra])
    assert THREE in gate.barred([THREE])
    gate.was_not_bought(first)
    gate.expect([extra])
    assert gate.barred([THREE]) == {}


def test_an_unknown_outcome_counts_as_done():
    world = world_with(*STOCK)
    world.vendor.will("purchase", ONE, Unknown("lost"), carried_out=False)
    world.vendor.will("purchase", TWO, Refused("sold"), carried_out=False)
    policy = Policy(max_purchases=2)
    world.run(manifest(pool("p", 2), policy=policy))
    assert len({number for _, numbers, _ in world.vendor.posts for number in numbers}) == 3
    assert world.vendor.bought == [THREE], "the refused one freed its share, the unknown one did not"


# -- releases -----------------------------------------------------------------------------------------------


def test_a_number_that_state_protects_is_not_released_whatever_the_plan_says():
    world = World()
    row = managed("pool.old", world.vendor.own(ONE))
    world.store(state(row))
    made = world.draft(manifest())
    world.store(state(msgspec.structs.replace(row, attributes=protected(row)), serial=4))
    gate = gate_of(world, made, world.open())
    assert gate.send(Batch(call="release", numbers=(ONE,))) == {ONE: Barred("state protects it")}
    assert world.vendor.posts == []


@pytest.mark.parametrize("later", [None, NOON.date() + timedelta(days=9)])
def test_what_is_due_is_not_released_where_state_says_that_it_stays_or_leaves_on_another_day(later):
    world = World()
    world.vendor.time = world.clock.now
    row = managed("pool.old", world.vendor.own(ONE), leaving_at=NOON.date())
    world.store(state(row))
    made = world.draft(manifest(pool("p", 0)))
    assert [change.due for change in made.changes] == [NOON.date()]
    attributes = msgspec.structs.replace(row.attributes, leaving_at=later)
    world.store(state(msgspec.structs.replace(row, attributes=attributes), serial=4))
    gate = gate_of(world, made, world.open())
    barred = Barred("state does not say that it leaves on that day")
    assert gate.send(Batch(call="release", numbers=(ONE,))) == {ONE: barred}


def test_neither_a_number_that_the_plan_keeps_nor_one_that_state_does_not_know_is_released():
    world = World()
    world.store(state(managed("pool.old", world.vendor.own(ONE))))
    made = world.draft(manifest())
    world.store(state(serial=4))
    gate = gate_of(world, made, world.open())
    world.vendor.own(TWO)
    outcomes = gate.send(Batch(call="release", numbers=(ONE, TWO)))
    assert outcomes == {ONE: Barred("state does not manage it"), TWO: Barred("no plan holds it")}
    assert world.vendor.posts == []


def test_what_no_plan_holds_is_not_bought():
    world = world_with(*STOCK)
    gate = gate_for(world, manifest(entry("a", ONE)))
    assert gate.send(Batch(call="purchase", numbers=(TWO,))) == {TWO: Barred("no plan holds it")}


# -- the one way -----------------------------------------------------------------------------------------------


def test_nothing_else_calls_purchase_or_release_of_an_account():
    """Besides the contract on imports: whoever holds a client still finds no other place that uses the two calls."""
    package = Path(numplan.__file__).parent
    found = {
        (str(path.relative_to(package)), node.func.attr)
        for path in (*package.glob("engine/**/*.py"), *package.glob("cli/**/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"purchase", "release"}
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"hold", "lock"})
    }
    assert {place for place, _ in found if place.startswith(("engine/", "cli/operations/apply"))} == {
        "engine/apply/gate.py"
    }


# -- statuses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 422, 423, 429])
def test_a_number_bought_behind_a_status_that_says_no_is_found(status):
    world = world_with(ONE)
    world.vendor.will("purchase", ONE, rejected(status, stop=status != 400), carried_out=True)
    ran = world.run(manifest(pool("p", 1)))
    assert [one.number for one in world.state.numbers] == [ONE]
    assert summarize(ran.events).purchased == 1
    assert summarize(ran.events).unknown == ()


def test_a_status_that_says_no_and_did_nothing_is_closed_in_the_vendors_words_by_one_listing():
    world = world_with(*STOCK)
    for number in (ONE, TWO):
        world.vendor.will("purchase", number, rejected(402, stop=True, alone=False), carried_out=False)
    wanted = in_batches_of(2, manifest(*(entry(f"n{number[-1]}", number) for number in STOCK)))
    before = len(world.vendor.calls)
    ran = world.run(wanted)
    done = summarize(ran.events)
    assert len(world.vendor.posts) == 1, "402 stops further batches"
    assert not done.changed
    assert [one.reason for one in done.failed if one.rejected] == [
        "purchase-numbers: the API answered 402 (so there); it is not in the account"
    ] * 2
    assert not world.state.intents
    calls = [name for name, _ in world.vendor.calls[before:]]
    assert "look_up" not in calls
    assert calls.count("find") == 3, "the plan asked, and nobody after it"


def test_a_look_that_fails_after_a_status_keeps_the_intents():
    world = world_with(ONE)
    world.vendor.will("purchase", ONE, rejected(401, stop=True), carried_out=False)
    world.vendor.on_post = lambda *_: world.vendor.goes_down("purchased")
    ran = world.run(manifest(entry("a", ONE)))
    assert [one.number for one in summarize(ran.events).unknown] == [ONE]
    assert [one.number for one in world.state.intents] == [ONE]


def test_the_slot_of_a_number_rejected_alone_is_free_at_the_second_look():
    world = world_with(ONE, TWO)
    world.vendor.will("purchase", ONE, rejected(422), carried_out=False)
    world.vendor.will("purchase", ONE, rejected(422), carried_out=False)
    wanted = manifest(pool("p", 1))
    world.run(wanted)
    world.later(minutes=1)
    world.run(wanted)
    assert [numbers for _, numbers, _ in world.vendor.posts] == [(ONE,), (ONE,)]
    world.later(minutes=15)
    world.run(wanted)
    assert world.vendor.bought == [TWO]


def test_one_bad_number_does_not_stop_the_rest_of_its_batch():
    numbers = tuple(us(place) for place in range(8))
    world = world_with(*numbers)
    usual = world.vendor.purchase
    looks: list[int] = []

    def purchase(batch, trunk, bar):
        outcomes = usual([one for one in batch if numbers[3] not in batch], trunk, bar)
        said = rejected(422, again="halves" if len(batch) > 1 else "", alone=len(batch) == 1)
        looks.append([name for name, _ in world.vendor.calls].count("purchased"))
        return outcomes or dict.fromkeys(batch, said)

    world.vendor.purchase = purchase
    ran = world.run(manifest(*(entry(f"n{place}", number) for place, number in enumerate(numbers))))
    assert world.vendor.owned.keys() == set(numbers) - {numbers[3]}
    assert [one.number for one in summarize(ran.events).failed] == [numbers[3]]
    assert looks[0] < looks[1] == looks[-1], "one look serves all of it"


def names_the_next(world: World, next_one: Outcome) -> Callable:
    """The call for ONE buys TWO as well, and says so; the call for TWO comes to something else."""

    def purchase(batch, *_):
        if ONE not in batch:
            return dict.fromkeys(batch, next_one)
        world.vendor.carry_out("purchase", ONE)
        world.vendor.carry_out("purchase", TWO)
        return {ONE: Succeeded(), TWO: Unasked()}

    return purchase


@pytest.mark.parametrize(
    "next_one",
    [NotSent("the line is closed", stop=True), Barred("it now costs more"), Refused("sold"), Unknown("lost")],
    ids=lambda one: type(one).__name__,
)
def test_a_number_that_an_answer_names_before_its_own_call_is_not_forgotten(next_one):
    world = world_with(*STOCK)
    world.vendor.purchase = names_the_next(world, next_one)
    one_by_one = in_batches_of(1, manifest(entry("a", ONE), entry("b", TWO)))
    ran = world.run(one_by_one)
    assert {one.number: one.surplus for one in world.state.numbers} == {ONE: False, TWO: False}
    assert summarize(ran.events).purchased == 2
    assert not world.state.intents


def test_a_number_that_an_answer_names_after_its_own_call_came_to_nothing_is_surplus_and_told():
    world = world_with(*STOCK)

    def purchase(batch, *_):
        if ONE in batch:
            return {ONE: NotSent("the line was down")}
        world.vendor.carry_out("purchase", ONE)
        world.vendor.carry_out("purchase", TWO)
        return {TWO: Succeeded(), ONE: Unasked()}

    world.vendor.purchase = purchase
    wanted = manifest(entry("a", ONE), entry("b", TWO))
    ran = world.run(in_batches_of(1, wanted))
    assert {one.number: one.surplus for one in world.state.numbers} == {ONE: True, TWO: False}
    assert [one.number for one in summarize(ran.events).unasked] == [ONE]


def test_of_all_numbers_that_an_answer_names_none_is_passed_over():
    """The first was bought by an earlier call of the run, and stays what it is; nobody asked for the second."""
    world = world_with(ONE, TWO, THREE)

    def purchase(batch, *_):
        for number in batch:
            world.vendor.carry_out("purchase", number)
        if ONE in batch:
            return {ONE: Succeeded()}
        return {TWO: Succeeded(), ONE: Unasked(), THREE: Unasked()}

    world.vendor.purchase = purchase
    ran = world.run(in_batches_of(1, manifest(entry("a", ONE), entry("b", TWO))))
    assert {one.number: one.surplus for one in world.state.numbers} == {ONE: False, TWO: False}
    assert [one.number for one in world.state.tombstones] == [THREE]
    assert [one.number for one in summarize(ran.events).unasked] == [THREE]


# -- means ----------------------------------------------------------------------------------------------------------


def protected(row):
    return msgspec.structs.replace(row.attributes, protect=True)
