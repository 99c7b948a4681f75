"""A plan in Terraform's machine-readable UI."""

from collections.abc import Iterator
from typing import Any

from numplan.model.address import address_of
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Keep,
    Unavailable,
    Update,
    address_of_change,
    number_of,
)
from numplan.model.diagnostics import note, told
from numplan.model.plan import Plan, Refusal
from numplan.views.common.leaving import leaving_facts, leaving_size
from numplan.views.common.outputs import verb
from numplan.views.machine.terraform import reason
from numplan.views.machine.terraform_ui import Message, action_of, finding, outputs, place, said
from numplan.views.text.plan import LOOSENED, held_back, last_line, of_another_day


def _first(plan: Plan) -> Iterator[Message]:
    """What a reader must know before anything else."""
    if plan.at is not None:
        yield said("warning", f"The plan of {plan.at}", of_another_day(plan))
    for one in plan.loosened:
        yield said("warning", f"{LOOSENED}: {one}", "the manifest limits or protects less than it did")


def planned(plan: Plan) -> Iterator[Message]:
    """What was loosened, drift, each change, what was found, and the figures."""
    yield from _first(plan)
    for drift in plan.drift:
        action = "delete" if drift.kind == "missing" else "update"
        where = place(drift.resource, drift.before.number)
        yield Message(
            "resource_drift",
            f"{where['addr']}: drift detected ({drift.kind})",
            {"change": {"resource": where, "action": action}},
        )
    for change in plan.changes:
        if not isinstance(change, Keep | Blocked | Unavailable):
            yield _planned(change)
    for lacking in plan.changes:
        if isinstance(lacking, Unavailable):
            summary = "A managed number is gone" if lacking.managed else "A number is not available"
            detail = f"{lacking.before.number}: {lacking.reason}"
            yield said("warning", summary, detail, address=address_of_change(lacking))
    for blocked in plan.changes:
        if isinstance(blocked, Blocked):
            flow = blocked.assignment.flow_name or blocked.assignment.flow_id
            detail = (
                f"{blocked.before.number} is assigned to the flow {flow}; the vendor would refuse its release"
            )
            address = address_of(blocked.resource, blocked.before.number)
            yield said("warning", "A release is blocked and not sent", detail, address=address)
    if plan.leaving:
        named = ", ".join(f"{one.number} {leaving_facts(one)}" for one in plan.leaving)
        yield said("warning", f"Leaving: {leaving_size(plan.leaving)}", named)
    if plan.unselected:
        flags = " ".join(plan.selection.flags)
        yield said("warning", f"Held back, not selected: {held_back(plan)}", f"selected by {flags}")
    first = told(plan.diagnostics)
    for found in first.findings:
        yield finding(found)
    if first.more:
        yield finding(note(first.rest))
    for refusal in plan.refusals:
        yield _refused(refusal)
    figures = plan.counts
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


def _refused(refusal: Refusal) -> Message:
    subjects = ", ".join(refusal.subjects)
    parts = (subjects, f"allowed by: {refusal.lifted_by}" if refusal.lifted_by else "")
    summary = f"Refused by the guard {refusal.guard}: {refusal.summary}"
    return said("error", summary, "\n".join(part for part in parts if part), source=refusal.source)


def _planned(change: Change) -> Message:
    where = place(change.resource, number_of(change))
    fields: dict[str, Any] = {"resource": where, "action": action_of(change)}
    if isinstance(change, Update) and change.previous_resource is not None:
        fields["previous_resource"] = place(change.previous_resource, change.before.number)
    if isinstance(change, Adopt):
        fields["importing"] = {"id": change.after.number}
    why = reason(change)
    if why is not None:
        fields["reason"] = (
            "requested" if why == "replace_by_request" else why.removeprefix("replace_because_")
        )
    return Message("planned_change", f"{where['addr']}: Plan to {fields['action']}", {"change": fields})
