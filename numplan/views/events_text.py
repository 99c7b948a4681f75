"""What happens during an apply, a line for each thing that people want to see."""

from numplan.engine.events import (
    Done,
    Event,
    Failed,
    NotSaved,
    Recorded,
    Saved,
    Sending,
    Settled,
    Stopped,
    Substituted,
    Uncertain,
    Unsettled,
)
from numplan.model.address import kind_of
from numplan.model.plan import Adopt, Forget, Update, address_of_change
from numplan.views.plain import one_line

_DONE = {"purchase": "purchased", "release": "released"}


def event_text(event: Event) -> str | None:
    """One line, or None for what nobody needs to see."""
    match event:
        case Recorded():
            return _recorded(event)
        case Done():
            return f"{_where(event)}: {_DONE[event.call]}"
        case Failed():  # what was not sent is told at the end: after an interruption it may be thousands
            return (
                one_line(f"{_where(event)}: {event.call} failed: {event.reason}") if event.attempted else None
            )
        case Uncertain():
            return one_line(f"{_where(event)}: {event.call} has an unknown outcome: {event.reason}")
        case Substituted():
            return one_line(f"{_where(event)}: refused ({event.reason}); trying {event.substitute} instead")
        case Settled():
            return one_line(f"{_where(event)}: settled: {event.verdict}, {event.reason}")
        case Unsettled():
            return one_line(f"the account could not be asked about unknown outcomes: {event.reason}")
        case NotSaved():
            return one_line(f"state could not be written; nothing more is sent: {event.reason}")
        case Stopped():
            return one_line(f"stopped: {event.reason}")
        case Sending() | Saved():
            return None


def _recorded(event: Recorded) -> str:
    match event.change:
        case Adopt():
            return f"{address_of_change(event.change)}: adopted"
        case Update():
            return f"{address_of_change(event.change)}: updated"
        case Forget():
            return f"{address_of_change(event.change)}: forgotten"
        case _:
            return f"{address_of_change(event.change)}: recorded"


def _where(event: Done | Failed | Uncertain | Substituted | Settled) -> str:
    return f"{event.address} {event.number}" if kind_of(event.resource) == "number" else event.address
