"""Where moves lead: followed once for all who ask, as if each had been followed by itself."""

from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.compare.pools.ways import Ways
from numplan.model.address import Resource
from numplan.model.diagnostics import Source
from numplan.model.manifest import Move

NAMES = [Resource(f"pool.p{at}") for at in range(8)]
STEPS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda step: step[0] < step[1]), max_size=12
)
"""Moves that lead in no circle: from a name to a later one."""


def ways_of(steps: list[tuple[int, int]], pools: set[Resource]) -> Ways:
    moves = [Move(resource=NAMES[a], to=NAMES[b], source=Source("numplan.yaml", 1)) for a, b in steps]
    return Ways(moves, pools)


def followed(onward: Mapping[Resource, list[Resource]], pools: set[Resource], start: Resource) -> Resource:
    """Step by step, from one name alone."""
    while start in onward and start not in pools:
        start = onward[start][-1]
    return start


def nearest(
    onward: Mapping[Resource, list[Resource]], pools: set[Resource], start: Resource
) -> list[Resource]:
    """Layer by layer, from one name alone."""
    seen, layer, found = {start}, [start], []
    while layer:
        further = dict.fromkeys(to for at in layer for to in onward.get(at, []) if to not in seen)
        seen |= further.keys()
        found += [one for one in further if one in pools]
        layer = [*further]
    return found


@given(STEPS, st.sets(st.sampled_from(NAMES)), st.permutations(NAMES))
def test_what_each_name_leads_to_does_not_depend_on_who_asked_before(steps, pools, asked):
    onward: dict[Resource, list[Resource]] = {}
    for a, b in steps:
        onward.setdefault(NAMES[a], []).append(NAMES[b])
    ways = ways_of(steps, pools)
    for name in asked:
        assert ways.end(name) == followed(onward, pools, name)
        assert list(ways.pools_beyond(name)) == nearest(onward, pools, name)


def test_a_long_chain_is_followed_to_its_end_from_each_of_its_names():
    names = [Resource(f"set.s{at}") for at in range(5000)]
    moves = [Move(resource=a, to=b, source=Source("numplan.yaml", 1)) for a, b in pairwise(names)]
    ways = Ways(moves, {names[-1]})
    assert {ways.end(name) for name in names} == {names[-1]}
    assert {tuple(ways.pools_beyond(name)) for name in names[:-1]} == {(names[-1],)}
