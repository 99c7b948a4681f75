"""Terraform's machine-readable UI: one JSON object a line, for tools that watch a run.

Source of the form: Terraform's "machine-readable UI".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from numplan.model.address import Resource, address_of, kind_of, name_of
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
)
from numplan.model.diagnostics import Diagnostic, Source
from numplan.model.number import E164
from numplan.model.outputs import OutputValue
from numplan.views.common.outputs import described
from numplan.views.common.sanitize import escaped, one_line
from numplan.views.machine.terraform import TERRAFORM_VERSION, TYPE

UI_VERSION: Final = "1.2"
Level = Literal["info", "warn", "error"]


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
    where = {
        "addr": f"account.{account}",
        "module": "",
        "resource": f"account.{account}",
        "implied_provider": "numplan",
        "resource_type": "numplan_account",
        "resource_name": account,
        "resource_key": None,
    }
    hook = {"resource": where, "id_key": "account", "id_value": account}
    what = "Reading" if kind == "refresh_start" else "Read"
    return Message(kind, f"{what} account {account}", {"hook": hook})


def outputs(values: Mapping[str, OutputValue], actions: Mapping[str, str] | None = None) -> Message:
    """Every output that has a value; with what a plan makes of it, for a plan."""
    told = {
        name: {**described(value), **({"action": actions[name].replace("no-op", "noop")} if actions else {})}
        for name, value in values.items()
        if value is not None
    }
    return Message("outputs", f"Outputs: {len(told)}", {"outputs": told})


def finding(found: Diagnostic) -> Message:
    """A finding of the manifest or the plan."""
    severity: Literal["error", "warning"] = "error" if found.severity == "error" else "warning"
    summary = f"{found.path}: {found.summary}" if found.path else found.summary
    return said(severity, summary, found.hint, source=found.source)


def failed(summary: str, hint: str) -> Message:
    """What ended the run."""
    return said("error", summary, hint)


def action_of(change: Change) -> str:
    """What Terraform's stream calls a change."""
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


def place(resource: Resource, number: E164) -> dict[str, Any]:
    """Where a number lives, as the stream names resources."""
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


def said(
    severity: Literal["error", "warning"],
    summary: str,
    detail: str,
    *,
    address: str = "",
    source: Source | None = None,
) -> Message:
    """A diagnostic, of a number or of a place in a file."""
    found: dict[str, Any] = {"severity": severity, "summary": one_line(summary), "detail": detail}
    if address:
        found["address"] = address
    if source is not None:
        start = {"line": source.line, "column": source.column, "byte": 0}
        found["range"] = {"filename": source.file, "start": start, "end": start}
    word = "Error" if severity == "error" else "Warning"
    level: Level = "error" if severity == "error" else "warn"
    return Message("diagnostic", f"{word}: {summary}", {"diagnostic": found}, level)
