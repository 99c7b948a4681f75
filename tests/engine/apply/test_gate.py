"""The gate: what moved between the plan and the call is not sent, whatever sends it."""

import ast
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

import numplan
from numplan.engine.apply.events import Event, Failed, Substituted
from numplan.engine.apply.evidence import AHEAD, FRESH
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.ledger import Ledger
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.orders import Batch, Order, batches_of, orders_of
from numplan.engine.apply.result import summarize
from numplan.engine.pipeline import compute_plan
from numplan.engine.saved_plan.staleness import check_offers
from numplan.model.account import Found
from numplan.model.errors import StalePlanError, StateError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.outcome import Barred, NotSent, Outcome, Refused, Rejected, Succeeded, Unasked, Unknown
from numplan.model.plan import Plan
from numplan.model.policy import Policy
from tests.builders import entry, managed, manifest, pool, state, us
from tests.engine.world import World, in_batches_of, world_with
from tests.faulty import Fate

ONE, TWO, THREE = us(1), us(2), us(3)
STOCK = (ONE, TWO, THREE)

MOVED: dict[str, tuple[dict[str, str], str]] = {
    "one-time price": (
        {"once": "500.00"},
        "it now costs 500.00 once and 0.20 a month, and 0.10 and 0.20 were reviewed",
    ),
    "monthly price": (
        {"monthly": "0.21"},
        "it now costs 0.10 once and 0.21 a month, and 0.10 and 0.20 were reviewed",
    ),
    "country": ({"country": "Canada"}, "its country is 'Canada' now, and 'United States' was reviewed"),
    "type": ({"kind": "Mobile"}, "its type is 'Mobile' now, and 'Geographic' was reviewed"),
    "category": ({"category": "Voice+SMS"}, "its category is 'Voice+SMS' now, and 'Voice' was reviewed"),
}
moved = pytest.mark.parametrize(("offer", "words"), MOVED.values(), ids=MOVED)


class Moving(World):
    """A world that moves once the plan is made: `while_waiting` happens, and so many seconds pass."""

    def __init__(self) -> None:
        super().__init__()
        self.while_waiting: Callable[[], object] = lambda: None
        self.seconds = 0.0

    def before_apply(self, plan: Plan) -> None:  # noqa: ARG002 - as the world has it
        self.while_waiting()
        self.clock.advance(seconds=self.seconds)


def moving(*numbers: E164, seconds: float = FRESH) -> Moving:
    world = Moving()
    world.seconds = seconds
    for number in numbers:
        world.vendor.put_on_sale(number)
    return world


def reasons(events: tuple[Event, ...]) -> list[str]:
    return [one.reason for one in events if isinstance(one, Failed)]


@moved
@pytest.mark.parametrize("wanted", [manifest(entry("a", ONE)), manifest(pool("p", 1, on_unavailable="fail"))])
def test_a_planned_number_whose_offer_is_old_is_asked_for_again(offer, words, wanted):
    world = moving(ONE)
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, **offer)
    ran = world.run(wanted)
    assert world.vendor.posts == []
    assert reasons(ran.events) == [words]
    assert not world.state.intents


def test_an_offer_is_evidence_for_a_minute():
    world = moving(ONE, seconds=FRESH - 1)
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, once="500.00")
    world.run(manifest(entry("a", ONE)))
    assert world.vendor.bought == [ONE]
    asked = [name for name, _ in world.vendor.calls]
    assert asked.count("find") == 1, "the plan's own offers are not asked for twice"


def test_what_is_cheaper_now_is_bought():
    world = moving(ONE)
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, once="0.05", monthly="0.10")
    world.run(manifest(entry("a", ONE)))
    assert world.vendor.bought == [ONE]


@moved
def test_an_alternate_is_asked_for_anew_however_fresh_the_plan_is(offer, words):
    world = moving(*STOCK, seconds=0)
    world.vendor.will("purchase", ONE, Refused("sold"), carried_out=False)

    def later() -> None:
        world.vendor.put_on_sale(TWO, **offer)
        world.vendor.put_on_sale(THREE, **offer)

    world.while_waiting = later
    ran = world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == []
    assert reasons(ran.events) == [f"sold; alternate {TWO}: {words}; alternate {THREE}: {words}"]
    assert not any(isinstance(one, Substituted) for one in ran.events)


def test_the_next_alternate_that_is_as_it_was_reviewed_takes_the_slot():
    world = moving(*STOCK, seconds=0)
    world.vendor.will("purchase", ONE, Refused("sold"), carried_out=False)
    world.while_waiting = lambda: world.vendor.put_on_sale(TWO, monthly="500.00")
    world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == [THREE]


def test_a_pools_number_that_moved_gives_way_to_an_alternate():
    world = moving(*STOCK)
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, monthly="500.00")
    world.run(manifest(pool("p", 1)))
    assert world.vendor.bought == [TWO]


@moved
def test_a_number_that_is_bought_back_is_asked_for_anew(offer, words):
    world = moving(seconds=0)
    world.store(state(managed("number.a", world.vendor.own(ONE), category="Voice", sip_trunk_id=1)))
    usual = world.vendor.carry_out

    def carry_out(call: str, number: str) -> bool:
        done = usual(call, number)
        if call == "release":
            world.vendor.put_on_sale(ONE, **offer)
        return done

    world.vendor.carry_out = carry_out
    ran = world.run(manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")))
    assert [call for call, _, _ in world.vendor.posts] == ["release"]
    assert reasons(ran.events) == [f"{words}; it was released and is not bought back"]


def test_a_number_that_is_for_sale_again_a_little_later_is_bought_back():
    world = moving(seconds=0)
    world.store(state(managed("number.a", world.vendor.own(ONE), sip_trunk_id=1)))
    find, asked = world.vendor.find, []

    def find_later(number: E164) -> object:
        asked.append(number)
        return find(number) if len(asked) > 2 else None

    world.vendor.find = find_later
    world.run(manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")))
    assert world.vendor.owned.keys() == {ONE}
    assert len(asked) == 3


def test_a_call_that_is_sent_again_is_held_to_the_price_of_the_moment():
    """The account asks before each sending but the first; the gate answers with fresh evidence."""
    world = world_with(ONE)
    gate = gate_for(world, manifest(entry("a", ONE)))
    assert gate.barred([ONE]) == {}
    world.clock.advance(seconds=FRESH)
    world.vendor.put_on_sale(ONE, once="500.00")
    assert "it now costs 500.00" in gate.barred([ONE])[ONE]


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


def test_after_the_question_every_offer_is_asked_for_again_whatever_its_age():
    world = world_with(*STOCK)
    made = world.draft(manifest(entry("a", ONE), pool("p", 2)))
    check_offers(made, world.vendor, 1)
    world.vendor.put_on_sale(ONE, once="500.00")
    world.vendor.put_on_sale(TWO, monthly="9.00")
    with pytest.raises(StalePlanError) as stale:
        check_offers(made, world.vendor, 1)
    assert f"{ONE} (number.a): it now costs 500.00 once" in stale.value.message
    assert f"{TWO} (pool.p): it now costs 0.10 once and 9.00 a month" in stale.value.message


def test_what_went_off_sale_during_the_question_has_alternates_only_in_a_pool():
    world = world_with(*STOCK)
    made = world.draft(manifest(pool("p", 1)))
    del world.vendor.stock[ONE]
    assert check_offers(made, world.vendor, 1) == (ONE,)
    made = world.draft(manifest(entry("a", TWO)))
    del world.vendor.stock[TWO]
    with pytest.raises(StalePlanError, match="no longer for sale"):
        check_offers(made, world.vendor, 1)


def test_many_old_offers_are_asked_for_in_bulk():
    numbers = [us(place) for place in range(120)]
    world = moving(*numbers)
    world.run(in_batches_of(10, manifest(pool("p", 120))))
    assert len(world.vendor.bought) == 120
    asked = [name for name, _ in world.vendor.calls]
    assert asked.count("find") == 0
    assert asked.count("search") <= 3


def test_old_offers_that_no_search_shows_are_asked_for_once_each_however_slow_the_answers():
    numbers = [us(place) for place in range(300)]
    world = moving(*numbers)
    find = world.vendor.find

    def slow(number: E164) -> object:
        world.clock.advance(seconds=0.5)
        return find(number)

    def hide() -> None:
        world.vendor.find = slow
        world.vendor.search = lambda *_, **__: Found((), exhausted=True)
        world.vendor.calls.clear()

    world.while_waiting = hide
    world.run(in_batches_of(10, manifest(pool("p", 300))))
    assert len(world.vendor.bought) == 300
    assert [name for name, _ in world.vendor.calls].count("find") == 300


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


def test_a_number_that_is_known_to_be_dearer_stays_back_though_others_of_its_batch_cannot_be_asked_for():
    numbers = [us(place) for place in range(AHEAD + 1)]
    world = world_with(*numbers)
    gate = gate_for(
        world, in_batches_of(AHEAD + 1, manifest(*(entry(f"n{one[1:]}", one) for one in numbers)))
    )
    dear, last = numbers[AHEAD - 1], numbers[AHEAD]
    world.clock.advance(seconds=FRESH)
    world.vendor.put_on_sale(dear, once="500.00")
    assert gate.barred(numbers[:1]) == {}, "the first so many were asked for together"
    world.vendor.goes_down("find", "search")
    assert "it now costs 500.00" in gate.barred([dear, last])[dear]
    assert "could not be asked" in gate.barred([dear, last])[last]


def test_what_was_called_old_is_asked_for_again_though_the_plan_is_fresh():
    world = world_with(ONE)
    gate = gate_for(world, manifest(entry("a", ONE)))
    del world.vendor.stock[ONE]
    gate.ask_again([ONE])
    assert gate.barred([ONE]) == {ONE: "it is no longer for sale"}


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


def test_the_monthly_increase_is_net_of_what_the_plan_releases():
    world = world_with(ONE)
    world.store(state(managed("pool.old", world.vendor.own(THREE), monthly_charge="0.20")))
    made = world.draft(manifest(pool("p", 1)))
    attributes = next(iter(orders_of(made))).attributes
    assert Ledger(Policy(max_monthly_increase=Decimal(0)), made).take(attributes) == ""
    alone = msgspec.structs.replace(made, changes=made.changes[:1])
    assert "monthly increase" in Ledger(Policy(max_monthly_increase=Decimal(0)), alone).take(attributes)


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


def rejected(status: int, *, stop: bool = False, again: str = "", alone: bool = True) -> Rejected:
    return Rejected(f"purchase-numbers: the API answered {status} (so there)", stop, again, alone)


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


def test_a_batch_that_is_rejected_goes_on_in_halves_though_the_gate_kept_back_its_first_number():
    world = moving(*STOCK)
    usual, calls = world.vendor.purchase, []

    def purchase(batch, trunk, bar):
        calls.append(tuple(batch))
        if len(batch) > 1:
            return dict.fromkeys(batch, rejected(413, again="halves", alone=False))
        return usual(batch, trunk, bar)

    world.vendor.purchase = purchase
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, once="500.00")
    ran = world.run(manifest(*(entry(f"n{number[-1]}", number) for number in STOCK)))
    assert calls == [(TWO, THREE), (TWO,), (THREE,)]
    assert world.vendor.bought == [TWO, THREE]
    assert summarize(ran.events).unknown == ()


# -- what nobody asked for ----------------------------------------------------------------------------------------


def test_what_was_bought_unasked_is_surplus_and_told():
    world = world_with(*STOCK)
    world.vendor.answers = bonus(world, TWO, carried_out=True)
    ran = world.run(manifest(entry("a", ONE)))
    assert {one.number: one.surplus for one in world.state.numbers} == {ONE: False, TWO: True}
    (told,) = summarize(ran.events).unasked
    assert (told.number, told.harmless) == (TWO, False)


def test_what_the_account_held_before_is_told_and_not_taken():
    world = world_with(ONE)
    world.vendor.own(TWO)
    world.vendor.answers = bonus(world, TWO, carried_out=False)
    ran = world.run(manifest(entry("a", ONE)))
    assert world.known() == {ONE}
    (told,) = summarize(ran.events).unasked
    assert told.harmless


def test_what_is_said_to_be_bought_unasked_and_turns_up_later_is_surplus_then():
    world = world_with(*STOCK)
    world.vendor.answers = bonus(world, TWO, carried_out=False)
    world.run(manifest(entry("a", ONE)))
    assert TWO in world.known()
    world.vendor.answers = lambda outcomes: outcomes
    world.vendor.carry_out("purchase", TWO)
    world.run(manifest(entry("a", ONE)))
    assert {one.number for one in world.state.numbers if one.surplus} == {TWO}


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


def bonus(world: World, number: E164, *, carried_out: bool) -> Callable:
    def answers(outcomes):
        if carried_out:
            world.vendor.carry_out("purchase", number)
        return {**outcomes, number: Unasked()}

    return answers


# -- what is charged ------------------------------------------------------------------------------------------------


def charging(world: World, monthly: str) -> None:
    """The account is charged more than the offer said."""
    usual = world.vendor.carry_out

    def carry_out(call, number):
        done = usual(call, number)
        if done and call == "purchase":
            row = world.vendor.owned[number]
            world.vendor.owned[number] = msgspec.structs.replace(row, monthly_charge=Decimal(monthly))
        return done

    world.vendor.carry_out = carry_out


def test_what_is_charged_beyond_the_plan_is_told_until_an_apply_has_recorded_it():
    world = world_with(ONE)
    charging(world, "99.00")
    wanted = manifest(entry("a", ONE))
    ran = world.run(wanted)
    (told,) = summarize(ran.events).overcharged
    assert (str(told.charged.planned_monthly), str(told.charged.charged_monthly)) == ("0.20", "99.00")
    made = world.draft(wanted)
    assert [one.number for one in made.overcharged] == [ONE]
    assert any("charged 99.00 a month, planned 0.20" in one.summary for one in made.diagnostics)
    assert not made.acts
    world.run(wanted)
    assert world.draft(wanted).overcharged == ()
    assert str(world.state.numbers[0].attributes.monthly_charge) == "99.00"


def test_a_listing_that_lags_shows_it_in_the_next_plan():
    world = world_with(ONE)
    charging(world, "99.00")
    world.vendor.fates.append(Fate(lag=60))
    wanted = manifest(entry("a", ONE))
    assert summarize(world.run(wanted).events).overcharged == ()
    world.later(minutes=2)
    assert [one.number for one in world.draft(wanted).overcharged] == [ONE]


def test_an_apply_that_bought_asks_for_one_listing_and_one_that_did_not_for_none():
    world = world_with(ONE)
    wanted = manifest(entry("a", ONE))
    world.run(wanted)
    calls = [name for name, _ in world.vendor.calls]
    assert calls.count("purchased") == 2
    world.run(wanted)
    assert [name for name, _ in world.vendor.calls].count("purchased") == 3


# -- means ----------------------------------------------------------------------------------------------------------


def gate_for(world: World, wanted: Manifest, limits: Policy | None = None) -> Gate:
    made = compute_plan(wanted, world.state, world.vendor, world.options()).plan
    open_state = world.open()
    orders = [*orders_of(made)]
    intend(open_state, orders)
    gate = gate_of(world, made, open_state, limits)
    gate.expect(orders)
    return gate


def gate_of(world: World, made: Plan, open_state: OpenState, limits: Policy | None = None) -> Gate:
    planned_at = world.clock.monotonic()
    return Gate(
        world.vendor,
        made,
        open_state,
        world.clock,
        limits=limits or Policy(),
        planned_at=planned_at,
        before={},
    )


def intend(open_state: OpenState, orders: list[Order]) -> None:
    from numplan.model.state import Intent
    from tests.fakes import NOON

    open_state.intend(
        Intent(kind="purchase", instance=order.instance(), run=open_state.run, written_at=NOON)
        for order in orders
    )
    open_state.save(NOON)


def protected(row):
    return msgspec.structs.replace(row.attributes, protect=True)


def test_batches_are_halved_until_they_hold_one() -> None:
    (batch,) = batches_of("purchase", [(number, 7) for number in STOCK], 50)
    assert [one.numbers for one in batch.halves()] == [(ONE,), (TWO, THREE)]
    assert batch.halves()[0].halves() == (batch.halves()[0],)
