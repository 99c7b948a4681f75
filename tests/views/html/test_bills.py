"""The report's bills: by team as by country, each of which adds up to the plan's own figures; and what ends."""

from datetime import date
from decimal import Decimal

import pytest

from numplan.model.changes import Keep, Purchase, Release, Update
from numplan.model.charge import Charge, Sum
from numplan.model.money.budget import Budget, BudgetLine
from numplan.model.number import E164
from numplan.model.plan import Cost, Ending, Plan
from numplan.model.state import Attributes
from numplan.views.html.costs import team_label, teams_of
from numplan.views.html.page import plan_html
from tests.builders import us
from tests.views.plans import plan_of


def at(place: int, monthly: str, **labels: str) -> Attributes:
    return Attributes(
        number=us(place), country="Chad", type="Geographic", monthly_charge=Charge(monthly), labels=labels
    )


CHANGES = (
    Purchase(resource="pool.a", after=at(1, "4", owner="sales")),
    Keep(resource="pool.a", after=at(2, "1", owner="support")),
    Release(resource="pool.a", before=at(3, "2")),
    Update(resource="pool.a", before=at(4, "3", owner="sales"), after=at(4, "3", owner="support")),
)
PAID = Cost(monthly_before=Decimal(1), monthly_after=Decimal(1))
COST = Cost(monthly_before=Decimal(6), monthly_after=Decimal(8))


def made(**more: object) -> Plan:
    return plan_of(*CHANGES, cost=COST, **more)


def test_by_team_each_has_what_it_pays_before_and_after_a_label_that_changes_too() -> None:
    groups = {one.name: (one.before, one.after) for one in teams_of(made(), "owner")}
    assert groups == {"sales": (3, 4), "support": (1, 4), "no owner": (2, 0)}
    assert sum(before for before, _ in groups.values()) == COST.monthly_before
    assert sum(after for _, after in groups.values()) == COST.monthly_after


def test_the_label_is_that_of_the_budgets_else_one_that_names_teams() -> None:
    budget = Budget(monthly=Charge("9"), label="site", value="berlin")
    line = BudgetLine(budget=budget, before=Sum(), after=Sum())
    assert team_label(made()) == "owner"
    assert team_label(made(budgets=(line,))) == "site"
    assert team_label(plan_of(Keep(resource="pool.a", after=at(1, "1", colour="red")))) == ""


def test_the_page_has_a_bill_for_each_and_none_where_no_label_tells() -> None:
    assert "A month, by owner" in plan_html(made())
    assert "A month, by country and type" in plan_html(made())
    bare = plan_of(Keep(resource="pool.a", after=at(1, "1")), cost=PAID)
    assert "A month, by country and type" in plan_html(bare)
    assert "teams-caption" not in plan_html(bare)


@pytest.mark.parametrize("word", ["<b>", "${{ x }}", "=1+1"])
def test_a_teams_name_is_text(word: str) -> None:
    page = plan_html(plan_of(Keep(resource="pool.a", after=at(1, "1", owner=word)), cost=PAID))
    assert "A month, by owner" in page
    assert "<b>" not in page.partition("A month, by owner")[2]


def test_what_ends_is_listed_with_what_goes_and_what_holds_it_back() -> None:
    ending = Ending(
        resource="pool.xmas",
        until=date(2026, 12, 31),
        numbers=(E164("+12125550100"),),
        guards=("releases",),
        released_from=date(2027, 1, 30),
    )
    page = plan_html(made(ending=(ending,)))
    for said in ("Ending within 14 days", "2026-12-31", "pool.xmas", "2027-01-30", "releases"):
        assert said in page
    assert "Ending within 14 days" not in plan_html(made())
