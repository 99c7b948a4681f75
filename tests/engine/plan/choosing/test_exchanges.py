"""How many numbers of one exchange a pool buys: members, purchases, retries and alternates count together."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.plan.choosing.exchanges import within_exchanges
from numplan.model.stored.plan_document import encode_plan
from numplan.numbering.area_codes import exchange_of
from tests.builders import buried, buying, by_action, managed, manifest, plan, pool, said, state
from tests.fakes import FakeVendor

EXCHANGES = (212555, 212556, 646555)
NUMBERS = [f"+1{exchange}{place:04d}" for exchange in EXCHANGES for place in range(6)]
KINDS = ("nothing", "stock", "stock", "stock", "member", "owned", "closed", "buying", "away")
kinds = st.lists(st.sampled_from(KINDS), min_size=len(NUMBERS), max_size=len(NUMBERS))
more = st.sampled_from(
    [
        {},
        {"select": "lowest"},
        {"select": "consecutive"},
        {"select": "block"},
        {"area_codes": ("646", "212")},
    ]
)


def world_of(kinds_of_numbers):
    """A vendor, and what state says of these numbers."""
    vendor, rows = FakeVendor(), []
    for number, kind in zip(NUMBERS, kinds_of_numbers, strict=True):
        one = managed("pool.p", number, sip_trunk_id=1 if kind == "away" else 2)
        match kind:
            case "stock":
                vendor.put_on_sale(number)
            case "member" | "away":
                vendor.own(number)
                rows.append(one)
            case "owned":
                vendor.own(number)
            case "closed":
                vendor.put_on_sale(number)
                rows.append(buried(managed("pool.p", number, bought_at=None, sip_trunk_id=2)))
            case "buying":
                rows.append(buying(managed("pool.p", number, bought_at=None, sip_trunk_id=2)))
    return vendor, rows


@given(kinds, st.integers(0, 12), st.integers(1, 4), more, st.booleans())
def test_no_purchase_or_alternate_takes_an_exchange_over_its_limit_and_nothing_is_released_for_it(
    kinds_of_numbers, count, limit, keys, adopt
):
    vendor, rows = world_of(kinds_of_numbers)
    entry = pool(
        "p",
        count,
        max_per_exchange=limit,
        on_shortage="partial",
        on_trunk_change="replace",
        sip_trunk_id=2,
        adopt=adopt,
        **keys,
    )
    made = plan(manifest(entry), vendor, state(*rows))
    had = Counter(
        exchange_of(number)
        for number, kind in zip(NUMBERS, kinds_of_numbers, strict=True)
        if kind in {"member", "away", "buying"}
    )
    after = [
        change.after.number
        for change in made.changes
        if type(change).__name__ in {"Purchase", "Adopt", "Replace"}
    ]
    spare = [one.number for offers in made.alternates.values() for one in offers]
    taken = Counter(map(exchange_of, [*after, *spare]))
    assert all(had[exchange] + taken[exchange] <= limit for exchange in taken)
    without = plan(manifest(pool("p", count, on_shortage="partial", sip_trunk_id=2)), vendor, state(*rows))
    released = [one.before.number for one in made.changes if type(one).__name__ == "Release"]
    assert set(released) <= {one.before.number for one in without.changes if type(one).__name__ == "Release"}
    assert encode_plan(made) == encode_plan(plan(manifest(entry), vendor, state(*rows)))


@given(st.lists(st.sampled_from(NUMBERS), unique=True), st.integers(1, 4), st.sets(st.sampled_from(NUMBERS)))
def test_as_many_are_taken_as_there_is_room_for_and_in_their_order(numbers, limit, had):
    vendor = FakeVendor()
    offers = [vendor.stock[vendor.put_on_sale(number)] for number in numbers]
    kept, crowded = within_exchanges(offers, limit, had)
    assert [one for one in offers if one in kept] == kept
    assert sorted([*kept, *crowded], key=offers.index) == offers
    before, held = Counter(map(exchange_of, numbers)), Counter(map(exchange_of, had))
    assert len(kept) == sum(min(n, max(0, limit - held[exchange])) for exchange, n in before.items())


def test_the_lowest_are_looked_for_beyond_an_exchange_that_is_full():
    vendor = FakeVendor()
    for number in (*(f"+1205555{place:04d}" for place in range(200)), NUMBERS[12]):
        vendor.put_on_sale(number)
    made = plan(manifest(pool("p", 2, select="lowest", max_per_exchange=1)), vendor)
    assert by_action(made) == {"purchase": ["+12055550000", NUMBERS[12]]}


def test_a_limit_leaves_numbers_outside_of_north_america_alone():
    vendor = FakeVendor()
    offers = [vendor.stock[vendor.put_on_sale(f"+4420718387{place}")] for place in range(50, 60)]
    assert within_exchanges(offers, 1, ()) == (offers, [])


def test_a_shortage_that_the_limit_causes_says_so():
    vendor = FakeVendor()
    for number in NUMBERS[:6]:
        vendor.put_on_sale(number)
    [error] = plan(manifest(pool("p", 4, max_per_exchange=3)), vendor).errors
    assert error.summary == (
        "pool.p wants 4 more, but the vendor offers only 3, and 3 more that max_per_exchange: 3 keeps out"
    )
    assert error.hint == "raise max_per_exchange, loosen the other criteria, or lower the count"


def test_a_code_of_which_the_limit_leaves_some_is_not_said_to_be_exhausted():
    vendor = FakeVendor()
    for number in (*NUMBERS[:6], *NUMBERS[12:]):
        vendor.put_on_sale(number)
    made = plan(manifest(pool("p", 4, max_per_exchange=2, area_codes=("212", "646"))), vendor)
    assert said(made, "note") == ["pool.p buys 212: 2 (all that max_per_exchange allows), 646: 2"]


def test_a_closed_purchase_for_which_there_is_no_room_waits():
    vendor = FakeVendor()
    members = [managed("pool.p", vendor.own(number)) for number in NUMBERS[:2]]
    vendor.put_on_sale(NUMBERS[2])
    owed = buried(managed("pool.p", NUMBERS[2], bought_at=None))
    made = plan(manifest(pool("p", 3, max_per_exchange=2)), vendor, state(*members, owed))
    assert by_action(made) == {}
    assert [one.reason for one in made.held] == [
        "an earlier purchase had an unknown outcome, and its exchange has as many as max_per_exchange: 2 allows"
    ]


def test_members_beyond_the_limit_stay():
    vendor = FakeVendor()
    members = [managed("pool.p", vendor.own(number)) for number in NUMBERS[:5]]
    assert by_action(plan(manifest(pool("p", 5, max_per_exchange=1)), vendor, state(*members))) == {}
