"""The limits of one apply: at which figure they refuse, what they count, and what they say."""

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

ONE, TWO, THREE = map(us, range(1, 4))


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


@pytest.mark.parametrize(
    ("before", "after", "refuses"),
    [(6, 1, True), (6, 2, True), (6, 3, False), (7, 3, True), (7, 4, False), (3, 1, False), (4, 1, True)],
)
def test_three_releases_or_more_that_are_more_than_half_of_what_is_managed_are_refused(
    vendor, before, after, refuses
):
    made = plan(manifest(listed(after)), vendor, state(*owned(vendor, before)))
    assert ("release-share" in refused(made)) == refuses


@pytest.mark.parametrize(
    ("share", "refuses"), [("0%", True), ("29.99%", True), ("30%", False), ("100%", False)]
)
def test_the_policy_sets_the_share_of_releases_to_the_figure(vendor, share, refuses):
    wanted = manifest(listed(7), policy=Policy(max_release_share=share))
    assert ("release-share" in refused(plan(wanted, vendor, state(*owned(vendor, 10))))) == refuses


def test_two_releases_are_never_too_large_a_share(vendor):
    wanted = manifest(entry("keep", vendor.own(us(50))), policy=Policy(max_release_share="0%"))
    assert refused(plan(wanted, vendor, state(*owned(vendor, 2)))) == {}


def test_too_large_a_share_of_releases_says_the_figures_the_numbers_their_place_and_what_lifts_it(vendor):
    refusal = refused(plan(manifest(pool("p", 1)), vendor, state(*owned(vendor, 5, "pool.p"))))[
        "release-share"
    ]
    assert refusal.summary == (
        "4 of 5 numbers that are managed would be released, and one apply may release at most 50%"
    )
    assert len(refusal.subjects) == 4
    assert refusal.source == PLACE
    assert refusal.lifted_by == "`numplan destroy`, --max-releases 4, or policy.max_release_share"


def test_a_replace_counts_for_the_share_of_releases_and_what_is_blocked_does_not(vendor):
    rows = state(*owned(vendor, 3, sip_trunk_id=1))
    wanted = manifest(listed(3, sip_trunk_id=2, on_trunk_change="replace"))
    assert "release-share" in refused(plan(wanted, vendor, rows))
    vendor.own(ONE, flow=True)
    assert refused(plan(wanted, vendor, rows)) == {}


def test_what_is_bought_or_adopted_in_the_same_apply_makes_the_share_of_releases_no_smaller(vendor):
    for place in range(60, 70):
        vendor.own(us(place))
    wanted = manifest(entry("a", ONE), group("n", [us(place) for place in range(60, 70)]), pool("p", 5))
    assert "release-share" in refused(plan(wanted, vendor, state(*owned(vendor, 4))))


def test_what_is_gone_or_surplus_makes_the_share_of_releases_no_smaller(vendor):
    more = [managed("set.s", us(place)) for place in (20, 21)]
    more += [managed("set.s", vendor.own(us(place)), surplus=True) for place in (22, 23)]
    made = plan(manifest(listed(2)), vendor, state(*owned(vendor, 5), *more), missing=True)
    assert "3 of 5 numbers" in refused(made)["release-share"].summary


def test_surplus_that_is_let_go_by_name_is_no_part_of_the_share_of_releases(vendor):
    rows = [managed("pool.q", vendor.own(us(place)), surplus=True) for place in (22, 23, 24)]
    made = plan(
        manifest(listed(1)),
        vendor,
        state(*owned(vendor, 1), *rows),
        releases=[str(us(22)), us(23), us(24)],
    )
    assert len(by_action(made)["release"]) == 3
    assert refused(made) == {}


def test_the_share_of_releases_stands_beside_their_limit(vendor):
    made = plan(manifest(listed(1)), vendor, state(*owned(vendor, 9)))
    assert set(refused(made)) == {"releases", "release-share"}


def test_a_release_of_an_earlier_run_leaves_what_is_managed_as_it_was(vendor):
    rows = owned(vendor, 6)
    made = plan(manifest(listed(3)), vendor, state(*rows, releasing(rows[5])))
    assert refused(made) == {}


@pytest.mark.parametrize(("limit", "refuses"), [(0, True), (2, True), (3, False), (None, False)])
def test_more_adoptions_than_the_policy_allows_in_one_apply_are_refused(vendor, limit, refuses):
    for place in (1, 2, 3):
        vendor.own(us(place))
    wanted = manifest(entry("a", ONE), pool("p", 2, adopt=True), policy=Policy(max_adoptions=limit))
    made = plan(wanted, vendor)
    assert len(by_action(made)["adopt"]) == 3
    assert ("adoptions" in refused(made)) == refuses


def test_too_many_adoptions_name_the_numbers_their_place_and_what_allows_them(vendor):
    vendor.own(ONE)
    made = plan(manifest(entry("a", ONE), policy=Policy(max_adoptions=0)), vendor)
    refusal = refused(made)["adoptions"]
    assert refusal.summary == "1 number would be adopted, and one apply may adopt 0"
    assert refusal.subjects == ("number.a",)
    assert refusal.lifted_by == "policy.max_adoptions"
    assert refusal.source == PLACE


def test_a_purchase_of_ours_that_comes_back_is_no_adoption(vendor):
    row = managed("pool.p", vendor.own(ONE), surplus=True)
    made = plan(manifest(pool("p", 1), policy=Policy(max_adoptions=0)), vendor, state(row))
    assert by_action(made) == {"adopt": [ONE]}
    assert refused(made) == {}


def test_the_operators_limit_of_adoptions_is_said_to_be_theirs(vendor):
    vendor.own(ONE)
    refusal = refused(plan(manifest(entry("a", ONE), operator=Policy(max_adoptions=0)), vendor))["adoptions"]
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
def test_the_plan_of_the_command_adopt_is_judged_too(vendor, policy, guard, side):
    vendor.own(ONE)
    vendor.own(TWO)
    wanted = manifest(listed(2), entry("other", THREE), **{side: policy})
    now = PlanOptions(now=NOON, numplan="0.1.0", account=vendor.account, api_url=vendor.url)
    made = adoption_plan(wanted, None, refresh(wanted, None, vendor), {ONE, TWO}, now)
    assert set(refused(made)) == ({guard} if guard else set())


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
def test_an_entry_is_refused_unless_its_trunk_is_allowed_or_it_may_have_none(
    vendor, make, trunk, allowed, refuses
):
    wanted = make("a", us(100), sip_trunk_id=trunk)
    made = plan(manifest(wanted, policy=Policy(allowed_trunks=allowed)), vendor)
    assert ("trunks" in refused(made)) == refuses


@pytest.mark.parametrize(
    "rows", [[], [managed("number.a", ONE)], [managed("number.a", ONE, sip_trunk_id=169)]]
)
def test_an_entry_without_a_trunk_is_refused_whether_its_number_is_adopted_or_kept(vendor, rows):
    vendor.own(ONE)
    made = plan(manifest(entry("a", ONE), policy=Policy(allowed_trunks=(169,))), vendor, state(*rows))
    refusal = refused(made)["trunks"]
    assert refusal.summary == "number.a has no sip_trunk_id, and policy.allowed_trunks is 169"
    assert refusal.subjects == ("number.a",)
    assert refusal.source == PLACE
    assert "policy.allowed_trunks" in refusal.lifted_by


def test_a_purchase_that_comes_back_on_another_trunk_is_refused_by_its_number(vendor):
    row = managed("number.a", vendor.own(ONE), sip_trunk_id=9, surplus=True)
    wanted = manifest(entry("a", ONE, sip_trunk_id=169), policy=Policy(allowed_trunks=(169,)))
    assert refused(plan(wanted, vendor, state(row)))["trunks"].summary.startswith(f"{ONE} is for trunk 9")


def test_a_plan_to_destroy_asks_for_no_trunk(vendor):
    wanted = manifest(listed(1), policy=Policy(allowed_trunks=(169,)))
    assert refused(plan(wanted, vendor, state(*owned(vendor, 1)), destroy=True)) == {}


def test_the_operators_list_of_trunks_is_said_to_be_theirs(vendor):
    wanted = manifest(entry("a", ONE, sip_trunk_id=170), operator=Policy(allowed_trunks=(169, "none")))
    vendor.put_on_sale(ONE)
    refusal = refused(plan(wanted, vendor))["trunks"]
    assert refusal.summary == "number.a is for trunk 170, and NUMPLAN_POLICY's allowed_trunks is 169, none"


@pytest.mark.parametrize(
    "value",
    ["", " ", "\u00a0", "\u3000", "\u200b", "\u2060\ufeff", "\u115f", "\u3164", "\uffa0", "\u2800", "\u00ad",
     "\u034f", "\ufe0f", "\U000e0041", "\u202e", "\u180e", "\ufffc", "\u0301", "\U0001d173", " \u200b\u2800 "],
)  # fmt: skip
def test_a_label_whose_value_nobody_can_see_has_no_value(vendor, value):
    wanted = manifest(pool("p", 1, labels={"owner": value}), policy=Policy(required_labels=("owner",)))
    assert refused(plan(wanted, vendor))["labels"].summary == "pool.p lacks the required label owner"


@pytest.mark.parametrize("value", ["x", "-", "0", "语音", "é", "e\u0301", "☎", "\u200bx", "\uff58"])
def test_a_label_whose_value_one_can_see_will_do(vendor, value):
    wanted = manifest(pool("p", 1, labels={"owner": value}), policy=Policy(required_labels=("owner",)))
    assert refused(plan(wanted, vendor)) == {}


@pytest.mark.parametrize("label", ["owner\u200b", "own\u00ader", " "])
def test_a_label_that_only_looks_like_the_required_one_is_another(vendor, label):
    wanted = manifest(pool("p", 1, labels={label: "x"}), policy=Policy(required_labels=("owner",)))
    assert "labels" in refused(plan(wanted, vendor))


def test_a_required_label_whose_name_nobody_can_see_is_met_by_nothing(vendor):
    wanted = manifest(pool("p", 1, labels={"\u200b": "x"}), policy=Policy(required_labels=("\u200b",)))
    assert "labels" in refused(plan(wanted, vendor))
