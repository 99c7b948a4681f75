"""Listings: proven complete in one call, by growth or by splitting; never called complete by mistake."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.api.decode import OwnedPage
from numplan.api.listing import Filters, ListingReader
from numplan.api.page_size import RejectedError
from numplan.model.account import Assignment, Listing, OwnedNumber, Region, Unreadable, by_number, nameless
from numplan.model.errors import UnreachableError
from numplan.model.number import E164
from numplan.model.text.spelling import same_word

COUNTRIES = ("United States", "United Kingdom")
STATES = ("New York", "New Jersey", "Ohio")
TYPES = ("Geographic", "Mobile")


def row(n: int, country: str = "United States", kind: str = "Geographic") -> OwnedNumber:
    return OwnedNumber(E164(f"+1{n:010}"), country, kind, Decimal("0.10"), Decimal("0.10"))


class Vendor:
    """purchased-list with a memory: `state_of` places rows, `cap` limits answers. Of the rows of `odd` numbers nothing
    can be read but the number, where the value says so; no filter finds those.
    """

    def __init__(
        self,
        rows: Iterable[OwnedNumber],
        *,
        cap: int | None = None,
        total: str = "all",
        most_size: int | None = None,
        filters: Sequence[str] = ("country", "numberType", "state"),
        odd: Mapping[int, bool] | None = None,
    ) -> None:
        self.rows = tuple(rows)
        self.cap = cap
        self.total = total
        self.most_size = most_size
        self.filters = filters
        self.odd = {row(n).number: named for n, named in (odd or {}).items()}
        self.asked: list[tuple[Mapping[str, str], int]] = []

    @staticmethod
    def state_of(owned: OwnedNumber) -> str:
        return STATES[int(owned.number[-2:]) % len(STATES)]

    def __call__(self, query: Mapping[str, str], size: int) -> OwnedPage:
        self.asked.append((query, size))
        if self.most_size is not None and size > self.most_size:
            raise RejectedError("purchased-list", 400, "size is too large")
        found = [each for each in self.rows if self._matches(each, query)]
        shown = found[: size if self.cap is None else min(size, self.cap)]
        total = {"all": len(found), "rows": len(shown), "none": None}[self.total]
        unreadable = tuple(
            Unreadable(place, "country", "is null", each.number if self.odd[each.number] else None)
            for place, each in enumerate(shown, 1)
            if each.number in self.odd
        )
        return OwnedPage(tuple(each for each in shown if each.number not in self.odd), total, unreadable)

    def _matches(self, each: OwnedNumber, query: Mapping[str, str]) -> bool:
        if each.number in self.odd and any(name in self.filters for name in query):
            return False
        words = {"country": each.country, "numberType": each.type, "state": self.state_of(each)}
        return all(same_word(words[name], text) for name, text in query.items() if name in self.filters)

    def regions(self) -> Sequence[Region]:
        return [Region(name, TYPES) for name in COUNTRIES]


def read(vendor: Vendor, filters: Filters = Filters(), **named: object) -> Listing:  # noqa: B008 - frozen
    return ListingReader(vendor, vendor.regions, 2).read(filters, **named)  # type: ignore[arg-type]


def no_regions() -> Sequence[Region]:
    raise AssertionError("regions were asked for")


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (700, 0), (999, 0), (5000, 2600), (5000, 5000)])
def test_a_complete_listing_normally_takes_one_call(count: int, expected: int) -> None:
    vendor = Vendor(map(row, range(count)))
    listing = ListingReader(vendor, no_regions, 2).read(Filters(), expected=expected)
    assert (len(listing.numbers), listing.complete, listing.gap) == (count, True, "")
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("total", ["all", "rows"])
@pytest.mark.parametrize("count", [1000, 1001, 9000])
def test_an_account_larger_than_expected_is_asked_for_again(count: int, total: str) -> None:
    vendor = Vendor(map(row, range(count)), total=total)
    listing = read(vendor)
    assert (len(listing.numbers), listing.complete) == (count, True)
    assert len(vendor.asked) <= 4


def test_rows_as_many_as_asked_for_are_no_proof() -> None:
    vendor = Vendor(map(row, range(1000)), total="rows")
    read(vendor)
    assert [size for _, size in vendor.asked] == [1000, 4000]


def test_a_server_that_names_no_total_proves_nothing_and_is_not_asked_in_parts() -> None:
    vendor = Vendor(map(row, range(20)), total="none")
    listing = read(vendor)
    assert (len(listing.numbers), listing.complete) == (20, False)
    assert listing.gap == "the whole account: the API shows 20 different numbers and names no total"
    assert len(vendor.asked) == 1


MIXED = [row(n, COUNTRIES[n % 2], TYPES[n // 2 % 2]) for n in range(90)]


def test_a_capped_listing_is_joined_from_its_countries() -> None:
    vendor = Vendor(MIXED, cap=50)
    listing = read(vendor)
    assert (len(listing.numbers), listing.complete, listing.gap) == (90, True, "")


def test_and_from_their_types_and_from_the_states_that_are_named() -> None:
    assert read(Vendor(MIXED, cap=25)).complete
    capped = Vendor(MIXED, cap=10)
    listing = read(capped)
    assert not listing.complete
    assert "the API shows 10 different numbers and counts 23" in listing.gap
    listing = read(capped, states=lambda: ("New York", "Ohio", "new jersey", "Ohio"))
    assert (len(listing.numbers), listing.complete) == (90, True)


def test_a_gap_names_the_part_that_is_not_proven() -> None:
    rows = [row(n) for n in range(60)] + [row(100 + n, "United Kingdom") for n in range(5)]
    listing = read(Vendor(rows, cap=20))
    assert listing.gap == "United States, Geographic: the API shows 20 different numbers and counts 60"
    assert len(listing.numbers) == 25


def test_a_country_that_regions_do_not_name_is_found_in_rows_or_missed_by_the_total() -> None:
    seen_first = [row(0, "Peru"), *(row(n) for n in range(1, 30))]
    assert read(Vendor(seen_first, cap=29, total="all")).complete
    seen_never = [*(row(n) for n in range(1, 30)), row(50, "Peru")]
    listing = read(Vendor(seen_never, cap=29))
    assert not listing.complete
    assert "the whole account: the API shows 29 different numbers and counts 30" in listing.gap


def test_filters_that_the_server_ignores_prove_nothing() -> None:
    listing = read(Vendor(MIXED, cap=50, filters=()))
    assert (len(listing.numbers), listing.complete) == (50, False)


def test_a_size_that_is_refused_is_asked_for_smaller() -> None:
    vendor = Vendor(MIXED, most_size=100)
    assert read(vendor, expected=5000).complete
    assert [size for _, size in vendor.asked] == [10000, 1000, 500, 100]
    split = Vendor(MIXED, most_size=50)
    assert read(split).complete


def test_where_every_size_is_refused_the_first_refusal_is_raised() -> None:
    with pytest.raises(RejectedError, match="too large"):
        read(Vendor(MIXED, most_size=0))


def test_duplicate_rows_count_once() -> None:
    vendor = Vendor([row(n) for n in range(10) for _ in range(2)])
    listing = read(vendor)
    assert len(listing.numbers) == 10
    assert not listing.complete  # the total says 20, and another ten may hide behind the repeats


def test_rows_that_contradict_each_other_are_a_gap_and_the_blocking_one_stands() -> None:
    plain = row(1)
    blocked = OwnedNumber(
        plain.number, plain.country, plain.type, Decimal(1), Decimal(1), Assignment("Flow Builder", "1", "f")
    )
    for pair in ((plain, blocked), (blocked, plain)):

        def ask(query: Mapping[str, str], size: int, pair: tuple[OwnedNumber, ...] = pair) -> OwnedPage:
            del query, size
            return OwnedPage(pair, 1)

        listing = ListingReader(ask, no_regions, 1).read(Filters())
        assert listing.numbers == {plain.number: blocked}
        assert not listing.complete
        assert listing.gap == "1 listed twice with different rows (+10000000001)"


def test_a_listing_that_changes_between_its_parts_is_not_complete() -> None:
    vendor = Vendor(MIXED, cap=50)

    def ask(query: Mapping[str, str], size: int) -> OwnedPage:
        page = vendor(query, size)
        if not query:
            vendor.rows = (*MIXED, row(500))
        return page

    listing = ListingReader(ask, vendor.regions, 2).read(Filters())
    assert not listing.complete
    assert "shows 91 different numbers and counts 90" in listing.gap


def test_a_failing_part_fails_the_listing() -> None:
    vendor = Vendor(MIXED, cap=50)

    def ask(query: Mapping[str, str], size: int) -> OwnedPage:
        if query.get("country") == "United States":
            raise UnreachableError("purchased-list", "down")
        return vendor(query, size)

    with pytest.raises(UnreachableError):
        ListingReader(ask, vendor.regions, 2).read(Filters())


def test_a_filtered_listing_leaves_out_rows_of_other_parts() -> None:
    wanted = Filters(country="united states", type="geographic")
    for vendor in (Vendor(MIXED), Vendor(MIXED, filters=())):
        listing = read(vendor, wanted)
        assert listing.complete
        assert {(each.country, each.type) for each in listing.numbers.values()} == {
            ("United States", "Geographic")
        }
        assert len(listing.numbers) == 23


def test_a_filtered_listing_is_split_by_what_is_left() -> None:
    vendor = Vendor(MIXED, cap=25)
    listing = ListingReader(vendor, no_regions, 2).read(Filters(country="United States"))
    assert (len(listing.numbers), listing.complete) == (45, True)


@given(
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from(COUNTRIES), st.sampled_from(TYPES)), max_size=60),
    st.integers(1, 70),
    st.sampled_from(["all", "none"]),
    st.sampled_from([("country", "numberType", "state"), ("country",), (), ("numberType", "state")]),
    st.integers(0, 3),
)
def test_complete_means_complete(
    owned: list[tuple[int, str, str]], cap: int, total: str, filters: Sequence[str], states: int
) -> None:
    """However a server caps and filters: if its totals are true, `complete` is."""
    rows = {n: row(n, country, kind) for n, country, kind in owned}.values()
    listing = read(Vendor(rows, cap=cap, total=total, filters=filters), states=lambda: STATES[:states])
    truth = {each.number: each for each in rows}
    assert listing.numbers.items() <= truth.items()
    assert listing.complete == (not listing.gap)
    if listing.complete:
        assert listing.numbers == truth


def test_rows_that_cannot_be_read_count_as_rows() -> None:
    vendor = Vendor(map(row, range(10)), odd={3: True, 5: False, 6: False})
    listing = read(vendor)
    assert (listing.complete, len(listing.numbers), len(vendor.asked)) == (True, 7, 1)
    assert [*by_number(listing.unreadable)] == [row(3).number]
    assert [one.place for one in nameless(listing.unreadable)] == ["row 6", "row 7"]


def test_no_other_row_speaks_for_a_number_whose_row_cannot_be_read() -> None:
    bad = Unreadable(2, "country", "is null", row(1).number)
    page = OwnedPage((row(1), row(2)), 2, (bad,))
    listing = ListingReader(lambda _query, _size: page, no_regions, 1).read(Filters())
    assert ([*listing.numbers], listing.unreadable, listing.complete) == ([row(2).number], (bad,), True)


def test_a_capped_listing_with_such_rows_is_joined_and_says_where_they_stand() -> None:
    hidden = read(Vendor(MIXED, cap=50, odd={0: True, 3: False}))
    assert (hidden.complete, len(hidden.numbers)) == (True, 88)
    assert [one.place for one in hidden.unreadable] == ["row 1", "row 4"]
    shown = Vendor(MIXED, cap=50, odd={0: True, 3: False}, filters=())
    assert not read(shown).complete


def test_a_row_beyond_the_cap_that_no_part_shows_keeps_a_listing_from_being_proven() -> None:
    listing = read(Vendor(MIXED, cap=50, odd={80: False}))
    assert (listing.complete, len(listing.numbers)) == (False, 89)
    assert "shows 89 different numbers and counts 90" in listing.gap


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(COUNTRIES), st.sampled_from(TYPES)), max_size=40),
    st.dictionaries(st.integers(0, 40), st.booleans(), max_size=6),
    st.integers(1, 50),
    st.sampled_from([("country", "numberType", "state"), ("country",), ()]),
    st.integers(0, 3),
)
def test_complete_means_complete_where_rows_cannot_be_read(
    owned: list[tuple[int, str, str]],
    odd: dict[int, bool],
    cap: int,
    filters: Sequence[str],
    states: int,
) -> None:
    rows = {n: row(n, country, kind) for n, country, kind in owned}
    listing = read(Vendor(rows.values(), cap=cap, filters=filters, odd=odd), states=lambda: STATES[:states])
    truth = {each.number: each for n, each in rows.items() if n not in odd}
    assert listing.numbers.items() <= truth.items()
    if listing.complete:
        assert listing.numbers == truth
        assert by_number(listing.unreadable).keys() == {row(n).number for n in rows if odd.get(n)}
        assert len(nameless(listing.unreadable)) == sum(1 for n in rows if odd.get(n) is False)
