"""What happens during an apply in Terraform's machine-readable UI.

Better than the original: an apply that fails still ends with a `change_summary`, of what was done.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

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
from numplan.engine.apply.result import ApplyResult
from numplan.engine.compare.overcharge import words
from numplan.model.changes import Change, number_of
from numplan.views.machine.terraform_ui import Message, action_of, place, said

_ACTION: Final = {"purchase": "create", "release": "delete"}
_DOING: Final = {"purchase": "Purchasing", "release": "Releasing"}
_DONE: Final = {"purchase": "Purchased", "release": "Released"}


def applied(event: Event, elapsed: int) -> Iterator[Message]:
    """What there is to say of an event. `elapsed` are the whole seconds since its number's call was begun."""
    match event:
        case Recorded(change=change):
            yield from _recorded(change)
        case Sending():
            yield _hook("apply_start", event, f"{_DOING[event.call]} {event.number}…")
        case Done() | Settled(verdict="bought" | "released"):
            yield _complete(event, elapsed)
        case Failed():
            what = f"{event.call.capitalize()} {'failed' if event.attempted else 'not sent'}"
            yield from _errored(event, elapsed, what)
        case Settled():
            yield from _errored(event, elapsed, f"{event.call.capitalize()}: {event.verdict}")
        case Uncertain():
            summary = f"The outcome of a {event.call} is unknown"
            yield said("warning", summary, event.reason, address=event.address)
        case Substituted():
            summary = f"{event.number} is not to be had; trying {event.substitute} instead"
            yield said("warning", summary, event.reason, address=event.address)
        case Unsettled():
            yield said("warning", "The account could not be asked about unknown outcomes", event.reason)
        case NotAsked() | TurnedUp() | Overcharged() | Noted() | Unlooked():
            yield _seen(event)
        case NotSaved():
            yield said("error", "State could not be written; nothing more is sent", event.reason)
        case Stopped():
            yield said("error", "Stopped; nothing more is sent", event.reason)
        case Saved() | Heard():
            pass


def _seen(event: Seen) -> Message:
    match event:
        case NotAsked():
            summary = f"{event.number} was in no call, and the vendor names it"
            return said("warning", summary, event.reason)
        case TurnedUp():
            return said("warning", f"{event.number} turned up", event.reason, address=event.address)
        case Overcharged():
            summary = f"{event.number} is charged beyond the plan"
            return said("warning", summary, words(event.charged), address=event.address)
        case Noted():
            summary = "A missing number is back" if event.is_back else "A managed number is missing, noted"
            return said("warning", summary, event.number, address=event.address)
        case Unlooked():
            return said("warning", "What the account charges could not be asked", event.reason)


def waiting(event: Sending, elapsed: int) -> Message:
    """A call that is still under way, after so many whole seconds."""
    text = f"Still {_DOING[event.call].lower()} {event.number}… [{elapsed}s elapsed]"
    return _hook("apply_progress", event, text, {"elapsed_seconds": elapsed})


def done(result: ApplyResult, text: str) -> Message:
    """The last line of an apply, however it went: what was done."""
    changes = {
        "add": result.purchased,
        "change": result.updated,
        "import": result.adopted,
        "remove": result.released,
        "operation": "apply",
    }
    return Message("change_summary", text, {"changes": changes})


def _recorded(change: Change) -> Iterator[Message]:
    action = action_of(change)
    where = place(change.resource, number_of(change))
    yield Message(
        "apply_start", f"{where['addr']}: Recording…", {"hook": {"resource": where, "action": action}}
    )
    hook = {
        "resource": where,
        "action": action,
        "id_key": "number",
        "id_value": number_of(change),
        "elapsed_seconds": 0,
    }
    yield Message("apply_complete", f"{where['addr']}: Recorded", {"hook": hook})


def _complete(event: Done | Settled, elapsed: int) -> Message:
    more = {"id_key": "number", "id_value": event.number, "elapsed_seconds": elapsed}
    seen = f": {event.reason}" if isinstance(event, Settled) else ""
    return _hook("apply_complete", event, f"{_DONE[event.call]} {event.number} after {elapsed}s{seen}", more)


def _errored(event: Failed | Settled, elapsed: int, summary: str) -> Iterator[Message]:
    yield _hook("apply_errored", event, summary, {"elapsed_seconds": elapsed})
    yield said("error", summary, f"{event.number}: {event.reason}", address=event.address)


def _hook(
    kind: str, event: Sending | Done | Failed | Settled, text: str, more: Mapping[str, Any] | None = None
) -> Message:
    where = place(event.resource, event.number)
    hook = {"resource": where, "action": _ACTION[event.call], **(more or {})}
    return Message(kind, f"{where['addr']}: {text}", {"hook": hook})
