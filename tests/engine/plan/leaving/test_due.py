"""What only a date releases: up to what the limits allow, oldest first, and on a date that both clocks have reached."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.changes import Release
from numplan.model.plan import Plan
from numplan.model.policy import NO_LIMITS, Policy
from tests.builders import by_action, managed, manifest, plan, pool, refused, said, state, us
from tests.fakes import NOON, FakeVendor

TODAY = NOON.date()
FREE = Policy(max_releases=None, max_release_share="100%")
LIMITS = st.builds(
    Policy,
    max_releases=st.sampled_from([None, 0, 1, 2, 3, 5, 9]),
    max_release_share=st.sampled_from(["0%", "10%", "50%", "100%"]),
)


def vendor_at(hours: float | None = 0) -> FakeVendor:
    vendor = FakeVendor()
    if hours is not None:
        vendor.time = lambda: NOON + timedelta(hours=hours)
    return vendor


def made_of(due: int, asked: int = 0, kept: int = 0, vendor: FakeVendor | None = None, **given) -> Plan:
    """A plan in which so many numbers are due, the first of them longest, so many are to be released because a pool
    has too many, and so many stay.
    """
    vendor = vendor or vendor_at()
    rows = [
        managed("number.gone" + str(place), us(place), leaving_at=TODAY - timedelta(days=due - place))
        for place in range(1, due + 1)
    ]
    rows += [managed("pool.p", us(100 + place)) for place in range(asked + kept)]
    for row in rows:
        if row.number not in vendor.owned:
            vendor.own(row.number)
    policies = {key: given.pop(key) for key in ("policy", "operator") if key in given}
    return plan(manifest(pool("p", kept), pool("q", 0), **policies), vendor, state(*rows), **given)


def due_of(made: Plan) -> list[str]:
    return sorted(
        one.before.number for one in made.changes if isinstance(one, Release) and one.due is not None
    )


class TestTheRoom:
    @pytest.mark.parametrize(("asked", "taken"), [(0, 5), (2, 3), (5, 0), (7, 0)])
    def test_it_is_what_the_asked_releases_leave(self, asked, taken):
        made = made_of(9, asked, kept=20)
        assert due_of(made) == [us(place) for place in range(1, taken + 1)], "the oldest go first"
        assert ("releases" in refused(made)) == (asked > 5)
        stays = [one for one in made.leaving if one.overdue == "one apply may release 5"]
        assert len(stays) == 9 - taken
        assert any(f"{9 - taken} numbers due, not released" in one for one in said(made, "note"))

    def test_the_operators_limits_hold_as_well(self):
        operator = Policy(max_releases=2, max_release_share="100%")
        made = made_of(4, kept=20, policy=FREE, operator=operator)
        assert len(due_of(made)) == 2
        assert {one.overdue for one in made.leaving} == {"NUMPLAN_POLICY allows 2"}

    def test_the_share_counts_too_and_a_named_figure_lifts_the_manifests(self):
        policy = Policy(max_releases=None)
        assert len(due_of(made_of(6, kept=2, policy=policy))) == 4
        assert len(due_of(made_of(6, kept=2, policy=policy, max_releases=6))) == 6
        operator = Policy(max_releases=None, max_release_share="50%")
        assert len(due_of(made_of(6, kept=2, policy=policy, operator=operator, max_releases=6))) == 4

    @given(
        st.integers(0, 8),
        st.integers(0, 8),
        st.integers(0, 8),
        LIMITS,
        st.just(NO_LIMITS) | LIMITS,
        st.sampled_from([None, 0, 2, 6]),
        st.booleans(),
    )
    def test_due_numbers_add_no_refusal_to_any_plan_and_no_more_would_fit(
        self, due, asked, kept, policy, operator, named, lifts
    ):
        given = {"policy": policy, "operator": operator, "max_releases": named, "empty": lifts}
        made = made_of(due, asked, kept, **given)
        without = made_of(0, asked, kept, **given)
        # Numbers that are managed besides make each share of them smaller, so a refusal may go.
        assert set(refused(made)) <= set(refused(without))
        taken = len(due_of(made))
        if taken < due and not refused(made):
            every = managed_and_released(due, asked, kept, taken + 1, given)
            assert set(refused(every)) & {"releases", "release-share"}, "there was room for one more"


def managed_and_released(due, asked, kept, how_many, given) -> Plan:
    """The same, where so many of the due numbers are asked for: the guards say what would not fit."""
    names = tuple(us(place) for place in range(1, how_many + 1))
    return made_of(due, asked, kept, **given, release_now=names)


class TestWhatStays:
    def test_a_protected_number_stays_is_told_and_refuses_nothing(self):
        vendor = vendor_at()
        rows = [managed("number.a", vendor.own(us(1)), leaving_at=TODAY, protect=True)]
        wanted = manifest(pool("p", 0))
        made = plan(wanted, vendor, state(*rows))
        assert (by_action(made), refused(made)) == ({}, {})
        assert [one.overdue for one in made.leaving] == ["protected"]
        allowed = plan(wanted, vendor, state(*rows), releases=("number.a",))
        assert by_action(allowed) == {"release": [us(1)]}

    def test_so_does_a_former_member_whose_pool_has_come_to_protect(self):
        vendor = vendor_at()
        rows = [
            managed("pool.p", vendor.own(us(1)), leaving_at=TODAY),
            managed("pool.p", vendor.own(us(2)), protect=True),
        ]
        made = plan(manifest(pool("p", 1, protect=True)), vendor, state(*rows))
        assert (by_action(made), refused(made)) == ({}, {})

    def test_one_in_a_flow_stays_and_blocks_nothing(self):
        vendor = vendor_at()
        rows = [managed("number.a", vendor.own(us(1), flow=True), leaving_at=TODAY)]
        made = plan(manifest(pool("p", 0)), vendor, state(*rows))
        assert by_action(made) == {}
        assert made.leaving[0].overdue.startswith("assigned to the flow")
        assert not made.acts


class TestTheClocks:
    @pytest.mark.parametrize(
        ("hours", "released"), [(0, True), (-13, False), (12, True), (23, True), (-11, True)]
    )
    def test_a_day_has_come_where_both_have_reached_it(self, hours, released):
        made = made_of(1, vendor=vendor_at(hours))
        assert bool(due_of(made)) == released
        assert not made.doubt

    @pytest.mark.parametrize("hours", [None, 25, -25, 9000])
    def test_where_they_are_far_apart_or_one_says_nothing_no_date_is_believed(self, hours):
        vendor = vendor_at(hours)
        rows = [managed("number.a", vendor.own(us(1)), leaving_at=TODAY - timedelta(days=3))]
        made = plan(manifest(pool("p", 0)), vendor, state(*rows))
        if hours == -25:
            assert made.leaving[0].leaving_at < NOON.date() - timedelta(days=1)
        assert by_action(made) == {}
        assert made.doubt
        assert made.acts
        assert [made.doubt] == [one.overdue for one in made.leaving]
        assert any("no date is believed" in one for one in said(made, "warning"))

    def test_nothing_is_doubted_where_nothing_is_due(self):
        vendor = vendor_at(None)
        rows = [managed("number.a", vendor.own(us(1)), leaving_at=TODAY + timedelta(days=3))]
        made = plan(manifest(pool("p", 0)), vendor, state(*rows))
        assert not made.doubt
        assert not made.acts

    def test_what_is_asked_for_needs_no_date(self):
        vendor = vendor_at(None)
        rows = [managed("number.a", vendor.own(us(1)), leaving_at=TODAY + timedelta(days=3))]
        made = plan(manifest(pool("p", 0)), vendor, state(*rows), release_now=("number.a",))
        assert by_action(made) == {"release": [us(1)]}
