"""The history of a run: opened with the state, and given its records when the run ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from numplan.cli.terminal.screen import Screen
from numplan.engine.apply.chronicle import Chronicle
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.history.origin import origin_of
from numplan.model.state import State
from numplan.model.text.printable import plural
from numplan.state.backend import Backend
from numplan.state.history import BoundedLog


def opened_chronicle(
    state: State, backend: Backend, environment: Mapping[str, str], run: str, *, actor: bool, consent: Consent
) -> Chronicle:
    """What takes down what a run does, for the history beside this state, if there is one. Without an `actor` no record
    says who did it. `consent` is what the run was told of the state it goes on from.
    """
    store = backend.history
    if store is None:
        return Chronicle(state)
    chronicle = Chronicle(
        state, BoundedLog(store), origin_of(environment, run, actor=actor), knowingly=consent != NO_CONSENT
    )
    chronicle.resume()
    return chronicle


@contextmanager
def written_down(chronicle: Chronicle, screen: Screen) -> Iterator[None]:
    """Give the history its records however the block ends, and tell what it does not take. That is no reason to fail:
    state keeps them, and the next run writes them.
    """
    try:
        yield
    finally:
        problem = chronicle.flush()
        for note in chronicle.notes:
            screen.error(f"warning: {note}")
        if problem:
            records = plural(chronicle.waiting, "record")
            screen.error(f"warning: the history lacks {records}: {problem}")
            screen.error(
                "State keeps what is missing there, and the next run writes it; all else is as told."
            )
