"""What leaves waits for its day: from when on, for how long, and what ends the wait."""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from numplan.model.changes import Blocked, Forget, Keep, Release, Update
from numplan.model.errors import UsageError
from numplan.model.manifest import Forgotten, Move
from numplan.model.outputs import NumbersOf, Output
from numplan.model.plan import Plan, Selection
from numplan.model.policy import Policy
from tests.builders import (
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
from tests.fakes import NOON, FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))
TODAY = NOON.date()
SOON = TODAY + timedelta(days=9)


@pytest.fixture
def vendor() -> FakeVendor:
    """An account that owns three numbers; the vendor tells the time."""
    vendor = FakeVendor()
    vendor.time = lambda: NOON
    for number in (ONE, TWO, THREE):
        vendor.own(number)
    return vendor


def at(vendor: FakeVendor, when: datetime, *known, wanted=None, **asked) -> Plan:
    """The plan at this time by both clocks, of a manifest that declares what is `wanted`."""
    vendor.time = lambda: when
    return plan(wanted or manifest(entry("other", THREE)), vendor, state(*known), now=when, **asked)


def leaving(number: str = ONE, day: date = SOON, resource: str = "number.a", **known):
    return managed(resource, number, release_after=9, leaving_at=day, **known)


OTHER = managed("number.other", THREE)


class TestTheBeginning:
    def test_a_number_that_nothing_declares_leaves_in_as_many_days_as_state_remembers(self, vendor):
        made = at(vendor, NOON, managed("number.a", ONE, release_after=9), OTHER)
        (change,) = (one for one in made.changes if not isinstance(one, Keep))
        assert isinstance(change, Update)
        assert change.after.leaving_at == SOON
        assert [(one.number, one.leaving_at, one.begins) for one in made.leaving] == [(ONE, SOON, True)]
        assert (made.cost.monthly_before, made.cost.monthly) == (made.cost.monthly_after, 0)

    def test_without_a_span_it_goes_at_once(self, vendor):
        made = at(vendor, NOON, managed("number.a", ONE), OTHER)
        assert by_action(made) == {"release": [ONE]}
        assert made.leaving == ()

    @pytest.mark.parametrize(
        ("remembered", "declared", "days"), [(9, 2, 9), (2, 9, 9), (None, 9, 9), (9, None, 9)]
    )
    def test_of_a_pool_the_longer_of_the_remembered_and_the_declared_span_counts(
        self, vendor, remembered, declared, days
    ):
        rows = [managed("pool.p", one, release_after=remembered) for one in (ONE, TWO, THREE)]
        made = at(vendor, NOON, *rows, wanted=manifest(pool("p", 2, release_after=declared)))
        (one,) = made.leaving
        assert one.leaving_at == TODAY + timedelta(days=days)

    def test_the_later_of_two_days_counts_where_the_clocks_differ(self, vendor):
        vendor.time = lambda: NOON + timedelta(hours=20)
        made = plan(
            manifest(), vendor, state(managed("number.a", ONE, release_after=1)), now=NOON, empty=True
        )
        assert made.leaving[0].leaving_at == TODAY + timedelta(days=2)

    def test_a_flow_or_a_protection_is_no_reason_not_to_begin(self, vendor):
        vendor.own(ONE, flow=True)
        made = at(vendor, NOON, managed("number.a", ONE, release_after=9, protect=True), OTHER)
        assert by_action(made) == {"update": [ONE]}
        assert refused(made) == {}

    def test_a_member_that_is_moved_out_of_a_pool_with_too_many_begins_where_it_belongs_now(self, vendor):
        rows = [managed("pool.old", one, release_after=9) for one in (ONE, TWO)]
        moved = Move(resource="pool.old", to="pool.new", source=PLACE)
        wanted = manifest(pool("new", 1), entry("other", THREE))
        wanted = msgspec.structs.replace(wanted, moved=(moved,))
        made = at(vendor, NOON, *rows, OTHER, wanted=wanted)
        (one,) = made.leaving
        assert one.resource == "pool.new"

    def test_an_edited_span_is_an_update_without_a_call(self, vendor):
        wanted = manifest(entry("a", ONE, release_after=30))
        made = at(vendor, NOON, managed("number.a", ONE, release_after=9), wanted=wanted)
        change = only(made)
        assert isinstance(change, Update)
        assert [str(one) for one in change.differences] == ["release_after: 9d -> 30d"]

    def test_destroy_begins_the_wait_and_says_so(self, vendor):
        made = at(
            vendor, NOON, managed("number.a", ONE, release_after=9), managed("number.b", TWO), destroy=True
        )
        assert by_action(made) == {"update": [ONE], "release": [TWO]}
        assert any("1 number not released now" in one for one in said(made, "note"))


class TestTheWait:
    def test_its_day_stays_whatever_is_edited_later(self, vendor):
        wanted = manifest(pool("p", 1, release_after=1, labels={"owner": "x"}))
        rows = [
            leaving(ONE, resource="pool.p"),
            managed("pool.p", TWO, release_after=1, labels={"owner": "x"}),
        ]
        made = at(vendor, NOON + timedelta(days=2), *rows, wanted=wanted)
        assert by_action(made) == {}
        assert [one.leaving_at for one in made.leaving] == [SOON]

    def test_it_fills_no_slot_and_is_paid_for_and_managed(self, vendor):
        vendor.put_on_sale(us(4))
        wanted = manifest(pool("p", 2, sip_trunk_id=2))
        rows = [leaving(ONE, resource="pool.p", sip_trunk_id=1), managed("pool.p", TWO, sip_trunk_id=2)]
        made = at(vendor, NOON, *rows, wanted=wanted)
        assert by_action(made) == {"purchase": [us(4)]}, "one on another trunk is not taken back"
        assert str(made.cost.monthly_before) == "0.40"
        assert made.unmanaged.count == 1

    def test_an_output_does_not_name_it(self, vendor):
        output = Output(name="all", parts=(NumbersOf("pool.p"),), source=PLACE)
        wanted = manifest(pool("p", 1))
        wanted = msgspec.structs.replace(wanted, outputs=(output,))
        made = at(vendor, NOON, leaving(ONE, resource="pool.p"), managed("pool.p", TWO), wanted=wanted)
        assert made.outputs[0].before == made.outputs[0].after == (TWO,)

    def test_a_manifest_that_declares_nothing_any_more_is_not_refused_for_what_leaves_already(self, vendor):
        assert refused(at(vendor, NOON, leaving(), wanted=manifest())) == {}
        assert "empty-manifest" in refused(
            at(vendor, NOON, leaving(), managed("number.b", TWO), wanted=manifest())
        )

    def test_what_the_account_lost_is_missing_like_any_other(self, vendor):
        del vendor.owned[ONE]
        made = at(vendor, NOON, leaving(missing_since=NOON - timedelta(days=2)), OTHER)
        assert by_action(made) == {"forget": [ONE]}
        assert made.leaving == ()

    def test_forget_lets_it_go_and_keeps_it_purchased(self, vendor):
        wanted = manifest(entry("other", THREE))
        forget = (Forgotten(number=ONE, source=PLACE),)
        wanted = msgspec.structs.replace(wanted, forget=forget)
        made = at(vendor, NOON + timedelta(days=90), leaving(), OTHER, wanted=wanted)
        assert [type(one) for one in made.changes if not isinstance(one, Keep)] == [Forget]
        assert made.leaving == ()

    def test_a_refresh_alone_leaves_it_and_tells_of_it(self, vendor):
        made = at(vendor, NOON + timedelta(days=90), leaving(), OTHER, refresh_only=True)
        assert by_action(made) == {}
        assert [one.number for one in made.leaving] == [ONE]


class TestTheDay:
    def test_it_is_released_on_its_day_and_not_before(self, vendor):
        assert by_action(at(vendor, NOON + timedelta(days=8), leaving(), OTHER)) == {}
        made = at(vendor, NOON + timedelta(days=9), leaving(), OTHER)
        (change,) = (one for one in made.changes if isinstance(one, Release))
        assert change.due == SOON
        assert made.leaving == ()

    def test_a_selection_holds_it_back(self, vendor):
        only_other = Selection(targets=("number.other",))
        made = at(vendor, NOON + timedelta(days=9), leaving(), OTHER, selection=only_other)
        assert by_action(made) == {}
        assert [one.number for one in made.leaving] == [ONE]


class TestWhatStays:
    @pytest.mark.parametrize(
        "wanted",
        [
            manifest(entry("a", ONE, release_after=9)),
            manifest(entry("renamed", ONE, release_after=9)),
            manifest(group("s", [ONE], release_after=9)),
        ],
    )
    def test_declared_again_it_stays_without_a_call(self, vendor, wanted):
        for days in (0, 9, 90):
            change = only(at(vendor, NOON + timedelta(days=days), leaving(), wanted=wanted))
            assert isinstance(change, Update)
            assert change.after.leaving_at is None

    def test_release_now_does_not_keep_one_from_staying(self, vendor):
        with pytest.raises(UsageError, match=r"--release-now number\.a matches no number that leaves"):
            at(vendor, NOON, leaving(), wanted=manifest(entry("a", ONE)), release_now=("number.a",))


class TestReleaseNow:
    @pytest.mark.parametrize("named", [ONE, "number.a", "number.*", "+1205*1"])
    @pytest.mark.parametrize(
        "known", [leaving(), managed("number.a", ONE, release_after=9), managed("number.a", ONE)]
    )
    def test_what_leaves_or_would_begin_to_is_released_at_once(self, vendor, named, known):
        made = at(vendor, NOON, known, OTHER, release_now=(named,))
        (change,) = (one for one in made.changes if isinstance(one, Release))
        assert change.due is None
        assert made.leaving == ()

    def test_every_guard_has_its_word(self, vendor):
        wanted = manifest(entry("other", THREE), policy=Policy(max_releases=0))
        made = at(vendor, NOON, leaving(protect=True), OTHER, wanted=wanted, release_now=("number.a",))
        assert set(refused(made)) == {"protected", "releases"}

    def test_a_flow_blocks_it(self, vendor):
        vendor.own(ONE, flow=True)
        made = at(vendor, NOON, leaving(), OTHER, release_now=("number.a",))
        assert [type(one) for one in made.changes if not isinstance(one, Keep)] == [Blocked]

    def test_what_it_names_does_not_leave(self, vendor):
        with pytest.raises(UsageError, match=r"--release-now pool\.x matches no number that leaves"):
            at(vendor, NOON, leaving(), OTHER, release_now=("number.a", "pool.x"))
