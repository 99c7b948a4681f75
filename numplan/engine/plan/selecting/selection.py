"""Divide a plan into what is wanted now and what is held back. Pure.

The whole plan is made first, so that a selection changes what is done and never how it is decided: a slot that
a change held back would fill or free is spoken for all the same.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain

import msgspec

from numplan.engine.compare.ceiling import ceiling_of
from numplan.engine.compare.comparison import Comparison
from numplan.engine.plan.plan_part import PlanPart
from numplan.engine.plan.selecting.known import has_number, known_subjects, require_matches
from numplan.engine.plan.selecting.subjects import Subject, selects, subject_of
from numplan.model.account import Offer
from numplan.model.address import Resource, split_address
from numplan.model.changes import (
    Blocked,
    Change,
    ChangeKey,
    Keep,
    Purchase,
    Replace,
    Unavailable,
    Update,
    key_of,
)
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.plan import Selection


def apply_selection(
    whole: PlanPart, selection: Selection, manifest: Manifest, comparison: Comparison
) -> tuple[PlanPart, tuple[Change, ...]]:
    """The part that is selected, and the changes held back. What stays as it is, and what waits for the vendor,
    is never held back. Raises UsageError for a selector that names nothing.
    """
    if not selection.flags:
        return whole, ()
    subjects = _subjects(whole)
    require_matches(
        selection,
        lambda: chain(known_subjects(manifest, comparison), subjects.values()),
        partial(has_number, comparison),
    )
    others = {
        place
        for place, subject in subjects.items()
        if not (isinstance(whole.changes[place], Keep) or selects(selection, subject))
    }
    changes = tuple(change for place, change in enumerate(whole.changes) if place not in others)
    chosen = msgspec.structs.replace(
        whole,
        changes=changes,
        diagnostics=downgrade_unselected(whole.diagnostics, selection, manifest),
        alternates=dict(_alternates(whole, changes)),
    )
    return chosen, tuple(whole.changes[place] for place in sorted(others))


def narrow(
    chosen: PlanPart, unselected: tuple[Change, ...], only: Container[ChangeKey]
) -> tuple[PlanPart, tuple[Change, ...]]:
    """The part that `only` allows, and what is held back with all else. What stays as it is, is never held back."""
    allowed = [
        isinstance(change, Keep | Blocked | Unavailable) or key_of(change) in only
        for change in chosen.changes
    ]
    changes = tuple(change for change, is_allowed in zip(chosen.changes, allowed, strict=True) if is_allowed)
    others = tuple(
        change for change, is_allowed in zip(chosen.changes, allowed, strict=True) if not is_allowed
    )
    if not others:
        return chosen, unselected
    narrowed = msgspec.structs.replace(chosen, changes=changes, alternates=dict(_alternates(chosen, changes)))
    return narrowed, (*unselected, *others)


def downgrade_unselected(
    found: Iterable[Diagnostic], selection: Selection, manifest: Manifest
) -> tuple[Diagnostic, ...]:
    """Findings of which an error about an entry that is not selected does not stop what is."""
    if not selection.flags:
        return tuple(found)
    labels = {entry.resource: entry.terms.labels for entry in manifest.entries()}
    return tuple(_weighed(one, selection, labels) for one in found)


def _subjects(whole: PlanPart) -> dict[int, Subject]:
    """The subjects of changes by their place, in their order. Changes that belong together share one. What stays as it
    is has none: nearly all there is does.
    """
    paired = {number for pair in whole.together for number in pair}
    subjects = {
        place: _subject(change)
        for place, change in enumerate(whole.changes)
        if not isinstance(change, Keep) or change.after.number in paired
    }
    places = {name: place for place, one in subjects.items() for name in one.names & paired}
    for pair in whole.together:
        first, second = (places[number] for number in pair)
        one, other = subjects[first], subjects[second]
        subjects[first] = subjects[second] = Subject(one.names | other.names, (*one.labels, *other.labels))
    return subjects


def _subject(change: Change) -> Subject:
    sides = [side for name in ("before", "after") if (side := getattr(change, name, None)) is not None]
    resources = {change.resource}
    if isinstance(change, Update) and change.previous_resource is not None:
        resources.add(change.previous_resource)
    names = {
        name for resource in resources for side in sides for name in subject_of(resource, side.number).names
    }
    return Subject(frozenset(names), tuple(side.labels for side in sides))


def _weighed(
    found: Diagnostic, selection: Selection, labels: Mapping[Resource, Mapping[str, str]]
) -> Diagnostic:
    about = _about(found)
    if found.severity != "error" or about is None:
        return found
    resource, number = about
    if selects(selection, subject_of(resource, number, labels.get(resource, {}))):
        return found
    return msgspec.structs.replace(found, severity="note", summary=f"not selected: {found.summary}")


def _about(found: Diagnostic) -> tuple[Resource, E164 | None] | None:
    """The resource, or the number of one, that a finding is about: its path is an address or a key of a pool."""
    block, _, rest = found.path.partition(".")
    path = f"pool.{rest.partition('.')[0]}" if block == "pools" else found.path
    return split_address(path)


def _alternates(whole: PlanPart, changes: tuple[Change, ...]) -> Iterator[tuple[Resource, tuple[Offer, ...]]]:
    """The alternates of pools that still buy: of the same types and categories, and none dearer than what these buy."""
    for resource, offers in whole.alternates.items():
        bought = [
            change.after
            for change in changes
            if isinstance(change, Purchase | Replace) and change.resource == resource
        ]
        open_slots = any(
            isinstance(change, Purchase) and change.substitutable and change.resource == resource
            for change in changes
        )
        if not open_slots:
            continue
        ceiling = ceiling_of(bought)
        if left := tuple(filter(ceiling.admits, offers)):
            yield resource, left
