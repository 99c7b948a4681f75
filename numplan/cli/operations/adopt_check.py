"""New entries before they are put in place: they say what was meant, and nothing else says otherwise."""

from collections.abc import Sequence
from typing import Final

from numplan.engine.edit.adoption import NewEntry
from numplan.engine.guard.limit_guards import lacking_labels
from numplan.model.errors import NumplanError
from numplan.model.manifest import Manifest, NumberEntry, SetEntry
from numplan.model.plan import Plan

NAMED: Final = 10
"""Numbers that are named where many are meant."""


def require_as_meant(before: Manifest, after: Manifest, entries: Sequence[NewEntry]) -> None:
    """Raise NumplanError unless the manifest says what it said, and the entries, and no more."""
    wanted = {one.number: one.resource for one in before.explicit()}
    wanted |= {row.number: entry.resource for entry in entries for row in entry.rows}
    rest = [(len(one.pools), one.policy, one.api) for one in (before, after)]
    if {one.number: one.resource for one in after.explicit()} != wanted or rest[0] != rest[1]:
        raise NumplanError(
            f"{before.path} cannot be extended without a change in what it says; nothing was written",
            hint="write its blocks on lines of their own, as `numplan init` does",
        )
    written: tuple[NumberEntry | SetEntry, ...] = (*after.numbers, *after.sets)
    for entry in written:
        lacking = lacking_labels(entry.terms.labels, after.bounds)
        if lacking and entry.resource in {one.resource for one in entries}:
            raise NumplanError(
                f"required_labels demands {', '.join(lacking)} on every entry; nothing was written",
                hint=" ".join(f"--label {label}=VALUE" for label in lacking),
            )


def require_taken_in(plan: Plan, entries: Sequence[NewEntry]) -> None:
    """Raise NumplanError unless the plan adopts every number that the entries declare."""
    adopted = {change.after.number for change in plan.changes}  # type: ignore[union-attr]
    left = sorted({row.number for entry in entries for row in entry.rows} - adopted)
    if left:
        why = f": {plan.errors[0].summary}" if plan.errors else ""
        raise NumplanError(
            f"{some(left)} cannot be declared under this manifest's defaults{why}; nothing was written",
            hint="take the key that does not fit out of `defaults`, or leave these numbers out",
        )


def some(numbers: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
    return ", ".join(numbers[:NAMED]) + more
