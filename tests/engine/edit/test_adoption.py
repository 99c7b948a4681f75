"""Which numbers are adopted, and as which entries. Values only."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.edit.adoption import (
    AdoptFilter,
    EntryStyle,
    InventoryLine,
    entries_for,
    unmanaged_numbers,
)
from numplan.model.account import Assignment, OwnedNumber, Region
from numplan.model.address import is_resource
from tests.builders import buried, buying, managed, state, us

REGIONS = [Region("United States", ("Geographic", "Toll-Free")), Region("Canada", ("Geographic",))]
FREE = {"numbers": (), "sets": ()}
FLOWS = st.sampled_from(["", "Sales", "sales", "24/7", "Ünïcode ☎", "a: {b}\n- c", "=cmd()", "x" * 300])


def owned(place: int, country="United States", kind="Geographic", flow=""):
    assigned = Assignment("Flow Builder", "1", flow) if flow else None
    return OwnedNumber(us(place), country, kind, Decimal("0.1"), Decimal("0.2"), assigned)


def made(rows, style=EntryStyle(), wish=AdoptFilter(), taken=FREE):  # noqa: B008 - frozen
    return entries_for(rows, wish, style, REGIONS, taken)


def test_what_state_manages_is_not_at_large_and_what_turned_up_after_all_is():
    rows = {us(place): owned(place) for place in range(5)}
    known = state(
        managed("pool.a", us(0)),
        managed("pool.a", us(1), surplus=True),
        buying(managed("pool.a", us(2))),
        buried(managed("pool.a", us(3))),
    )
    assert [one.number for one in unmanaged_numbers(rows, known)] == [us(1), us(3), us(4)]
    assert [one.number for one in unmanaged_numbers(rows, None)] == [us(place) for place in range(5)]


@pytest.mark.parametrize(
    ("wish", "places"),
    [
        (AdoptFilter(), [0, 1, 2]),
        (AdoptFilter(countries=("united states",)), [0, 1]),
        (AdoptFilter(types=("Toll-Free",)), [1]),
        (AdoptFilter(countries=("Canada", "Peru"), types=("Geographic",)), [2]),
        (AdoptFilter(numbers=("+1205000000?",)), [0, 1, 2]),
        (AdoptFilter(numbers=("*1", us(2))), [1, 2]),
        (AdoptFilter(flows=("SALES*",)), [0]),
        (AdoptFilter(listed={us(2): InventoryLine(us(2))}), [2]),
    ],
)
def test_each_part_of_a_wish_must_fit(wish, places):
    rows = [owned(0, flow="Sales EMEA"), owned(1, kind="Toll-Free"), owned(2, "Canada")]
    assert [row.number for row in rows if wish.admits(row)] == [us(place) for place in places]


def test_entries_have_one_country_and_type_and_say_them():
    entries = made([owned(0), owned(1), owned(2, kind="Toll-Free"), owned(3, "Canada")])
    assert [(one.name, one.country, one.type, len(one.rows)) for one in entries] == [
        ("canada_geographic", "Canada", "Geographic", 1),
        ("united_states_geographic", "United States", "Geographic", 2),
        ("united_states_toll_free", "United States", "Toll-Free", 1),
    ]


def test_what_is_no_longer_offered_is_not_declared():
    gone, rare = made([owned(0, "Atlantis"), owned(1, "Canada", "Mobile")])
    assert (gone.country, gone.type) == (None, None)
    assert (rare.country, rare.type) == ("Canada", None)


def test_a_flow_of_two_countries_makes_two_entries():
    entries = made([owned(0, flow="Sales"), owned(1, "Canada", flow="Sales")], EntryStyle(groups=("flow",)))
    assert [one.name for one in entries] == ["sales", "sales_2"]


def test_an_entry_each_is_named_after_its_flow_and_number():
    entries = made([owned(0, flow="Main IVR"), owned(1)], EntryStyle(form="numbers"))
    assert [one.resource for one in entries] == ["number.main_ivr_12050000000", "number.number_12050000001"]


def test_an_inventory_names_entries_and_a_name_given_often_names_a_set():
    wish = AdoptFilter(
        listed={
            us(0): InventoryLine(us(0), "hotline", {"owner": "a"}),
            us(1): InventoryLine(us(1), "dialer"),
            us(2): InventoryLine(us(2), "dialer"),
            us(3): InventoryLine(us(3), "", {"owner": "b"}),
        }
    )
    entries = made([owned(place) for place in range(4)], EntryStyle(labels={"by": "us"}), wish)
    assert [(one.resource, len(one.rows), dict(one.labels)) for one in entries] == [
        ("set.dialer", 2, {"by": "us"}),
        ("number.hotline", 1, {"by": "us", "owner": "a"}),
        ("set.united_states_geographic", 1, {"by": "us", "owner": "b"}),
    ]


def test_names_in_use_are_left_alone():
    taken = {"numbers": (), "sets": ("united_states_geographic", "united_states_geographic_2")}
    assert made([owned(0)], taken=taken)[0].name == "united_states_geographic_3"


@given(
    st.lists(st.tuples(st.sampled_from(["United States", "Canada", "", "Ätlantis"]), FLOWS), max_size=12),
    st.lists(st.sampled_from(["country", "type", "flow"]), unique=True),
    st.sampled_from(["numbers", "sets"]),
)
@settings(max_examples=60, deadline=None)
def test_every_number_is_in_one_entry_and_every_name_is_one_and_usable(kinds, groups, form):
    rows = [owned(place, country, flow=flow) for place, (country, flow) in enumerate(kinds)]
    entries = made(rows, EntryStyle(tuple(groups), form))
    assert sorted(row.number for one in entries for row in one.rows) == [row.number for row in rows]
    assert len({one.resource for one in entries}) == len(entries)
    assert all(is_resource(one.resource) and len(one.name) <= 100 for one in entries)
    assert entries == made(rows[::-1], EntryStyle(tuple(groups), form))
