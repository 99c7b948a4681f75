"""A state mended by hand: moved, let go, replaced. Values only."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.edit.state_edit import move, named, remove, replaced
from numplan.model.errors import NumplanError, StateError, UsageError
from numplan.model.state import successor
from tests.builders import buried, buying, managed, state, us

SALES = [managed("pool.sales", us(place)) for place in range(3)]
HOTLINE = managed("number.hotline", us(10))
DIALER = managed("set.dialer", us(20))


def addresses(mended) -> list[str]:
    return [one.address for one in mended.state.numbers]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), 5),
        (("pool.sales",), 3),
        (('pool.sales["+12050000001"]',), 1),
        (("number.hotline",), 1),
        (("+12050000010",), 1),
        (("+1 (205) 000-0010",), 1),
        (("pool.sales[+12050000001]",), 1),
        (("pool.sales[+120500000*]",), 3),
        (("pool.*", "set.d?aler"), 4),
        (("+1205*",), 5),
        (('*["+1205000002?"]',), 1),
    ],
)
def test_names_are_addresses_resources_numbers_and_patterns_of_them(texts, expected):
    assert len(named(state(*SALES, HOTLINE, DIALER), texts)) == expected


@pytest.mark.parametrize("text", ["pool.sale", "set.*x", "+12059999999"])
def test_a_name_that_means_nothing_is_an_error(text):
    with pytest.raises(NumplanError, match="state holds nothing at"):
        named(state(*SALES), [text])


@pytest.mark.parametrize("text", ["", "sales", "pool.", "pool.sales[+1205000000]]"])
def test_a_text_that_can_mean_nothing_is_wrong_usage(text):
    with pytest.raises(UsageError):
        named(state(*SALES), [text])


def test_a_pool_is_renamed_whole():
    moved = move(state(*SALES, HOTLINE), "pool.sales", "pool.ny_sales")
    assert addresses(moved) == [
        *(f'pool.ny_sales["{one.number}"]' for one in SALES),
        "number.hotline",
    ]
    assert [one.source for one in moved.moves] == [one.address for one in SALES]


def test_what_is_not_settled_and_what_is_watched_moves_along():
    """Else the number would turn up under the old name, which nothing declares, and be released."""
    coming, gone = managed("pool.sales", us(5)), managed("pool.sales", us(6))
    moved = move(state(*SALES, buying(coming), buried(gone)), "pool.sales", "pool.new").state
    assert {one.instance.resource for one in (*moved.intents, *moved.tombstones)} == {"pool.new"}


def test_a_number_that_is_only_on_its_way_can_be_moved():
    moved = move(state(buying(managed("pool.sales", us(5)))), "pool.sales", "pool.new")
    assert [one.number for one in moved.moves] == [us(5)]


def test_moved_back_it_is_as_it_was():
    before = state(*SALES, buried(managed("pool.sales", us(6))))
    assert move(move(before, "pool.sales", "set.a").state, "set.a", "pool.sales").state == before


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("pool.sales", "number.one", "holds one number, and 3 would be there"),
        ("set.dialer", "number.hotline", "holds one number, and 2 would be there"),
        ("pool.sales", 'set.dialer["+12050000001"]', "can hold .* alone"),
        ("pool.sales", "pool.sales", "already exists"),
        ("pool.none", "pool.sales", "nothing at pool.none"),
    ],
)
def test_a_target_without_room_is_refused(source, target, why):
    with pytest.raises(NumplanError, match=why):
        move(state(*SALES, HOTLINE, DIALER), source, target)


def test_a_number_is_let_go_and_not_watched_any_more():
    """Else the next settling would take it back as surplus."""
    mended = remove(state(*SALES, buried(SALES[0]), buried(HOTLINE)), ["pool.sales"])
    assert mended.state.numbers == ()
    assert [one.number for one in mended.state.tombstones] == [HOTLINE.number]


def test_a_number_with_a_call_under_way_is_not_let_go():
    with pytest.raises(NumplanError, match="outcome of a call") as refused:
        remove(state(*SALES, buying(SALES[0])), ["pool.sales"])
    assert "state settle" in refused.value.hint


@given(st.lists(st.sampled_from(range(6)), unique=True))
def test_what_stays_and_what_goes_is_all_there_was(places):
    before = state(*(managed("set.all", us(place)) for place in range(6)))
    names = [us(place) for place in places]
    after = remove(before, names) if names else None
    stays = after.state.numbers if after else before.numbers
    goes = [one.number for one in after.moves] if after else []
    assert sorted([one.number for one in stays] + goes) == [us(place) for place in range(6)]
    assert sorted(goes) == sorted(names)


def test_another_lineage_and_an_older_serial_replace_nothing():
    stored = state(*SALES, serial=7)
    with pytest.raises(StateError, match="lineage other"):
        replaced(stored, msgspec.structs.replace(stored, lineage="other"))
    with pytest.raises(StateError, match="serial 6, but the stored state already has serial 7"):
        replaced(stored, state(serial=6))


def test_what_replaces_follows_on_what_was_stored():
    stored = state(*SALES, serial=7)
    after = successor(replaced(stored, state(HOTLINE, serial=9)))
    assert (after.serial, after.lineage, after.numbers) == (8, stored.lineage, (HOTLINE,))
    assert after.write_id != stored.write_id
