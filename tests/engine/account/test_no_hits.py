"""A search that finds nothing: what is said of it, and what is asked for instead."""

import pytest

from numplan.engine.account.no_hits import asked_otherwise, found_nothing
from numplan.model.account import Criteria, Found, Unreadable
from tests.builders import us
from tests.fakes import FakeVendor

NOTHING = Found((), exhausted=True)
US = "United States"


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def why(vendor: FakeVendor, **criteria: str) -> str:
    """Why a search with these criteria finds nothing."""
    found = asked_otherwise(vendor, Criteria(country=US, **criteria), 3, NOTHING)
    assert found_nothing(found)
    return found.why


def test_a_search_whose_rows_cannot_be_read_has_found_something(vendor):
    vendor.put_on_sale(us(1))
    vendor.cannot_read(us(1))
    found = vendor.search(Criteria(country=US), wanted=3)
    assert found.offers == ()
    assert not found_nothing(found)
    assert found_nothing(NOTHING)
    assert Unreadable(1, "country", "is null", us(1)) in found.unreadable


def test_where_nothing_but_the_country_is_asked_for_nothing_is_for_sale_there(vendor):
    assert why(vendor) == f"nothing is for sale in {US}"
    assert vendor.calls == []


@pytest.mark.parametrize(
    ("criteria", "others", "said"),
    [
        (
            {"type": "Mobil"},
            {"kind": "Mobile"},
            "there are none with type Mobil: did you mean Mobile? offered are Mobile",
        ),
        (
            {"category": "Fax"},
            {"category": "Voice+SMS"},
            "there are none with category Fax: offered are Voice+SMS",
        ),
    ],
)
def test_the_criterion_without_which_there_is_something_is_named_with_what_there_is(
    vendor, criteria, others, said
):
    vendor.put_on_sale(us(1), **others)
    assert why(vendor, **criteria) == said


def test_of_many_words_that_are_offered_twelve_are_named_and_the_rest_is_counted(vendor):
    for place in range(15):
        vendor.put_on_sale(us(place), state=f"State {place:02}")
    named = ", ".join(f"State {place:02}" for place in range(12))
    assert why(vendor, state="Zzyzx") == f"there are none with state Zzyzx: offered are {named}, and 3 more"


def test_a_state_is_asked_for_again_as_the_vendor_spells_it_and_for_as_many_as_were_wanted(vendor):
    for place in range(5):
        vendor.put_on_sale(us(place), state="NEW  YORK")
    found = asked_otherwise(vendor, Criteria(country=US, state="New York"), 3, NOTHING)
    assert [one.number for one in found.offers] == [us(0), us(1), us(2)]
    assert found.why == ""
    assert vendor.calls[-1] == ("search", Criteria(country=US, state="NEW  YORK"))


def test_no_search_is_made_twice_whatever_was_asked_for(vendor):
    why(vendor, state="Texas", type="Mobile", category="Voice", digits="999")
    searched = [call for call in vendor.calls if call[0] == "search"]
    assert 0 < len(searched) <= 4
    assert len(set(searched)) == len(searched)
