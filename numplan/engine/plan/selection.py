"""Divide a plan into what is wanted now and what is held back. Pure.

The whole plan is made first, so that a selection changes what is done and never how it is decided: a slot that
a change held back would fill or free is spoken for all the same.
"""

from collections.abc import Container, Iterable, Iterator, Mapping

import msgspec

from numplan.engine.compare.ceiling import ceiling_of
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.retirement import REPLACE, is_covered
from numplan.engine.plan.plan_part import PlanPart
from numplan.model.account import Offer
from numplan.model.address import Resource, address_of, split_address
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
from numplan.model.errors import UsageError
from numplan.model.manifest import Manifest, declared_by
from numplan.model.number import E164
from numplan.model.plan import Selection
from numplan.model.text.glob import covers
from numplan.model.text.spelling import nearest


class Subject(msgspec.Struct, frozen=True):
    """What selectors look at: `names` are a resource, an address, a number; `labels` those before and after.

    A change of two numbers, such as the replace of a pool's member, is one subject with the names of both.
    """

    names: frozenset[str]
    labels: tuple[Mapping[str, str], ...] = ()


def selects(selection: Selection, subject: Subject) -> bool:
    """Whether a subject is wanted: named by a target, if there are any; by no exclude; and with each label that
    is selected, in one of the values given for it.
    """
    values: dict[str, set[str]] = {}
    for label, value in selection.labels:
        values.setdefault(label, set()).add(value)
    return (
        (not selection.targets or _named(selection.targets, subject))
        and not _named(selection.excludes, subject)
        and all(_labelled(label, wanted, subject) for label, wanted in values.items())
    )


def subject_of(resource: Resource, number: E164 | None, *labels: Mapping[str, str]) -> Subject:
    """A number of a resource, or a resource as a whole."""
    names = {resource} if number is None else {resource, number, address_of(resource, number)}
    return Subject(frozenset(names), labels)


def apply_selection(
    whole: PlanPart, selection: Selection, manifest: Manifest, comparison: Comparison
) -> tuple[PlanPart, tuple[Change, ...]]:
    """The part that is selected, and the changes held back. What stays as it is, and what waits for the vendor,
    is never held back. Raises UsageError for a selector that names nothing.
    """
    if not selection.flags:
        return whole, ()
    subjects = _subjects(whole)
    require_matches(selection, [*known_subjects(manifest, comparison), *subjects])
    wanted = [
        isinstance(change, Keep) or selects(selection, subject)
        for change, subject in zip(whole.changes, subjects, strict=True)
    ]
    changes = tuple(change for change, is_wanted in zip(whole.changes, wanted, strict=True) if is_wanted)
    chosen = msgspec.structs.replace(
        whole,
        changes=changes,
        diagnostics=downgrade_unselected(whole.diagnostics, selection, manifest),
        alternates=dict(_alternates(whole, changes)),
    )
    return chosen, tuple(
        change for change, is_wanted in zip(whole.changes, wanted, strict=True) if not is_wanted
    )


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


def require_matches(selection: Selection, subjects: Iterable[Subject]) -> None:
    """Raise UsageError for a selector that names none of the subjects: it is a slip of the pen."""
    subjects = list(subjects)
    for flag, pattern in (
        *(("--target", one) for one in selection.targets),
        *(("--exclude", one) for one in selection.excludes),
    ):
        _require_known(flag, pattern, subjects)
    for label, value in selection.labels:
        if not any(_labelled(label, {value}, subject) for subject in subjects):
            known = sorted({one[label] for subject in subjects for one in subject.labels if label in one})
            raise UsageError(
                f"--select {label}={value} matches nothing in manifest or state",
                hint=f"values of {label}: {', '.join(known[:10])}" if known else "no entry has that label",
            )


def _require_known(flag: str, pattern: str, subjects: Iterable[Subject]) -> None:
    names = dict.fromkeys(name for subject in subjects for name in subject.names)
    if not any(covers(pattern, name) for name in names):
        resources = [name for name in names if split_address(name) == (name, None)]
        meant = nearest(pattern, resources)
        raise UsageError(
            f"{flag} {pattern} matches no address and no number of manifest, state or plan",
            hint=f"did you mean {meant}?"
            if meant
            else "`*` stands for any characters, `?` for one; `numplan state list` shows addresses",
        )


def require_members(patterns: Iterable[str], manifest: Manifest, comparison: Comparison) -> None:
    """Raise UsageError for a pattern of `--replace` that covers no member of a pool, or an explicit number besides."""
    for pattern in patterns:
        for one in comparison.explicit:
            declared = one.declared
            if _named((pattern,), subject_of(declared.resource, declared.number)):
                raise UsageError(
                    f"{REPLACE} {pattern} covers {declared.address}, an explicit number, which has no successor",
                    hint=f"declare another number at {declared.source}, or write a pattern of pool members alone",
                )
        members = [one for status in comparison.pools for one in status.members]
        if not any(is_covered(one, (pattern,)) for one in members):
            _require_known(REPLACE, pattern, known_subjects(manifest, comparison))
            raise UsageError(
                f"{REPLACE} {pattern} covers no member of a pool that could be replaced now",
                hint="a pool replaces what it manages and the account shows; `numplan explain` tells of a number",
            )


def _named(patterns: Iterable[str], subject: Subject) -> bool:
    return any(covers(pattern, name) for pattern in patterns for name in subject.names)


def _labelled(label: str, values: set[str], subject: Subject) -> bool:
    return any(one.get(label) in values for one in subject.labels)


def _subjects(whole: PlanPart) -> list[Subject]:
    """The subject of each change, in their order. Changes that belong together share one."""
    single = [_subject(change) for change in whole.changes]
    if not whole.together:
        return single
    places = {name: place for place, one in enumerate(single) for name in one.names if name.startswith("+")}
    for pair in whole.together:
        first, second = (places[number] for number in pair)
        both = Subject(
            single[first].names | single[second].names, (*single[first].labels, *single[second].labels)
        )
        single[first] = single[second] = both
    return single


def _subject(change: Change) -> Subject:
    sides = [side for name in ("before", "after") if (side := getattr(change, name, None)) is not None]
    resources = {change.resource}
    if isinstance(change, Update) and change.previous_resource is not None:
        resources.add(change.previous_resource)
    names = {
        name for resource in resources for side in sides for name in subject_of(resource, side.number).names
    }
    return Subject(frozenset(names), tuple(side.labels for side in sides))


def known_subjects(manifest: Manifest, comparison: Comparison) -> Iterator[Subject]:
    """All that a selector may name, whether or not the plan has a change for it."""
    for entry in manifest.named():
        yield subject_of(entry.resource, None, entry.terms.labels)
    for entry in manifest.ended:
        for one in declared_by(entry):
            yield subject_of(one.resource, one.number, one.terms.labels)
    for number, declared in comparison.declared.items():
        yield subject_of(declared.resource, number, declared.terms.labels)
    for number, instance in comparison.managed.items():
        yield subject_of(instance.resource, number, instance.attributes.labels)
    for held in comparison.held:
        yield subject_of(held.resource, held.number)


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
