"""Pools that are spread: even shares, what becomes of what one place lacks, and what the pool has already."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.compare.localities import Locality
from numplan.engine.plan.choosing.shares import shares
from numplan.model.account import Criteria
from numplan.model.manifest import Spread
from numplan.model.stored.plan_document import encode_plan
from tests.builders import buried, buying, by_action, managed, manifest, plan, pool, said, state
from tests.fakes import FakeVendor

STATES = ("Texas", "Ohio", "Florida")
CODES = ("512", "614", "305")
PLACES = tuple(Locality(code, prefix=f"+1{code}") for code in CODES)
OVER_STATES = Spread("state", STATES)
OVER_CODES = Spread("area_code", CODES)
counts = st.dictionaries(st.sampled_from(PLACES), st.integers(0, 6))
SELECTS = ("cheapest", "consecutive", "lowest")


def sell(vendor: FakeVendor, **places: int) -> None:
    """So many numbers for sale in each state."""
    for name, count in places.items():
        for place in range(count):
            vendor.put_on_sale(f"+1{CODES[STATES.index(name)]}555{place:04d}", state=name)


def bought_in(made) -> dict[str, int]:
    return dict(
        Counter(
            STATES[CODES.index(number[2:5])] if number[2:5] in CODES else "elsewhere"
            for number in by_action(made).get("purchase", [])
        )
    )


@given(counts, st.integers(0, 20))
def test_shares_are_as_even_as_what_the_pool_has_allows_and_the_first_get_what_is_left_over(had, wanted):
    given_ = shares(PLACES, had, wanted)
    assert sum(given_.values()) == wanted
    after = [had.get(place, 0) + given_[place] for place in PLACES]
    for place, count in zip(PLACES, after, strict=True):
        if given_[place]:
            assert count - min(after) <= 1
    if not any(had.values()):
        assert max(after) - min(after) <= 1
        assert after == sorted(after, reverse=True)


@given(counts, st.integers(0, 20), counts)
def test_where_there_is_a_limit_the_others_fill_up_and_nothing_is_left_while_something_is_to_be_had(
    had, wanted, most
):
    given_ = shares(PLACES, had, wanted, most)
    assert all(given_[place] <= most.get(place, 0) for place in PLACES)
    assert sum(given_.values()) == min(wanted, sum(most.values()))
    open_ones = [place for place in PLACES if given_[place] < most.get(place, 0)]
    after = {place: had.get(place, 0) + given_[place] for place in PLACES}
    for place in open_ones:
        assert all(after[other] - after[place] <= 1 for other in PLACES if given_[other])


kinds = st.lists(
    st.sampled_from(["stock", "stock", "stock", "member", "owned", "nothing", "closed", "buying", "away"]),
    min_size=18,
    max_size=18,
)


@given(
    kinds,
    st.integers(0, 14),
    st.sampled_from([OVER_STATES, OVER_CODES]),
    st.sampled_from(["partial", "elsewhere", "fail"]),
    st.sampled_from(SELECTS),
    st.booleans(),
)
def test_what_a_pool_that_is_spread_buys_and_adopts(
    kinds_of_numbers, count, spread, on_shortage, select, adopt
):
    vendor, rows = FakeVendor(), []
    for at, kind in enumerate(kinds_of_numbers):
        code, name = CODES[at % 3], STATES[at % 3]
        number = f"+1{code}5550{at:03d}"
        one = managed(
            "pool.p",
            number,
            state=name,
            sip_trunk_id=1 if kind == "away" else 2,
            bought_at=None if kind in {"closed", "buying"} else managed("pool.p", number).bought_at,
        )
        if kind in {"stock", "closed"}:
            vendor.put_on_sale(number, state=name)
        if kind in {"member", "owned", "away"}:
            vendor.own(number, state=name)
        if kind in {"member", "away"}:
            rows.append(one)
        if kind == "closed":
            rows.append(buried(one))
        if kind == "buying":
            rows.append(buying(one))
    entry = pool(
        "p",
        count,
        spread=spread,
        on_shortage=on_shortage,
        select=select,
        adopt=adopt,
        sip_trunk_id=2,
        on_trunk_change="replace",
    )
    made = plan(manifest(entry), vendor, state(*rows))
    assert encode_plan(made) == encode_plan(plan(manifest(entry), vendor, state(*rows)))
    after = [
        change.after for change in made.changes if type(change).__name__ in {"Purchase", "Replace", "Adopt"}
    ]
    places = [STATES[CODES.index(one.number[2:5])] for one in after]
    assert all(
        one.state == name or (one.state is None and spread.by == "area_code")
        for one, name in zip(after, places, strict=True)
    )
    spare = Counter(one.state for offers in made.alternates.values() for one in offers)
    bought = {one.after.state for one in made.changes if type(one).__name__ in {"Purchase", "Replace"}}
    assert set(spare) <= bought
    if {"closed", "buying", "away", "owned", "member"}.isdisjoint(
        kinds_of_numbers
    ) and on_shortage != "elsewhere":
        share = Counter(places)
        for at, name in enumerate(STATES):
            there = sum(kind == "stock" for kind in kinds_of_numbers[at::3])
            assert share[name] == min(there, count // 3 + (at < count % 3))


def test_one_search_for_each_state_and_the_first_get_what_is_left_over(vendor):
    sell(vendor, Texas=9, Ohio=9, Florida=9)
    made = plan(manifest(pool("p", 7, spread=OVER_STATES)), vendor)
    assert bought_in(made) == {"Texas": 3, "Ohio": 2, "Florida": 2}
    assert [about.state for name, about in vendor.calls if name == "search"] == [*STATES]
    assert said(made, "note") == ["pool.p buys Texas: 3, Ohio: 2, Florida: 2"]


def test_a_pool_may_be_spread_over_area_codes(vendor):
    sell(vendor, Texas=9, Ohio=9, Florida=9)
    made = plan(manifest(pool("p", 4, spread=OVER_CODES)), vendor)
    assert bought_in(made) == {"Texas": 2, "Ohio": 1, "Florida": 1}
    asked = [about.digits for name, about in vendor.calls if name == "search" and isinstance(about, Criteria)]
    assert asked == ["1512", "1614", "1305"]


@pytest.mark.parametrize(
    ("on_shortage", "bought", "errors", "warnings"),
    [
        ("fail", {"Texas": 3, "Ohio": 1, "Florida": 3}, ["Ohio"], []),
        ("partial", {"Texas": 3, "Ohio": 1, "Florida": 3}, [], ["Ohio"]),
        ("elsewhere", {"Texas": 4, "Ohio": 1, "Florida": 4}, [], []),
    ],
)
def test_what_one_place_lacks(vendor, on_shortage, bought, errors, warnings):
    sell(vendor, Texas=9, Ohio=1, Florida=9)
    made = plan(manifest(pool("p", 9, spread=OVER_STATES, on_shortage=on_shortage)), vendor)
    assert bought_in(made) == bought
    sentence = "pool.p wants 3 more in {}, but the vendor offers only 1"
    assert [one.summary for one in made.errors] == [sentence.format(name) for name in errors]
    assert said(made, "warning") == [sentence.format(name) for name in warnings]


def test_elsewhere_is_a_shortage_only_where_all_places_together_have_too_little(vendor):
    sell(vendor, Texas=2, Ohio=1, Florida=2)
    made = plan(manifest(pool("p", 6, spread=OVER_STATES, on_shortage="elsewhere")), vendor)
    assert [one.summary for one in made.errors] == ["pool.p wants 6 more, but the vendor offers only 5"]


def test_new_members_go_where_there_are_fewest_and_nothing_is_released(vendor):
    rows = [managed("pool.p", vendor.own(f"+15125559{place:03d}"), state="TX") for place in range(3)]
    rows.append(managed("pool.p", vendor.own("+12125550100"), state="New York"))
    sell(vendor, Texas=9, Ohio=9, Florida=9)
    made = plan(manifest(pool("p", 8, spread=OVER_STATES)), vendor, state(*rows))
    assert bought_in(made) == {"Ohio": 2, "Florida": 2}
    assert "release" not in by_action(made)
    assert any("1 of 4 members do not match" in one for one in said(made, "note"))


def test_a_row_that_names_no_state_is_in_the_one_that_was_asked_for(vendor, monkeypatch):
    sell(vendor, Texas=1, Ohio=1, Florida=1)
    whole = vendor.search

    def nameless(criteria, *, wanted):
        import msgspec

        found = whole(criteria, wanted=wanted)
        offers = tuple(msgspec.structs.replace(one, state="") for one in found.offers)
        return msgspec.structs.replace(found, offers=offers)

    monkeypatch.setattr(vendor, "search", nameless)
    made = plan(manifest(pool("p", 3, spread=OVER_STATES)), vendor)
    assert {change.after.state for change in made.changes} == set(STATES)


def test_owned_numbers_are_adopted_up_to_the_share_of_their_state(vendor):
    for place in range(5):
        vendor.own(f"+1512555010{place}", state="Texas")
    vendor.own("+12125550100", state="New York")
    sell(vendor, Ohio=3, Florida=3)
    made = plan(manifest(pool("p", 6, spread=OVER_STATES, adopt=True)), vendor, state())
    assert by_action(made)["adopt"] == ["+15125550100", "+15125550101"]
    assert bought_in(made) == {"Ohio": 2, "Florida": 2}
    assert {one.after.state for one in made.changes if one.after.number in by_action(made)["adopt"]} == {
        "Texas"
    }


def test_a_state_that_is_misspelled_is_told(vendor):
    sell(vendor, Texas=2, Ohio=2)
    [error] = plan(manifest(pool("p", 2, spread=Spread("state", ("Texas", "Ohoi")))), vendor).errors
    assert error.summary == "pool.p wants 1 more in Ohoi, but the vendor offers only 0"
    assert "did you mean Ohio?" in error.hint
