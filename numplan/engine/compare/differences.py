"""What changes of a number that stays: its update, with the attribute differences, by deepdiff."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from numplan.model.address import Resource
from numplan.model.changes import Difference, Update
from numplan.model.state import Attributes


def updated(
    resource: Resource,
    before: Attributes,
    after: Attributes,
    reason: str,
    *more: str,
    previous: Resource | None = None,
    because: str = "",
) -> Update:
    """The update of a number of this resource, which belonged to the `previous` one if that is another."""
    return Update(
        resource=resource,
        before=before,
        after=after,
        previous_resource=previous,
        differences=differences(before, after),
        because=because,
        reason=reason,
        more=more,
    )


def differences(before: Attributes, after: Attributes) -> tuple[Difference, ...]:
    """What differs, by path (`labels.owner`), sorted; values as text. Empty where nothing does."""
    if before == after:  # three thousand times cheaper than to diff, and nearly always true
        return ()
    from deepdiff import DeepDiff

    diff = DeepDiff(_plain(before), _plain(after), view="tree")
    found = [
        Difference(
            ".".join(str(step) for step in level.path(output_format="list")),
            _text(level.t1),
            _text(level.t2),
        )
        for kind in diff.values()
        for level in kind
    ]
    return tuple(sorted(found, key=lambda one: one.path))


def _plain(attributes: Attributes) -> dict[str, Any]:
    """Attributes that are known; what is None on one side shows as added or removed."""
    known = {name: value for name, value in msgspec.structs.asdict(attributes).items() if value is not None}
    if "release_after" in known:
        known["release_after"] = f"{known['release_after']}d"
    return known


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal | date):
        return str(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={one}" for key, one in sorted(value.items())) or "none"
    return None
