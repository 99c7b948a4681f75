"""Outputs as people, scripts and Terraform read them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from numplan.model.outputs import FIELDS, OutputValue, Record
from numplan.model.plan import OutputChange
from numplan.model.text.printable import numbers
from numplan.views.common.sanitize import escaped, inert, one_line

_OBJECT: Final[Mapping[str, Any]] = {
    **dict.fromkeys(FIELDS, "string"),
    "sip_trunk_id": "number",
    "labels": ["map", "string"],
    "protect": "bool",
}


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
    """The value as it is; of a list, one number or record a line."""
    lines = map(_one, value) if isinstance(value, tuple) else _one(value).split("\n")
    return "\n".join(map(inert, lines))


def flat(values: Mapping[str, OutputValue]) -> str:
    """All outputs as one JSON object of texts: what Terraform's `external` data source takes, and what a
    `.tfvars.json` file may hold. What a list holds is joined with commas; records are JSON.
    """
    texts = {name: _flat(value) for name, value in values.items()}
    return escaped(msgspec.json.encode(texts).decode())


def described(value: OutputValue) -> dict[str, Any]:
    """A value with its type, in Terraform's words."""
    return {"sensitive": False, "type": type_of(value), "value": value}


def type_of(value: OutputValue) -> Any:  # noqa: ANN401 - Terraform's types are nested
    """The type of a value, in Terraform's words."""
    if isinstance(value, tuple):
        return ["list", type_of(value[0] if value else "")]
    return "string" if value is None or isinstance(value, str) else ["object", _OBJECT]


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
    told = (
        Changed(change.name, _short(change.before), _short(change.after))
        for change in changes
        if change.before != change.after
    )
    return [one if one.before != one.after else one._replace(after=f"{one.after}, changed") for one in told]


def changes_text(changes: Iterable[OutputChange]) -> Iterator[str]:
    """A line for each output that changes: `sales: none -> +12050012202`."""
    for one in changed(changes):
        yield f"  {one.name}: {one.before} -> {one.after}"


def _short(value: OutputValue) -> str:
    if isinstance(value, tuple):
        return numbers(len(value))
    return "none" if value is None else one_line(_one(value))


def _one(value: str | Record | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else escaped(msgspec.json.encode(value).decode())


def _flat(value: OutputValue) -> str:
    if isinstance(value, tuple) and any(one is not None and not isinstance(one, str) for one in value):
        return escaped(msgspec.json.encode(value).decode())
    return ",".join(map(_one, value)) if isinstance(value, tuple) else _one(value)
