"""The look at the account after an apply that bought: what it charges, and what was bought though nobody asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from numplan.engine.apply.events import Event, NotAsked, Overcharged, Unlooked
from numplan.engine.apply.run import Run
from numplan.engine.apply.settle import take_in
from numplan.engine.compare.overcharge import overcharge_of
from numplan.model.account import OwnedNumber
from numplan.model.errors import AnswerError, ApiError
from numplan.model.number import E164

LOOKED_UP_MOST: Final = 3
"""So many numbers are looked up one by one at most."""
LISTED_LEAST: Final = 1000
"""And for each of them, a listing would bring so many rows: that takes longer than a call."""


def look_after(run: Run) -> Iterator[Event]:
    """One look, where something was bought or an answer named what was in no call. Tells what is charged beyond the
    plan, and takes what nobody asked for into state where the account holds it now and did not before.
    """
    bought = [number for number in run.orders if number in run.open_state.numbers]
    if not (bought or run.unasked) or run.clock.interrupted():
        return
    try:
        rows = _looked_up(run, bought) or run.provider.purchased(expected=len(run.open_state.numbers)).numbers
    except ApiError as problem:
        rows = {}
        yield Unlooked(reason=str(problem))
    confirmed: list[E164] = []
    for number in bought:
        row = rows.get(number)
        if row is None:
            continue  # a listing may lag: the next plan compares
        instance = run.open_state.numbers[number]
        if (charged := overcharge_of(instance, row)) is None:
            confirmed.append(number)
        else:
            yield Overcharged(resource=instance.resource, number=number, charged=charged)
    run.open_state.confirm_charges(confirmed)
    yield from _unasked(run, rows)


def _looked_up(run: Run, bought: Sequence[E164]) -> Mapping[E164, OwnedNumber]:
    """The rows of a few numbers in a large account, which are quicker looked up than listed with all the others. None
    where that does not show each of them, for a listing may.
    """
    count = len(run.open_state.numbers)
    if run.unasked or not bought or len(bought) > LOOKED_UP_MOST or len(bought) * LISTED_LEAST > count:
        return {}
    rows: dict[E164, OwnedNumber] = {}
    for number in bought:
        try:
            row = run.provider.look_up(number)
        except AnswerError:
            return {}
        if not isinstance(row, OwnedNumber):
            return {}
        rows[number] = row
    return rows


def _unasked(run: Run, rows: Mapping[E164, OwnedNumber]) -> Iterator[Event]:
    watched = {
        number: rows[number]
        for number in run.unasked
        if number in rows and number in run.open_state.tombstones and number not in run.gate.before
    }
    taken_in = {one.number for one, _ in take_in(run.open_state, watched, run.now(), run.api)}
    for number, (call, resource) in run.unasked.items():
        taken = number in taken_in
        if call == "release":
            reason = "the vendor says that it released it; no call asked for that"
        elif taken:
            reason = "the vendor says that it bought it, and the account holds it; no call asked for that"
        elif number in run.gate.before:
            reason = "the vendor says that it bought it; the account held it before, and no call asked for it"
        else:
            reason = (
                "the vendor says that it bought it; the account does not show it, and no call asked for it"
            )
        harmless = call == "purchase" and number in run.gate.before
        yield NotAsked(resource=resource, number=number, call=call, harmless=harmless, reason=reason)
