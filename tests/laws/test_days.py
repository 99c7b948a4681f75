"""What holds of the days of entries, whatever the manifest, the state and the day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.model.changes import Purchase, Release, Replace
from numplan.model.manifest import Manifest, Terms
from numplan.model.plan import Plan
from numplan.model.state import Instance
from numplan.model.stored.plan_document import as_saved, decode_plan, encode_plan
from tests.builders import entry, group, managed, manifest, pool, state, us
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor

TODAY = NOON.date()
KINDS = ("stock", "owned", "p", "q", "p in a flow", "n", "s", "nothing", "gone")
days = st.one_of(st.none(), st.integers(-3, 16)).map(
    lambda one: None if one is None else TODAY + timedelta(one)
)


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Days that a manifest may have."""
    begins, ends = draw(days), draw(days)
    if begins is not None and ends is not None and begins > ends:
        begins, ends = ends, begins
    return {"begins": begins, "ends": ends}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Manifest, list[Instance], FakeVendor]:
    """A manifest with days, what state holds, and an account."""
    numbers = [us(place) for place in range(1, 13)]
    vendor, rows = FakeVendor(), []
    for number in numbers:
        kind = draw(st.sampled_from(KINDS))
        if kind == "stock":
            vendor.put_on_sale(number)
        elif kind != "nothing":
            resource = {"n": "number.n", "s": "set.s", "q": "pool.q"}.get(kind, "pool.p")
            if kind != "gone":
                vendor.own(number, flow=kind == "p in a flow")
            rows += [managed(resource, number)] if kind != "owned" else []
    wanted = manifest(
        pool("p", draw(st.integers(0, 4)), adopt=draw(st.booleans()), on_shortage="partial", **draw(terms())),
        pool("q", draw(st.integers(0, 3)), on_shortage="partial", **draw(terms())),
        entry("n", numbers[0], may_lack=True, **draw(terms())),
        group("s", numbers[1:4], may_lack=True, **draw(terms())),
    )
    return wanted, rows, vendor


def made(wanted: Manifest, rows: list[Instance], vendor: FakeVendor, shift: int = 0, **asked: Any) -> Plan:
    """The plan that is made so many days from now, by a vendor whose clock is an hour behind."""
    now = NOON + timedelta(days=shift)
    vendor.time = lambda: now - timedelta(hours=1)
    options = PlanOptions(now=now, numplan="0.1.0", account=ACCOUNT, api_url=URL, **asked)
    return compute_plan(wanted, state(*rows), vendor, options).plan


def buying(plan: Plan) -> Iterator[str]:
    yield from (one.resource for one in plan.changes if isinstance(one, Purchase | Replace))


@given(worlds(), st.integers(0, 20))
def test_the_plan_for_a_day_is_the_plan_made_that_day_if_nothing_else_moved(world, shift):
    asked_today = made(*world, at=TODAY + timedelta(days=shift))
    assert asked_today.at == TODAY + timedelta(days=shift)
    made_then = made(*world, shift)
    assert encode_plan(msgspec.structs.replace(asked_today, at=None)) == encode_plan(made_then)


@given(worlds(), st.integers(0, 20))
def test_nothing_is_bought_on_a_day_that_is_not_the_entrys(world, shift):
    day = TODAY + timedelta(days=shift)
    terms = {one.resource: one.terms for one in world[0].entries()}
    for resource in buying(made(*world, shift)):
        assert not terms[resource].is_coming(day)
        assert not terms[resource].has_ended(day)


@given(worlds(), st.integers(0, 20))
def test_a_release_is_due_exactly_where_its_entry_ended(world, shift):
    day = TODAY + timedelta(days=shift)
    wanted = world[0]
    pools = {one.resource: one.terms for one in wanted.pools}
    listed = {one.number: one.terms for one in wanted.explicit()}
    for one in made(*world, shift).changes:
        if isinstance(one, Release):
            terms = pools.get(one.resource) or listed.get(one.before.number, Terms())
            assert not terms.is_coming(day)
            assert terms.has_ended(day) == (one.due is not None)
            assert one.due is None or one.due <= day


@given(worlds(), st.sampled_from([None, -2, 2]))
def test_where_the_clocks_leave_the_day_in_doubt_no_date_releases(world, apart):
    wanted, rows, vendor = world
    vendor.time = None if apart is None else lambda: NOON + timedelta(days=apart)
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL)
    comparison, _, plan = compute_plan(wanted, state(*rows), vendor, options)
    assert not [one for one in plan.changes if isinstance(one, Release) and one.due is not None]
    assert bool(plan.doubt) == bool(comparison.overdue())


@given(worlds(), st.integers(0, 20))
def test_a_plan_with_days_is_read_as_it_was_written(world, shift):
    plan = made(*world, shift)
    assert decode_plan(encode_plan(plan), "the plan") == as_saved(plan)


@given(worlds(), st.integers(0, 15))
def test_what_is_told_to_end_is_what_the_plan_of_the_day_after_releases(world, shift):
    """Of one day at a time, and where nothing but that day changes."""
    wanted, rows, vendor = world
    plan = made(wanted, rows, vendor, shift)
    if (
        any(one.__class__.__name__ not in {"Keep", "Blocked", "Unavailable"} for one in plan.changes)
        or plan.held
    ):
        return
    for last in {one.until for one in plan.ending}:
        then = made(wanted, rows, vendor, (last - TODAY).days + 1)
        released = {
            one.before.number
            for one in then.changes
            if isinstance(one, Release) and one.due == last + timedelta(1)
        }
        told = {
            number
            for one in plan.ending
            if one.until == last
            for number in (set(one.numbers) - set(one.blocked))
        }
        assert told == released
