"""What the vendor offers just before a call: asked for again where it is old, and held against what was reviewed."""

import pytest

from numplan.engine.apply.events import Event, Failed, Substituted
from numplan.engine.apply.evidence import AHEAD, FRESH
from numplan.model.account import Found
from numplan.model.manifest import Spread
from numplan.model.number import E164
from numplan.model.outcome import Refused
from tests.builders import entry, managed, manifest, pool, state, us
from tests.engine.apply.gates import gate_for, moving
from tests.engine.world import in_batches_of, world_with

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


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ({"voice": "0.70"}, "a minute now costs 0.70"),
        ({"message": "0.70"}, "a message now costs 0.70"),
        ({"voice": ""}, "a minute costs nobody says what now"),
        ({"message": ""}, "a message costs nobody says what now"),
    ],
    ids=["voice", "sms", "no voice", "no sms"],
)
def test_a_number_whose_use_costs_more_than_was_reviewed_or_nobody_knows_what_is_not_bought(rate, words):
    world = moving()
    world.vendor.put_on_sale(ONE, voice="0.01", message="0.01")
    world.while_waiting = lambda: world.vendor.put_on_sale(
        ONE, **{"voice": "0.01", "message": "0.01", **rate}
    )
    world.seconds = FRESH
    ran = world.run(manifest(entry("a", ONE)))
    assert world.vendor.posts == []
    assert reasons(ran.events) == [f"{words}, and 0.01 was reviewed"]


@pytest.mark.parametrize(("then", "now"), [("", "0.70"), ("", ""), ("0.01", "0.010"), ("0.01", "0")])
def test_a_rate_that_was_not_reviewed_or_is_not_higher_stops_nothing(then, now):
    world = moving()
    world.vendor.put_on_sale(ONE, voice=then)
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, voice=now)
    world.seconds = FRESH
    world.run(manifest(entry("a", ONE)))
    assert world.vendor.bought == [ONE]


@pytest.mark.parametrize(
    ("now", "bought"), [("Texas", []), ("New York", [ONE]), ("new york", [ONE]), ("NY", [ONE]), ("", [ONE])]
)
def test_a_number_that_is_in_another_state_by_now_is_not_bought_and_one_of_which_nothing_is_said_is(
    now, bought
):
    world = moving()
    world.vendor.put_on_sale(ONE, state="New York")
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, state=now)
    spread = Spread("state", ("New York",))
    ran = world.run(manifest(pool("p", 1, spread=spread, on_unavailable="fail")))
    assert world.vendor.bought == bought
    words = [] if bought else ["its state is 'Texas' now, and 'New York' was reviewed"]
    assert reasons(ran.events) == words


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
