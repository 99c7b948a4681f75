"""What the history must say after any run of crashes: no record lies, none is doubled, none is missing."""

from collections import Counter

from numplan.model.history.chain import verified
from numplan.model.history.record import Record, read_line
from tests.torture.lives import laws
from tests.torture.lives.world import World

GAINED = frozenset({"purchased", "adopted", "returned"})
LOST = frozenset({"released", "forgotten"})


def check_history(world: World, *, alone: bool = True) -> None:
    """The history is whole up to what state knows, and its records tell how each number came into state and left it.

    What is held by them is what state manages; and each number was bought as often as the vendor sold it to us, but for
    those whose outcome an answer, an outage or a call that came late has kept from us; that is told by the vendor where
    this state is `alone` on its account.
    """
    with world.backend() as backend:
        store, state = backend.history, backend.read()
        if store is None or state is None:
            return
        lines = [*store.lines()]
    verdict = verified(lines, state.history, state.to_record)
    assert not verdict.findings, verdict.findings
    assert not verdict.notes, verdict.notes
    records = [read_line(line) for line in lines]
    held = _held(records)
    managed = {str(one.number) for one in state.numbers}
    assert held == managed, (
        f"by the history {sorted(held - managed)} are managed, and {sorted(managed - held)} not"
    )
    if alone:
        _check_purchases(world, records, {str(one.number) for one in (*state.intents, *state.tombstones)})


def _held(records: list[Record]) -> set[str]:
    """The numbers that the records leave in state; each comes before it goes."""
    held: set[str] = set()
    for one in records:
        assert one.number is not None, one
        if one.outcome in GAINED:
            assert one.number not in held or one.outcome == "adopted", f"{one.number} came twice: {one}"
            held.add(str(one.number))
        elif one.outcome in LOST:
            assert one.number in held, f"{one.number} went without having come: {one}"
            held.remove(str(one.number))
    return held


def _check_purchases(world: World, records: list[Record], uncertain: set[str]) -> None:
    bought = Counter(str(one.number) for one in records if one.outcome == "purchased")
    sold = laws.purchases(world)
    excused = uncertain | world.hidden | world.strays | laws.gifts(world)
    for number in {*bought, *sold} - excused:
        assert bought[number] == sold[number], (
            f"{number}: {bought[number]} records of a purchase, and the vendor sold it {sold[number]} times"
        )
