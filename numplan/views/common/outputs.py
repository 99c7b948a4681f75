"""Outputs as people, scripts and Terraform read them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from numplan.model.plan import OutputChange, OutputValue
from numplan.model.text.printable import numbers
from numplan.views.common.sanitize import escaped, one_line


def outputs_text(values: Mapping[str, OutputValue]) -> str:
    """One output a line: `sales = "+12050012202"`; lists as JSON has them."""
    if not values:
        return "The manifest declares no outputs."
    return "\n".join(f"{name} = {value_json(value)}" for name, value in values.items())


def outputs_json(values: Mapping[str, OutputValue]) -> str:
    """All outputs, as `terraform output -json` has them."""
    document = {name: described(value) for name, value in values.items()}
    return escaped(msgspec.json.format(msgspec.json.encode(document)).decode())


def unselected_text(outputs: Sequence[str], held_numbers: int) -> str:
    """What a selection leaves out: `Not selected: 2 numbers, and the outputs sales, support.` Empty where it
    leaves nothing out.
    """
    told = [numbers(held_numbers)] if held_numbers else []
    if outputs:
        told.append(f"the output{'' if len(outputs) == 1 else 's'} {', '.join(outputs)}")
    return f"Not selected: {', and '.join(told)}." if told else ""


def value_json(value: OutputValue) -> str:
    """The value alone, as JSON on one line."""
    return escaped(msgspec.json.encode(value).decode())


def raw(value: OutputValue) -> str:
    """The value as it is; of a list, one number a line."""
    return value if isinstance(value, str) else "\n".join(value or ())


def flat(values: Mapping[str, OutputValue]) -> str:
    """All outputs as one JSON object of texts: what Terraform's `external` data source takes, and what a
    `.tfvars.json` file may hold. The numbers of a list are joined with commas.
    """
    texts = {
        name: value if isinstance(value, str) else ",".join(value or ()) for name, value in values.items()
    }
    return escaped(msgspec.json.encode(texts).decode())


def described(value: OutputValue) -> dict[str, Any]:
    """A value with its type, in Terraform's words."""
    return {"sensitive": False, "type": type_of(value), "value": value}


def type_of(value: OutputValue) -> str | list[str]:
    """The type of a value, in Terraform's words."""
    return ["list", "string"] if isinstance(value, tuple) else "string"


def verb(change: OutputChange) -> str:
    """What Terraform calls the change of an output. One that has no value yet is not there for it."""
    if change.before == change.after:
        return "no-op"
    if change.before is None:
        return "create"
    return "delete" if change.after is None else "update"


class Changed(NamedTuple):
    """An output that changes, as people read it: lists by how many they hold, nothing as `none`."""

    name: str
    before: str
    after: str


def changed(changes: Iterable[OutputChange]) -> list[Changed]:
    """The outputs that change."""
    return [
        Changed(change.name, _short(change.before), _short(change.after))
        for change in changes
        if change.before != change.after
    ]


def changes_text(changes: Iterable[OutputChange]) -> Iterator[str]:
    """A line for each output that changes: `sales: none -> +12050012202`."""
    for one in changed(changes):
        yield f"  {one.name}: {one.before} -> {one.after}"


def _short(value: OutputValue) -> str:
    if isinstance(value, tuple):
        return numbers(len(value))
    return "none" if value is None else one_line(value)
