"""The limits of one apply: at which figure they refuse, what lifts them, and whose they are."""

from decimal import Decimal

import pytest

from numplan.engine.account.refresh import refresh
from numplan.engine.edit.adoption import adoption_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.model.policy import Policy
from tests.builders import (
    PLACE,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    refused,
    releasing,
    state,
    us,
)
from tests.fakes import NOON, FakeVendor

ONE, TWO, THREE, FOUR = map(us, range(1, 5))


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(100, 110):
        vendor.put_on_sale(us(place), once="0.10", monthly="0.25")
    return vendor


def owned(vendor, count, resource="set.s", **known):
    """So many managed numbers that the account holds."""
    return [managed(resource, vendor.own(us(place)), **known) for place in range(1, count + 1)]


def listed(count, **terms):
    return group("s", [us(place) for place in range(1, count + 1)], **terms)


class TestReleaseShare:
    @pytest.mark.parametrize(
        ("before", "after", "refuses"),
        [(6, 1, True), (6, 2, True), (6, 3, False), (7, 3, True), (7, 4, False), (3, 1, False), (4, 1, True)],
    )
    def test_three_or_more_that_are_more_than_half_of_what_is_managed(self, vendor, before, after, refuses):
        made = plan(manifest(listed(after)), vendor, state(*owned(vendor, before)))
        assert ("release-share" in refused(made)) == refuses

    @pytest.mark.parametrize(
        ("share", "refuses"), [("0%", True), ("29.99%", True), ("30%", False), ("100%", False)]
    )
    def test_the_policy_sets_the_share_to_the_figure(self, vendor, share, refuses):
        wanted = manifest(listed(7), policy=Policy(max_release_share=share))
        assert ("release-share" in refused(plan(wanted, vendor, state(*owned(vendor, 10))))) == refuses

    def test_two_are_never_too_large_a_share(self, vendor):
        wanted = manifest(entry("keep", vendor.own(us(50))), policy=Policy(max_release_share="0%"))
        assert refused(plan(wanted, vendor, state(*owned(vendor, 2)))) == {}

    def test_it_says_the_figures_the_numbers_their_place_and_what_lifts_it(self, vendor):
        refusal = refused(plan(manifest(pool("p", 1)), vendor, state(*owned(vendor, 5, "pool.p"))))[
            "release-share"
        ]
        assert refusal.summary == (
            "4 of 5 numbers that are managed would be released, and one apply may release at most 50%"
        )
        assert len(refusal.subjects) == 4
        assert refusal.source == PLACE
        assert refusal.lifted_by == "`numplan destroy`, --max-releases 4, or policy.max_release_share"

    def test_a_replace_counts_and_what_is_blocked_does_not(self, vendor):
        rows = state(*owned(vendor, 3, sip_trunk_id=1))
        wanted = manifest(listed(3, sip_trunk_id=2, on_trunk_change="replace"))
        assert "release-share" in refused(plan(wanted, vendor, rows))
        vendor.own(ONE, flow=True)
        assert refused(plan(wanted, vendor, rows)) == {}

    def test_what_is_bought_or_adopted_in_the_same_apply_makes_the_share_no_smaller(self, vendor):
        for place in range(60, 70):
            vendor.own(us(place))
        wanted = manifest(entry("a", ONE), group("n", [us(place) for place in range(60, 70)]), pool("p", 5))
        assert "release-share" in refused(plan(wanted, vendor, state(*owned(vendor, 4))))

    def test_what_is_gone_or_surplus_makes_the_share_no_smaller(self, vendor):
        more = [managed("set.s", us(place)) for place in (20, 21)]
        more += [managed("set.s", vendor.own(us(place)), surplus=True) for place in (22, 23)]
        made = plan(manifest(listed(2)), vendor, state(*owned(vendor, 5), *more), missing=True)
        assert "3 of 5 numbers" in refused(made)["release-share"].summary

    def test_surplus_that_is_let_go_by_name_is_no_part_of_it(self, vendor):
        rows = [managed("pool.q", vendor.own(us(place)), surplus=True) for place in (22, 23, 24)]
        made = plan(
            manifest(listed(1)),
            vendor,
            state(*owned(vendor, 1), *rows),
            releases=[str(us(22)), us(23), us(24)],
        )
        assert len(by_action(made)["release"]) == 3
        assert refused(made) == {}

    def test_to_destroy_or_to_say_that_all_is_to_go_lifts_it(self, vendor):
        rows = state(*owned(vendor, 4))
        assert refused(plan(manifest(listed(4)), vendor, rows, destroy=True)) == {}
        assert refused(plan(manifest(), vendor, rows, empty=True)) == {}

    @pytest.mark.parametrize(
        ("allowed", "guards"), [(5, set()), (6, set()), (4, {"releases", "release-share"})]
    )
    def test_so_does_the_flag_that_allows_all_the_releases(self, vendor, allowed, guards):
        made = plan(manifest(listed(1)), vendor, state(*owned(vendor, 6)), max_releases=allowed)
        assert set(refused(made)) == guards

    def test_it_stands_beside_the_limit_of_releases(self, vendor):
        made = plan(manifest(listed(1)), vendor, state(*owned(vendor, 9)))
        assert set(refused(made)) == {"releases", "release-share"}

    def test_a_release_of_an_earlier_run_leaves_what_is_managed_as_it_was(self, vendor):
        rows = owned(vendor, 6)
        made = plan(manifest(listed(3)), vendor, state(*rows, releasing(rows[5])))
        assert refused(made) == {}

    @pytest.mark.parametrize("lifted", [{"destroy": True}, {"empty": True}, {"max_releases": 9}])
    def test_nothing_lifts_the_operators(self, vendor, lifted):
        wanted = manifest(operator=Policy(max_releases=None, max_release_share="50%"))
        refusal = refused(plan(wanted, vendor, state(*owned(vendor, 4)), **lifted))["release-share"]
        assert "NUMPLAN_POLICY allows at most 50%" in refusal.summary
        assert "no flag goes beyond it" in refusal.lifted_by


class TestAdoptions:
    @pytest.mark.parametrize(("limit", "refuses"), [(0, True), (2, True), (3, False), (None, False)])
    def test_more_than_the_policy_allows_in_one_apply(self, vendor, limit, refuses):
        for place in (1, 2, 3):
            vendor.own(us(place))
        wanted = manifest(entry("a", ONE), pool("p", 2, adopt=True), policy=Policy(max_adoptions=limit))
        made = plan(wanted, vendor)
        assert len(by_action(made)["adopt"]) == 3
        assert ("adoptions" in refused(made)) == refuses

    def test_it_names_the_numbers_their_place_and_what_allows_them(self, vendor):
        vendor.own(ONE)
        made = plan(manifest(entry("a", ONE), policy=Policy(max_adoptions=0)), vendor)
        refusal = refused(made)["adoptions"]
        assert refusal.summary == "1 number would be adopted, and one apply may adopt 0"
        assert refusal.subjects == ("number.a",)
        assert refusal.lifted_by == "policy.max_adoptions"
        assert refusal.source == PLACE

    def test_a_purchase_of_ours_that_comes_back_is_no_adoption(self, vendor):
        row = managed("pool.p", vendor.own(ONE), surplus=True)
        made = plan(manifest(pool("p", 1), policy=Policy(max_adoptions=0)), vendor, state(row))
        assert by_action(made) == {"adopt": [ONE]}
        assert refused(made) == {}

    def test_the_operators_limit_is_said_to_be_theirs(self, vendor):
        vendor.own(ONE)
        refusal = refused(plan(manifest(entry("a", ONE), operator=Policy(max_adoptions=0)), vendor))[
            "adoptions"
        ]
        assert refusal.summary == "1 number would be adopted, and NUMPLAN_POLICY allows 0"
        assert "no flag goes beyond it" in refusal.lifted_by

    @pytest.mark.parametrize(
        ("policy", "guard"),
        [
            (Policy(max_adoptions=1), "adoptions"),
            (Policy(allowed_countries=("Canada",)), "countries"),
            (Policy(allowed_types=("Mobile",)), "types"),
            (Policy(allowed_trunks=(169,)), "trunks"),
            (Policy(required_labels=("owner",)), "labels"),
            (Policy(max_adoptions=2), None),
        ],
    )
    @pytest.mark.parametrize("side", ["policy", "operator"])
    def test_the_plan_of_the_command_adopt_is_judged_too(self, vendor, policy, guard, side):
        vendor.own(ONE)
        vendor.own(TWO)
        wanted = manifest(listed(2), entry("other", THREE), **{side: policy})
        now = PlanOptions(now=NOON, numplan="0.1.0", account=vendor.account, api_url=vendor.url)
        made = adoption_plan(wanted, None, refresh(wanted, None, vendor), {ONE, TWO}, now)
        assert set(refused(made)) == ({guard} if guard else set())


class TestTrunks:
    @pytest.mark.parametrize(
        ("trunk", "allowed", "refuses"),
        [
            (169, (169,), False),
            (170, (169, "none"), True),
            (None, (169,), True),
            (None, (169, "none"), False),
            (169, (), True),
            (None, None, False),
        ],
    )
    @pytest.mark.parametrize("make", [entry, lambda name, _, **terms: pool(name, 1, **terms)])
    def test_an_entry_is_for_a_trunk_that_is_allowed_or_none_is(self, vendor, make, trunk, allowed, refuses):
        wanted = make("a", us(100), sip_trunk_id=trunk)
        made = plan(manifest(wanted, policy=Policy(allowed_trunks=allowed)), vendor)
        assert ("trunks" in refused(made)) == refuses

    @pytest.mark.parametrize(
        "rows", [[], [managed("number.a", ONE)], [managed("number.a", ONE, sip_trunk_id=169)]]
    )
    def test_an_entry_without_one_is_refused_whether_its_number_is_adopted_or_kept(self, vendor, rows):
        vendor.own(ONE)
        made = plan(manifest(entry("a", ONE), policy=Policy(allowed_trunks=(169,))), vendor, state(*rows))
        refusal = refused(made)["trunks"]
        assert refusal.summary == "number.a has no sip_trunk_id, and policy.allowed_trunks is 169"
        assert refusal.subjects == ("number.a",)
        assert refusal.source == PLACE
        assert "policy.allowed_trunks" in refusal.lifted_by

    def test_a_purchase_that_comes_back_on_another_trunk_is_refused_by_its_number(self, vendor):
        row = managed("number.a", vendor.own(ONE), sip_trunk_id=9, surplus=True)
        wanted = manifest(entry("a", ONE, sip_trunk_id=169), policy=Policy(allowed_trunks=(169,)))
        assert refused(plan(wanted, vendor, state(row)))["trunks"].summary.startswith(f"{ONE} is for trunk 9")

    def test_a_plan_to_destroy_asks_for_no_trunk(self, vendor):
        wanted = manifest(listed(1), policy=Policy(allowed_trunks=(169,)))
        assert refused(plan(wanted, vendor, state(*owned(vendor, 1)), destroy=True)) == {}

    def test_the_operators_list_is_said_to_be_theirs(self, vendor):
        wanted = manifest(entry("a", ONE, sip_trunk_id=170), operator=Policy(allowed_trunks=(169, "none")))
        vendor.put_on_sale(ONE)
        refusal = refused(plan(wanted, vendor))["trunks"]
        assert (
            refusal.summary == "number.a is for trunk 170, and NUMPLAN_POLICY's allowed_trunks is 169, none"
        )


class TestLabels:
    @pytest.mark.parametrize(
        "value",
        ["", " ", "\u00a0", "\u3000", "\u200b", "\u2060\ufeff", "\u115f", "\u3164", "\uffa0", "\u2800", "\u00ad",
         "\u034f", "\ufe0f", "\U000e0041", "\u202e", "\u180e", "\ufffc", "\u0301", "\U0001d173", " \u200b\u2800 "],
    )  # fmt: skip
    def test_a_value_that_nobody_can_see_is_no_value(self, vendor, value):
        wanted = manifest(pool("p", 1, labels={"owner": value}), policy=Policy(required_labels=("owner",)))
        assert refused(plan(wanted, vendor))["labels"].summary == "pool.p lacks the required label owner"

    @pytest.mark.parametrize("value", ["x", "-", "0", "语音", "é", "e\u0301", "☎", "\u200bx", "\uff58"])
    def test_a_value_that_one_can_see_will_do(self, vendor, value):
        wanted = manifest(pool("p", 1, labels={"owner": value}), policy=Policy(required_labels=("owner",)))
        assert refused(plan(wanted, vendor)) == {}

    @pytest.mark.parametrize("label", ["owner\u200b", "own\u00ader", " "])
    def test_a_label_that_only_looks_like_the_required_one_is_another(self, vendor, label):
        wanted = manifest(pool("p", 1, labels={label: "x"}), policy=Policy(required_labels=("owner",)))
        assert "labels" in refused(plan(wanted, vendor))

    def test_a_required_label_whose_name_nobody_can_see_is_met_by_nothing(self, vendor):
        wanted = manifest(pool("p", 1, labels={"\u200b": "x"}), policy=Policy(required_labels=("\u200b",)))
        assert "labels" in refused(plan(wanted, vendor))


class TestTheOperators:
    """What NUMPLAN_POLICY allows holds beside the manifest's policy, and nothing on the command line lifts it."""

    @pytest.mark.parametrize(
        ("operator", "guard", "summary"),
        [
            (
                Policy(max_purchases=2),
                "purchases",
                "3 numbers would be purchased, and NUMPLAN_POLICY allows 2",
            ),
            (
                Policy(max_setup_cost=Decimal("0.29")),
                "setup-cost",
                "the purchases cost 0.30 once, and NUMPLAN_POLICY allows 0.29",
            ),
            (
                Policy(max_monthly_increase=Decimal("0.74")),
                "monthly-increase",
                "the monthly charges rise by 0.75, and NUMPLAN_POLICY allows 0.74",
            ),
            (
                Policy(allowed_countries=("Canada",)),
                "countries",
                "3 numbers of pool.p have country United States, and NUMPLAN_POLICY's allowed_countries is Canada",
            ),
            (
                Policy(allowed_types=()),
                "types",
                "3 numbers of pool.p have type Geographic, and NUMPLAN_POLICY's allowed_types is empty",
            ),
        ],
    )
    @pytest.mark.parametrize(
        "own", [Policy(), Policy(max_purchases=100, allowed_countries=("United States",))]
    )
    def test_limits_that_no_flag_goes_beyond(self, vendor, operator, guard, summary, own):
        wanted = manifest(pool("p", 3), policy=own, operator=operator)
        made = plan(
            wanted, vendor, max_purchases=50, max_releases=50, empty=True, missing=True, new_state=True
        )
        assert set(refused(made)) == {guard}
        assert refused(made)[guard].summary == summary
        assert refused(made)[guard].lifted_by == (
            "the operator's policy alone, which NUMPLAN_POLICY names; no flag goes beyond it"
        )

    def test_releases_too(self, vendor):
        wanted = manifest(listed(7), operator=Policy(max_releases=2, max_release_share="100%"))
        made = plan(wanted, vendor, state(*owned(vendor, 10)), max_releases=3)
        assert refused(made)["releases"].summary == "3 numbers would be released, and NUMPLAN_POLICY allows 2"
        assert "no flag goes beyond it" in refused(made)["releases"].lifted_by

    def test_the_manifests_own_limit_is_lifted_by_its_flag_within_the_operators(self, vendor):
        wanted = manifest(pool("p", 3), policy=Policy(max_purchases=1), operator=Policy(max_purchases=3))
        assert (
            refused(plan(wanted, vendor))["purchases"].lifted_by
            == "--max-purchases 3, or policy.max_purchases"
        )
        assert refused(plan(wanted, vendor, max_purchases=3)) == {}

    def test_countries_have_to_be_on_both_lists(self, vendor):
        vendor.own(ONE)
        vendor.own(TWO, country="Canada")
        vendor.own(THREE, country="France")
        wanted = manifest(
            listed(3),
            policy=Policy(allowed_countries=("United States", "Canada")),
            operator=Policy(allowed_countries=("canada", "France")),
        )
        told = [(one.subjects, "NUMPLAN_POLICY" in one.summary) for one in plan(wanted, vendor).refusals]
        assert told == [((f'set.s["{ONE}"]',), True), ((f'set.s["{THREE}"]',), False)]

    def test_labels_of_either_are_required(self, vendor):
        wanted = manifest(
            pool("p", 1, labels={"owner": "x"}),
            pool("q", 1, labels={"team": "x"}),
            pool("r", 1, labels={"owner": "x", "team": "x"}),
            policy=Policy(required_labels=("owner",)),
            operator=Policy(required_labels=("team",)),
        )
        assert [one.summary for one in plan(wanted, vendor).refusals] == [
            "pool.p lacks the required label team, as NUMPLAN_POLICY requires",
            "pool.q lacks the required label owner",
        ]

    def test_unmanaged_numbers_are_listed_where_either_wants_it(self, vendor):
        vendor.own(ONE)
        wanted = manifest(operator=Policy(unmanaged="warn"))
        assert plan(wanted, vendor, state()).unmanaged.numbers == (ONE,)

    def test_what_an_apply_may_spend_goes_with_the_plan_as_both_allow_it(self, vendor):
        made = plan(
            manifest(
                policy=Policy(max_setup_cost=Decimal(5), max_monthly_increase=Decimal(1)),
                operator=Policy(max_setup_cost=Decimal(3), max_monthly_increase=Decimal(2)),
            ),
            vendor,
        )
        assert (made.max_setup_cost, made.max_monthly_increase) == (3, 1)
