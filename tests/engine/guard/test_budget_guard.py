"""The guard `budget`: what raises a sum beyond its budget is refused by whatever means, and nothing else is."""

from decimal import Decimal

import msgspec
import pytest

from numplan.model.manifest import Forgotten
from numplan.model.plan import Plan, Selection
from numplan.model.policy import NO_LIMITS, Policy
from tests.builders import (
    ALL,
    JUST_NOW,
    PLACE,
    budgets,
    buried,
    buying,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    refused,
    releasing,
    said,
    state,
    us,
)
from tests.fakes import FakeVendor

ONE, TWO, THREE, FOUR = map(us, range(1, 5))
SALES, LAB = {"owner": "sales"}, {"owner": "lab"}


def policy(monthly: str = "", **more: str) -> Policy:
    return Policy(budgets=budgets(monthly, **more), max_release_share="100%")


def operators(monthly: str = "", **more: str) -> Policy:
    return msgspec.structs.replace(NO_LIMITS, budgets=budgets(monthly, **more))


@pytest.fixture
def vendor() -> FakeVendor:
    """Two numbers for sale, at 0.20 a month."""
    found = FakeVendor()
    for number in (ONE, TWO):
        found.put_on_sale(number)
    return found


def sums(made: Plan) -> dict[str, tuple[str, str]]:
    return {one.budget.whose: (str(one.before), str(one.after)) for one in made.budgets}


class TestWhatIsBought:
    @pytest.mark.parametrize(("budget", "refuses"), [("0.40", False), ("0.39", True), ("0", True)])
    def test_to_the_cent(self, vendor, budget, refuses):
        made = plan(manifest(pool("p", 2), policy=policy(budget)), vendor)
        assert ("budget" in refused(made)) == refuses

    def test_names_the_entries_their_lines_and_what_would_allow_it(self, vendor):
        made = plan(manifest(pool("p", 1), entry("a", TWO), policy=policy("0.30")), vendor)
        refusal = refused(made)["budget"]
        assert refusal.summary == "what is managed would cost 0.40 a month, 0.00 now, and its budget is 0.30"
        assert sorted(refusal.subjects) == [
            f"number.a ({PLACE}): 0.20 a month more",
            f"pool.p ({PLACE}): 0.20 a month more",
        ]
        assert refusal.lifted_by == "policy.budgets.monthly, 0.40 or more"
        assert refusal.source == PLACE

    @pytest.mark.parametrize(
        ("labels", "words"),
        [
            (SALES, "what has owner=sales would cost"),
            (LAB, "what has another owner, or none, would cost"),
            ({}, "what has another owner, or none, would cost"),
            ({"owner": ""}, "what has another owner, or none, would cost"),
        ],
    )
    def test_counts_for_the_budget_of_its_label(self, vendor, labels, words):
        wanted = manifest(pool("p", 1, labels=labels), policy=policy("9", sales="0.10", others="0.10"))
        (refusal,) = plan(wanted, vendor).refusals
        assert refusal.summary.startswith(words)

    def test_a_value_without_a_budget_has_none_where_the_others_have_none(self, vendor):
        wanted = manifest(pool("p", 1, labels=LAB), policy=policy("9", sales="0"))
        assert refused(plan(wanted, vendor)) == {}

    def test_over_any_number_of_applies(self, vendor):
        """Ten applies of one number pass a limit of one apply; not a budget."""
        wanted = manifest(pool("p", 2), policy=policy("0.30"))
        rows = state(managed("pool.p", vendor.own(THREE)))
        assert "budget" in refused(plan(wanted, vendor, rows))

    def test_what_is_held_back_is_not_counted_as_bought(self, vendor):
        wanted = manifest(entry("a", ONE), entry("b", TWO), policy=policy("0.20"))
        assert "budget" in refused(plan(wanted, vendor))
        assert refused(plan(wanted, vendor, selection=Selection(targets=("number.a",)))) == {}

    def test_no_flag_lifts_it(self, vendor):
        wanted = manifest(pool("p", 1), policy=policy("0.10"))
        flags = {"max_purchases": 9, "max_releases": 9, "empty": True, "missing": True, "new_state": True}
        assert set(refused(plan(wanted, vendor, **flags))) == {"budget"}


class TestWithoutACall:
    def test_a_label_that_is_edited_raises_the_sum_of_its_new_value(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE), labels=LAB))
        wanted = manifest(entry("a", THREE, labels=SALES), policy=policy(sales="0.10", others="9"))
        refusal = refused(plan(wanted, vendor, rows))["budget"]
        assert refusal.resources == ("number.a",)
        assert (
            refusal.summary
            == "what has owner=sales would cost 0.20 a month, 0.00 now, and its budget is 0.10"
        )

    def test_a_number_that_is_declared_under_another_entry_counts_for_that(self, vendor):
        rows = state(managed("number.old", vendor.own(THREE), labels=LAB))
        wanted = manifest(entry("new", THREE, labels=SALES), policy=policy(sales="0.10"))
        assert "budget" in refused(plan(wanted, vendor, rows))

    def test_a_label_edit_within_the_others_raises_nothing(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE), labels=LAB))
        wanted = manifest(entry("a", THREE), policy=policy(sales="1", others="0"))
        made = plan(wanted, vendor, rows)
        assert refused(made) == {}
        assert len(made.changes) == 1

    def test_an_adoption_raises_the_sum(self, vendor):
        vendor.own(THREE)
        wanted = manifest(entry("a", THREE), policy=policy("0.10"))
        assert "budget" in refused(plan(wanted, vendor))

    def test_adoption_of_a_charge_that_nobody_knows_raises_a_sum_by_it(self, vendor):
        vendor.own(THREE, monthly=None)
        made = plan(manifest(entry("a", THREE), policy=policy("99")), vendor)
        refusal = refused(made)["budget"]
        assert "while a charge is not known, nothing raises the sum" in refusal.summary
        assert refusal.subjects == (f"number.a ({PLACE}): 0.00 and 1 unknown a month more",)

    def test_forgetting_makes_no_room_within_a_plan_for_the_account_pays_still(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE)))
        wanted = manifest(entry("b", ONE), policy=policy("0.20"))
        forgetting = msgspec.structs.replace(wanted, forget=(Forgotten(source=PLACE, number=THREE),))
        made = plan(forgetting, vendor, rows)
        assert refused(made).keys() == {"budget"}
        assert sums(made) == {"all": ("0.20", "0.40")}


class TestNetOfReleases:
    def test_a_release_makes_room(self, vendor):
        rows = state(managed("number.old", vendor.own(THREE)))
        made = plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, rows)
        assert refused(made) == {}
        assert sums(made) == {"all": ("0.20", "0.20")}

    def test_only_within_the_same_budget(self, vendor):
        rows = state(managed("number.old", vendor.own(THREE), labels=LAB))
        wanted = manifest(pool("p", 1, labels=SALES), policy=policy(sales="0.10"))
        assert "budget" in refused(plan(wanted, vendor, rows))

    def test_a_number_that_only_begins_to_leave_makes_none(self, vendor):
        rows = state(managed("number.old", vendor.own(THREE), release_after=30))
        made = plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, rows)
        assert "budget" in refused(made)
        assert sums(made) == {"all": ("0.20", "0.40")}

    def test_a_release_that_a_flow_blocks_makes_none(self, vendor):
        rows = state(managed("number.old", vendor.own(THREE, flow=True)))
        assert "budget" in refused(plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, rows))

    def test_beyond_the_budget_already_a_plan_may_lower_the_sum_while_it_buys(self, vendor):
        rows = state(managed("number.old", vendor.own(THREE, monthly="0.60")))
        made = plan(manifest(pool("p", 2), policy=policy("0.10")), vendor, rows)
        assert sums(made) == {"all": ("0.60", "0.40")}
        assert refused(made) == {}
        assert any("beyond its budget of 0.10" in one for one in said(made, "warning"))


class TestWhatOthersDo:
    def test_a_price_that_rises_refuses_nothing_and_is_told(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly="9.00")))
        made = plan(manifest(entry("a", THREE), policy=policy("0.20")), vendor, rows)
        assert refused(made) == {}
        assert sums(made) == {"all": ("9.00", "9.00")}
        assert any(one.startswith("what is managed comes to 9.00 a month") for one in said(made, "warning"))

    def test_what_raises_it_further_is_refused_then(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly="9.00")))
        wanted = manifest(entry("a", THREE), pool("p", 1), policy=policy("0.20"))
        made = plan(wanted, vendor, rows)
        assert refused(made)["budget"].resources == ("pool.p",)
        assert not any("comes to" in one for one in said(made, "warning")), "it is refused, not only told"

    def test_a_charge_that_nobody_tells_any_more_refuses_what_raises_the_sum(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly=None)))
        alone = manifest(entry("a", THREE), policy=policy("9"))
        assert refused(plan(alone, vendor, rows)) == {}
        more = manifest(entry("a", THREE), pool("p", 1), policy=policy("9"))
        refusal = refused(plan(more, vendor, rows))["budget"]
        assert "0.20 and 1 unknown a month" in refusal.summary

    def test_a_budget_that_does_not_hold_that_number_is_not_in_doubt(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly=None), labels=LAB))
        wanted = manifest(
            entry("a", THREE, labels=LAB), pool("p", 1, labels=SALES), policy=policy(sales="0.20")
        )
        assert refused(plan(wanted, vendor, rows)) == {}

    def test_releasing_the_number_without_a_charge_ends_the_doubt(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly=None)))
        assert refused(plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, rows)) == {}


class TestWhatCounts:
    def test_not_what_nobody_manages(self, vendor):
        vendor.own(THREE)
        assert sums(plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, state())) == {
            "all": ("0", "0.20")
        }

    def test_what_is_bought_and_not_listed_yet(self, vendor):
        rows = state(managed("pool.p", THREE, bought_at=JUST_NOW))
        assert "budget" in refused(plan(manifest(pool("p", 2), policy=policy("0.30")), vendor, rows))

    @pytest.mark.parametrize("listed", [True, False])
    def test_a_purchase_of_an_unknown_outcome(self, vendor, listed):
        if listed:
            vendor.own(THREE)
        rows = state(buying(managed("pool.p", THREE)))
        made = plan(manifest(pool("p", 2), policy=policy("0.30")), vendor, rows)
        assert sums(made) == {"all": ("0.20", "0.40")}
        assert "budget" in refused(made)

    def test_a_release_of_an_unknown_outcome_is_still_paid_for(self, vendor):
        row = managed("number.old", vendor.own(THREE))
        made = plan(manifest(pool("p", 1), policy=policy("0.30")), vendor, state(row, releasing(row)))
        assert "budget" in refused(made)

    def test_a_purchase_that_is_tried_again_once(self, vendor):
        vendor.put_on_sale(THREE)
        rows = state(buried(managed("pool.p", THREE)))
        made = plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, rows)
        assert sums(made) == {"all": ("0.20", "0.20")}
        assert refused(made) == {}

    def test_a_number_that_is_gone_for_good_is_paid_for_no_more(self, vendor):
        rows = state(managed("pool.p", THREE))
        made = plan(manifest(pool("p", 1), policy=policy("0.20")), vendor, rows, missing=True)
        assert sums(made) == {"all": ("0", "0.20")}
        assert refused(made) == {}

    def test_a_destroy_only_lowers(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly="9.00")))
        made = plan(manifest(entry("a", THREE), policy=policy("0.20")), vendor, rows, destroy=True)
        assert refused(made) == {}
        assert sums(made) == {"all": ("9.00", "0.00")}

    def test_a_refresh_raises_nothing(self, vendor):
        rows = state(managed("number.a", vendor.own(THREE, monthly="9.00")))
        made = plan(
            manifest(entry("a", THREE), pool("p", 1), policy=policy("0.20")), vendor, rows, refresh_only=True
        )
        assert refused(made) == {}
        assert sums(made) == {"all": ("9.00", "9.00")}

    def test_each_owner_of_a_replace(self, vendor):
        vendor.own(THREE)
        rows = state(managed("set.s", THREE, sip_trunk_id=1, labels=LAB))
        wanted = group("s", [THREE], sip_trunk_id=2, on_trunk_change="replace", labels=SALES)
        made = plan(manifest(wanted, policy=policy("0.20", sales="0.10", others="0.10")), vendor, rows)
        assert sums(made) == {
            "all": ("0.20", "0.20"),
            "owner=sales": ("0", "0.20"),
            "owner (others)": ("0.20", "0.00"),
        }
        assert "budget" in refused(made)


class TestTheOperators:
    def test_holds_beside_the_manifests(self, vendor):
        wanted = manifest(
            pool("p", 1, labels=LAB),
            policy=policy("9"),
            operator=operators(lab="0.10"),
        )
        refusal = refused(plan(wanted, vendor))["budget"]
        assert refusal.summary.endswith("and NUMPLAN_POLICY allows 0.10")
        assert refusal.lifted_by.startswith("the operator's policy alone")

    @pytest.mark.parametrize(("own", "firm"), [("0.10", False), ("9", True)])
    def test_says_whose_budget_it_is(self, vendor, own, firm):
        operator = operators("0.15" if firm else "1")
        wanted = manifest(pool("p", 1), policy=policy(own), operator=operator)
        refusal = refused(plan(wanted, vendor))["budget"]
        assert refusal.lifted_by.startswith("the operator's") == firm

    def test_beyond_both_it_is_the_operators(self, vendor):
        operator = operators("0.15")
        wanted = manifest(pool("p", 1), policy=policy("0.10"), operator=operator)
        (refusal,) = plan(wanted, vendor).refusals
        assert refusal.lifted_by.startswith("the operator's")


def test_without_budgets_nothing_is_counted_or_told(vendor):
    made = plan(manifest(pool("p", 1)), vendor)
    assert made.budgets == ()
    assert made.diagnostics == ()


def test_the_figures_are_exact(vendor):
    vendor.stock.clear()
    for place, monthly in ((1, "0.1"), (2, "0.2")):
        vendor.put_on_sale(us(place), monthly=monthly)
    made = plan(manifest(pool("p", 2), policy=policy("0.3")), vendor)
    assert refused(made) == {}
    assert made.budgets[0].after.known == Decimal("0.3")
    assert made.selection == ALL
