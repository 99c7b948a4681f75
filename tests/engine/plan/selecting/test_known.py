"""A selector that is just a number or an address is looked up, and finds what a search of all names would find."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.account.refresh import refresh
from numplan.engine.compare.comparison import Comparison, compare
from numplan.engine.plan.selecting.known import has_number, known_subjects
from numplan.engine.plan.selecting.subjects import is_named
from tests.builders import entry, group, managed, manifest, state, us
from tests.fakes import NOON, FakeVendor

WANTED = manifest(entry("front", us(1)), group("all", [us(2), us(3)]))
HELD = state(managed("number.front", us(1)), managed("set.all", us(2)), managed("pool.old", us(4)))
NUMBERS = [us(place) for place in range(1, 7)]
RESOURCES = ["number.front", "number.other", "set.all", "pool.old", "pool.none"]


def known() -> Comparison:
    return compare(WANTED, HELD, refresh(WANTED, HELD, FakeVendor()), NOON)


KNOWN = known()
PATTERNS = st.one_of(
    st.sampled_from([*NUMBERS, *RESOURCES]),
    st.builds('{}["{}"]'.format, st.sampled_from(RESOURCES), st.sampled_from(NUMBERS)),
)


@given(PATTERNS)
def test_what_is_looked_up_is_among_all_names(pattern):
    searched = any(is_named((pattern,), subject) for subject in known_subjects(WANTED, KNOWN))
    assert searched or not has_number(KNOWN, pattern)


def test_each_number_is_found_by_itself_and_by_its_address():
    for number, address in {
        us(1): "number.front",
        us(2): f'set.all["{us(2)}"]',
        us(3): f'set.all["{us(3)}"]',
        us(4): f'pool.old["{us(4)}"]',
    }.items():
        assert has_number(KNOWN, number)
        assert has_number(KNOWN, address) == (address != "number.front")
    assert not has_number(KNOWN, us(5))
