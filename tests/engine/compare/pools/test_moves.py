"""Renames, splits and merges of pools keep their numbers; what is forgotten stays purchased."""

from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.compare.pools.moves import deal
from numplan.model.address import Resource, split_address
from numplan.model.changes import Update, count
from numplan.model.manifest import Forgotten, Manifest, Move
from tests.builders import (
    JUST_NOW,
    PLACE,
    buried,
    buying,
    by_action,
    entry,
    line,
    lines,
    managed,
    manifest,
    plan,
    pool,
    said,
    state,
    us,
)
from tests.engine.perfect import carry_out
from tests.engine.world import World
from tests.fakes import NOON, FakeVendor


def moving(made: Manifest, *moves: tuple[str, str]) -> Manifest:
    """The same manifest with moves."""
    found = []
    for former, to in moves:
        resource, number = split_address(former) or pytest.fail(former)
        found.append(Move(resource=resource, number=number, to=Resource(to), source=PLACE))
    return msgspec.structs.replace(made, moved=tuple(found))


def forgetting(made: Manifest, *texts: str) -> Manifest:
    """The same manifest with what it forgets."""
    parts = [split_address(text) or (None, text) for text in texts]
    return msgspec.structs.replace(
        made,
        forget=tuple(Forgotten(resource=resource, number=number, source=PLACE) for resource, number in parts),
    )


def filled(**pools: int) -> tuple[FakeVendor, list]:
    """An account with pools of so many members each, numbered on through all of them, and one for sale."""
    vendor, rows = FakeVendor(), []
    for name, size in pools.items():
        for _ in range(size):
            number = vendor.own(us(len(rows) + 1))
            rows.append(managed(f"pool.{name}", number))
    vendor.put_on_sale(us(999))
    return vendor, rows


def now_at(made) -> dict[str, str]:
    """Where each number is that moves."""
    return {
        change.after.number: f"{change.previous_resource} > {change.resource}"
        for change in made.changes
        if isinstance(change, Update) and change.previous_resource
    }


def test_a_renamed_pool_keeps_its_numbers():
    vendor, rows = filled(old=3)
    made = plan(moving(manifest(pool("new", 3)), ("pool.old", "pool.new")), vendor, state(*rows))
    assert now_at(made) == dict.fromkeys([us(1), us(2), us(3)], "pool.old > pool.new")
    assert by_action(made) == {"update": [us(1), us(2), us(3)]}
    after = carry_out(made, state(*rows), vendor, NOON)
    again = plan(moving(manifest(pool("new", 3)), ("pool.old", "pool.new")), vendor, after)
    assert not count(again.changes).any


def test_without_a_move_a_renamed_pool_is_another_pool_and_the_plan_says_so():
    vendor, rows = filled(old=1)
    made = plan(manifest(pool("new", 1)), vendor, state(*rows))
    assert by_action(made) == {"release": [us(1)], "purchase": [us(999)]}
    assert any("pool.old" in text and "pool.new" in text for text in said(made, "warning"))


def test_names_are_followed_on_to_the_one_that_is_declared():
    vendor, rows = filled(a=1, b=1)
    chain = moving(manifest(pool("c", 2)), ("pool.a", "pool.b"), ("pool.b", "pool.c"))
    assert now_at(plan(chain, vendor, state(*rows))) == {us(1): "pool.a > pool.c", us(2): "pool.b > pool.c"}


def test_merged_pools_are_added_up_and_what_is_too_many_leaves_as_from_any_pool():
    vendor, rows = filled(a=2, b=2)
    made = plan(
        moving(manifest(pool("c", 3)), ("pool.a", "pool.c"), ("pool.b", "pool.c")), vendor, state(*rows)
    )
    assert {action: len(found) for action, found in by_action(made).items()} == {"update": 3, "release": 1}


def test_a_pool_that_is_gone_is_split_by_what_each_lacks_and_the_last_takes_the_rest():
    vendor, rows = filled(old=5)
    split = moving(manifest(pool("a", 2), pool("b", 2)), ("pool.old", "pool.a"), ("pool.old", "pool.b"))
    made = plan(split, vendor, state(*rows))
    assert sorted(now_at(made).values()) == ["pool.old > pool.a"] * 2 + ["pool.old > pool.b"] * 2
    assert [one[:2] for one in lines(made) if one[0] == "release"] == [("release", "pool.b")]


def test_a_pool_that_is_still_declared_gives_only_what_it_has_too_many():
    vendor, rows = filled(a=5)
    split = moving(manifest(pool("a", 3), pool("b", 2)), ("pool.a", "pool.b"))
    made = plan(split, vendor, state(*rows))
    assert now_at(made) == {us(1): "pool.a > pool.b", us(2): "pool.a > pool.b"}
    assert by_action(made) == {"update": [us(1), us(2)]}
    full = plan(moving(manifest(pool("a", 5), pool("b", 1)), ("pool.a", "pool.b")), vendor, state(*rows))
    assert by_action(full) == {"purchase": [us(999)]}


def test_the_members_that_match_where_they_go_are_the_first_to_go():
    vendor, rows = filled(a=2)
    vendor.own(us(7), kind="Mobile")
    rows.append(managed("pool.a", us(7), type="Mobile"))
    split = moving(manifest(pool("a", 2), pool("b", 1, type="Mobile")), ("pool.a", "pool.b"))
    assert now_at(plan(split, vendor, state(*rows))) == {us(7): "pool.a > pool.b"}


def test_one_number_moves_by_its_address():
    vendor, rows = filled(a=2, b=1)
    one = moving(manifest(pool("a", 1), pool("b", 2)), (f'pool.a["{us(2)}"]', "pool.b"))
    assert now_at(plan(one, vendor, state(*rows))) == {us(2): "pool.a > pool.b"}


def test_a_number_that_is_listed_stays_where_it_is_listed():
    vendor, rows = filled(old=1)
    listed = moving(manifest(entry("vip", us(1)), pool("new", 0)), ("pool.old", "pool.new"))
    assert now_at(plan(listed, vendor, state(*rows))) == {us(1): "pool.old > number.vip"}


def test_an_explicit_number_may_join_a_pool():
    vendor = FakeVendor()
    vendor.own(us(1))
    made = plan(
        moving(manifest(pool("p", 1)), ("number.vip", "pool.p")), vendor, state(managed("number.vip", us(1)))
    )
    assert [line(change) for change in made.changes] == [("update", "pool.p", us(1))]


def test_labels_and_protection_change_on_the_way():
    vendor, rows = filled(old=1)
    made = plan(
        moving(manifest(pool("new", 1, protect=True)), ("pool.old", "pool.new")), vendor, state(*rows)
    )
    (change,) = made.changes
    assert isinstance(change, Update)
    assert change.after.protect
    assert change.previous_resource == "pool.old"


def test_calls_that_are_not_settled_move_too_and_keep_their_slots():
    vendor, rows = filled(old=1)
    rows = [
        *rows,
        buying(managed("pool.old", us(5), bought_at=None)),
        buried(managed("pool.old", us(6), bought_at=None)),
        managed("pool.old", us(7), bought_at=JUST_NOW),
    ]
    made = plan(moving(manifest(pool("new", 4)), ("pool.old", "pool.new")), vendor, state(*rows))
    assert by_action(made) == {"update": [us(1)]}
    assert {(one.resource, one.number) for one in made.held} == {
        ("pool.new", us(place)) for place in (5, 6, 7)
    }
    assert made.moved == dict.fromkeys([us(5), us(6), us(7)], "pool.new")


def test_an_apply_records_where_calls_belong_that_it_leaves_alone():
    world = World()
    world.vendor.own(us(1))
    world.store(
        state(managed("pool.old", us(1)), buried(managed("pool.old", us(6), bought_at=None)), serial=1)
    )
    ran = world.run(moving(manifest(pool("new", 2)), ("pool.old", "pool.new")))
    assert ran.error is None
    assert {one.resource for one in world.state.numbers} == {"pool.new"}
    assert [one.instance.resource for one in world.state.tombstones] == ["pool.new"]
    assert world.vendor.posts == []


def test_a_move_is_recorded_also_where_nothing_else_is_and_its_line_may_go():
    """Bought just now and not yet listed: held, so that the move is all there is to write down."""
    world = World()
    fresh = managed("pool.old", us(1), bought_at=JUST_NOW)
    world.store(state(fresh, buried(managed("pool.old", us(5), bought_at=None)), serial=1))
    ran = world.run(moving(manifest(pool("new", 2)), ("pool.old", "pool.new")))
    assert ran.error is None
    assert not count(ran.plan.changes).any
    assert world.state.numbers == (msgspec.structs.replace(fresh, resource="pool.new"),)
    assert [one.instance.resource for one in world.state.tombstones] == ["pool.new"]
    serial = world.state.serial
    world.run(moving(manifest(pool("new", 2)), ("pool.old", "pool.new")))
    assert world.state.serial == serial, "what is recorded is not written again"
    world.vendor.own(us(1))
    world.later(minutes=16)
    later = world.draft(manifest(pool("new", 2)))
    assert not count(later.changes).any, "the line of the move is gone, and nothing is lost by it"


def test_what_is_forgotten_stays_purchased_and_no_pool_adopts_it():
    vendor, rows = filled(p=2)
    wanted = forgetting(manifest(pool("p", 1, adopt=True)), us(2))
    made = plan(wanted, vendor, state(*rows))
    assert by_action(made) == {"forget": [us(2)]}
    after = carry_out(made, state(*rows), vendor, NOON)
    assert us(2) in vendor.owned
    assert not count(plan(wanted, vendor, after).changes).any
    short = plan(forgetting(manifest(pool("p", 2, adopt=True)), us(2)), vendor, after)
    assert by_action(short) == {"purchase": [us(999)]}


def test_a_whole_pool_is_forgotten_by_its_name_and_one_member_by_its_address():
    vendor, rows = filled(old=2, p=2)
    wanted = forgetting(manifest(pool("p", 1)), "pool.old", f'pool.p["{us(4)}"]')
    assert by_action(plan(wanted, vendor, state(*rows))) == {"forget": [us(1), us(2), us(4)]}


def test_destroy_lets_what_is_forgotten_be():
    vendor, rows = filled(p=2)
    made = plan(forgetting(manifest(pool("p", 1)), us(2)), vendor, state(*rows), destroy=True, max_releases=9)
    assert by_action(made) == {"release": [us(1)], "forget": [us(2)]}


def test_a_surplus_number_is_forgotten_and_stays_so():
    vendor = FakeVendor()
    vendor.own(us(1))
    watched = buried(managed("pool.gone", us(1), bought_at=None), holds_slot=False)
    remembered = state(managed("pool.gone", us(1), surplus=True), watched)
    wanted = forgetting(manifest(), us(1))
    made = plan(wanted, vendor, remembered)
    assert by_action(made) == {"forget": [us(1)]}
    after = carry_out(made, remembered, vendor, NOON)
    assert not count(plan(wanted, vendor, after).changes).any


def test_a_call_that_is_not_settled_is_not_forgotten_yet():
    vendor, rows = filled(p=1)
    made = plan(
        forgetting(manifest(pool("p", 1)), us(1)),
        vendor,
        state(*rows, buying(managed("pool.p", us(1), bought_at=None))),
    )
    assert [one.number for one in made.held] == [us(1)]
    assert by_action(made) == {}


# -- the flow behind the moves


amounts = st.integers(0, 4)
edges = st.lists(st.sampled_from(["x", "y", "z"]), unique=True, max_size=3)
CHOICES = tuple(product((False, True), repeat=3))


@settings(max_examples=60)
@given(
    st.fixed_dictionaries(dict.fromkeys("abc", amounts)),
    st.fixed_dictionaries(dict.fromkeys("xyz", amounts)),
    st.fixed_dictionaries(dict.fromkeys("abc", edges)),
)
def test_as_many_are_dealt_as_can_be(spare, lacking, reach):
    """The largest flow is the smallest cut."""
    shares = deal(spare, lacking, reach.__getitem__)
    given_to = {target: sum(share.get(target, 0) for share in shares.values()) for target in lacking}
    assert all(given_to[target] <= lacking[target] for target in lacking)
    assert all(
        target in reach[source] for source, share in shares.items() for target, much in share.items() if much
    )
    assert all(sum(share.values()) <= spare[source] for source, share in shares.items())
    cuts = ({source for source, kept in zip(spare, picks, strict=True) if kept} for picks in CHOICES)
    assert sum(given_to.values()) == min(
        sum(spare[source] for source in spare if source not in cut)
        + sum(lacking[target] for target in {target for source in cut for target in reach[source]})
        for cut in cuts
    )
