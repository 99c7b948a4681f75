"""What the account costs: whatever it is grouped by, the groups add up to all that it is charged."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.queries.account_numbers import account_numbers
from numplan.engine.queries.cost_report import CostReport, cost_report, remembered
from numplan.model.account import Assignment, Listing, OwnedNumber, Unreadable
from numplan.model.address import Resource
from numplan.model.charge import Rates, Sum, Usage, add_up, charge_of
from numplan.model.others import Others
from numplan.model.state import Instance, State
from numplan.model.text.groups import COSTS_BY
from tests.builders import managed, state, us

CHARGES = st.sampled_from([None, "0.10", "0.1", "1", "0.000001", "12345.67"])
WAYS = st.sampled_from([None, *COSTS_BY, "label:owner", "label:none"])
ROWS = st.lists(
    st.tuples(
        CHARGES,
        st.sampled_from(["here", "leaving", "theirs", "nobody", "surplus", "unreadable"]),
        st.sampled_from([{}, {"owner": "sales"}, {"owner": "support"}, {"owner": ""}]),
        st.sampled_from([None, "Texas", "Ohio"]),
    ),
    max_size=12,
)


def row(place: int, charge: str | None) -> OwnedNumber:
    known = None if charge is None else charge_of(charge)
    return OwnedNumber(us(place), "United States", "Geographic", known, known, Assignment("IPPBX"))


def account(rows: Any) -> tuple[Listing, State, Others]:
    ours: list[Instance] = []
    theirs: list[Instance] = []
    unreadable: list[Unreadable] = []
    owned: dict[Any, OwnedNumber] = {}
    for place, (charge, whose, labels, region) in enumerate(rows):
        known = {"labels": labels, "state": region}
        if whose == "unreadable":
            unreadable.append(Unreadable(place, "country", "is null", us(place)))
            continue
        owned[us(place)] = row(place, charge)
        if whose == "leaving":
            ours.append(managed("pool.p", us(place), leaving_at="2027-01-01", **known))
        elif whose in {"here", "surplus"}:
            ours.append(managed("pool.p", us(place), surplus=whose == "surplus", **known))
        elif whose == "theirs":
            theirs.append(managed("pool.q", us(place)))
    return (
        Listing(owned, complete=True, unreadable=tuple(unreadable)),
        state(*ours),
        Others({"emea": state(*theirs)}),
    )


def made(rows: Any, by: str | None) -> tuple[Listing, CostReport]:
    listing, ours, others = account(rows)
    return listing, cost_report(account_numbers(listing, ours, others), by)


@given(ROWS, WAYS)
def test_the_groups_add_up_to_what_the_account_is_charged(rows: Any, by: str | None) -> None:
    listing, report = made(rows, by)
    charged = add_up([one.monthly_charge for one in listing.numbers.values()])
    hidden = len(listing.unreadable)
    assert report.total.monthly == Sum(charged.known, charged.unknown + hidden)
    assert sum((one.monthly.known for one in report.groups), Decimal(0)) == charged.known
    assert sum(one.monthly.unknown for one in report.groups) == charged.unknown + hidden
    assert sum(one.count for one in report.groups) == report.total.count == len(rows)
    assert len({(one.kind, one.name) for one in report.groups}) == len(report.groups)


@given(ROWS)
def test_each_number_is_told_by_whose_it_is(rows: Any) -> None:
    _, report = made(rows, None)
    counts = {(one.kind, one.name): one.count for one in report.groups}
    whose = [whose for _, whose, _, _ in rows]
    assert counts.get(("managed", "here"), 0) == whose.count("here")
    assert counts.get(("leaving", "leaving"), 0) == whose.count("leaving")
    assert counts.get(("state", "emea"), 0) == whose.count("theirs")
    assert counts.get(("unmanaged", "unmanaged"), 0) == whose.count("nobody") + whose.count("surplus")
    assert counts.get(("unreadable", "unreadable"), 0) == whose.count("unreadable")


def test_by_a_label_what_has_none_stands_apart() -> None:
    rows = [
        ("1", "here", {"owner": "sales"}, None),
        ("2", "here", {}, None),
        ("3", "here", {"owner": ""}, None),
    ]
    _, report = made(rows, "label:owner")
    assert [(one.kind, one.name, one.monthly.known) for one in report.groups] == [
        ("managed", "sales", Decimal(1)),
        ("without", "", Decimal(5)),
    ]


def test_the_dearest_group_comes_first() -> None:
    rows = [("1", "here", {}, "Ohio"), ("5", "here", {}, "Texas"), ("9", "nobody", {}, None)]
    _, report = made(rows, "state")
    assert [one.name for one in report.groups] == ["Texas", "Ohio", "unmanaged"]


@pytest.mark.parametrize(
    ("rates", "used"),
    [
        (Rates(charge_of("0.02"), charge_of("0.001")), Sum(Decimal("8.1"))),
        (Rates(charge_of("0.02")), Sum(Decimal(0), 1)),
        (Rates(), Sum(Decimal(0), 1)),
    ],
)
def test_usage_is_what_the_entry_expects_at_the_rates_of_the_account(rates: Rates, used: Sum) -> None:
    listed = OwnedNumber(us(1), "United States", "Geographic", charge_of("0"), charge_of("0.1"), rates=rates)
    loose = OwnedNumber(us(2), "United States", "Geographic", charge_of("0"), charge_of("0.1"), rates=rates)
    listing = Listing({us(1): listed, us(2): loose}, complete=True)
    numbers = account_numbers(listing, state(managed("pool.p", us(1))))
    expected = {Resource("pool.p"): Usage(minutes=400, messages=100)}
    report = cost_report(numbers, "resource", expected)
    assert [one.usage for one in report.groups] == [used, Sum()]
    assert report.total.usage == used
    assert report.total.monthly == Sum(Decimal("0.2")), "usage is no part of it"


def test_a_state_alone_tells_of_what_it_remembers() -> None:
    known = state(
        managed("pool.p", us(1), monthly_charge="0.30"),
        managed("pool.p", us(2), monthly_charge="5", surplus=True),
        managed("pool.p", us(3), monthly_charge="7", missing_since="2026-01-01T00:00:00Z"),
    )
    report = cost_report(remembered(known))
    assert [(one.kind, one.monthly.known) for one in report.groups] == [
        ("managed", Decimal("0.30")),
        ("unmanaged", Decimal(5)),
    ]
