"""What entries with days let go, keep and wait for."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from numplan.model.address import Resource
from numplan.model.changes import Release
from numplan.model.manifest import Move
from numplan.model.plan import Selection
from numplan.model.state import Instance
from tests.builders import (
    LONG_AGO,
    PLACE,
    by_action,
    entry,
    group,
    managed,
    manifest,
    only,
    plan,
    pool,
    refused,
    said,
    state,
    us,
)
from tests.engine.plan.pooled import members, vendor_by_the_clock
from tests.fakes import NOON, FakeVendor

TODAY = NOON.date()
YESTERDAY, TOMORROW = (TODAY + timedelta(days=days) for days in (-1, 1))


@pytest.fixture
def vendor() -> FakeVendor:
    """A vendor that tells the time, and sells a few numbers."""
    return vendor_by_the_clock(11, 12, 13)


def explicit(vendor: FakeVendor, *places: int, resource: str, **known: Any) -> list[Instance]:
    return members(vendor, *places, resource=resource, **known)


def test_before_its_first_day_an_entry_buys_nothing_and_the_plan_says_so(vendor):
    wanted = manifest(
        pool("p", 2, begins=TOMORROW),
        entry("n", us(11), begins=TOMORROW),
        group("s", [us(12), us(13)], begins=TOMORROW),
    )
    made = plan(wanted, vendor, state())
    assert made.changes == ()
    assert made.errors == ()
    assert said(made, "note") == [
        "number.n begins on 2026-01-02: 1 number is not bought before",
        "set.s begins on 2026-01-02: 2 numbers are not bought before",
        "pool.p begins on 2026-01-02: 2 numbers are not bought before",
    ]
    assert not [one for one in vendor.calls if one[0] in {"search", "find"}]


def test_before_its_first_day_what_the_account_lost_leaves_state_and_is_bought_on_that_day(vendor):
    """Else state would manage, until then, what nobody has."""
    rows = [managed("number.n", us(11), missing_since=LONG_AGO), managed("pool.p", vendor.own(us(14)))]
    wanted = manifest(entry("n", us(11), begins=TOMORROW), pool("p", 1))
    made = plan(wanted, vendor, state(*rows))
    assert by_action(made) == {"forget": [us(11)]}
    kept = state(rows[1])
    assert by_action(plan(wanted, vendor, kept)) == {}
    assert by_action(plan(wanted, vendor, kept, at=TOMORROW)) == {"purchase": [us(11)]}


def test_on_its_first_day_an_entry_buys(vendor):
    wanted = manifest(pool("p", 1, begins=TODAY), entry("n", us(11), begins=TODAY))
    assert len(by_action(plan(wanted, vendor, state()))["purchase"]) == 2


def test_before_its_first_day_a_pool_releases_nothing_and_moves_nobody(vendor):
    rows = members(vendor, 1, 2, 3, sip_trunk_id=1)
    wanted = manifest(pool("p", 1, begins=TOMORROW, sip_trunk_id=2, on_trunk_change="replace"))
    made = plan(wanted, vendor, state(*rows))
    assert by_action(made) == {}
    assert said(made, "note") == ["pool.p begins on 2026-01-02: 2 too many are not released before"]


def test_before_its_first_day_an_explicit_number_stays_on_its_trunk(vendor):
    rows = explicit(vendor, 1, resource="number.n", sip_trunk_id=1)
    wanted = manifest(entry("n", us(1), begins=TOMORROW, sip_trunk_id=2, on_trunk_change="replace"))
    assert by_action(plan(wanted, vendor, state(*rows))) == {}


def test_before_its_first_day_what_the_account_owns_is_adopted(vendor):
    for place in (1, 2):
        vendor.own(us(place))
    wanted = manifest(pool("p", 3, begins=TOMORROW, adopt=True), entry("n", us(1), begins=TOMORROW))
    made = plan(wanted, vendor, state())
    assert by_action(made) == {"adopt": [us(1), us(2)]}
    assert said(made, "note") == ["pool.p begins on 2026-01-02: 2 numbers are not bought before"]


def test_after_its_last_day_the_numbers_of_an_entry_are_released(vendor):
    rows = [
        *members(vendor, 1, 2),
        *explicit(vendor, 3, resource="number.n"),
        *explicit(vendor, 4, resource="set.s"),
    ]
    wanted = manifest(
        pool("p", 2, ends=YESTERDAY),
        entry("n", us(3), ends=YESTERDAY),
        group("s", [us(4)], ends=YESTERDAY),
        pool("kept", 0),
    )
    made = plan(wanted, vendor, state(*rows), max_releases=9)
    assert by_action(made) == {"release": [us(1), us(2), us(3), us(4)]}
    assert {(one.reason, one.due) for one in made.changes} == {("its entry ended on 2025-12-31", TODAY)}
    assert made.refusals == ()


def test_on_its_last_day_an_entry_still_holds_and_buys(vendor):
    rows = members(vendor, 1)
    made = plan(manifest(pool("p", 2, ends=TODAY)), vendor, state(*rows))
    assert len(by_action(made)["purchase"]) == 1
    assert by_action(made).keys() == {"purchase"}


def test_what_is_released_for_another_reason_has_no_date(vendor):
    change = only(plan(manifest(pool("q", 0)), vendor, state(*members(vendor, 1))))
    assert isinstance(change, Release)
    assert change.due is None


def test_what_a_flow_uses_stays_after_the_last_day_and_is_told(vendor):
    rows = members(vendor, 1)
    vendor.own(us(1), flow=True)
    made = plan(manifest(pool("p", 1, ends=YESTERDAY)), vendor, state(*rows))
    assert by_action(made) == {}
    (left,) = made.leaving
    assert (left.number, left.leaving_at) == (us(1), TODAY)
    assert left.overdue.startswith("assigned to the flow")


def test_nothing_is_adopted_for_an_entry_that_ended(vendor):
    vendor.own(us(1))
    wanted = manifest(pool("p", 1, ends=YESTERDAY, adopt=True), entry("n", us(1), ends=YESTERDAY))
    assert plan(wanted, vendor, state()).changes == ()


def test_a_manifest_that_ended_as_a_whole_is_no_empty_one(vendor):
    rows = members(vendor, 1)
    made = plan(manifest(pool("p", 1, ends=YESTERDAY)), vendor, state(*rows))
    assert refused(made) == {}


def test_what_ends_is_released_as_far_as_the_guards_allow_and_refuses_no_plan(vendor):
    rows = members(vendor, *range(1, 8))
    made = plan(manifest(pool("p", 7, ends=YESTERDAY)), vendor, state(*rows))
    assert made.refusals == ()
    assert by_action(made) == {"release": [us(1), us(2), us(3)]}
    assert [one.number for one in made.leaving] == [us(4), us(5), us(6), us(7)]
    assert said(made, "note") == [
        "4 numbers due, not released: one apply may release at most 50% of what is managed"
    ]


def test_a_protected_number_of_an_entry_that_ended_stays(vendor):
    rows = members(vendor, 1, protect=True)
    made = plan(manifest(pool("p", 1, ends=YESTERDAY)), vendor, state(*rows))
    assert made.refusals == ()
    assert by_action(made) == {}
    assert [one.overdue for one in made.leaving] == ["protected"]


def test_what_ends_and_has_a_span_leaves(vendor):
    rows = members(vendor, 1, release_after=30)
    made = plan(manifest(pool("p", 1, ends=YESTERDAY)), vendor, state(*rows))
    assert by_action(made) == {"update": [us(1)]}
    assert [one.leaving_at for one in made.leaving] == [TODAY + timedelta(days=30)]


def test_destroy_takes_no_notice_of_days(vendor):
    rows = [*members(vendor, 1), *members(vendor, 2, resource="pool.q")]
    wanted = manifest(pool("p", 1, ends=YESTERDAY), pool("q", 1, begins=TOMORROW))
    made = plan(wanted, vendor, state(*rows), destroy=True)
    assert by_action(made) == {"release": [us(1), us(2)]}
    assert {one.due for one in made.changes} == {None}


def test_a_selector_still_knows_an_entry_that_ended(vendor):
    rows = members(vendor, 1)
    wanted = manifest(pool("p", 1, ends=YESTERDAY), group("s", [us(5)], ends=YESTERDAY))
    for target in ("pool.p", "set.s", us(5)):
        made = plan(wanted, vendor, state(*rows), selection=Selection(targets=(target,)))
        assert made.errors == ()


@pytest.mark.parametrize("time", [None, NOON - timedelta(days=2), NOON + timedelta(days=2)])
def test_where_the_day_is_in_doubt_what_ended_stays_and_buys_nothing(vendor, time):
    last = date(2025, 12, 1)
    rows = [*members(vendor, 1, 2, 3), *explicit(vendor, 4, resource="number.n")]
    vendor.time = time and (lambda: time)
    wanted = manifest(
        pool("p", 5, ends=last, adopt=True), entry("n", us(4), ends=last), entry("m", us(11), ends=last)
    )
    vendor.own(us(9))
    made = plan(wanted, vendor, state(*rows))
    assert by_action(made) == {}
    assert made.doubt
    assert made.acts
    assert made.refusals == ()
    told = said(made, "warning")
    assert told == [
        f"number.n ended on 2025-12-01, and 1 number is not released: {made.doubt}",
        f"pool.p ended on 2025-12-01, and 3 numbers are not released: {made.doubt}",
    ]


def test_a_doubt_matters_only_where_a_date_would_release_something(vendor):
    vendor.time = None
    rows = members(vendor, 1)
    made = plan(manifest(pool("p", 1), entry("n", us(11), ends=YESTERDAY)), vendor, state(*rows))
    assert made.doubt == ""
    assert not made.acts


def test_a_plan_for_state_alone_says_nothing_of_days(vendor):
    vendor.time = None
    rows = members(vendor, 1)
    made = plan(manifest(pool("p", 1, ends=YESTERDAY)), vendor, state(*rows), refresh_only=True)
    assert (made.doubt, made.diagnostics, made.ending) == ("", (), ())


def test_a_pool_that_ended_gives_its_numbers_where_they_are_moved(vendor):
    rows = members(vendor, 1, 2)
    move = Move(resource=Resource("pool.p"), to=Resource("pool.q"), source=PLACE)
    wanted = msgspec.structs.replace(manifest(pool("p", 2, ends=YESTERDAY), pool("q", 1)), moved=(move,))
    made = plan(wanted, vendor, state(*rows))
    assert {action: len(those) for action, those in by_action(made).items()} == {"update": 1, "release": 1}
