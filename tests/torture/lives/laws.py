"""The laws that no run may break, each a function that raises AssertionError.

`AFTER_ANY_RUN` hold whatever happened in the run, `converged` and the rest once a run without faults is over.
"""

from collections import Counter
from collections.abc import Callable

from numplan.emulator.call_log import Post
from numplan.model.state import State
from tests.torture.lives.wishes import STOCK
from tests.torture.lives.world import World, asked_in, known_to

FLOWING = "+12055550999"


# -- what was sent -------------------------------------------------------------------------------------


def nothing_unasked(world: World) -> None:
    """No number was released that the manifest still wants. Pool members may go if the pool shrank."""
    over = {n for n, one in world.wish.explicit.items() if one.standing(world.today) == "over"}
    world.asked |= over
    unasked = _released(world.emulator.ledger()) & {*world.share} - world.asked
    assert not unasked, f"released unasked: {sorted(unasked)}"


def nothing_retired(world: World) -> None:
    """No call asks for a number that the manifest retires."""
    retired = _asked_for(world) & {*world.wish.retired}
    assert not retired, f"{sorted(retired)} bought, though retired"


def nothing_out_of_season(world: World) -> None:
    """Nothing is bought for an entry before the day on which it begins, nor once it is over."""
    for number in _asked_for(world):
        entry = world.wish.pool if number in STOCK else world.wish.explicit.get(number)
        assert entry is not None, f"{number} bought, and nothing declares it"
        standing = entry.standing(world.today)
        assert standing == "holds", f"{number} bought on {world.today}, when its entry {standing}: {entry}"


def nothing_out_of_place(world: World) -> None:
    """What a pool buys is of an area code of its list, and of a state of its spread, as they are then."""
    for number in _asked_for(world) & {*STOCK}:
        assert world.wish.pool.describes(number), f"{number} bought for {world.wish.pool}"


def nothing_early(world: World) -> None:
    """Nothing is released before its day has come by both clocks, nothing that is declared, but for an explicit number
    that moves to another trunk, and of an entry that has not begun only what was to leave already.
    """
    state = world.before.state
    known = [one.instance.attributes for one in (*state.tombstones, *state.intents)] if state else []
    known += [one.attributes for one in state.numbers] if state else []
    leaving = {str(one.number): one.leaving_at for one in known if one.leaving_at is not None}
    trunks = {str(one.number): one.sip_trunk_id for one in known}
    for number in _released(world.posts()):
        entry = world.wish.pool if number in STOCK else world.wish.explicit.get(number)
        standing = entry.standing(world.today) if entry else "over"
        begun = standing != "waits" or number in leaving
        assert begun, f"{number} went on {world.today}, before its entry begins: {entry}"
        if number not in STOCK and entry and standing == "holds":
            assert trunks.get(number, entry.trunk) != entry.trunk, f"{number} went though it is declared"
        elif world.waits:
            day = leaving.get(number)
            assert day is not None and day <= world.today, f"{number} went on {world.today}, not {day}"  # noqa: PT018


def never_short(world: World) -> None:
    """No member is released before its successor is bought: a pool is never less full than it was, or is to be."""
    state, pool = world.before.state, world.wish.pool
    if state is None or pool.standing(world.today) == "over":
        return
    # What was released, and bought again by a call whose outcome is not known, is owned by that call.
    again = {one.number for one in state.intents if one.kind == "purchase"}
    gone = {one.number for one in state.tombstones if one.cause == "released"} - members(state) - again
    gone |= {one.number for one in state.numbers if one.attributes.leaving_at is not None}
    bought = {"+" + digits for post in world.posts() for digits in post.bought}
    # What no call of this run bought, and is there now, an earlier one bought late.
    late = world.owned - world.before.owned - bought
    have = ((world.before.owned | late) & {*STOCK} & known_to(world.before.state)) - gone
    # A release in doubt may turn out as carried out, or not: what it is about may count, and need not.
    doubted = {one.number for one in state.intents if one.kind == "release"}
    least = min(len(have - doubted), pool.count)
    for post in world.posts():
        have |= {"+" + digits for digits in post.bought} & {*STOCK}
        have -= {"+" + digits for digits in post.released}
        assert len(have) >= least, f"{post.released} went, and {len(have)} of {pool.count} are left"


def nothing_lost(world: World) -> None:
    """Every number that the account has gained by our calls, asked for or not, is known to state."""
    lost = world.owned - world.known() - world.theirs() - {FLOWING} - world.strays
    assert not lost, f"owned, but in neither state, intents nor tombstones: {sorted(lost)}"


AFTER_ANY_RUN: tuple[Callable[[World], None], ...] = (
    nothing_unasked,
    nothing_retired,
    nothing_out_of_season,
    nothing_out_of_place,
    nothing_early,
    never_short,
)
"""Besides these, `nothing_lost`, unless a call is still to be carried out."""


def after_any_run(world: World) -> None:
    """All that holds after each run, however it ended."""
    for law in AFTER_ANY_RUN:
        law(world)
    if not is_late(world):
        nothing_lost(world)


# -- what it came to -----------------------------------------------------------------------------------


def converged(world: World) -> None:
    """The account holds exactly what the manifest wants today, on the declared trunks. Of an entry that has not begun
    it holds any part, and of one that is over too, while the clocks are too far apart for a date to be believed.
    """
    state = world.state()
    managed = {one.number for one in state.numbers if not one.surplus} if state else set()
    leaving = {one.number for one in state.numbers if one.attributes.leaving_at} if state else set()
    # One look: a late commit may come at any moment.
    trunks = {"+" + one.number.removeprefix("+"): one.trunk for one in world.emulator.owned()}
    held = {*trunks} - {FLOWING} - world.surplus() - (world.strays - managed) - (world.theirs() - managed)
    _explicit_numbers_are_there(world, held - leaving)
    _pool_is_full(world, held - leaving)
    _on_declared_trunks(world, trunks, held - leaving)
    if state is None:
        assert not held, "numbers are owned, and there is no state"
        return
    assert managed == held, f"state and account differ in {sorted(managed ^ held)}"
    assert not state.intents, f"intents are left: {[one.number for one in state.intents]}"


def _explicit_numbers_are_there(world: World, owned: set[str]) -> None:
    standing = {n: one.standing(world.today) for n, one in world.wish.explicit.items()}
    wanted = {number for number, stands in standing.items() if stands == "holds"}
    vague = {n for n, stands in standing.items() if stands == "waits" or (stands == "over" and _apart(world))}
    wrong = (owned - {*STOCK}) ^ wanted
    assert wrong <= vague, (wrong - vague, "explicit numbers")


def _pool_is_full(world: World, owned: set[str]) -> None:
    pool, members = world.wish.pool, owned & {*STOCK}
    stands = pool.standing(world.today)
    if stands == "waits" or (stands == "over" and _apart(world)):
        return
    count = pool.count if stands == "holds" else 0
    assert not members & {*world.wish.retired}, "a retired member is still there"
    assert len(members) == count, f"the pool holds {len(members)}, not {count}"


def _on_declared_trunks(world: World, trunks: dict[str, int | None], owned: set[str]) -> None:
    wrong = set()
    for number in owned:
        entry = world.wish.pool if number in STOCK else world.wish.explicit.get(number)
        if entry and entry.standing(world.today) == "holds" and trunks[number] != entry.trunk:
            wrong.add(number)
    wrong -= gifts(world) | world.strays
    assert not wrong, f"on another trunk than declared: {sorted(wrong)}"


def nothing_doubled(world: World) -> None:
    """No slot has two numbers, but for surplus: by a late commit, by a number that was away, or by a gift."""
    explain = world.hidden | world.strays
    for post in world.emulator.ledger():
        explain |= {"+" + digits for digits in {*post.bought} - {*post.numbers}}
        # The hold of these lives is less than a second, and the vendor's clock tells whole ones: where it is
        # the one that counts, a lag may outlast the hold.
        if "late_commit" in post.faults or ("lag" in post.faults and world.furthest):
            explain |= asked_in(post)
    unexplained = world.surplus() - explain
    assert not unexplained, f"surplus without a reason: {sorted(unexplained)}"


def unlocked(world: World) -> None:
    """Nobody holds the lock."""
    with world.backend() as backend:
        holder = backend.holder()
    assert holder is None, f"the lock is left to {holder}"


def no_waste(world: World, bought_before: int, needed: int) -> None:
    """As many purchases as were needed, and not one more: nothing was bought to be thrown away."""
    bought = sum(purchases(world).values()) - bought_before
    assert bought == needed, f"{bought} purchases where {needed} were needed"


# -- what there was ------------------------------------------------------------------------------------


def purchases(world: World) -> Counter[str]:
    """How often each number was really bought."""
    return Counter("+" + digits for post in world.emulator.ledger() for digits in post.bought)


def gifts(world: World) -> set[str]:
    """Numbers that a call bought which did not ask for them, on its own trunk. No answer shows on which trunk a
    number is, so where our own call for one was refused, none can know that it is not on that call's.
    """
    asked: dict[str, bool] = {}
    for post in world.emulator.ledger():
        asked.update((f"+{digits}", digits in post.numbers) for digits in post.bought)
    return {number for number, was_asked in asked.items() if not was_asked}


def is_late(world: World) -> bool:
    """Whether a late commit is still to come; none is of a call that another fault has kept from being carried out."""
    return any(
        post.faults == ("late_commit",) and post.committed_at is None for post in world.emulator.ledger()
    )


def members(state: State | None) -> set[str]:
    """The numbers that fill slots of the pool, as a state says."""
    return {
        one.number
        for one in (state.numbers if state else ())
        if one.number in STOCK and not one.surplus and one.attributes.leaving_at is None
    }


def _apart(world: World) -> bool:
    """Whether the clocks are too far apart for a date to be believed; about so far, either is right."""
    return abs(world.skew) >= 86_400


def _asked_for(world: World) -> set[str]:
    calls = [post for post in world.posts() if post.endpoint == "purchase-numbers"]
    return set[str]().union(*(asked_in(post) for post in calls))


def _released(posts: list[Post] | tuple[Post, ...]) -> set[str]:
    return {"+" + digits for post in posts for digits in post.released}
