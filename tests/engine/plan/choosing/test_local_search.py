"""One search for each area code, until there is enough or nothing more; and what is for sale where a code is not."""

from numplan.model.account import Criteria
from numplan.model.number import E164
from tests.builders import by_action, manifest, plan, pool, said
from tests.fakes import FakeVendor


def sell(vendor: FakeVendor, *numbers: int, **known) -> None:
    for number in numbers:
        vendor.put_on_sale(f"+{number}", **known)


def searches(vendor: FakeVendor) -> list[str]:
    return [about.digits for name, about in vendor.calls if name == "search" and isinstance(about, Criteria)]


def test_each_code_is_asked_for_once_behind_the_calling_code(vendor):
    sell(vendor, 12120000001, 16460000001)
    plan(manifest(pool("p", 2, area_codes=("212", "646")), pool("q", 1, area_codes=("646",))), vendor)
    assert searches(vendor) == ["1212", "1646"]


def test_what_the_vendor_finds_anywhere_in_a_number_counts_only_behind_the_calling_code(vendor):
    sell(vendor, *range(13012120000, 13012120050), 19142121212, 12129999999)
    made = plan(manifest(pool("p", 1, select="lowest", area_codes=("212",))), vendor)
    assert by_action(made) == {"purchase": ["+12129999999"]}


def test_a_search_grows_until_it_has_enough(vendor):
    sell(vendor, *range(11312120000, 11312120400), *range(12120000000, 12120000003))
    made = plan(manifest(pool("p", 3, select="lowest", area_codes=("212",))), vendor)
    assert len(by_action(made)["purchase"]) == 3
    assert made.errors == ()


def test_a_vendor_that_looks_behind_the_calling_code_alone_is_asked_for_the_code(vendor, monkeypatch):
    sell(vendor, 12120000001)
    whole = vendor.search

    def behind(criteria, *, wanted):
        found = whole(criteria, wanted=wanted)
        return found if not criteria.digits.startswith("1") else type(found)((), exhausted=True)

    monkeypatch.setattr(vendor, "search", behind)
    made = plan(manifest(pool("p", 1, area_codes=("212",))), vendor)
    assert by_action(made) == {"purchase": ["+12120000001"]}


def test_the_digits_of_the_pool_must_stand_in_the_number_too(vendor):
    sell(vendor, 12120000001, 12128880001, 16468880001)
    made = plan(manifest(pool("p", 2, area_codes=("212",), digits="888", on_shortage="partial")), vendor)
    assert by_action(made) == {"purchase": ["+12128880001"]}


def test_a_code_that_is_not_sold_names_those_that_are(vendor):
    sell(vendor, 12050000001, 16460000001, 16460000002)
    made = plan(manifest(pool("p", 1, area_codes=("999",))), vendor)
    [error] = made.errors
    assert error.hint == "nothing with area code 999 is for sale; for sale are 205, 646"
    made = plan(manifest(pool("p", 1, area_codes=("999", "646"))), vendor)
    assert made.errors == ()
    [told] = [one for one in made.diagnostics if one.severity == "note"]
    assert told.hint == "nothing with area code 999 is for sale; for sale are 205, 646"


def test_the_vendors_own_spelling_of_the_state_is_found(vendor):
    sell(vendor, 12120000001, state="NY")
    made = plan(manifest(pool("p", 1, state="New York", area_codes=("212", "646"))), vendor)
    assert by_action(made) == {"purchase": ["+12120000001"]}


def test_only_numbers_with_a_listed_code_are_adopted(vendor):
    for number in ("+12120000001", "+19142120002", "+16460000003"):
        vendor.own(number)
    made = plan(manifest(pool("p", 3, adopt=True, area_codes=("646", "212"), on_shortage="partial")), vendor)
    assert by_action(made) == {"adopt": ["+12120000001", "+16460000003"]}


def test_the_plan_says_what_came_from_where_and_what_the_next_would_cost(vendor):
    sell(vendor, *range(12120000000, 12120000012))
    sell(vendor, *range(16460000000, 16460000020))
    sell(vendor, 19170000000, 19170000001, monthly="0.35", once="1.00")
    sell(vendor, 19170000002, monthly="0.30")
    made = plan(manifest(pool("p", 20, area_codes=("212", "646", "917"))), vendor)
    assert said(made, "note") == [
        "pool.p buys 212: 12 (all there are), 646: 8; next 917, from 0.30 a month and 0.10 once"
    ]


def test_a_preferred_code_comes_first_however_dear_it_is(vendor):
    sell(vendor, 12120000001, 12120000002, monthly="9", once="9")
    sell(vendor, 16460000001)
    made = plan(manifest(pool("p", 1, area_codes=("212", "646"))), vendor)
    assert by_action(made) == {"purchase": ["+12120000001"]}
    reserve = {E164(one.number) for offers in made.alternates.values() for one in offers}
    assert reserve == {"+12120000002"}
