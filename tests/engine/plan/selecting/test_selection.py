"""What a selection wants, what it holds back, and that the parts make the whole."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numplan.engine.plan.selecting.about import about
from numplan.model.changes import Change, Keep, Release, Replace, bought, number_of
from numplan.model.errors import UsageError
from numplan.model.number import E164
from numplan.model.plan import Plan, Selection
from numplan.model.policy import Policy
from numplan.model.state import State
from tests.builders import (
    ALL,
    by_action,
    entry,
    group,
    line,
    managed,
    manifest,
    plan,
    pool,
    refused,
    said,
    state,
    us,
)
from tests.engine.perfect import carry_out
from tests.fakes import NOON, FakeVendor
from tests.strategies import World, worlds

ONE, TWO, THREE, FOUR, FIVE, SIX = map(us, range(1, 7))


@pytest.fixture
def vendor() -> FakeVendor:
    made = FakeVendor()
    for number in (ONE, TWO, THREE, FOUR, FIVE, SIX):
        made.put_on_sale(number)
    return made


def target(*patterns: str) -> Selection:
    return Selection(targets=patterns)


def exclude(*patterns: str) -> Selection:
    return Selection(excludes=patterns)


def select(**labels: str) -> Selection:
    return Selection(labels=tuple(labels.items()))


def held_back(made: Plan) -> list[E164]:
    return [number_of(change) for change in made.unselected]


class TestWhatIsWanted:
    @pytest.fixture
    def wanted(self):
        return manifest(
            entry("a", ONE, labels={"team": "x"}),
            group("s", [TWO, THREE], labels={"team": "y"}),
            pool("p", 2, labels={"team": "x"}),
        )

    @pytest.mark.parametrize(
        ("selection", "numbers"),
        [
            (target("number.a"), [ONE]),
            (target("set.s"), [TWO, THREE]),
            (target(f'set.s["{TWO}"]'), [TWO]),
            (target(TWO, FIVE), [TWO, FIVE]),
            (target("pool.*", "number.*"), [ONE, FOUR, FIVE]),
            (exclude("pool.p"), [ONE, TWO, THREE]),
            (exclude("*2", "number.a"), [THREE, FOUR, FIVE]),
            (Selection(targets=("set.*",), excludes=(THREE,)), [TWO]),
            (select(team="x"), [ONE, FOUR, FIVE]),
            (Selection(labels=(("team", "x"), ("team", "y"))), [ONE, TWO, THREE, FOUR, FIVE]),
            (Selection(targets=("pool.p",), labels=(("team", "x"),)), [FOUR, FIVE]),
        ],
    )
    def test_targets_widen_and_excludes_and_labels_narrow(self, vendor, wanted, selection, numbers):
        made = plan(wanted, vendor, selection=selection)
        assert by_action(made) == {"purchase": numbers}
        assert held_back(made) == [one for one in (ONE, TWO, THREE, FOUR, FIVE) if one not in numbers]

    def test_the_cost_is_of_what_is_selected(self, vendor, wanted):
        made = plan(wanted, vendor, selection=target("set.s"))
        assert (made.cost.once, made.cost.monthly) == (Decimal("0.20"), Decimal("0.40"))

    def test_what_stays_as_it_is_is_never_held_back(self, vendor):
        vendor.own(ONE)
        made = plan(manifest(entry("a", ONE), entry("b", TWO)), vendor, state(managed("number.a", ONE)))
        part = plan(
            manifest(entry("a", ONE), entry("b", TWO)),
            vendor,
            state(managed("number.a", ONE)),
            selection=target("number.b"),
        )
        assert part.changes == made.changes

    def test_a_number_that_moves_between_entries_has_both_addresses(self, vendor):
        vendor.own(ONE)
        rows = state(managed("number.old", ONE))
        for name in ("number.old", "number.new"):
            made = plan(
                manifest(entry("new", ONE), entry("b", TWO)), vendor, rows, selection=target(name, "number.b")
            )
            assert by_action(made)["update"] == [ONE]

    def test_a_label_selects_what_has_it_before_or_after(self, vendor):
        vendor.own(ONE)
        rows = state(managed("number.a", ONE, labels={"team": "x"}))
        wanted = manifest(entry("a", ONE, labels={"team": "y"}), entry("b", TWO))
        for team in "xy":
            made = plan(wanted, vendor, rows, selection=select(team=team))
            assert by_action(made) == {"update": [ONE]}


class TestSelectorsThatNameNothing:
    @pytest.mark.parametrize(
        ("selection", "told"),
        [
            (target("pool.p", "pool.q"), "--target pool.q matches no address"),
            (exclude("+4420*"), r"--exclude \+4420\* matches no address"),
            (select(team="z"), "--select team=z matches nothing"),
            (select(tame="x"), "--select tame=x matches nothing"),
        ],
    )
    def test_are_refused_each_by_itself(self, vendor, selection, told):
        with pytest.raises(UsageError, match=told) as refusal:
            plan(manifest(pool("p", 1, labels={"team": "x"})), vendor, selection=selection)
        assert refusal.value.exit_code == 64
        assert refusal.value.hint

    def test_the_nearest_name_is_offered(self, vendor):
        with pytest.raises(UsageError) as refusal:
            plan(manifest(pool("ny_sales", 1)), vendor, selection=target("pool.ny-sale"))
        assert refusal.value.hint == "did you mean pool.ny_sales?"

    def test_what_is_managed_and_as_declared_is_named_all_the_same(self, vendor):
        vendor.own(ONE)
        made = plan(
            manifest(entry("a", ONE), pool("p", 1)),
            vendor,
            state(managed("number.a", ONE)),
            selection=target("number.a"),
        )
        assert by_action(made) == {}
        assert len(made.unselected) == 1


class TestPools:
    def test_a_replace_is_one_change_whichever_of_its_numbers_is_named(self, vendor):
        vendor.own(SIX)
        rows = state(managed("pool.p", SIX, sip_trunk_id=1))
        wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"), entry("b", TWO))
        for number in (SIX, ONE):
            (change,) = plan(wanted, vendor, rows, selection=target(number)).changes
            assert isinstance(change, Replace)
            assert not by_action(plan(wanted, vendor, rows, selection=exclude(number))).get("replace")

    def test_a_member_and_the_purchase_that_takes_its_place_go_together(self, vendor):
        """Taken back alone, the purchase would make the pool too long, and another member would be let go."""
        vendor.own(ONE)
        vendor.own(TWO)
        vendor.own(SIX)
        rows = state(
            managed("pool.p", ONE, sip_trunk_id=1, protect=True),
            managed("pool.p", TWO, sip_trunk_id=2),
            managed("pool.p", SIX, sip_trunk_id=2, surplus=True),
        )
        wanted = manifest(pool("p", 2, sip_trunk_id=2, on_trunk_change="replace"), entry("c", THREE))
        for number in (ONE, SIX):
            made = plan(wanted, vendor, rows, selection=target(number))
            assert by_action(made) == {"adopt": [SIX], "release": [ONE]}
            assert held_back(plan(wanted, vendor, rows, selection=exclude(number))) == [SIX, ONE]

    def test_the_slot_of_a_purchase_held_back_is_filled_by_no_other(self, vendor):
        for place in range(7, 13):
            vendor.put_on_sale(us(place))
        made = plan(manifest(pool("p", 2), pool("q", 2)), vendor, selection=target("pool.q"))
        assert by_action(made) == {"purchase": [THREE, FOUR]}
        (alternates,) = made.alternates.values()
        assert not {offer.number for offer in alternates} & {ONE, TWO}

    def test_no_alternate_is_dearer_than_what_is_still_bought(self, vendor):
        vendor.put_on_sale(TWO, monthly="0.30")
        for number in (THREE, FOUR, FIVE, SIX):
            vendor.put_on_sale(number, monthly="0.30")
        wanted = manifest(pool("p", 2))
        assert plan(wanted, vendor, selection=target(f'pool.p["{ONE}"]')).alternates == {}
        assert plan(wanted, vendor, selection=target(f'pool.p["{TWO}"]')).alternates["pool.p"]


class TestGuards:
    def test_only_what_is_selected_counts_against_a_limit(self, vendor):
        wanted = manifest(pool("p", 2), pool("q", 1), policy=Policy(max_purchases=1))
        assert set(refused(plan(wanted, vendor, selection=target("pool.p")))) == {"purchases"}
        assert not refused(plan(wanted, vendor, selection=target("pool.q")))

    def test_a_lost_state_is_noticed_whatever_is_selected(self, vendor):
        """A part that is applied writes a state, and then nobody would ask any more."""
        vendor.own(FIVE)
        vendor.own(SIX)
        wanted = manifest(pool("p", 2), entry("a", ONE))
        assert set(refused(plan(wanted, vendor, selection=target("number.a")))) == {"no-state"}

    def test_many_missing_numbers_speak_against_the_listing_whatever_is_selected(self, vendor):
        rows = state(*(managed(f"number.{name}", us(20 + place)) for place, name in enumerate("abc")))
        wanted = manifest(*(entry(name, us(20 + place)) for place, name in enumerate("abc")), entry("d", ONE))
        assert "missing" in refused(plan(wanted, vendor, rows, selection=target("number.d")))


class TestErrors:
    def test_an_error_of_what_is_held_back_stops_nothing(self, vendor):
        wanted = manifest(
            entry("a", us(90)), pool("p", 99), pool("far", 1, country="Atlantis"), entry("b", ONE)
        )
        assert len(plan(wanted, vendor).errors) == 3
        made = plan(wanted, vendor, selection=target("number.b"))
        assert made.errors == ()
        assert len([text for text in said(made, "note") if text.startswith("not selected: ")]) == 3

    def test_an_error_of_what_is_selected_does(self, vendor):
        wanted = manifest(entry("a", us(90)), pool("p", 99), entry("b", ONE))
        assert len(plan(wanted, vendor, selection=target("number.a", "number.b")).errors) == 1
        assert len(plan(wanted, vendor, selection=target("pool.*")).errors) == 1
        assert len(plan(wanted, vendor, selection=exclude("number.a")).errors) == 1


# -- laws

PATTERNS = st.sampled_from(
    ["pool.*", "pool.p", "number.*", "set.s*", "*1", "*2", "*3", "*5", "*8", "+1205000000?", "*.gone*"]
)


def part(world: World, vendor: FakeVendor, remembered: State | None, selection: Selection) -> Plan:
    """A plan under a selection; the whole plan where the selection names nothing there."""
    try:
        return plan(world.manifest, vendor, remembered, selection=selection)
    except UsageError:
        assert selection.flags
        return plan(world.manifest, vendor, remembered)


def undue(change: Change) -> Change:
    """A number whose day has come as if it had not: how many of these go, the room that others leave decides."""
    if isinstance(change, Release) and change.due is not None:
        return Keep(resource=change.resource, after=change.before)
    return change


@given(worlds(), PATTERNS, st.booleans())
@settings(max_examples=40)
def test_a_selected_plan_is_a_part_of_the_whole_plan(world: World, pattern: str, inverse: bool):
    selection = exclude(pattern) if inverse else target(pattern)
    whole = plan(world.manifest, world.vendor(), world.state)
    made = part(world, world.vendor(), world.state, selection)
    chosen, all_of_it = [*map(undue, made.changes)], sorted(map(undue, whole.changes), key=line)
    if about(selection, world.manifest)(world.state) is None or world.complete:
        both = [*chosen, *map(undue, made.unselected)]
        assert sorted(both, key=line) == all_of_it
    else:  # it looked at what is named alone: of the rest it says what state does, and plans nothing
        assert all(one in all_of_it for one in chosen if not isinstance(one, Keep))
        return
    assert made.held == whole.held
    for resource, offers in made.alternates.items():
        assert set(offers) <= set(whole.alternates[resource])


@given(worlds(), PATTERNS, st.booleans())
@settings(max_examples=50)
def test_two_halves_end_where_the_whole_ends_and_buy_as_many(world: World, pattern: str, first: bool):
    """As long as what is released is not for sale again at once. Between two patterns of numbers a pool may choose
    otherwise what it buys or lets go, and the second then holds that back: there the whole plan follows.
    """
    vendor = world.vendor()
    whole = plan(world.manifest, vendor, world.state)
    assume(not whole.errors)
    end = carry_out(whole, world.state, vendor, NOON)
    take_off_sale(vendor)
    vendor.listed(complete=True)
    assume(not by_action(plan(world.manifest, vendor, end)))

    halves, remembered = world.vendor(), world.state
    order = [target(pattern), exclude(pattern)]
    for selection in [*(order if first else reversed(order)), *([] if "." in pattern else [ALL])]:
        made = part(world, halves, remembered, selection)
        remembered = carry_out(made, remembered, halves, NOON)
        take_off_sale(halves)
    halves.listed(complete=True)
    assert by_action(plan(world.manifest, halves, remembered)) == {}
    assert len(halves.bought) == len(vendor.bought)
    assert len(halves.released) == len(vendor.released)
    assert explicit(remembered) == explicit(end)
    assert sizes(remembered) == sizes(end)


def take_off_sale(vendor: FakeVendor) -> None:
    """What was released cannot be bought for a while."""
    for number in vendor.released:
        vendor.stock.pop(number, None)


def explicit(remembered: State) -> set[tuple[str, str]]:
    return {(one.resource, one.number) for one in remembered.numbers if not one.resource.startswith("pool.")}


def sizes(remembered: State) -> dict[str, int]:
    """How many members each pool has; surplus ones are none."""
    found: dict[str, int] = {}
    for one in remembered.numbers:
        if one.resource.startswith("pool.") and not one.surplus:
            found[one.resource] = found.get(one.resource, 0) + 1
    return found


@given(worlds(), st.booleans())
@settings(max_examples=40)
def test_a_refresh_alone_never_buys_nor_releases(world: World, lifted: bool):
    vendor = world.vendor()
    made = plan(world.manifest, vendor, world.state, refresh_only=True, missing=lifted)
    assert set(by_action(made)) <= {"update", "forget"}
    assert not [*bought(made.changes)]
    assert not made.alternates
    assert made.errors == ()
    after = carry_out(made, world.state, vendor, NOON)
    assert not vendor.bought
    assert not vendor.released
    assert not by_action(plan(world.manifest, vendor, after, refresh_only=True))


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("pool.x", "--replace pool.x matches no address and no number of manifest, state or plan"),
        ("+1206*", "--replace +1206* matches no address and no number of manifest, state or plan"),
        (ONE, f"--replace {ONE} covers number.a, an explicit number, which has no successor"),
        ("*", "--replace * covers number.a, an explicit number, which has no successor"),
        ("pool.empty", "--replace pool.empty covers no member of a pool that could be replaced now"),
        (THREE, f"--replace {THREE} covers no member of a pool that could be replaced now"),
    ],
)
def test_what_replace_names_must_be_members_of_pools_alone(vendor, pattern, says):
    rows = [
        managed("number.a", vendor.own(ONE)),
        managed("pool.p", vendor.own(TWO)),
        managed("pool.gone", vendor.own(THREE)),
    ]
    wanted = manifest(entry("a", ONE), pool("p", 1), pool("empty", 0))
    with pytest.raises(UsageError) as refusal:
        plan(wanted, vendor, state(*rows), replace=(TWO, pattern))
    assert refusal.value.message == says
