"""The outputs of a manifest: values for other programs, made of the numbers of its entries."""

from collections.abc import Mapping
from typing import Final

import msgspec

from numplan.model.address import Resource
from numplan.model.diagnostics import Source

Record = Mapping[str, str | int | bool | Mapping[str, str] | None]
"""A number with all that is known of it, by field."""
OutputValue = str | tuple[str | Record | None, ...] | Record | None
"""A text, a list of texts, a record or a list of these; None where there is no value yet."""

NUMBER: Final = "number"
FLOW: Final = "flow"
RECORD: Final = ""
"""Stands for all fields."""
FIELDS: Final = (
    NUMBER,
    "address",
    "country",
    "state",
    "city",
    "area_code",
    "type",
    "category",
    "sip_trunk_id",
    FLOW,
    "labels",
    "protect",
    "setup_charge",
    "monthly_charge",
    "voice_rate",
    "sms_rate",
)
"""The fields of a record. Which flow uses a number, the account alone knows."""
NO_TEXT: Final = frozenset(("labels", "protect"))
"""Fields that stand in records alone."""


class NumbersOf(msgspec.Struct, frozen=True):
    """Part of an output: a field of the entry under `numbers`, or the fields of all numbers of a set or a pool; their
    records where `field` is RECORD.
    """

    resource: Resource
    field: str = NUMBER


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """A value for other programs: text around fields of entries. A list or a record is its only part."""

    name: str
    parts: tuple[str | NumbersOf, ...]
    source: Source

    @property
    def resources(self) -> frozenset[Resource]:
        """The entries whose numbers it tells."""
        return frozenset(part.resource for part in self.parts if isinstance(part, NumbersOf))

    @property
    def tells_flows(self) -> bool:
        """Whether only the account knows its value."""
        return any(isinstance(part, NumbersOf) and part.field in {FLOW, RECORD} for part in self.parts)
