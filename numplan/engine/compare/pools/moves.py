"""Follow the manifest's moves: numbers that belong to another resource than state remembers. Pure.

A resource that nothing declares any more gives all its numbers away; a pool that is still declared gives only what
it has too many. They go where moves lead to, so that no pool buys, and none releases, what a move could spare:
how many each gets is a maximum flow.
"""

from collections.abc import Callable, Mapping, Sequence

from numplan.engine.compare.localities import is_local
from numplan.engine.compare.pools.ways import Ways
from numplan.model.address import Resource
from numplan.model.manifest import Manifest, PoolEntry
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.model.text.countries import same_country, same_state
from numplan.model.text.spelling import same_word, serves

Shares = dict[Resource, dict[Resource, int]]
"""How many numbers each resource gives to each pool."""
Reach = Callable[[Resource], Sequence[Resource]]
"""The pools that a resource may give to, those that come first before others."""


def follow_moves(
    manifest: Manifest, filling: Mapping[E164, Instance], others: Mapping[E164, Instance]
) -> dict[E164, Resource]:
    """The resource that each number belongs to now, of those that move. Numbers that the manifest lists do not:
    they belong where they are listed.

    `filling` numbers fill a slot of their pool; `others` do not (missing, surplus), and go where the rest goes.
    """
    if not manifest.moved:
        return {}
    listed = {one.number for one in manifest.explicit()}
    moving = {number: one for number, one in {**others, **filling}.items() if number not in listed}
    before = {number: one.resource for number, one in moving.items()}
    now = {**before, **_singled_out(manifest, before)}
    members: dict[Resource, list[Instance]] = {}
    for number, one in moving.items():
        if number in filling:
            members.setdefault(now[number], []).append(one)
    pools = {pool.resource: pool for pool in manifest.pools}
    ways = Ways(manifest.moved, pools.keys())
    now.update(_dealt(members, pools, ways))
    ended = {number: ways.end(resource) for number, resource in now.items()}
    return {number: resource for number, resource in ended.items() if resource != before[number]}


def _singled_out(manifest: Manifest, before: Mapping[E164, Resource]) -> dict[E164, Resource]:
    """Numbers that a move names by their address."""
    return {
        move.number: move.to
        for move in manifest.moved
        if move.number is not None and before.get(move.number) == move.resource
    }


def _dealt(
    members: Mapping[Resource, list[Instance]],
    pools: Mapping[Resource, PoolEntry],
    ways: Ways,
) -> dict[E164, Resource]:
    """Which of the members that fill slots go to which pool that lacks some."""
    have = {resource: len(ones) for resource, ones in members.items()}
    spare = {
        resource: max(0, have.get(resource, 0) - (pools[resource].count if resource in pools else 0))
        for resource in ways.names()
    }
    missing_count = {resource: max(0, pool.count - have.get(resource, 0)) for resource, pool in pools.items()}
    dealt: dict[E164, Resource] = {}
    for resource, shares in deal(spare, missing_count, ways.pools_beyond).items():
        left = list(members.get(resource, ()))
        for target, how_many in shares.items():
            left.sort(key=lambda one: _liking(one, pools[target], pools.get(resource)))
            dealt.update((one.number, target) for one in left[:how_many])
            left = left[how_many:]
    return dealt


def deal(
    spare: Mapping[Resource, int],
    missing_count: Mapping[Resource, int],
    reach: Reach,
) -> Shares:
    """How many of the `spare` numbers go where they are `missing_count`: as many in all as can be, each within its
    `reach`, whose order decides where there is a choice.
    """
    shares: Shares = {source: {} for source in spare}
    left, need = dict(spare), dict(missing_count)
    for source in spare:
        while left[source] and (path := _path(source, need, reach, shares)):
            takes_back = zip(path[1::2], path[2::2], strict=False)
            how_many = min([left[source], need[path[-1]], *(shares[giver][had] for had, giver in takes_back)])
            for at, step in enumerate(path[:-1]):
                if at % 2 == 0:  # a source gives to the next
                    shares[step][path[at + 1]] = shares[step].get(path[at + 1], 0) + how_many
                else:  # a pool has enough, so one that gave to it before gives elsewhere
                    shares[path[at + 1]][step] -= how_many
            left[source] -= how_many
            need[path[-1]] -= how_many
    return shares


def _path(source: Resource, need: Mapping[Resource, int], reach: Reach, shares: Shares) -> list[Resource]:
    """A way from a source to a pool that lacks numbers, over pools that others could stop to give to: source,
    pool, source, pool. Empty where there is none.
    """
    paths, tried = [[source]], {source}
    for path in paths:
        for pool in reach(path[-1]):
            if pool in path[1::2]:
                continue
            if need[pool]:
                return [*path, pool]
            for giver, given in shares.items():
                if given.get(pool) and giver not in tried:
                    tried.add(giver)
                    paths.append([*path, pool, giver])
    return []


def _liking(one: Instance, target: PoolEntry, former: PoolEntry | None) -> tuple[bool, bool, E164]:
    """Members that match where they go are first, then those that do not match where they are."""
    return (not _suits(one, target), former is not None and _suits(one, former), one.number)


def _suits(one: Instance, pool: PoolEntry) -> bool:
    """Whether a member matches a pool's criteria and trunk, as far as state knows it."""
    trunk = pool.terms.sip_trunk_id
    return suits(one, pool) and (trunk is None or one.attributes.sip_trunk_id == trunk)


def suits(one: Instance, pool: PoolEntry) -> bool:
    """Whether a member matches a pool's criteria, as far as state knows it; its trunk is not looked at."""
    known, terms = one.attributes, pool.terms
    return (
        same_country(known.country, pool.country)
        and (terms.type is None or same_word(known.type, terms.type))
        and (pool.digits is None or pool.digits in known.number)
        and is_local(pool, known.number, known.state)
        and (pool.state is None or known.state is None or same_state(known.state, pool.state, pool.country))
        and (terms.category is None or known.category is None or serves(known.category, terms.category))
    )
