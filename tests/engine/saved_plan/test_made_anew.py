"""Whatever is changed in a saved plan and sealed again: an apply does nothing that the plan made anew would not hold,
and never exceeds a limit.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from numplan.engine.apply.apply import apply_plan
from numplan.engine.apply.gate import Gate
from numplan.engine.pipeline import compute_plan, nothing_of
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.policy.limits import effective
from numplan.engine.saved_plan.made_anew import made_anew, picks_of
from numplan.model.changes import Update, acting, bought, key_of, released
from numplan.model.documents.checksum import seal, unseal
from numplan.model.errors import ApiError, StalePlanError, UsageError
from numplan.model.manifest import Move
from numplan.model.number import E164
from numplan.model.plan import Plan
from numplan.model.policy import Policy
from numplan.model.state import State
from numplan.model.stored.plan_document import decode_plan, encode_plan, kept_of
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    PLACE,
    buying,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    state,
    us,
)
from tests.engine.world import World
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor

UK = E164("+442071234567")
ONE, TWO = us(1), us(2)
DEAR, OTHER, PROTECTED, MEMBER, STRANGE = map(us, range(90, 95))
POLICY = Policy(
    max_purchases=6,
    max_setup_cost=Decimal("1.00"),
    max_monthly_increase=Decimal("2.00"),
    allowed_countries=("United States",),
    max_releases=2,
)
WANTED = manifest(
    entry("bought", us(1)),
    group("adopted", [us(2)], labels={"owner": "x"}),
    entry("moved", us(3), sip_trunk_id=2, on_trunk_change="replace"),
    pool("p", 2, max_monthly_charge="0.50", labels={"owner": "y"}),
    pool("q", 1),
    entry("kept", PROTECTED, protect=True),
    policy=POLICY,
)
KNOWN = state(
    managed("number.moved", us(3), sip_trunk_id=1),
    managed("number.gone", us(5)),
    managed("number.kept", PROTECTED, protect=True),
    managed("pool.p", MEMBER),
    managed("set.lost", us(50), missing_since=LONG_AGO),
)
NUMBERS = [
    str(number) for number in (*map(us, range(1, 16)), UK, DEAR, OTHER, PROTECTED, MEMBER, STRANGE, us(50))
]


def fresh() -> World:
    world = World()
    vendor = world.vendor
    for number in (us(2), us(3), us(5), PROTECTED, MEMBER, STRANGE):
        vendor.own(number)
    for place in (1, *range(10, 16)):
        vendor.put_on_sale(us(place))
    vendor.put_on_sale(DEAR, monthly="500.00")
    vendor.put_on_sale(UK, country="United Kingdom")
    vendor.put_on_sale(OTHER, kind="Mobile")
    world.store(KNOWN)
    return world


def options(**more: Any) -> PlanOptions:
    return PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL, **more)


def saved() -> Plan:
    return compute_plan(WANTED, KNOWN, fresh().vendor, options()).plan


MEMBERS = msgspec.json.decode(unseal(encode_plan(saved())))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def number_forms() -> st.SearchStrategy[Any]:
    return st.sampled_from(NUMBERS)


VALUES = st.one_of(
    number_forms(),
    st.sampled_from(
        [
            "0",
            "0.00",
            "0.10",
            "500.00",
            "-5",
            "United Kingdom",
            "United States",
            "Mobile",
            "Geographic",
            "pool.p",
            "pool.q",
            "number.kept",
            "number.bought",
            "number.moved",
            "set.adopted",
            "purchase",
            "release",
            "replace",
            "adopt",
            "update",
            "forget",
            "no-op",
            "missing",
            "",
        ]
    ),
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, 99, 10**6, -1, [], {}]),
)
EDITS = st.lists(
    st.tuples(st.sampled_from(places(MEMBERS)), st.sampled_from(("set", "drop", "repeat", "swap")), VALUES),
    min_size=1,
    max_size=4,
)


def edited(edits: list[tuple[tuple[Any, ...], str, Any]]) -> dict[str, Any]:
    document = msgspec.json.decode(msgspec.json.encode(MEMBERS))
    for path, how, value in edits:
        *above, last = path
        inner = document
        try:
            for step in above:
                inner = inner[step]
            if how == "set":
                inner[last] = value
            elif how == "drop":
                del inner[last]
            elif how == "repeat" and isinstance(inner, list):
                again = msgspec.json.decode(msgspec.json.encode(inner[last]))
                for side in ("before", "after"):
                    if (
                        isinstance(again, dict)
                        and isinstance(again.get(side), dict)
                        and isinstance(value, str)
                    ):
                        again[side]["number"] = value
                inner.append(again)
            elif how == "swap" and isinstance(inner, list):
                inner.insert(0, inner.pop(last))
        except (LookupError, TypeError):
            continue
    return document


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
def test_whatever_is_changed_and_sealed_again_does_nothing_that_a_plan_made_anew_would_not(
    edits: list[tuple[tuple[Any, ...], str, Any]],
) -> None:
    try:
        file = decode_plan(seal(edited(edits)), "p")
    except StalePlanError:
        return
    world = fresh()
    try:
        found = made_anew(file, WANTED, KNOWN, world.vendor, options(), timedelta(days=365))
    except (StalePlanError, ApiError, UsageError):
        return
    if found.plan.refusals or found.plan.errors:
        return
    anew = compute_plan(
        nothing_of(WANTED) if file.destroy else WANTED,
        KNOWN,
        world.vendor,
        options(
            allowances=file.allowances,
            selection=file.selection,
            destroy=file.destroy,
            refresh_only=file.refresh_only,
            preferred=picks_of(file),
        ),
    ).plan
    event("carried out")
    assert {key_of(one) for one in acting(found.plan.changes)} <= {
        key_of(one) for one in acting(anew.changes)
    }
    state_before = world.state
    carry_out(world, found.plan)
    hold(world, state_before, anew, file)


def carry_out(world: World, made: Plan) -> None:
    open_state = world.open()
    limits = effective(WANTED, made.allowances, destroy=made.destroy).both
    gate = Gate(
        world.vendor,
        made,
        open_state,
        world.clock,
        limits=limits,
        planned_at=0.0,
        before=dict(world.vendor.owned),
    )
    list(apply_plan(made, open_state, gate, world.clock, WANTED.api))


def hold(world: World, before: State | None, anew: Plan, file: Plan) -> None:
    offers = {one.number: one for one in bought(anew.changes)}
    alternates = {one.number for those in anew.alternates.values() for one in those}
    came = set(world.vendor.bought)
    assert came <= offers.keys() | alternates
    assert not came & {DEAR, UK, OTHER}
    assert sum((offers[number].setup_charge for number in came & offers.keys()), Decimal(0)) <= Decimal(
        "1.00"
    )
    assert len(came) <= (6 if file.allowances.max_purchases is None else file.allowances.max_purchases)
    assert set(world.vendor.released) <= {one.number for _, one in released(anew.changes)}
    protected = {one.number for one in (before.numbers if before else ()) if one.attributes.protect}
    let_go = {
        number
        for number in protected
        if file.allowances.allows_release(before.by_number[number].address, number)
    }
    assert not set(world.vendor.released) & (protected - let_go)


def test_the_plan_that_is_forged_is_worth_forging() -> None:
    file = decode_plan(seal(MEMBERS), "p")
    kinds = {change.__struct_config__.tag for change in acting(file.changes)}
    assert kinds >= {"purchase", "adopt", "replace", "forget", "release"}
    assert file.refusals == file.errors == ()
    assert file.alternates


def test_as_it_was_made_it_is_carried_out() -> None:
    world = fresh()
    file = decode_plan(seal(MEMBERS), "p")
    made = made_anew(file, WANTED, KNOWN, world.vendor, options(), timedelta(days=365)).plan
    assert acting(made.changes) == file.changes
    assert kept_of(made) == file.kept
    carry_out(world, made)
    assert {us(1), us(3), us(10), us(11)} <= world.vendor.owned.keys()
    assert world.vendor.released == [us(3), us(5)]


def test_a_forged_release_of_a_protected_number_is_refused() -> None:
    forged = {
        "type": "release",
        "resource": "number.kept",
        "before": {"number": PROTECTED, "country": "United States", "type": "Geographic"},
    }
    file = decode_plan(seal({**MEMBERS, "changes": [*MEMBERS["changes"], forged]}), "p")
    with pytest.raises(StalePlanError, match=r"number\.kept: the plan made anew does not hold this change"):
        made_anew(file, WANTED, KNOWN, fresh().vendor, options(), timedelta(days=365))


def test_a_change_that_only_the_plan_made_anew_holds_is_told_and_not_carried_out() -> None:
    world = fresh()
    dropped = [one for one in MEMBERS["changes"] if one["type"] != "release"]
    file = decode_plan(seal({**MEMBERS, "changes": dropped}), "p")
    made = made_anew(file, WANTED, KNOWN, world.vendor, options(), timedelta(days=365)).plan
    assert [one.number for _, one in released(made.changes)] == [us(3)]
    assert any("not carried out: number.gone" in one.summary for one in made.diagnostics)


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(20, 30):
        vendor.put_on_sale(us(place))
    return vendor


def saved_again(saved, wanted, remembered, vendor, now, max_age):
    applied = PlanOptions(now=now, numplan="0.1.0", account=vendor.account, api_url=vendor.url)
    return made_anew(saved, wanted, remembered, vendor, applied, max_age)


def test_a_saved_plan_is_not_carried_out_at_a_price_that_nobody_knows(vendor):
    wanted = manifest(entry("a", us(20)))
    saved = plan(wanted, vendor)
    vendor.cannot_read(us(20), field="recurringCharge", reason="is ''")
    with pytest.raises(StalePlanError, match=r"what it costs now cannot be read: its recurringCharge is ''"):
        saved_again(saved, wanted, None, vendor, NOON, timedelta(hours=1))


def test_a_saved_plan_meets_a_row_that_cannot_be_read_any_more(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    wanted, remembered = manifest(entry("a", TWO), entry("b", us(20))), state(managed("number.gone", ONE))
    saved = plan(wanted, vendor, remembered)
    assert by_action(saved) == {"release": [ONE], "adopt": [TWO], "purchase": [us(20)]}
    for number in (ONE, TWO, us(20)):
        offer = vendor.stock.get(number)
        if offer is not None:
            vendor.own(number)
        vendor.cannot_read(number)
        with pytest.raises(StalePlanError, match="a row that cannot be read"):
            saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1))
        vendor.reads_again()
        if offer is not None:
            del vendor.owned[number]
            vendor.stock[number] = offer
    saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1))


def test_what_replace_named_is_part_of_what_a_saved_plan_remembers(vendor):
    known = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", vendor.own(TWO)))
    for place in (11, 12):
        vendor.put_on_sale(us(place))
    wanted = manifest(pool("p", 2))
    file = decode_plan(encode_plan(plan(wanted, vendor, known, replace=(TWO,))), "the file")
    vendor.put_on_sale(us(10))
    made = saved_again(file, wanted, known, vendor, NOON, timedelta(hours=1)).plan
    (change,) = acting(made.changes)
    assert (change.before.number, change.after.number) == (TWO, us(11)), "as it was reviewed"
    assert made.replace == (TWO,)


@pytest.mark.parametrize(
    ("days", "told"), [(0, ""), (1, ""), (-1, "it leaves on .* in the plan made anew, not on")]
)
def test_a_leaving_may_begin_later_than_the_saved_plan_says_and_never_earlier(vendor, days, told):
    wanted, remembered = (
        manifest(pool("p", 0)),
        state(managed("number.gone", vendor.own(ONE), release_after=9)),
    )
    vendor.time = lambda: NOON
    file = plan(wanted, vendor, remembered)
    assert by_action(file) == {"update": [ONE]}
    if days < 0:
        file = msgspec.structs.replace(file, changes=tuple(map(a_day_later, file.changes)))
        with pytest.raises(StalePlanError, match=told):
            saved_again(file, wanted, remembered, vendor, NOON, timedelta(days=9))
        return
    then = NOON + timedelta(days=days)
    vendor.time = lambda: then
    made = saved_again(file, wanted, remembered, vendor, then, timedelta(days=9)).plan
    assert [one.leaving_at for one in made.leaving] == [NOON.date() + timedelta(days=9 + days)]


def a_day_later(change: Update) -> Update:
    after = change.after
    later = msgspec.structs.replace(after, leaving_at=after.leaving_at + timedelta(days=1))
    return msgspec.structs.replace(change, after=later)


def test_a_saved_plan_names_a_span_that_is_another_now(vendor):
    wanted = manifest(entry("a", vendor.own(ONE), release_after=30))
    remembered = state(managed("number.a", ONE, release_after=9))
    file = plan(wanted, vendor, remembered)
    edited = manifest(entry("a", ONE, release_after=2))
    with pytest.raises(StalePlanError, match="its release_after is 2 in the plan made anew, not 30"):
        saved_again(file, edited, remembered, vendor, NOON, timedelta(hours=1))


def test_what_is_blocked_keeps_nothing_else_of_a_saved_plan_back(vendor):
    wanted = manifest(
        entry("a", vendor.own(ONE, flow=True), sip_trunk_id=2, on_trunk_change="replace"), entry("b", us(20))
    )
    remembered = state(managed("number.a", ONE, sip_trunk_id=1))
    saved = plan(wanted, vendor, remembered)
    assert by_action(saved) == {"blocked": [ONE], "purchase": [us(20)]}
    made = saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1)).plan
    assert by_action(made) == by_action(saved)


@pytest.mark.parametrize("stays", [True, False])
def test_a_release_that_only_its_day_asks_for_may_stay_and_keeps_nothing_else_back(vendor, stays):
    """The other one takes the room that the policy leaves by now."""
    due = managed("number.due", vendor.own(ONE), leaving_at=NOON.date())
    remembered = state(
        due, managed("number.other", vendor.own(TWO)), managed("number.kept", vendor.own(us(3)))
    )
    vendor.time = lambda: NOON
    kept = entry("kept", us(3))
    saved = plan(manifest(kept, policy=Policy(max_release_share="100%")), vendor, remembered)
    assert sorted(by_action(saved)["release"]) == [ONE, TWO]
    wanted = manifest(kept, policy=Policy(max_releases=1, max_release_share="100%"))
    if stays:
        made = saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1)).plan
        assert by_action(made) == {"release": [TWO]}
    else:
        del vendor.owned[ONE]
        with pytest.raises(StalePlanError, match=r"number\.due"):
            saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1))


def test_a_saved_plan_moves_numbers_only_where_the_plan_made_anew_does(vendor):
    """Numbers of which nothing else is said: the account does not list them yet."""
    late = managed("pool.old", ONE, bought_at=JUST_NOW)
    step = Move(resource="pool.old", to="pool.new", source=PLACE)
    wanted = msgspec.structs.replace(manifest(pool("new", 1)), moved=(step,))
    saved = plan(wanted, vendor, state(late))
    assert saved.moved == {ONE: "pool.new"}
    made = saved_again(saved, wanted, state(late), vendor, NOON, timedelta(hours=1)).plan
    assert made.moved == saved.moved
    with pytest.raises(StalePlanError, match=r"the plan made anew does not move it to pool\.new"):
        saved_again(saved, manifest(pool("old", 1)), state(late), vendor, NOON, timedelta(hours=1))


@pytest.mark.parametrize("monthly", ["0.20", "0.30"])
def test_what_takes_the_place_of_a_number_off_sale_is_no_dearer_than_its_own_pool_was(monthly):
    """Though another pool of the plan buys what costs more."""
    vendor = FakeVendor()
    vendor.put_on_sale(us(20), state="Alabama")
    vendor.put_on_sale(us(40), state="Texas", monthly="5.00")
    wanted = manifest(pool("p", 1, state="Alabama"), pool("q", 1, state="Texas"))
    saved = plan(wanted, vendor)
    assert by_action(saved) == {"purchase": [us(20), us(40)]}
    del vendor.stock[us(20)]
    vendor.put_on_sale(us(21), state="Alabama", monthly=monthly)
    if monthly == "0.20":
        made = saved_again(saved, wanted, None, vendor, NOON, timedelta(hours=1)).plan
        assert by_action(made) == {"purchase": [us(21), us(40)]}
    else:
        with pytest.raises(StalePlanError, match="nothing that is as cheap"):
            saved_again(saved, wanted, None, vendor, NOON, timedelta(hours=1))


@pytest.mark.parametrize("buys", [True, False])
def test_what_an_apply_settles_makes_a_plan_stale_that_asks_for_more(vendor, buys):
    """A plan that asks for nothing else is held against the state before that."""
    more = (entry("b", us(20)),) if buys else ()
    wanted = manifest(entry("a", vendor.own(ONE)), *more)
    opened = state(buying(managed("number.a", ONE)))
    saved = plan(wanted, vendor, opened)
    settled = msgspec.structs.replace(state(managed("number.a", ONE)), serial=opened.serial + 1)
    assert saved.only_settles is not buys

    def again(before: State) -> Plan:
        return made_anew(saved, wanted, settled, vendor, options(), timedelta(hours=1), opened=before).plan

    if buys:
        with pytest.raises(StalePlanError, match="state has moved since the plan was made"):
            again(opened)
    else:
        assert by_action(again(opened)) == {}
        with pytest.raises(StalePlanError, match="state has moved since the plan was made"):
            again(settled)
