"""What happens during an apply, a line for each thing that people want to see."""

from numplan.engine.apply.events import (
    Done,
    Event,
    Failed,
    Heard,
    NotAsked,
    Noted,
    NotSaved,
    Overcharged,
    Recorded,
    Saved,
    Seen,
    Sending,
    Settled,
    Stopped,
    Substituted,
    TurnedUp,
    Uncertain,
    Unlooked,
    Unsettled,
)
from numplan.engine.compare.overcharge import words
from numplan.model.address import kind_of
from numplan.model.changes import Adopt, Forget, Update, address_of_change
from numplan.views.common.sanitize import one_line

_DONE = {"purchase": "purchased", "release": "released"}


def event_text(event: Event) -> str | None:
    """One line, or None for what nobody needs to see."""
    match event:
        case Done():
            return f"{_where(event)}: {_DONE[event.call]}"
        case Sending() | Saved() | Heard():
            return None
        case Recorded():
            return _recorded(event)
        case Failed():  # what was not sent is told at the end: after an interruption it may be thousands
            return (
                one_line(f"{_where(event)}: {event.call} failed: {event.reason}") if event.attempted else None
            )
        case Uncertain():
            return one_line(f"{_where(event)}: {event.call} has an unknown outcome: {event.reason}")
        case Substituted():
            return one_line(
                f"{_where(event)}: not to be had ({event.reason}); trying {event.substitute} instead"
            )
        case Settled():
            return one_line(f"{_where(event)}: settled: {event.verdict}, {event.reason}")
        case Unsettled():
            return one_line(f"the account could not be asked about unknown outcomes: {event.reason}")
        case NotAsked() | TurnedUp() | Overcharged() | Noted() | Unlooked():
            return _seen(event)
        case NotSaved():
            return one_line(f"state could not be written; nothing more is sent: {event.reason}")
        case Stopped():
            return one_line(f"stopped: {event.reason}")


def _seen(event: Seen) -> str:
    match event:
        case NotAsked():
            return one_line(f"{event.number}: {event.reason}")
        case TurnedUp():
            return one_line(f"{_where(event)}: {event.reason}")
        case Overcharged():
            return f"{_where(event)}: {words(event.charged)}"
        case Noted(is_back=True):
            return f"{_where(event)}: the account holds it again"
        case Noted():
            return f"{_where(event)}: missing from the account, noted; a later run looks for it again"
        case Unlooked():
            return one_line(f"what the account charges could not be asked: {event.reason}")


def _recorded(event: Recorded) -> str:
    match event.change:
        case Adopt():
            return f"{address_of_change(event.change)}: adopted"
        case Update() if event.change.begins_leaving:
            day = event.change.after.leaving_at
            return f"{address_of_change(event.change)}: leaves, released from {day} on"
        case Update() if event.change.stops_leaving:
            return f"{address_of_change(event.change)}: stays"
        case Update():
            return f"{address_of_change(event.change)}: updated"
        case Forget():
            return f"{address_of_change(event.change)}: forgotten"
        case _:
            return f"{address_of_change(event.change)}: recorded"


def _where(event: Done | Failed | Uncertain | Substituted | Settled | TurnedUp | Overcharged | Noted) -> str:
    return f"{event.address} {event.number}" if kind_of(event.resource) == "number" else event.address
