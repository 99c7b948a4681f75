"""numplan's changes in Terraform's words, for the tools that read Terraform's plans.

Source: the machine-readable formats that Terraform documents as "JSON output format" and "machine-readable
UI"; what each reader needs of them was found by running it.
"""

from collections.abc import Mapping
from typing import Any, Final

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
from numplan.model.number import E164
from numplan.model.state import Attributes
from numplan.views.common.attributes import values

TERRAFORM_VERSION: Final = "1.11.4"
"""The Terraform that plans claim to be of: some readers want one from 0.12 to 1.16."""
TYPE: Final = "numplan_number"
PROVIDER: Final = "registry.terraform.io/numplan/numplan"


def terraform_address(resource: Resource, number: E164 | None = None) -> str:
    """Where a number or a resource lives, as Terraform writes it: many readers take the type from the address."""
    indexed = number is not None and kind_of(resource) != "number"
    return f"{TYPE}.{name_of(resource)}" + (f'["{number}"]' if indexed else "")


def named(resource: Resource, number: E164) -> dict[str, Any]:
    """One number as a resource of a plan; `index` only where a resource can hold many."""
    place: dict[str, Any] = {
        "address": terraform_address(resource, number),
        "mode": "managed",
        "type": TYPE,
        "name": name_of(resource),
    }
    if kind_of(resource) != "number":
        place["index"] = number
    return place


def before_and_after(change: Change) -> tuple[Attributes | None, Attributes | None]:
    """What a change makes of a number: None where there is nothing before or after."""
    match change:
        case Purchase():
            return None, change.after
        case Release() | Forget():
            return change.before, None
        case Update() | Replace():
            return change.before, change.after
        case Blocked():
            return change.before, change.before
        case Unavailable():
            return (change.before, change.before) if change.managed else (None, None)
        case Adopt() | Keep():
            return change.after, change.after


def actions(change: Change) -> list[str]:
    """What Terraform calls a change. A blocked release does nothing; an adoption is an import without change."""
    match change:
        case Purchase():
            return ["create"]
        case Release():
            return ["delete"]
        case Update():
            return ["update"]
        case Replace():
            return ["create", "delete"] if change.buys_first else ["delete", "create"]
        case Forget():
            return ["forget"]
        case Adopt() | Blocked() | Unavailable() | Keep():
            return ["no-op"]


def reason(change: Change) -> str | None:
    """Why, where Terraform has a word for it."""
    match change:
        case Release():
            return "delete_because_no_resource_config"
        case Replace():
            return "replace_by_request" if change.because else "replace_because_cannot_update"
        case _:
            return None


def changed(change: Change) -> dict[str, Any]:
    """One entry of `resource_changes`, with numplan's own address and its reason under a key of their own."""
    before, after = before_and_after(change)
    number = (before or after).number  # type: ignore[union-attr]  # a change has at least one of them
    entry: dict[str, Any] = named(change.resource, number)
    if isinstance(change, Update) and change.previous_resource is not None:
        entry["previous_address"] = terraform_address(change.previous_resource, number)
    entry["provider_name"] = PROVIDER
    entry["change"] = _change(actions(change), before, after)
    if isinstance(change, Adopt):
        entry["change"]["importing"] = {"id": change.after.number}
    why = reason(change)
    if why is not None:
        entry["action_reason"] = why
    entry["numplan"] = {"address": address_of(change.resource, number), "reason": change.why}
    return entry


def drifted(resource: Resource, before: Attributes, after: Attributes | None) -> dict[str, Any]:
    """One entry of `resource_drift`."""
    return {
        **named(resource, before.number),
        "provider_name": PROVIDER,
        "change": _change(["delete"] if after is None else ["update"], before, after),
    }


def _change(verbs: list[str], before: Attributes | None, after: Attributes | None) -> dict[str, Any]:
    told = None if before is None else values(before)
    return {
        "actions": verbs,
        "before": told,
        "after": told if after is before else None if after is None else values(after),
        "after_unknown": {},
        "before_sensitive": _nothing_secret(before),
        "after_sensitive": _nothing_secret(after),
    }


def _nothing_secret(side: Attributes | None) -> Mapping[str, Any] | bool:
    """No attribute is secret: an empty mapping for a value that is there, False for none, as Terraform has it."""
    return False if side is None else {}
