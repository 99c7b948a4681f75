"""A listing that is cut short, split by the digits that numbers begin with."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.api.client import Client
from numplan.emulator.server import Emulator
from numplan.emulator.settings import EmulatorSettings
from numplan.engine.ports import Clock
from numplan.model.account import Criteria
from numplan.model.number import E164
from numplan.numbering.beginnings import beginnings, remainder, within
from tests.fakes import FakeClock

DIGITS = st.text("0123", min_size=1, max_size=6)


@given(st.sets(DIGITS, min_size=1), st.integers(1, 5))
def test_beginnings_are_apart_and_hold_all_but_what_is_a_beginning_of_others(numbers: set[str], most: int):
    ordered = sorted(numbers)
    chosen = beginnings(ordered, "", most)
    for one in chosen:
        assert [other for other in chosen if other.startswith(one)] == [one]
        assert len(within(ordered, one)) <= most or len(one) >= 15
    outside = [one for one in ordered if not one.startswith(tuple(chosen))]
    assert all(any(other != one and other.startswith(one) for other in ordered) for one in outside)


@given(st.sets(DIGITS), DIGITS)
def test_the_remainder_is_all_that_nothing_taken_begins(taken: set[str], number: str):
    apart = [one for one in taken if not any(one != other and one.startswith(other) for other in taken)]
    rest = remainder("", apart)
    begun = [one for one in [*apart, *rest] if number.startswith(one)]
    is_inner = any(one.startswith(number) for one in [*apart, *rest])
    assert len(begun) == (0 if is_inner and number not in [*apart, *rest] else 1)


class Account:
    """A vendor that caps its answers, with numbers spread as a company's are."""

    def __init__(self, emulator: Emulator, numbers: list[str]) -> None:
        self.emulator = emulator
        self.numbers = numbers
        self.client = Client(emulator.url, emulator.account, emulator.token, clock())

    def calls(self) -> int:
        return self.emulator.calls()["purchased-list"]


def clock() -> Clock:
    return FakeClock()


@pytest.fixture
def account():
    chance = Random(7)
    codes = ["1212", "1646", "1718", "442071", "4930", "49891", "3314"]
    numbers = {f"+{chance.choice(codes)}{chance.randrange(10**6):06}" for _ in range(2000)}
    with Emulator(EmulatorSettings(stock=0, size_cap=100)) as emulator:
        emulator.add_owned(sorted(numbers))
        emulator.configure(access_number_match="beginning")
        yield Account(emulator, sorted(numbers))


def read(account: Account, *, known: int) -> tuple[bool, int, int]:
    """Whether all came proven, how many numbers came, and by how many calls."""
    some = [E164(one) for one in account.numbers[:: -(-len(account.numbers) // known)]] if known else []
    listing = account.client.purchased(expected=2000, known=lambda: some)
    return listing.complete, len(listing.numbers), account.calls()


def test_all_of_a_fleet_that_is_known_takes_few_calls(account: Account):
    complete, count, calls = read(account, known=2000)
    assert (complete, count) == (True, len(account.numbers))
    assert calls <= 6 * 20


@pytest.mark.parametrize("known", [0, 20, 500])
def test_what_nobody_knows_is_found_digit_by_digit(account: Account, known: int):
    complete, count, calls = read(account, known=known)
    assert (complete, count) == (True, len(account.numbers))
    assert calls <= 20 * 20


def test_that_beginnings_are_looked_for_is_asked_once(account: Account):
    read(account, known=2000)
    before = account.calls()
    assert account.client.purchased(expected=2000).complete
    assert account.calls() - before <= before, "and the numbers are known by now"


@pytest.mark.parametrize("match", ["whole", "ignored", "never"])
def test_a_vendor_that_looks_for_no_beginnings_is_asked_once(account: Account, match: str):
    account.emulator.configure(access_number_match=match)
    by_filters = account.client.purchased(expected=2000, known=lambda: [E164(one) for one in account.numbers])
    with_one = account.calls()
    assert not by_filters.complete
    account.client.purchased(expected=2000)
    assert account.calls() - with_one == with_one - 1


def test_digits_that_are_found_anywhere_prove_no_less(account: Account):
    account.emulator.configure(access_number_match="part")
    listing = account.client.purchased(expected=2000, known=lambda: [E164(one) for one in account.numbers])
    assert listing.complete
    assert [*sorted(listing.numbers)] == account.numbers


def test_a_number_that_a_part_hides_is_no_proof(account: Account):
    hidden = account.numbers[500]
    account.emulator.faults(
        [
            {
                "endpoint": "purchased-list",
                "fault": "lying_listing",
                "count": 0,
                "params": {"numbers": [hidden], "lookups": True},
            }
        ]
    )
    account.emulator.configure(size_cap=100)
    listing = account.client.purchased(expected=2000, known=lambda: [E164(one) for one in account.numbers])
    assert hidden not in listing.numbers


def test_a_listing_under_a_filter_is_split_by_number_too(account: Account):
    found = account.client.purchased_in(Criteria(country="United States"))
    assert found.complete
    assert len(found.numbers) == len(account.numbers), "the emulator calls them all American"


@settings(max_examples=25)
@given(st.data())
def test_whatever_the_account_holds_it_is_all_there_or_said_to_be_incomplete(data: st.DataObject):
    numbers = data.draw(st.sets(st.from_regex(r"[1-9][01]{5,9}", fullmatch=True), min_size=3, max_size=60))
    cap = data.draw(st.integers(2, 12))
    match = data.draw(st.sampled_from(["beginning", "part", "whole", "ignored"]))
    known = data.draw(st.lists(st.sampled_from(sorted(numbers)), unique=True))
    with Emulator(EmulatorSettings(stock=0, size_cap=cap)) as emulator:
        emulator.add_owned(sorted(numbers))
        emulator.configure(access_number_match=match)
        with Client(emulator.url, emulator.account, emulator.token, clock()) as client:
            listing = client.purchased(expected=50, known=lambda: [E164(f"+{one}") for one in known])
        shown = {one.removeprefix("+") for one in listing.numbers}
        assert shown <= numbers
        assert not listing.complete or shown == numbers
        nested = any(a != b and b.startswith(a) for a in numbers for b in numbers)
        assert listing.complete or match != "beginning" or nested
