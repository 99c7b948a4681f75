"""What a plan says of the account as a whole, and in which order."""

from datetime import timedelta

import msgspec
import pytest

from numplan.model.account import Unreadable
from tests.builders import LONG_AGO, buying, entry, managed, manifest, plan, pool, said, state, us
from tests.fakes import NOON, FakeVendor

ONE, TWO, THREE, FOUR = map(us, range(1, 5))
NOTED = NOON - timedelta(minutes=5)


def test_numbers_that_one_look_does_not_show_are_told_with_when_the_first_is_looked_for_again(vendor):
    rows = state(
        managed("pool.p", ONE),
        managed("pool.p", TWO, missing_since=NOTED),
        managed("pool.p", vendor.own(THREE)),
    )
    made = plan(manifest(pool("p", 3)), vendor, rows)
    assert said(made, "warning") == ["2 missing, looked for again from 2026-01-01 12:10 UTC on"]
    assert [(one.number, one.again_from, one.noted) for one in made.missing] == [
        (ONE, NOON + timedelta(minutes=15), False),
        (TWO, NOTED + timedelta(minutes=15), True),
    ]


def test_a_number_that_is_back_is_told_by_an_apply_alone(vendor):
    rows = state(
        managed("pool.p", vendor.own(ONE), missing_since=LONG_AGO), managed("pool.p", vendor.own(TWO))
    )
    made = plan(manifest(pool("p", 2)), vendor, rows)
    assert [(one.number, one.is_back, one.to_note) for one in made.missing] == [(ONE, True, True)]
    assert said(made, "warning") == []


def test_what_is_absent_and_what_is_back_stand_in_order_of_number(vendor):
    rows = state(
        managed("pool.p", FOUR),
        managed("pool.p", vendor.own(THREE), missing_since=NOTED),
        managed("pool.p", TWO),
        managed("pool.p", vendor.own(ONE), missing_since=NOTED),
    )
    made = plan(manifest(pool("p", 4)), vendor, rows)
    assert [(one.number, one.is_back) for one in made.missing] == [
        (ONE, True),
        (TWO, False),
        (THREE, True),
        (FOUR, False),
    ]


def troubled(vendor: FakeVendor) -> None:
    """An account of which there is much to say."""
    vendor.cannot_read(vendor.own(THREE))
    vendor.listed(complete=False)
    vendor.odd_regions = (Unreadable(3, "types", "is null"),)


def test_what_is_amiss_is_told_from_calls_to_rows_in_one_order(vendor):
    troubled(vendor)
    dear = msgspec.structs.replace(managed("number.b", vendor.own(TWO, monthly="9.00")), charges_planned=True)
    rows = state(buying(managed("number.a", ONE)), dear, managed("number.c", FOUR))
    wanted = manifest(entry("a", ONE), entry("b", TWO), entry("c", FOUR))
    about = [one.summary.split(":")[0] for one in plan(wanted, vendor, rows).diagnostics]
    assert about == [
        "state holds 1 unsettled call of an earlier run",
        "the account's listing could not be proven complete",
        f"{TWO} (number.b)",
        "1 missing, looked for again from 2026-01-01 12",
        "purchased-list",
        "regions",
    ]


@pytest.mark.parametrize(
    ("field", "first"),
    [
        ("types", "no numbers are offered in 'Atlantis'"),
        (
            "regionName",
            "whether numbers are offered in 'Atlantis' cannot be told: a row of regions cannot be read",
        ),
    ],
)
def test_a_plan_for_state_alone_says_what_is_amiss_in_the_account_and_nothing_of_what_is_declared(
    vendor, field, first
):
    troubled(vendor)
    vendor.odd_regions = (Unreadable(3, field, "is null"),)
    wanted = manifest(pool("p", 0, country="Atlantis"))
    whole = {one.summary for one in plan(wanted, vendor, state()).diagnostics}
    alone = {one.summary for one in plan(wanted, vendor, state(), refresh_only=True).diagnostics}
    assert whole - alone == {first}
    assert len(alone) == 3
