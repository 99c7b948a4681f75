"""The laws of several companies on one account, each with a state of its own that names the others'.

Each function raises AssertionError. What there was before a run was remembered by `look_before` of every company.
"""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from tests.torture.lives.world import World, asked_in, known_to, managed_by

# -- of a run while the others rest ------------------------------------------------------------------------


def nothing_of_theirs_is_bought(world: World) -> None:
    """No call asks for a number that another state knows of."""
    for post in world.emulator.ledger()[world.since :]:
        if post.endpoint == "purchase-numbers":
            taken = asked_in(post) & theirs_before(world)
            assert not taken, f"{world.folder.name} asked for {sorted(taken)}"


def nothing_of_theirs_is_released(world: World) -> None:
    """No call releases a number that another state manages."""
    held = set[str]().union(*(managed_by(one.before.state) for one in world.neighbours.values()))
    for post in world.emulator.ledger()[world.since :]:
        if post.endpoint == "release-numbers":
            taken = asked_in(post) & held
            assert not taken, f"{world.folder.name} released {sorted(taken)}"


def nothing_of_theirs_is_taken_in(world: World) -> None:
    """A number that comes into a state is not managed by another one, nor meant by a call of its."""
    new = managed_by(world.state()) - managed_by(world.before.state)
    for name, one in world.neighbours.items():
        state = one.before.state
        held = managed_by(state) | {intent.number for intent in (state.intents if state else ())}
        assert not new & held, f"{world.folder.name} took {sorted(new & held)} from {name}"


def after_a_run_alone(world: World) -> None:
    """All that holds after a run that was the only one."""
    nothing_of_theirs_is_bought(world)
    nothing_of_theirs_is_released(world)
    nothing_of_theirs_is_taken_in(world)


# -- of runs at once -----------------------------------------------------------------------------------------


def nothing_is_pulled_away(world: World) -> None:
    """What a state manages, and means to keep, was released by nobody in the last runs."""
    state = world.state()
    if state is None:
        return
    mine = managed_by(state) - {one.number for one in state.intents}
    own = {
        post.sequence for post in world.posts()
    }  # what of these is carried out late, one state alone is about
    posts = [post for post in world.emulator.ledger()[world.since :] if post.sequence not in own]
    released = {"+" + digits for post in posts for digits in post.released}
    gone = (mine & released) - world.owned
    assert not gone, f"{sorted(gone)} of {world.folder.name} went, and it does not know"


# -- once each has planned again -----------------------------------------------------------------------------


def none_is_in_two(worlds: Sequence[World]) -> None:
    """No number is managed by two states."""
    for one, other in combinations(worlds, 2):
        both = managed_by(one.state()) & managed_by(other.state())
        assert not both, f"{sorted(both)} in {one.folder.name} and in {other.folder.name}"


def nothing_of_theirs_is_unmanaged(world: World) -> None:
    """A plan calls none of the others' numbers unmanaged."""
    ran = world.run("plan", "--allow-empty", "--json-out", "plan-of-today.json")
    assert ran.code == 0, ran.output
    plan = json.loads((world.folder / "plan-of-today.json").read_text())
    called = {*plan["numplan"]["unmanaged"]["numbers"]}
    assert not called & world.theirs(), f"{sorted(called & world.theirs())} called unmanaged"


def theirs_before(world: World) -> set[str]:
    """What the others knew of before the last run."""
    return set[str]().union(*(known_to(one.before.state) for one in world.neighbours.values()))


def contested(worlds: Sequence[World]) -> dict[str, int | None]:
    """The numbers that the account holds and several states have calls under way for, with their trunks."""
    meant = Counter(
        str(intent.number)
        for world in worlds
        if (state := world.state()) is not None
        for intent in state.intents
    )
    owned = {"+" + one.number.removeprefix("+"): one.trunk for one in worlds[0].emulator.owned()}
    return {number: owned[number] for number, states in meant.items() if states > 1 and number in owned}
