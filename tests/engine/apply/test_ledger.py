"""What one apply may spend: each limit, to the cent, whatever it is that is sent."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from numplan.engine.apply.ledger import Ledger
from numplan.engine.apply.orders import orders_of
from numplan.model.changes import Purchase, Release
from numplan.model.charge import Charge, Sum
from numplan.model.money.budget import Budget, BudgetLine
from numplan.model.policy import Policy
from numplan.model.state import Attributes
from tests.builders import managed, manifest, pool, state, us
from tests.engine.world import world_with
from tests.views.plans import plan_of

LIMITS: dict[str, Any] = {
    "allowed_countries": ("United States",),
    "allowed_types": ("Geographic",),
    "max_purchases": 3,
    "max_setup_cost": Decimal("1.00"),
    "max_monthly_increase": Decimal("0.50"),
}


def one(once: str | None = "0.10", monthly: str | None = "0.10", **more: str) -> Attributes:
    charges = {"setup_charge": once, "monthly_charge": monthly}
    known = {"number": us(1), "country": "United States", "type": "Geographic", **more}
    return Attributes(**known, **{key: None if one is None else Decimal(one) for key, one in charges.items()})


def ledger(**limits: Any) -> Ledger:
    return Ledger(Policy(**{**LIMITS, **limits}), plan_of())


def test_what_keeps_every_limit_is_spoken_for():
    assert [ledger().take(one()), ledger().take(one("1.00", "0.50"))] == ["", ""]


@pytest.mark.parametrize(
    ("bought", "why"),
    [
        (one(country="Canada"), "Canada is not among the allowed countries"),
        (one(type="Mobile"), "Mobile is not among the allowed types"),
        (one("1.01"), "with it the one-time cost of this apply would be 1.01, and the limit is 1.00"),
        (
            one("0.10", "0.51"),
            "with it the monthly increase of this apply would be 0.51, and the limit is 0.50",
        ),
        (one(None), "what it costs is not known, and the limit is 1.00"),
        (one("0.10", None), "what it costs is not known, and the limit is 0.50"),
    ],
)
def test_what_does_not_says_why_and_takes_nothing(bought: Attributes, why: str):
    spent = ledger()
    assert spent.take(bought) == why
    assert spent.take(one("1.00", "0.50")) == ""


@pytest.mark.parametrize("key", LIMITS)
def test_a_limit_that_is_not_set_refuses_nothing(key: str):
    bought = one(
        "0.90",
        "0.40",
        country="Canada" if key == "allowed_countries" else "United States",
        type="Mobile" if key == "allowed_types" else "Geographic",
    )
    assert ledger(**{key: None}).take(bought) == ""


def test_without_a_limit_on_charges_an_unknown_charge_is_no_obstacle():
    assert ledger(max_setup_cost=None, max_monthly_increase=None).take(one(None, None)) == ""


def test_purchases_add_up_and_what_was_not_made_is_free_again():
    spent = ledger()
    assert [spent.take(one()) for _ in range(3)] == [""] * 3
    too_many = "with it the purchases of this apply would be 4, and the limit is 3"
    assert spent.take(one()) == too_many
    spent.give_back(one())
    assert [spent.take(one()), spent.take(one())] == ["", too_many]
    for _ in range(3):
        spent.give_back(one())
    assert [spent.take(one("1.00", "0.50")), spent.take(one("0.00", "0.00"))] == ["", ""]
    spent.give_back(one("1.00", "0.50"))
    assert spent.take(one("0.99", "0.49")) == ""
    assert spent.take(one("0.02", "0.00")).startswith("with it the one-time cost of this apply would be 1.01")
    assert spent.take(one("0.00", "0.02")).startswith(
        "with it the monthly increase of this apply would be 0.51"
    )


def test_what_the_plan_releases_makes_room_for_monthly_charges():
    going = Release(resource="pool.p", before=one("5.00", "0.30"))
    spent = Ledger(Policy(**LIMITS), plan_of(going))
    assert spent.take(one("0.10", "0.80")) == ""
    assert spent.take(one("0.10", "0.01")).startswith(
        "with it the monthly increase of this apply would be 0.51"
    )


def test_the_monthly_increase_is_net_of_what_the_plan_releases():
    world = world_with(us(1))
    world.store(state(managed("pool.old", world.vendor.own(us(3)), monthly_charge="0.20")))
    made = world.draft(manifest(pool("p", 1)))
    attributes = next(iter(orders_of(made))).attributes
    assert Ledger(Policy(max_monthly_increase=Decimal(0)), made).take(attributes) == ""
    alone = msgspec.structs.replace(made, changes=made.changes[:1])
    assert "monthly increase" in Ledger(Policy(max_monthly_increase=Decimal(0)), alone).take(attributes)


class TestBudgets:
    """What the ledger holds of a plan's budgets: two purchases of 0.10 for `sales`, at 0.30 before."""

    @staticmethod
    def spent(monthly: str, before: str = "0.30", after: str = "0.50", unknown: int = 0) -> Ledger:
        line = BudgetLine(
            budget=Budget(monthly=Charge(monthly), label="owner", value="sales"),
            before=Sum(Decimal(before), unknown),
            after=Sum(Decimal(after), unknown),
        )
        bought = (Purchase(resource="pool.p", after=TestBudgets.order(place)) for place in (1, 2))
        return Ledger(Policy(), msgspec.structs.replace(plan_of(*bought), budgets=(line,)))

    @staticmethod
    def order(place: int, monthly: str | None = "0.10", owner: str = "sales") -> Attributes:
        return msgspec.structs.replace(one(monthly=monthly), number=us(place), labels={"owner": owner})

    def test_what_the_plan_holds_passes_and_a_substitute_that_is_dearer_does_not(self):
        spent = self.spent("0.50")
        assert spent.take(self.order(1)) == ""
        assert spent.take(self.order(3, "0.11")) == (
            "with it the monthly charges of owner=sales would be 0.51, and the budget is 0.50"
        )
        assert spent.take(self.order(2)) == ""
        assert spent.take(self.order(3, "0.01")).startswith("with it the monthly charges")

    def test_what_was_surely_not_bought_makes_room(self):
        spent = self.spent("0.50")
        assert [spent.take(self.order(1)), spent.take(self.order(2))] == ["", ""]
        spent.give_back(self.order(1))
        assert spent.take(self.order(3)) == ""
        assert spent.take(self.order(4)) != ""

    def test_another_owner_has_another_budget_or_none(self):
        spent = self.spent("0.30")
        assert spent.take(self.order(1)) != ""
        assert spent.take(self.order(1, "99", owner="lab")) == ""

    def test_beyond_it_before_a_plan_that_lowers_the_sum_passes_up_to_what_it_was(self):
        spent = self.spent("0.10", before="0.60")
        assert [spent.take(self.order(1)), spent.take(self.order(2)), spent.take(self.order(3))] == [""] * 3
        assert spent.take(self.order(4)) != ""

    def test_while_a_charge_is_not_known_nothing_raises_the_sum(self):
        assert self.spent("9", before="0.49", unknown=1).take(self.order(1, "0.20")) != ""
        assert self.spent("9", before="0.50", unknown=1).take(self.order(1, "0.20")) == ""
        assert "not known" in self.spent("9").take(self.order(1, None))

    def test_what_costs_nothing_a_month_always_passes(self):
        assert self.spent("0").take(self.order(1, "0")) == ""
