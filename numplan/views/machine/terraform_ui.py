"""Plan and apply as Terraform's machine-readable UI: one JSON object a line, for tools that watch a run.

Source of the form: Terraform's "machine-readable UI". Better than the original: an apply that fails still ends
with a `change_summary`, of what was done.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from numplan.engine.apply.events import (
    Done,
    Event,
    Failed,
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
from numplan.engine.apply.result import Tally
from numplan.engine.compare.overcharge import words
from numplan.model.address import Resource, address_of, kind_of, name_of
from numplan.model.diagnostics import Diagnostic, Source, note, told
from numplan.model.number import E164
from numplan.model.plan import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Keep,
    OutputValue,
    Plan,
    Purchase,
    Refusal,
    Release,
    Replace,
    Unavailable,
    Update,
    address_of_change,
    count,
    number_of,
)
from numplan.views.common.outputs import described, verb
from numplan.views.common.sanitize import escaped, one_line
from numplan.views.machine.terraform import TERRAFORM_VERSION, TYPE, reason
from numplan.views.text.plan import LOOSENED, held_back, last_line

UI_VERSION: Final = "1.2"
Level = Literal["info", "warn", "error"]
_ACTION: Final = {"purchase": "create", "release": "delete"}
_DOING: Final = {"purchase": "Purchasing", "release": "Releasing"}
_DONE: Final = {"purchase": "Purchased", "release": "Released"}


class Message(msgspec.Struct, frozen=True):
    """One line of the stream, but for its time."""

    kind: str
    text: str
    fields: Mapping[str, Any] = {}
    level: Level = "info"


def encoded(message: Message, at: datetime) -> str:
    """The line, without its end. `at` is in UTC."""
    head = {
        "@level": message.level,
        "@message": one_line(message.text),
        "@module": "terraform.ui",
        "@timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    return escaped(msgspec.json.encode({**head, **message.fields, "type": message.kind}).decode())


def version(numplan: str) -> Message:
    """The first line."""
    fields = {"terraform": TERRAFORM_VERSION, "ui": UI_VERSION, "numplan": numplan}
    return Message("version", f"numplan {numplan}", fields)


def refresh(kind: Literal["refresh_start", "refresh_complete"], account: str) -> Message:
    """The account's listing is read: one pair of lines for all of it."""
    place = {
        "addr": f"account.{account}",
        "module": "",
        "resource": f"account.{account}",
        "implied_provider": "numplan",
        "resource_type": "numplan_account",
        "resource_name": account,
        "resource_key": None,
    }
    hook = {"resource": place, "id_key": "account", "id_value": account}
    what = "Reading" if kind == "refresh_start" else "Read"
    return Message(kind, f"{what} account {account}", {"hook": hook})


def planned(plan: Plan) -> Iterator[Message]:
    """What was loosened, drift, each change, what was found, and the figures."""
    for one in plan.loosened:
        yield _said("warning", f"{LOOSENED}: {one}", "the manifest limits or protects less than it did")
    for drift in plan.drift:
        action = "delete" if drift.kind == "missing" else "update"
        place = _place(drift.resource, drift.before.number)
        yield Message(
            "resource_drift",
            f"{place['addr']}: drift detected ({drift.kind})",
            {"change": {"resource": place, "action": action}},
        )
    for change in plan.changes:
        if not isinstance(change, Keep | Blocked | Unavailable):
            yield _planned(change)
    for lacking in plan.changes:
        if isinstance(lacking, Unavailable):
            said = "A managed number is gone" if lacking.managed else "A number cannot be had"
            detail = f"{lacking.before.number}: {lacking.reason}"
            yield _said("warning", said, detail, address=address_of_change(lacking))
    for blocked in plan.changes:
        if isinstance(blocked, Blocked):
            flow = blocked.assignment.flow_name or blocked.assignment.flow_id
            detail = (
                f"{blocked.before.number} is assigned to the flow {flow}; the vendor would refuse its release"
            )
            address = address_of(blocked.resource, blocked.before.number)
            yield _said("warning", "A release is blocked and not sent", detail, address=address)
    if plan.unselected:
        flags = " ".join(plan.selection.flags)
        yield _said("warning", f"Held back, not selected: {held_back(plan)}", f"selected by {flags}")
    first = told(plan.diagnostics)
    for found in first.findings:
        yield finding(found)
    if first.more:
        yield finding(note(first.rest))
    for refusal in plan.refusals:
        yield _refused(refusal)
    figures = count(plan.changes)
    changes = {
        "add": figures.purchase,
        "change": figures.update,
        "import": figures.adopt,
        "remove": figures.release,
        "operation": "plan",
    }
    yield Message("change_summary", last_line(plan), {"changes": changes, **_unsettled(plan)})
    yield outputs(
        {one.name: one.after for one in plan.outputs}, {one.name: verb(one) for one in plan.outputs}
    )


def _unsettled(plan: Plan) -> dict[str, Any]:
    """Beside Terraform's figures, which have no place for it: how many calls are to be settled first."""
    return {"unsettled": plan.unsettled} if plan.unsettled else {}


def outputs(values: Mapping[str, OutputValue], actions: Mapping[str, str] | None = None) -> Message:
    """Every output that has a value; with what a plan makes of it, for a plan."""
    told = {
        name: {**described(value), **({"action": actions[name].replace("no-op", "noop")} if actions else {})}
        for name, value in values.items()
        if value is not None
    }
    return Message("outputs", f"Outputs: {len(told)}", {"outputs": told})


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
            yield _said("warning", summary, event.reason, address=event.address)
        case Substituted():
            summary = f"{event.number} is not to be had; trying {event.substitute} instead"
            yield _said("warning", summary, event.reason, address=event.address)
        case Unsettled():
            yield _said("warning", "The account could not be asked about unknown outcomes", event.reason)
        case NotAsked() | TurnedUp() | Overcharged() | Noted() | Unlooked():
            yield _seen(event)
        case NotSaved():
            yield _said("error", "State could not be written; nothing more is sent", event.reason)
        case Stopped():
            yield _said("error", "Stopped; nothing more is sent", event.reason)
        case Saved():
            pass


def _seen(event: Seen) -> Message:
    match event:
        case NotAsked():
            summary = f"{event.number} was in no call, and the vendor names it"
            return _said("warning", summary, event.reason)
        case TurnedUp():
            return _said("warning", f"{event.number} turned up", event.reason, address=event.address)
        case Overcharged():
            summary = f"{event.number} is charged beyond the plan"
            return _said("warning", summary, words(event.charged), address=event.address)
        case Noted():
            summary = "A missing number is back" if event.is_back else "A managed number is missing, noted"
            return _said("warning", summary, event.number, address=event.address)
        case Unlooked():
            return _said("warning", "What the account charges could not be asked", event.reason)


def waiting(event: Sending, elapsed: int) -> Message:
    """A call that is still under way, after so many whole seconds."""
    text = f"Still {_DOING[event.call].lower()} {event.number}… [{elapsed}s elapsed]"
    return _hook("apply_progress", event, text, {"elapsed_seconds": elapsed})


def done(tally: Tally, text: str) -> Message:
    """The last line of an apply, however it went: what was done."""
    changes = {
        "add": tally.purchased,
        "change": tally.updated,
        "import": tally.adopted,
        "remove": tally.released,
        "operation": "apply",
    }
    return Message("change_summary", text, {"changes": changes})


def finding(found: Diagnostic) -> Message:
    """A finding of the manifest or the plan."""
    severity: Literal["error", "warning"] = "error" if found.severity == "error" else "warning"
    summary = f"{found.path}: {found.summary}" if found.path else found.summary
    return _said(severity, summary, found.hint, source=found.source)


def failed(summary: str, hint: str) -> Message:
    """What ended the run."""
    return _said("error", summary, hint)


def _refused(refusal: Refusal) -> Message:
    subjects = ", ".join(refusal.subjects)
    parts = (subjects, f"allowed by: {refusal.lifted_by}" if refusal.lifted_by else "")
    summary = f"Refused by the guard {refusal.guard}: {refusal.summary}"
    return _said("error", summary, "\n".join(part for part in parts if part), source=refusal.source)


def _planned(change: Change) -> Message:
    place = _place(change.resource, number_of(change))
    fields: dict[str, Any] = {"resource": place, "action": _action(change)}
    if isinstance(change, Update) and change.previous_resource is not None:
        fields["previous_resource"] = _place(change.previous_resource, change.before.number)
    if isinstance(change, Adopt):
        fields["importing"] = {"id": change.after.number}
    why = reason(change)
    if why is not None:
        fields["reason"] = why.removeprefix("replace_because_")
    return Message("planned_change", f"{place['addr']}: Plan to {fields['action']}", {"change": fields})


def _action(change: Change) -> str:
    match change:
        case Purchase():
            return "create"
        case Release():
            return "delete"
        case Replace():
            return "replace"
        case Update():
            return "update" if change.differences or change.previous_resource is None else "move"
        case Adopt():
            return "import"
        case Forget():
            return "remove"
        case Blocked() | Unavailable() | Keep():
            return "noop"


def _recorded(change: Change) -> Iterator[Message]:
    action = _action(change)
    place = _place(change.resource, number_of(change))
    yield Message(
        "apply_start", f"{place['addr']}: Recording…", {"hook": {"resource": place, "action": action}}
    )
    hook = {
        "resource": place,
        "action": action,
        "id_key": "number",
        "id_value": number_of(change),
        "elapsed_seconds": 0,
    }
    yield Message("apply_complete", f"{place['addr']}: Recorded", {"hook": hook})


def _complete(event: Done | Settled, elapsed: int) -> Message:
    more = {"id_key": "number", "id_value": event.number, "elapsed_seconds": elapsed}
    seen = f": {event.reason}" if isinstance(event, Settled) else ""
    return _hook("apply_complete", event, f"{_DONE[event.call]} {event.number} after {elapsed}s{seen}", more)


def _errored(event: Failed | Settled, elapsed: int, summary: str) -> Iterator[Message]:
    yield _hook("apply_errored", event, summary, {"elapsed_seconds": elapsed})
    yield _said("error", summary, f"{event.number}: {event.reason}", address=event.address)


def _hook(
    kind: str, event: Sending | Done | Failed | Settled, text: str, more: Mapping[str, Any] | None = None
) -> Message:
    place = _place(event.resource, event.number)
    hook = {"resource": place, "action": _ACTION[event.call], **(more or {})}
    return Message(kind, f"{place['addr']}: {text}", {"hook": hook})


def _place(resource: Resource, number: E164) -> dict[str, Any]:
    address = address_of(resource, number)
    return {
        "addr": address,
        "module": "",
        "resource": address,
        "implied_provider": "numplan",
        "resource_type": TYPE,
        "resource_name": name_of(resource),
        "resource_key": None if kind_of(resource) == "number" else number,
    }


def _said(
    severity: Literal["error", "warning"],
    summary: str,
    detail: str,
    *,
    address: str = "",
    source: Source | None = None,
) -> Message:
    found: dict[str, Any] = {"severity": severity, "summary": one_line(summary), "detail": detail}
    if address:
        found["address"] = address
    if source is not None:
        start = {"line": source.line, "column": source.column, "byte": 0}
        found["range"] = {"filename": source.file, "start": start, "end": start}
    word = "Error" if severity == "error" else "Warning"
    level: Level = "error" if severity == "error" else "warn"
    return Message("diagnostic", f"{word}: {summary}", {"diagnostic": found}, level)
