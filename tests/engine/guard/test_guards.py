"""Each guard: what it refuses, at which figure, whom it names, and the flag that lifts it."""

from decimal import Decimal

import pytest

from numplan.model.policy import Policy
from tests.builders import (
    JUST_NOW,
    PLACE,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    refused,
    state,
    us,
)
from tests.fakes import FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))
ANY_SHARE = Policy(max_release_share="100%")


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def fleet(vendor: FakeVendor, count: int, *, resource: str = "pool.p", missing: int = 0):
    """So many members in state, the last of them missing from the account."""
    for place in range(1, count - missing + 1):
        vendor.own(us(place))
    return state(*(managed(resource, us(place)) for place in range(1, count + 1)))


class TestReleases:
    @pytest.mark.parametrize(("released", "refuses"), [(5, False), (6, True)])
    def test_more_than_five_in_one_apply(self, vendor, released, refuses):
        made = plan(manifest(pool("p", 1)), vendor, fleet(vendor, released + 1))
        assert ("releases" in refused(made)) == refuses

    @pytest.mark.parametrize("limit", [0, 2])
    def test_the_policy_sets_the_limit(self, vendor, limit):
        rows = fleet(vendor, limit + 2)
        wanted = manifest(pool("p", 1), policy=Policy(max_releases=limit))
        assert len(refused(plan(wanted, vendor, rows))["releases"].subjects) == limit + 1

    def test_the_flag_goes_before_the_policy_both_ways(self, vendor):
        rows = fleet(vendor, 8)
        wanted = manifest(pool("p", 1), policy=Policy(max_releases=3))
        assert refused(plan(wanted, vendor, rows, max_releases=7)) == {}
        assert "releases" in refused(plan(wanted, vendor, rows, max_releases=6))

    def test_it_names_the_flag_that_would_do(self, vendor):
        made = plan(manifest(pool("p", 1)), vendor, fleet(vendor, 9))
        assert "--max-releases 8" in refused(made)["releases"].lifted_by

    def test_it_names_the_line_where_they_were_declared(self, vendor):
        made = plan(manifest(pool("p", 1)), vendor, fleet(vendor, 9))
        assert refused(made)["releases"].source == PLACE
        made = plan(manifest(pool("q", 0)), vendor, fleet(vendor, 9))
        assert refused(made)["releases"].source is None, "no line declares them any more"

    def test_a_replace_counts_and_what_is_blocked_does_not(self, vendor):
        rows = [managed("set.s", vendor.own(us(place)), sip_trunk_id=1) for place in range(1, 7)]
        wanted = group("s", [us(place) for place in range(1, 7)], sip_trunk_id=2, on_trunk_change="replace")
        declared = manifest(wanted, policy=ANY_SHARE)
        assert "releases" in refused(plan(declared, vendor, state(*rows)))
        vendor.own(us(1), flow=True)
        assert refused(plan(declared, vendor, state(*rows))) == {}


class TestEmptyManifest:
    @pytest.mark.parametrize("wanted", [manifest(), manifest(pool("p", 0)), manifest(group("s", []))])
    def test_a_manifest_that_declares_nothing_while_state_holds_numbers(self, vendor, wanted):
        made = plan(wanted, vendor, fleet(vendor, 1))
        assert refused(made)["empty-manifest"].subjects == (f'pool.p["{ONE}"]',)

    def test_allow_empty_lifts_it_and_no_other(self, vendor):
        made = plan(manifest(), vendor, fleet(vendor, 6), empty=True)
        assert set(refused(made)) == {"releases"}

    def test_nothing_is_lost_where_only_state_is_brought_up_to_date(self, vendor):
        made = plan(manifest(), vendor, fleet(vendor, 6), refresh_only=True)
        assert refused(made) == {}

    @pytest.mark.parametrize("rows", [None, state()])
    def test_nothing_declared_and_nothing_held_is_fine(self, vendor, rows):
        vendor.own(ONE)
        assert refused(plan(manifest(), vendor, rows)) == {}

    def test_it_holds_when_all_that_state_holds_is_gone(self, vendor):
        assert "empty-manifest" in refused(plan(manifest(), vendor, fleet(vendor, 1, missing=1)))


class TestMissing:
    @pytest.mark.parametrize(
        ("managed_numbers", "missing", "refuses"),
        [(1, 1, True), (2, 1, False), (2, 2, True), (10, 1, False), (10, 2, True), (19, 2, True), (20, 2, False),
         (20, 3, True), (30, 3, False), (30, 4, True), (70, 7, False), (70, 8, True)],
    )  # fmt: skip
    def test_more_than_one_and_a_tenth_at_once_or_all_of_them(
        self, vendor, managed_numbers, missing, refuses
    ):
        for place in range(200, 210):
            vendor.put_on_sale(us(place))
        rows = fleet(vendor, managed_numbers, missing=missing)
        made = plan(manifest(pool("p", managed_numbers)), vendor, rows)
        assert ("missing" in refused(made)) == refuses

    def test_an_api_that_answers_with_nothing_buys_no_fleet_twice(self, vendor):
        for place in range(100, 130):
            vendor.put_on_sale(us(place))
        made = plan(manifest(pool("p", 20)), vendor, fleet(vendor, 20, missing=20))
        assert len(refused(made)["missing"].subjects) == 20

    def test_accept_missing_lifts_it(self, vendor):
        for place in range(100, 103):
            vendor.put_on_sale(us(place))
        rows = fleet(vendor, 3, missing=3)
        assert refused(plan(manifest(pool("p", 3)), vendor, rows, missing=True)) == {}

    def test_numbers_that_are_removed_and_missing_count_too(self, vendor):
        made = plan(manifest(entry("keep", ONE)), vendor, fleet(vendor, 4, missing=3))
        assert "missing" in refused(made)

    def test_what_is_not_yet_listed_does_not_stand_for_the_account(self, vendor):
        vendor.put_on_sale(us(100))
        rows = state(managed("pool.p", ONE), managed("pool.p", TWO, bought_at=JUST_NOW))
        assert "missing" in refused(plan(manifest(pool("p", 2)), vendor, rows))
        vendor.own(TWO)
        assert refused(plan(manifest(pool("p", 2)), vendor, rows)) == {}

    def test_numbers_not_yet_listed_are_not_missing(self, vendor):
        rows = state(*(managed("pool.p", us(place), bought_at=JUST_NOW) for place in range(1, 9)))
        assert refused(plan(manifest(pool("p", 8)), vendor, rows)) == {}


class TestNoState:
    @pytest.fixture(autouse=True)
    def _stock(self, vendor):
        for place in range(100, 110):
            vendor.put_on_sale(us(place))

    @pytest.mark.parametrize(("owned", "refuses"), [(0, False), (1, True), (2, True), (9, True)])
    def test_one_unmanaged_number_that_matches_is_enough_however_many_a_pool_would_buy(
        self, vendor, owned, refuses
    ):
        for place in range(1, owned + 1):
            vendor.own(us(place))
        made = plan(manifest(pool("p", 3)), vendor)
        assert ("no-state" in refused(made)) == refuses

    def test_it_names_the_numbers_and_both_ways_on(self, vendor):
        vendor.own(ONE)
        refusal = refused(plan(manifest(pool("p", 1)), vendor))["no-state"]
        assert refusal.subjects == (ONE,)
        assert "adopt: true" in refusal.lifted_by
        assert "--buy-beside-unmanaged" in refusal.lifted_by

    @pytest.mark.parametrize("flag", ["beside_unmanaged", "new_state"])
    def test_its_flag_lifts_it_and_so_does_the_one_that_stands_for_all(self, vendor, flag):
        vendor.own(ONE)
        assert refused(plan(manifest(pool("p", 1)), vendor, **{flag: True})) == {}

    @pytest.mark.parametrize("flag", ["lost_state", "older_state"])
    def test_to_accept_a_state_is_not_to_buy_beside_it(self, vendor, flag):
        vendor.own(ONE)
        assert "no-state" in refused(plan(manifest(pool("p", 1)), vendor, **{flag: True}))

    def test_adoption_lifts_it(self, vendor):
        vendor.own(ONE)
        made = plan(manifest(pool("p", 1, adopt=True)), vendor)
        assert refused(made) == {}
        assert by_action(made) == {"adopt": [ONE]}

    def test_a_pool_that_adopts_what_there_is_may_buy_the_rest(self, vendor):
        vendor.own(ONE)
        assert refused(plan(manifest(pool("p", 2, adopt=True)), vendor)) == {}

    def test_adopt_lifts_nothing_for_a_pool_whose_category_adopts_nothing(self, vendor):
        vendor.own(ONE)
        made = plan(manifest(pool("p", 1, adopt=True, category="Voice")), vendor)
        assert by_action(made) == {"purchase": [us(100)]}
        assert "no-state" in refused(made)

    def test_what_another_pool_adopts_does_not_count(self, vendor):
        vendor.own(ONE)
        made = plan(manifest(pool("a", 1, adopt=True), pool("b", 1)), vendor)
        assert refused(made) == {}

    def test_a_listing_that_is_not_complete_cannot_show_that_nothing_matches(self, vendor):
        vendor.listed(complete=False)
        made = plan(manifest(pool("p", 1)), vendor)
        assert "no-state" in refused(made)
        assert refused(plan(manifest(pool("p", 1)), vendor, new_state=True)) == {}
        assert refused(plan(manifest(pool("p", 1)), vendor, state())) == {}

    def test_each_pool_is_judged_by_what_it_would_buy_itself(self, vendor):
        for place in (1, 2, 3):
            vendor.own(us(place))
        for place in (120, 121):
            vendor.put_on_sale(us(place), kind="Mobile")
        wanted = manifest(pool("a", 2, type="Geographic"), pool("b", 2, type="Mobile"))
        (refusal,) = plan(wanted, vendor).refusals
        assert "pool.a would buy 2 numbers" in refusal.summary

    def test_numbers_that_do_not_match_are_no_ground(self, vendor):
        vendor.own(ONE, country="Canada")
        vendor.own(TWO, kind="Mobile")
        vendor.own(THREE, state="Ohio")
        wanted = pool("p", 1, type="Geographic", state="Alabama")
        vendor.put_on_sale(us(111), state="Alabama")
        assert refused(plan(manifest(wanted), vendor)) == {}

    def test_a_state_that_is_there_lifts_it_even_when_empty(self, vendor):
        vendor.own(ONE)
        assert refused(plan(manifest(pool("p", 1)), vendor, state())) == {}


class TestProtected:
    @pytest.mark.parametrize(
        "make", [lambda **terms: entry("a", ONE, **terms), lambda **terms: group("a", [ONE], **terms)]
    )
    @pytest.mark.parametrize("remembered", [True, False])
    def test_a_declared_number_does_not_move_while_state_or_manifest_protects_it(
        self, vendor, make, remembered
    ):
        wanted = make(sip_trunk_id=2, on_trunk_change="replace", protect=not remembered)
        row = managed(wanted.resource, vendor.own(ONE), sip_trunk_id=1, protect=remembered)
        made = plan(manifest(wanted), vendor, state(row))
        assert set(refused(made)) == {"protected"}
        assert refused(plan(manifest(wanted), vendor, state(row), releases=(ONE,))) == {}

    def test_protection_of_an_entry_does_not_reach_a_number_it_declares_no_more(self, vendor):
        vendor.put_on_sale(TWO)
        row = managed("number.a", vendor.own(ONE))
        assert refused(plan(manifest(entry("a", TWO, protect=True)), vendor, state(row))) == {}

    def test_it_names_the_flag_for_each(self, vendor):
        rows = [managed("pool.gone", vendor.own(number), protect=True) for number in (ONE, TWO)]
        made = plan(manifest(entry("keep", vendor.own(THREE))), vendor, state(*rows))
        lifted = refused(made)["protected"].lifted_by
        assert all(f"--allow-release 'pool.gone[\"{number}\"]'" in lifted for number in (ONE, TWO))


class TestTrunks:
    def test_a_change_is_refused_with_the_numbers(self, vendor):
        row = managed("number.a", vendor.own(ONE), sip_trunk_id=1)
        made = plan(manifest(entry("a", ONE, sip_trunk_id=2)), vendor, state(row))
        assert refused(made)["trunk-change"].subjects == ("number.a",)

    def test_it_is_lifted_by_the_entry_alone(self, vendor):
        row = managed("number.a", vendor.own(ONE), sip_trunk_id=1)
        wanted = entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")
        assert refused(plan(manifest(wanted), vendor, state(row))) == {}

    def test_another_entry_that_allows_it_lifts_nothing(self, vendor):
        row = managed("number.a", vendor.own(ONE), sip_trunk_id=1)
        other = entry("b", vendor.own(TWO), sip_trunk_id=2, on_trunk_change="replace")
        made = plan(manifest(entry("a", ONE, sip_trunk_id=2), other), vendor, state(row))
        assert "trunk-change" in refused(made)


class TestLimits:
    @pytest.fixture(autouse=True)
    def _stock(self, vendor):
        for place in range(100, 104):
            vendor.put_on_sale(us(place), once="0.10", monthly="0.25")

    @pytest.mark.parametrize(
        ("policy", "guard"),
        [
            (Policy(max_purchases=3), None),
            (Policy(max_purchases=2), "purchases"),
            (Policy(max_purchases=0), "purchases"),
            (Policy(max_setup_cost=Decimal("0.30")), None),
            (Policy(max_setup_cost=Decimal("0.29")), "setup-cost"),
            (Policy(max_monthly_increase=Decimal("0.75")), None),
            (Policy(max_monthly_increase=Decimal("0.7499")), "monthly-increase"),
            (Policy(allowed_countries=("united-states",)), None),
            (Policy(allowed_countries=("Canada",)), "countries"),
            (Policy(allowed_countries=()), "countries"),
            (Policy(allowed_types=("Geographic",)), None),
            (Policy(allowed_types=("Toll-Free", "Mobile")), "types"),
            (Policy(required_labels=("owner",)), None),
            (Policy(required_labels=("owner", "team")), "labels"),
        ],
    )
    def test_the_policy_holds_to_the_figure(self, vendor, policy, guard):
        made = plan(manifest(pool("p", 3, labels={"owner": "me"}), policy=policy), vendor)
        assert set(refused(made)) == ({guard} if guard else set())

    def test_max_purchases_goes_before_the_policy(self, vendor):
        wanted = manifest(pool("p", 3), policy=Policy(max_purchases=2))
        assert refused(plan(wanted, vendor, max_purchases=3)) == {}
        assert "purchases" in refused(plan(manifest(pool("p", 3)), vendor, max_purchases=2))

    def test_what_falls_away_makes_room_for_a_monthly_increase(self, vendor):
        row = managed("number.gone", vendor.own(ONE, monthly="0.50"))
        policy = Policy(max_monthly_increase=Decimal("0.25"))
        assert refused(plan(manifest(pool("p", 3), policy=policy), vendor, state(row))) == {}

    def test_adoption_is_under_the_allowed_countries_too(self, vendor):
        vendor.own(ONE)
        policy = Policy(allowed_countries=("Canada",))
        assert "countries" in refused(plan(manifest(entry("a", ONE), policy=policy), vendor))

    @pytest.mark.parametrize(
        ("policy", "first"),
        [
            (Policy(max_purchases=2), "pool.p (numplan.yaml:7:3): 3 numbers, 0.30 once, 0.75 a month"),
            (
                Policy(max_setup_cost=Decimal(1)),
                "number.dear (numplan.yaml:7:3): 1 number, 9 once, 8 a month",
            ),
            (
                Policy(max_monthly_increase=Decimal(1)),
                "number.dear (numplan.yaml:7:3): 1 number, 9 once, 8 a month",
            ),
        ],
    )
    def test_a_limit_names_each_entry_that_buys_its_place_and_share_the_largest_first(
        self, vendor, policy, first
    ):
        vendor.put_on_sale(ONE, once="9", monthly="8")
        (refusal,) = plan(manifest(pool("p", 3), entry("dear", ONE), policy=policy), vendor).refusals
        assert refusal.subjects[0] == first
        assert {one.split(" ")[0] for one in refusal.subjects} == {"pool.p", "number.dear"}
        assert refusal.source == PLACE

    def test_numbers_of_one_entry_are_refused_together_at_its_place(self, vendor):
        made = plan(manifest(pool("p", 3), policy=Policy(allowed_countries=("Canada",))), vendor)
        (refusal,) = made.refusals
        assert refusal.summary.startswith("3 numbers of pool.p have country United States")
        assert len(refusal.subjects) == 3
        assert refusal.source == PLACE

    def test_one_number_of_a_set_is_refused_at_its_own_line(self, vendor):
        vendor.own(ONE, country="Canada")
        vendor.own(TWO)
        wanted = manifest(group("s", [ONE, TWO]), policy=Policy(allowed_countries=("Canada",)))
        (refusal,) = plan(wanted, vendor).refusals
        assert str(refusal.source) == "numplan.yaml:21:1"

    def test_what_is_managed_already_may_stay(self, vendor):
        row = managed("number.a", vendor.own(ONE))
        policy = Policy(allowed_countries=("Canada",), allowed_types=())
        assert refused(plan(manifest(entry("a", ONE), policy=policy), vendor, state(row))) == {}

    def test_required_labels_name_each_entry_that_lacks_one(self, vendor):
        wanted = manifest(
            pool("p", 1), pool("q", 1, labels={"owner": "x"}), policy=Policy(required_labels=("owner",))
        )
        made = plan(wanted, vendor)
        assert [one.subjects for one in made.refusals] == [("pool.p",)]


@pytest.mark.parametrize(
    ("policy", "guard", "lifted_by"),
    [
        (Policy(max_purchases=2), "purchases", "--max-purchases 3, or policy.max_purchases"),
        (Policy(max_setup_cost=Decimal("0.10")), "setup-cost", "policy.max_setup_cost"),
        (Policy(max_monthly_increase=Decimal("0.10")), "monthly-increase", "policy.max_monthly_increase"),
    ],
)
def test_a_limit_of_the_policy_names_what_lifts_it(vendor, policy, guard, lifted_by):
    for place in range(100, 103):
        vendor.put_on_sale(us(place))
    assert refused(plan(manifest(pool("p", 3), policy=policy), vendor))[guard].lifted_by == lifted_by


def test_guards_that_protect_a_fleet_say_what_they_saw_and_the_flag(vendor):
    made = refused(plan(manifest(), vendor, fleet(vendor, 1)))
    assert made["empty-manifest"].summary == "the manifest declares nothing, while state holds 1 number"
    assert made["empty-manifest"].lifted_by == "`numplan destroy`, or --allow-empty"
    made = refused(plan(manifest(pool("p", 3)), FakeVendor(), fleet(vendor, 3, missing=3)))
    assert made["missing"].summary == (
        "3 of 3 managed numbers are missing from the account at once; if the listing is wrong, they "
        "would be bought again"
    )
    assert made["missing"].lifted_by == (
        "--accept-missing, once you have seen in the vendor's portal that they are gone"
    )


def test_a_country_that_is_not_allowed_names_the_number_and_its_place_whatever_else_changes(vendor):
    row = managed("number.gone", vendor.own(TWO))
    vendor.put_on_sale(ONE)
    wanted = manifest(entry("main", ONE), policy=Policy(allowed_countries=("Canada",)))
    refusal = refused(plan(wanted, vendor, state(row)))["countries"]
    assert refusal.subjects == ("number.main",)
    assert refusal.source == wanted.numbers[0].source


def test_protected_numbers_are_named_with_a_flag_for_each(vendor):
    rows = [
        managed("number.a", vendor.own(ONE), protect=True),
        managed("set.s", vendor.own(TWO), protect=True),
    ]
    refusal = refused(plan(manifest(entry("c", vendor.own(THREE))), vendor, state(*rows)))["protected"]
    assert set(refusal.subjects) == {"number.a", f'set.s["{TWO}"]'}
    first, second = refusal.subjects
    assert refusal.lifted_by == (
        f"protect: false, applied first, or --allow-release '{first}' --allow-release '{second}'"
    )


def test_a_moved_trunk_says_what_it_would_take(vendor):
    rows = state(managed("number.a", vendor.own(ONE), sip_trunk_id=1))
    refusal = refused(plan(manifest(entry("a", ONE, sip_trunk_id=2)), vendor, rows))["trunk-change"]
    assert refusal.summary == (
        "the trunk of 1 number changed, and the API cannot move a number: it would be released and bought "
        "again, or another bought for it"
    )
    assert refusal.lifted_by == "on_trunk_change: replace on the entry, or its former sip_trunk_id"


@pytest.mark.parametrize(
    ("complete", "seen"), [(True, "owns 1 unmanaged"), (False, "owns at least 1 unmanaged")]
)
def test_a_lost_state_says_how_many_it_saw_and_where_the_pool_stands(vendor, complete, seen):
    vendor.put_on_sale(us(100))
    vendor.own(ONE)
    vendor.listed(complete=complete)
    wanted = manifest(pool("p", 1))
    refusal = refused(plan(wanted, vendor))["no-state"]
    assert seen in " ".join(refusal.summary.replace("already ", "").split())
    assert refusal.lifted_by.endswith("or --buy-beside-unmanaged to buy more")
    assert refusal.source == wanted.pools[0].source


@pytest.mark.parametrize(
    ("labels", "lacks"), [({"a": "x"}, "the required label b"), ({}, "the required labels a, b")]
)
def test_missing_labels_are_named_with_their_entry(vendor, labels, lacks):
    wanted = manifest(pool("p", 0, labels=labels), policy=Policy(required_labels=("a", "b")))
    refusal = refused(plan(wanted, vendor))["labels"]
    assert refusal.summary == f"pool.p lacks {lacks}"
    assert refusal.source == wanted.pools[0].source
    assert refusal.lifted_by == "the labels, on the entry or in defaults, or policy.required_labels"


@pytest.mark.parametrize(("allowed", "told"), [((), "empty"), (("Canada", "France"), "Canada, France")])
def test_a_country_that_is_not_allowed_says_which_are(vendor, allowed, told):
    vendor.put_on_sale(ONE)
    made = plan(manifest(entry("main", ONE), policy=Policy(allowed_countries=allowed)), vendor)
    assert refused(made)["countries"].summary == (
        f"{ONE} has country United States, and policy.allowed_countries is {told}"
    )
    assert refused(made)["countries"].lifted_by == "policy.allowed_countries"


def test_refusals_leave_the_plan_as_it_is(vendor):
    """A refused plan is still shown: every change stands in it."""
    made = plan(manifest(pool("p", 1)), vendor, fleet(vendor, 9))
    assert len(by_action(made)["release"]) == 8


@pytest.mark.parametrize(("retired", "refusing"), [(3, True), (2, False)])
def test_a_list_that_retires_three_and_most_of_what_there_is_is_refused(retired, refusing):
    """A file with the wrong column, or of another fleet: each would be replaced, at a price, and be gone."""
    vendor = FakeVendor()
    rows = [managed("pool.p", vendor.own(us(place))) for place in range(1, 6)]
    for place in range(20, 30):
        vendor.put_on_sale(us(place))
    made = plan(
        manifest(pool("p", 5), retire=[us(place) for place in range(1, 1 + retired)]), vendor, state(*rows)
    )
    assert ("release-share" in refused(made)) == refusing
    assert len(by_action(made)["replace"]) == retired


def test_what_is_retired_counts_for_the_most_releases_of_one_apply():
    vendor = FakeVendor()
    rows = [managed("pool.p", vendor.own(us(place))) for place in range(1, 21)]
    for place in range(30, 40):
        vendor.put_on_sale(us(place))
    made = plan(manifest(pool("p", 20), retire=[us(place) for place in range(1, 7)]), vendor, state(*rows))
    assert refused(made)["releases"].lifted_by == "--max-releases 6, or policy.max_releases"
