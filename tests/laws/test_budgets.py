"""Over any number of applies no sum ends above its budget by what numplan does: whatever is edited, whatever fails,
wherever a run is killed, and though prices move between a plan and its calls.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.apply.evidence import FRESH
from numplan.model.charge import Charge
from numplan.model.manifest import Manifest
from numplan.model.money.budget import Budget
from numplan.model.number import E164
from numplan.model.plan import Plan
from numplan.model.policy import Policy
from numplan.model.state import Attributes
from tests.builders import budgets, manifest, plan, pool, state, us
from tests.builders import managed as managed_number
from tests.engine.world import World
from tests.fakes import Call, FakeVendor
from tests.faulty import Fate
from tests.laws.test_any_history_of_applies import STATUSES

OWNERS = ("sales", "support", "lab")
PRICES = ("0", "0.1", "0.25", "1.00", "2.005")
STOCK = tuple(us(place) for place in range(24))
FATES = st.lists(
    st.sampled_from(
        (
            Fate(),
            Fate(lag=600),
            Fate("refused", done=False),
            Fate("lost"),
            Fate("lost", done=False),
            Fate("not sent"),
            Fate("raised"),
            *(Fate(f"status {status}", done=done) for status in STATUSES for done in (False, True)),
        )
    ),
    max_size=5,
)
LIMIT = st.sampled_from(("", "0", "0.5", "1.25", "3", "6.01"))
MOVES = st.dictionaries(st.sampled_from(STOCK), st.sampled_from(PRICES), max_size=4)
STEP = st.fixed_dictionaries(
    {
        "pools": st.tuples(*[st.integers(0, 3)] * 2),
        "owners": st.tuples(*[st.sampled_from((*OWNERS, ""))] * 2),
        "fates": FATES,
        "kill": st.none() | st.integers(0, 25),
        "after": st.booleans(),
        "offers": MOVES,
        "charges": MOVES,
        "wait": st.sampled_from((0, 90, 1200)),
    }
)


class Priced(World):
    """A world whose offers change their prices once a plan is made."""

    def __init__(self, limits: Sequence[Budget]) -> None:
        super().__init__()
        self.limits = limits
        self.offers: Mapping[E164, str] = {}
        self.most: dict[Budget, Decimal] = {}
        self.breaches: list[str] = []
        for place, number in enumerate(STOCK):
            self.vendor.put_on_sale(number, monthly=PRICES[place % len(PRICES)])

    def before_apply(self, plan: Plan) -> None:
        """What a sum may come to is its budget, or what it was where that is more, and what is still to be released."""
        for budget in self.limits:
            going = sum(
                (one.monthly_charge or Decimal(0) for one in leaving(plan) if budget.counts(one.labels)),
                Decimal(0),
            )
            self.most[budget] = max(budget.monthly, self.paid(budget)) + going
        for number, monthly in self.offers.items():
            if number in self.vendor.stock:
                self.vendor.put_on_sale(number, monthly=monthly)
        if self.offers:  # within that time the plan's own offers are believed
            self.clock.advance(seconds=FRESH)

    def paid(self, budget: Budget) -> Decimal:
        """What the vendor's own books say that the numbers of a budget cost a month."""
        known = self.state
        if known is None:
            return Decimal(0)
        labels = {one.number: one.attributes.labels for one in known.numbers}
        for late in (*known.intents, *known.tombstones):
            labels.setdefault(late.number, late.instance.attributes.labels)
        return sum(
            (
                row.monthly_charge or Decimal(0)
                for number, row in self.vendor.owned.items()
                if number in labels and budget.counts(labels[number])
            ),
            Decimal(0),
        )

    def look(self, when: str) -> None:
        """Hold every sum against the most that it may be."""
        for budget, most in self.most.items():
            if (paid := self.paid(budget)) > most:
                self.breaches.append(f"{when}: {budget.whose} {paid}, at most {most}")


def leaving(of: Plan) -> list[Attributes]:
    return [
        one.before  # type: ignore[union-attr]
        for one in of.changes
        if type(one).__name__ in {"Release", "Replace"}
    ]


def wanted(step: Mapping[str, Any], held: Policy) -> Manifest:
    pools = (
        pool(name, count, labels={"owner": owner} if owner else {}, on_shortage="partial")
        for name, count, owner in zip(("north", "south"), step["pools"], step["owners"], strict=True)
    )
    made = manifest(*pools, policy=held)
    return msgspec.structs.replace(made, api=msgspec.structs.replace(made.api, batch_size=2))


@given(st.lists(STEP, min_size=1, max_size=6), LIMIT, LIMIT, LIMIT)
@settings(max_examples=80, deadline=None)
def test_no_sum_ends_above_its_budget_by_what_numplan_does(
    steps: list[Mapping[str, Any]], whole: str, sales: str, others: str
):
    each = {"sales": sales} if sales else {}
    held = Policy(budgets=budgets(whole, others=others, **each), rebuy_after="0d")
    world = Priced(held.budgets or ())
    world.vendor.on_post = lambda call, _: world.look(f"before a {call}")
    for step in steps:
        for number, monthly in step["charges"].items():
            if number in world.vendor.owned:  # the vendor's own doing
                row = world.vendor.owned[number]
                world.vendor.owned[number] = msgspec.structs.replace(row, monthly_charge=Charge(monthly))
        world.offers, world.most = step["offers"], {}
        world.vendor.fates.clear()
        world.vendor.fates.extend(step["fates"])
        world.touch.kill(step["kill"], after=step["after"])
        world.run(wanted(step, held))
        world.look("at the end of a run")
        world.touch.kill(None)
        world.later(seconds=step["wait"])
    assert world.breaches == []


@given(
    st.lists(st.tuples(st.sampled_from(OWNERS), st.sampled_from(PRICES)), min_size=1, max_size=8),
    st.sets(st.integers(0, 7)),
    LIMIT,
    LIMIT,
)
@settings(deadline=None)
def test_a_plan_that_only_lowers_is_never_refused(
    rows: list[tuple[str, str]], kept: set[int], whole: str, others: str
):
    vendor = FakeVendor()
    known = state(
        *(
            managed_number(f"pool.p{place}", vendor.own(us(place), monthly=monthly), labels={"owner": owner})
            for place, (owner, monthly) in enumerate(rows)
        )
    )
    pools = (
        pool(f"p{place}", int(place in kept), labels={"owner": owner})
        for place, (owner, _) in enumerate(rows)
    )
    held = Policy(budgets=budgets(whole, others=others), max_release_share="100%", max_releases=None)
    made = plan(manifest(*pools, policy=held), vendor, known, empty=True)
    assert made.refusals == ()
    for line in made.budgets:
        assert line.after.known <= line.before.known
        assert not line.raised


@given(st.lists(st.sampled_from((*PRICES, None)), min_size=1, max_size=6), LIMIT)
def test_a_rise_by_the_vendor_alone_refuses_nothing(charges: list[str | None], limit: str):
    vendor = FakeVendor()
    rows = [
        managed_number("pool.p", vendor.own(us(place), monthly=monthly), monthly_charge="0.1")
        for place, monthly in enumerate(charges)
    ]
    held = Policy(budgets=budgets(limit))
    made = plan(manifest(pool("p", len(rows)), policy=held), vendor, state(*rows))
    assert made.refusals == ()
    known = sum((Decimal(one) for one in charges if one is not None), Decimal(0))
    for line in made.budgets:
        assert (line.before.known, line.before.unknown) == (known, charges.count(None))
        warned = any("beyond its budget" in one.summary for one in made.diagnostics)
        assert warned == (known > Decimal(limit))


def test_what_is_posted_is_looked_at():
    """The law above can fail: without a budget in the policy, what it looks for happens."""
    world = Priced(budgets("0.10") or ())
    seen: list[Call] = []
    world.vendor.on_post = lambda call, _: seen.append(call)
    world.run(manifest(pool("p", 8)))
    world.look("at the end")
    assert seen == ["purchase"]
    assert world.breaches
