"""What holds of each step by which a pool is planned, whatever draft it is given."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.compare.offers import Picks
from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings, draft_of
from numplan.engine.plan.pool_steps import STEPS, Step, buy
from numplan.engine.plan.ranked_stock import RankedStocks
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Keep,
    Purchase,
    Release,
    Replace,
    Update,
    number_of,
)
from numplan.model.manifest import PoolEntry, Spread
from numplan.model.number import E164
from numplan.model.plan import Allowances
from numplan.model.state import Instance, Intent, Released, Tombstone
from tests.builders import LONG_AGO, buried, buying, managed, manifest, pool, releasing, state, us
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor
from tests.strategies import NUMBERS

DAY = NOON.date()
KINDS = (
    *("stock", "stock", "owned", "owned", "home", "away", "away"),
    *(
        "protected",
        "assigned",
        "late",
        "late away",
        "closed",
        "closed and sold",
        "freed",
        "bought",
        "released",
        "retired home",
        "retired away",
        "retired assigned",
        "retired protected",
        "retired late",
        "retired closed and sold",
        "retired stock",
        "retired owned",
        "sold before",
        "leaving",
        "leaving, due",
        "leaving away",
    ),
)
"""What is known of a number: for sale, owned and unmanaged, or of the pool in one of the ways in which a run leaves it.
`away` is on another trunk than the pool declares, `late` a purchase that turned up after all, `freed` one that was
closed and whose slot waits for it no more, `leaving` one that is released on its day, which has come where it is `due`.
What was `sold before` this state released a while ago.
"""
POOLS = [
    {"on_trunk_change": on_change, "adopt": adopt, "select": select, "on_shortage": "partial", **more}
    for on_change, adopt, select, more in product(
        ("replace", "replace", "refuse"),
        (False, True),
        ("cheapest", "lowest", "block"),
        (
            {},
            {"max_monthly_charge": "0.20"},
            {"state": "Alabama"},
            {"area_codes": ("2050000", "205")},
            {"spread": Spread("state", ("Ohio", "Alabama"))},
        ),
    )
]
DAYS = (*[{}] * 4, {"begins": date(2026, 1, 2)}, {"ends": date(2025, 12, 31)})
"""Most pools have no days; one begins tomorrow; one ended yesterday, in a world whose vendor tells no time."""
PICKS = (Picks(), Picks(purchases=(us(3), us(5))), Picks(replaces={us(2): us(3), us(4): us(6)}))
numbers = st.frozensets(st.sampled_from(NUMBERS), max_size=2)


class Planning(NamedTuple):
    """A pool, what is known of each number, and what the pool's plan depends on besides."""

    pool: PoolEntry
    kinds: list[str]
    taken: frozenset[E164]
    promised: frozenset[E164]
    preferred: Picks
    released: frozenset[E164]


plannings = st.builds(
    Planning,
    st.builds(
        lambda count, keys, days: pool("p", count, sip_trunk_id=2, **keys, **days),
        st.integers(0, 9),
        st.sampled_from(POOLS),
        st.sampled_from(DAYS),
    ),
    st.lists(st.sampled_from(KINDS), min_size=len(NUMBERS), max_size=len(NUMBERS)),
    numbers,
    numbers,
    st.sampled_from(PICKS),
    numbers,
)


def retired_of(kinds: list[str]) -> list[E164]:
    """The numbers that the manifest retires."""
    return [number for number, kind in zip(NUMBERS, kinds, strict=True) if kind.startswith("retired")]


def world_of(kinds: list[str]) -> tuple[FakeVendor, list[Instance | Intent | Tombstone | Released]]:
    """An account in which numbers are of these kinds, and what state says of them."""
    vendor, rows = FakeVendor(), []
    for place, (number, whole) in enumerate(zip(NUMBERS, kinds, strict=True)):
        kind = whole.removeprefix("retired ")
        monthly = ("0.10", "0.20", "0.30")[place % 3]
        trunk = 1 if "away" in kind else 2
        one = managed(
            "pool.p",
            number,
            sip_trunk_id=trunk,
            state="Alabama" if place % 2 else "Ohio",
            protect=kind == "protected",
            surplus="late" in kind,
            leaving_at=DAY + timedelta(days=0 if "due" in kind else 9) if "leaving" in kind else None,
        )
        if kind in {"stock", "closed and sold", "freed", "sold before"}:
            vendor.put_on_sale(number, state="Alabama", monthly=monthly)
        elif kind not in {"closed", "bought", "released"}:
            vendor.own(number, state="Alabama", monthly=monthly, flow=kind == "assigned")
        if "closed" in kind or kind == "freed":
            rows.append(buried(msgspec.structs.replace(one, bought_at=None), holds_slot=kind != "freed"))
        elif kind == "bought":
            rows.append(buying(msgspec.structs.replace(one, bought_at=None)))
        elif kind == "sold before":
            rows.append(Released(number, LONG_AGO))
        elif kind not in {"stock", "owned"}:
            rows.append(one)
            rows.extend([releasing(one)] if kind == "released" else [])
    return vendor, rows


def steps_of(planning: Planning) -> Iterator[tuple[Step, Surroundings, PoolDraft, PoolDraft]]:
    """Each step of a pool, with the draft that it is given and the one that it returns."""
    wanted, kinds, taken, promised, preferred, released = planning
    vendor, rows = world_of(kinds)
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL)
    comparison, offers, _ = compute_plan(
        manifest(wanted, retire=retired_of(kinds)), state(*rows), vendor, options
    )
    around = Surroundings(
        comparison=comparison,
        offers=offers,
        allowances=Allowances(releases=tuple(released)),
        taken=taken,
        promised=promised,
        stocks=RankedStocks(comparison, taken),
    )
    (status,) = comparison.pools
    draft = draft_of(status, preferred, around)
    for step in STEPS:
        after = step(draft, around)
        yield step, around, draft, after
        draft = after


def touched(change: Change) -> set[E164]:
    """The numbers that a change is about."""
    sides = (getattr(change, side, None) for side in ("before", "after"))
    return {one.number for one in sides if one is not None}


@given(plannings)
def test_a_step_alone_gives_the_same_again_and_leaves_its_draft_as_it_was(planning: Planning):
    for step, around, before, after in steps_of(planning):
        kept = deepcopy(before)
        assert step(before, around) == after, step.__name__
        assert before == kept, step.__name__


@given(plannings)
def test_a_step_takes_nothing_back_of_what_those_before_it_decided(planning: Planning):
    for step, _, before, after in steps_of(planning):
        assert after.changes[: len(before.changes)] == before.changes, step.__name__
        assert after.held[: len(before.held)] == before.held, step.__name__
        assert after.diagnostics[: len(before.diagnostics)] == before.diagnostics, step.__name__
        assert after.picked >= before.picked, step.__name__
        assert (after.status, after.preferred) == (before.status, before.preferred), step.__name__


@given(plannings)
def test_a_step_opens_no_slot_that_was_filled(planning: Planning):
    for step, _, before, after in steps_of(planning):
        assert 0 <= after.missing_count <= before.missing_count, step.__name__
        assert after.to_retry in (before.to_retry[done:] for done in range(len(before.to_retry) + 1))
        late = before.late_arrivals
        assert after.late_arrivals in (late[done:] for done in range(len(late) + 1)), step.__name__


@given(plannings)
def test_no_step_picks_a_number_twice_nor_one_that_another_has(planning: Planning):
    for step, around, before, after in steps_of(planning):
        new = after.changes[len(before.changes) :]
        assert set(Counter(number for one in new for number in touched(one)).values()) <= {1}, step.__name__
        fresh = after.picked - before.picked
        retried = {one.number for one in before.to_retry}
        assert not fresh & before.picked
        assert not (fresh - retried) & around.taken, step.__name__
        if step is buy:
            assert not fresh & around.promised
            assert not fresh & (around.comparison.to_retry.keys() | around.comparison.snapshot.owned.keys())
        taken_in = {
            one.after.number
            for one in new
            if isinstance(one, Purchase | Replace | Adopt)
            and one.after.number not in around.comparison.managed
        }
        assert taken_in == fresh, step.__name__


@given(plannings)
def test_after_the_last_step_every_member_has_one_change_and_none_is_left_to_move(planning: Planning):
    *_, (_, _, _, draft) = steps_of(planning)
    about = Counter(map(number_of, draft.changes))
    assert set(about.values()) <= {1}
    assert {one.number for one in draft.status.members} <= set(about)
    assert draft.moving == ()


@given(plannings)
def test_no_more_numbers_are_taken_than_slots_are_empty_and_members_make_way(planning: Planning):
    *_, (_, _, _, draft) = steps_of(planning)
    taken = sum(isinstance(one, Purchase | Adopt) for one in draft.changes)
    assert taken <= draft.status.shortage + len(draft.together)


@given(plannings)
def test_what_is_bought_is_told_to_be_too_little_exactly_where_a_slot_or_a_move_stays_open(
    planning: Planning,
):
    (before, after) = next((before, after) for step, _, before, after in steps_of(planning) if step is buy)
    is_open = len(after.picked - before.picked) < before.missing_count + len(before.moving)
    told = any(one.summary.startswith("pool.p wants") for one in after.diagnostics)
    assert told == is_open


@given(plannings)
def test_nothing_that_is_retired_is_taken_and_nothing_bought_that_was_released_lately(planning: Planning):
    *_, (_, _, _, draft) = steps_of(planning)
    retired = {*retired_of(planning.kinds)}
    lately = {one for one, kind in zip(NUMBERS, planning.kinds, strict=True) if kind == "sold before"}
    for change in draft.changes:
        if isinstance(change, Purchase | Replace) and getattr(change, "buys_first", True):
            assert change.after.number not in retired | lately
        if isinstance(change, Adopt):
            assert change.after.number not in retired


@given(plannings)
def test_a_pool_has_its_count_of_members_that_are_not_retired_where_stock_allows(planning: Planning):
    *_, (_, _, _, draft) = steps_of(planning)
    if draft.status.idle or any(one.summary.startswith("pool.p wants") for one in draft.diagnostics):
        return
    outgoing, stays, blocked = draft.status.outgoing, 0, 0
    waits = draft.status.held + len(draft.held)
    for change in draft.changes:
        match change:
            case Purchase() | Adopt() | Replace():
                stays += 1
            case Keep() | Update() if change.after.leaving_at is not None:
                pass  # it fills no slot
            case Keep() | Update():
                assert waits or number_of(change) not in outgoing
                stays += number_of(change) not in outgoing
            case Blocked():
                blocked += number_of(change) not in outgoing
            case _:
                pass
    assert stays + blocked + waits >= draft.pool.count
    if not waits:
        assert stays <= draft.pool.count <= stays + blocked


@given(plannings)
def test_what_a_date_keeps_waiting_buys_nothing_and_releases_nothing(planning: Planning):
    *_, (_, _, _, draft) = steps_of(planning)
    if draft.status.idle:
        asked = [one for one in draft.changes if not (isinstance(one, Release) and one.due)]
        assert not any(isinstance(one, Purchase | Replace | Release | Blocked) for one in asked)
        assert draft.status.pool.terms.begins or not any(isinstance(one, Adopt) for one in draft.changes)


def test_the_plannings_give_every_step_something_to_do():
    """The laws are not empty."""
    seen: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(plannings)
    def look(planning: Planning):
        seen.update(step.__name__ for step, _, before, after in steps_of(planning) if before != after)

    look()
    assert {step.__name__ for step in STEPS if seen[step.__name__] < 3} == set()
