"""A plan as people read it."""

import re
from decimal import Decimal

import pytest

from numplan.model.account import Assignment
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Difference,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Update,
)
from numplan.model.diagnostics import Source, error, note, warning
from numplan.model.number import E164
from numplan.model.plan import Allowances, Cost, Deferred, Drift, Plan, Refusal, Unmanaged
from numplan.model.state import Attributes
from numplan.views.text.plan import last_line, plan_text
from tests.views.plans import at, plan_of, pool


def text(plan: Plan, *, expand: bool = False, width: int | None = None) -> str:
    return "\n".join(line.text for line in plan_text(plan, width=width, expand=expand))


def test_the_last_line_is_the_contracts() -> None:
    changes = (
        *pool(3),
        Replace(resource="pool.sales", before=at(10), after=at(11)),
        Adopt(resource="pool.sales", after=at(12)),
        Adopt(resource="pool.sales", after=at(13)),
        Update(resource="pool.sales", before=at(14), after=at(14)),
    )
    plan = plan_of(
        *changes, cost=Cost(once=Decimal("0.4"), monthly_before=Decimal(1), monthly_after=Decimal("1.3"))
    )
    assert last_line(plan) == (
        "Plan: 4 to purchase, 1 to release, 2 to adopt, 1 to update, 0 blocked. "
        "Cost: +0.40 once, +0.30 a month."
    )
    assert text(plan).endswith("\n" + last_line(plan))


def test_a_plan_without_changes_says_so() -> None:
    assert text(plan_of(Keep(resource="number.a", after=at(1)))) == (
        "No changes. Plan: 0 to purchase, 0 to release, 0 to adopt, 0 to update, 0 blocked. "
        "Cost: +0.00 once, +0.00 a month."
    )


@pytest.mark.parametrize(
    "plan",
    [
        plan_of(Forget(resource="number.a", before=at(1))),
        plan_of(Blocked(resource="number.a", before=at(1), assignment=Assignment("Flow Builder", "7", "x"))),
        plan_of(diagnostics=(error("not for sale"),)),
    ],
)
def test_only_a_plan_that_does_nothing_says_no_changes(plan: Plan) -> None:
    assert "No changes" not in text(plan)


def test_danger_comes_first() -> None:
    shown = text(
        plan_of(
            *pool(1),
            Update(
                resource="number.u",
                before=at(2),
                after=at(2),
                differences=(Difference("labels.a", None, "b"),),
            ),
            Release(resource="number.r", before=at(3), reason="no longer declared"),
            Blocked(resource="number.b", before=at(4), assignment=Assignment("Flow Builder", "7", "Door")),
            refusals=(
                Refusal(guard="releases", summary="too many", subjects=("number.r",), lifted_by="--max"),
            ),
            diagnostics=(note("n"), warning("w"), error("e")),
        )
    )
    places = [
        shown.index(word)
        for word in (
            "guard releases",
            "Blocked",
            "To release",
            "To purchase",
            "To update",
            "note: n",
            "warning: w",
            "error: e",
        )
    ]
    assert places == sorted(places)


def test_what_members_share_is_said_once() -> None:
    assert text(plan_of(*pool(2))).splitlines()[2:7] == [
        "To purchase: 2 numbers, 0.20 once, 0.40 a month",
        "    pool.sales, 2 numbers: New Jersey, area code 609, United States, Geographic,",
        "      Voice, trunk 169",
        '  + pool.sales["+16095550000"]  0.10 once, 0.20 a month',
        '  + pool.sales["+16095550001"]  0.10 once, 0.20 a month',
    ]


def test_what_differs_stands_with_its_number() -> None:
    changes = (
        Purchase(resource="set.a", after=at(1)),
        Purchase(resource="set.a", after=at(2, state="Texas", monthly_charge=Decimal("12.5"))),
    )
    assert text(plan_of(*changes)).splitlines()[3:6] == [
        "    set.a, 2 numbers: area code 609, United States, Geographic, Voice, trunk 169",
        '  + set.a["+16095550001"]  0.10 once,  0.20 a month  New Jersey',
        '  + set.a["+16095550002"]  0.10 once, 12.50 a month  Texas',
    ]


def test_area_codes_that_differ_stand_with_their_numbers() -> None:
    changes = [
        Purchase(resource="pool.a", after=at(1, number=E164(number)))
        for number in ("+12125550100", "+16465550100")
    ]
    assert text(plan_of(*changes)).splitlines()[3:6] == [
        "    pool.a, 2 numbers: New Jersey, United States, Geographic, Voice, trunk 169",
        '  + pool.a["+12125550100"]  0.10 once, 0.20 a month  area code 212',
        '  + pool.a["+16465550100"]  0.10 once, 0.20 a month  area code 646',
    ]


def test_a_country_without_area_codes_shows_none() -> None:
    change = Purchase(
        resource="set.a", after=at(1, number=E164("+4532123456"), state=None, country="Denmark")
    )
    assert "area code" not in text(plan_of(change))


def test_long_runs_fold_with_what_the_rest_costs_and_unfold() -> None:
    plan = plan_of(*pool(1200))
    folded = text(plan)
    assert "    … and 1,196 more, 119.60 once, 239.20 a month (--expand shows all)" in folded.splitlines()
    assert len(folded.splitlines()) < 14
    unfolded = text(plan, expand=True)
    assert unfolded.count('  + pool.sales["') == 1200
    assert "more" not in unfolded


def test_many_explicit_numbers_fold_too() -> None:
    changes = [Purchase(resource=f"number.n{tail}", after=at(tail)) for tail in range(1000)]
    lines = text(plan_of(*changes)).splitlines()
    assert len(lines) < 14
    assert lines[3].startswith("    1,000 explicit numbers: New Jersey")


def test_alike_updates_are_told_once() -> None:
    changes = [
        Update(
            resource="set.a",
            before=at(tail),
            after=at(tail),
            differences=(Difference("protect", "false", "true"),),
        )
        for tail in range(3)
    ]
    assert text(plan_of(*changes)).count("protect: false -> true") == 1


def test_a_guard_that_speaks_for_every_number_is_cut_short() -> None:
    refusals = tuple(
        Refusal(
            guard="countries", summary=f"{tail} is abroad", subjects=(f"number.n{tail}",), lifted_by="policy"
        )
        for tail in range(500)
    )
    shown = text(plan_of(refusals=refusals))
    assert "… and 496 more refused by the guard countries" in shown
    assert len(shown.splitlines()) < 25


def test_what_is_left_alone_is_shown_apart() -> None:
    shown = text(
        plan_of(
            held=(Deferred(resource="pool.a", number=E164("+16095550001"), reason="not yet listed"),),
            surplus=(E164("+16095550002"),),
            unmanaged=Unmanaged(count=1, at_least=True, monthly=Decimal(3), numbers=(E164("+16095550003"),)),
            drift=(
                Drift(resource="set.a", kind="missing", before=at(4)),
                Drift(
                    resource="set.a",
                    kind="changed",
                    before=at(5),
                    after=at(5, monthly_charge=Decimal("0.30")),
                    differences=(Difference("monthly_charge", "0.20", "0.30"),),
                ),
            ),
        )
    )
    for sentence in (
        "    not yet listed:\n  pool.a  +16095550001",
        "--allow-release them: 1 number\n  +16095550002",
        "Unmanaged, 3.00 a month, at least: 1 number\n  +16095550003",
        "Drift, the account differs from state: 2 numbers, -0.10 a month",
        "  set.a  +16095550004  missing from the account, 0.20 a month",
        "  set.a  +16095550005  monthly_charge: 0.20 -> 0.30",
    ):
        assert sentence in shown


@pytest.mark.parametrize("width", [80, 120])
def test_every_line_but_the_last_fits_the_terminal(width: int) -> None:
    long = "a sentence of many words that goes on " * 5
    shown = text(
        plan_of(
            *pool(30),
            Release(resource="number.r", before=at(50), reason=long),
            Blocked(resource="number.b", before=at(51), assignment=Assignment("Flow Builder", "7", long)),
            Replace(resource="number.m", before=at(52), after=at(52), reason=long),
            Adopt(resource="set.x", after=at(53, state=long)),
            held=(Deferred(resource="pool.a", number=E164("+16095550001"), reason=long),),
            refusals=(
                Refusal(guard="releases", summary=long, subjects=("number.r",), lifted_by="--max-releases 9"),
            ),
            diagnostics=(error(long, hint=long), warning(long)),
            allowances=Allowances(),
        ),
        width=width,
    )
    *lines, _ = shown.splitlines()
    assert width - 20 < max(map(len, lines)) <= width


def test_where_no_terminal_is_a_finding_is_one_line_to_search_for() -> None:
    found = error("a sentence that goes on" * 9, source=Source("numplan.yaml", 3, 5), hint="and on" * 20)
    assert str(found) in text(plan_of(diagnostics=(found,))).splitlines()


def test_what_a_reviewer_should_know_first_comes_first() -> None:
    shown = text(
        plan_of(
            *pool(31),
            Release(resource="number.r", before=at(50)),
            Blocked(resource="number.b", before=at(51), assignment=Assignment("Flow Builder", "7", "ivr")),
            refusals=(Refusal(guard="releases", summary="too many"), Refusal(guard="types", summary="no")),
            cost=Cost(once=Decimal("3.10"), monthly_after=Decimal("6.00")),
        )
    )
    first = shown.partition("\n\n")[0].replace("\n ", "")
    assert first == (
        "numplan.yaml, account 190: refused by releases, types; 1 blocked, 1 to release, 31 to purchase; "
        "+3.10 once, +6.00 a month"
    )


def test_six_thousand_changes_are_less_than_four_hundred_lines() -> None:
    spread = (Purchase(resource=f"pool.p{tail % 500}", after=at(tail)) for tail in range(5000))
    leaving = (Release(resource=f"set.s{tail % 200}", before=at(tail)) for tail in range(5000, 6000))
    errors = tuple(error(f"number {tail} is wrong") for tail in range(1000))
    shown = text(plan_of(*spread, *leaving, diagnostics=errors))
    assert len(shown.splitlines()) < 400
    assert "… and 488 more sets and pools, 4,880 numbers, 488.00 once, 976.00 a month" in shown
    assert "… and 188 more sets and pools, 940 numbers, 188.00 a month" in shown
    assert len(text(plan_of(*pool(6000)), expand=True).splitlines()) > 6000


LONG = "so many words that they take a number of lines on any terminal " * 5
GUARDS = (
    "releases",
    "protected",
    "missing",
    "purchases",
    "setup-cost",
    "countries",
    "types",
    "labels",
    "trunk-change",
)


def anything(kind: type[Change], tail: int, groups: int) -> Change:
    """A change of one kind, whose every text is long and like no other's."""
    resource, side = f"pool.p{tail % groups}", at(tail, labels={f"label{tail}": f"{tail} {LONG}"})
    about = {"before": side} if "before" in kind.__struct_fields__ else {}
    about |= {"after": side} if "after" in kind.__struct_fields__ else {}
    if kind is Blocked:
        about |= {"assignment": Assignment("Flow Builder", "7", f"{LONG} {tail}")}
    if kind is Update or kind is Replace:
        about |= {"differences": (Difference(LONG, f"{tail}", LONG),)}
    return kind(resource=resource, reason=f"{tail} {LONG}", **about)


@pytest.mark.parametrize(("groups", "width"), [(1, 80), (30, None), (6000, 60)])
def test_no_plan_of_six_thousand_changes_takes_four_hundred_lines(groups: int, width: int | None) -> None:
    kinds = (Blocked, Release, Replace, Purchase, Adopt, Update, Forget)
    found = tuple(kind(f"{tail} {LONG}") for kind in (error, warning, note) for tail in range(60))
    numbers = tuple(E164(f"+1609555{tail:04}") for tail in range(300))
    plan = plan_of(
        *(anything(kinds[tail % 7], tail, groups) for tail in range(6000)),
        refusals=tuple(
            Refusal(guard=guard, summary=f"{tail} {LONG}", subjects=(LONG,) * 20, lifted_by=LONG)
            for guard in GUARDS
            for tail in range(30)
        ),
        diagnostics=found,
        held=tuple(Deferred(resource="pool.a", number=one, reason=f"{one} {LONG}") for one in numbers),
        surplus=numbers,
        unmanaged=Unmanaged(count=300, numbers=numbers),
        drift=tuple(Drift(resource="pool.a", kind="missing", before=at(tail)) for tail in range(300)),
        cost=Cost(once=Decimal(1)),
    )
    shown = text(plan, width=width)
    assert len(shown.splitlines()) < 400
    for section in (
        "Blocked",
        "To release",
        "To replace",
        "To purchase",
        "To adopt",
        "To update",
        "To forget",
    ):
        assert re.search(rf"^{section}.*: 85[78] numbers", shown, re.MULTILINE)
    assert all(f"guard {guard}" in shown for guard in GUARDS)
    assert shown.count("(--expand shows all)") > 20


def test_what_nothing_declares_is_told_beside_the_cost_where_anything_changes() -> None:
    unmanaged = Unmanaged(count=2, at_least=True, monthly=Decimal("0.40"))
    told = "Not in these figures: at least 0.40 USD a month for 2 numbers that nothing declares."
    assert told in text(plan_of(*pool(1), unmanaged=unmanaged, currency="USD")).splitlines()
    assert text(plan_of(unmanaged=unmanaged)).startswith("No changes.")


def test_a_group_of_one_and_unknown_prices() -> None:
    change = Purchase(
        resource="set.a", after=Attributes(number=E164("+16095550001"), country="Spain", type="Mobile")
    )
    assert '  + set.a["+16095550001"]  ? once, ? a month  area code 609, Spain, Mobile' in text(
        plan_of(change)
    )
