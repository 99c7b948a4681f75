"""Work out what the manifest's outputs are: of what is managed, and of what will be. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.pool_moves import follow_moves
from numplan.engine.plan.selection import Subject, require_matches, selects, subject_of
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Blocked, Change, Keep, Purchase, Replace, Unavailable, Update
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.outputs import NumbersOf, Output
from numplan.model.plan import Deferred, OutputChange, OutputValue, Selection
from numplan.model.state import Instance, State

Places = Mapping[E164, Resource]
"""The resource that each managed number belongs to."""
EVERYTHING: Final = Selection()


class OutputsNow(NamedTuple):
    """The outputs that are selected, by name. What is not: the names of outputs, and how many numbers of any."""

    values: dict[str, OutputValue]
    unselected: tuple[str, ...] = ()
    unselected_numbers: int = 0


def outputs_now(manifest: Manifest, state: State | None, selection: Selection = EVERYTHING) -> OutputsNow:
    """The outputs of what state holds. The account is not asked.

    Of a list only the selected numbers are in it; an output of which no entry and no number is selected is left
    out. Raises UsageError for a selector that names nothing.
    """
    held = {one.number: one for one in (state.numbers if state else ()) if _is_told(one)}
    new_resource = follow_moves(manifest, held, {})
    places = _listed(
        manifest, {number: new_resource.get(number, one.resource) for number, one in held.items()}
    )
    if not selection.flags:
        return OutputsNow(_values(manifest, places))
    subjects = _subjects(manifest, places, held)
    require_matches(selection, subjects)
    wanted = [subject for subject in subjects if selects(selection, subject)]
    names = {name for subject in wanted for name in subject.names}
    chosen = {number: resource for number, resource in places.items() if number in names}
    told = {one.name for one in manifest.outputs if not one.resources or one.resources & names}
    values = _values(manifest, chosen)
    tellable = {resource for output in manifest.outputs for resource in output.resources}
    return OutputsNow(
        {name: value for name, value in values.items() if name in told},
        tuple(name for name in values if name not in told),
        sum(resource in tellable and number not in chosen for number, resource in places.items()),
    )


def _is_told(one: Instance) -> bool:
    """Whether a number counts as one of its resource: not where it is surplus, or leaves."""
    return not one.surplus and one.attributes.leaving_at is None


def _subjects(manifest: Manifest, places: Places, held: Mapping[E164, Instance]) -> list[Subject]:
    """What selectors may name here: each entry, and each number that is managed."""
    labels = {entry.resource: entry.terms.labels for entry in manifest.named()}
    return [
        *(subject_of(resource, None, terms) for resource, terms in labels.items()),
        *(
            subject_of(resource, number, labels.get(resource, {}), held[number].attributes.labels)
            for number, resource in places.items()
        ),
    ]


def output_changes(
    manifest: Manifest,
    comparison: Comparison,
    changes: Iterable[Change],
    unselected: Iterable[Change],
    held: Iterable[Deferred],
) -> tuple[OutputChange, ...]:
    """The outputs before and after a plan's changes. What it holds, or holds back, stays where it is."""
    if not manifest.outputs:
        return ()
    managed = {one.number: one.resource for one in comparison.managed.values() if _is_told(one)}
    staying = {one.number for one in held if not one.leaving}
    staying.update(
        change.before.number for change in unselected if not isinstance(change, Purchase | Adopt | Keep)
    )
    after = {number: resource for number, resource in managed.items() if number in staying}
    for change in changes:
        match change:
            case Keep() | Update() if change.after.leaving_at is not None:
                pass
            case Purchase() | Adopt() | Keep() | Update() | Replace():
                after[change.after.number] = change.resource
            case Blocked() if change.before.leaving_at is not None:
                pass
            case Blocked() | Unavailable():
                after[change.before.number] = change.resource
            case _:
                pass
    before_values = _values(manifest, _listed(manifest, managed))
    after_values = _values(manifest, _listed(manifest, after))
    return tuple(
        OutputChange(name=name, before=value, after=after_values[name])
        for name, value in before_values.items()
    )


def _listed(manifest: Manifest, places: Places) -> Places:
    """Where numbers belong, with each number that the manifest lists where it is listed."""
    listed = {one.number: one.resource for one in manifest.explicit() if one.number in places}
    return {**places, **listed}


def _values(manifest: Manifest, places: Places) -> dict[str, OutputValue]:
    numbers: dict[Resource, list[E164]] = {}
    for number in sorted(places, key=lambda one: int(one[1:])):
        numbers.setdefault(places[number], []).append(number)
    return {output.name: _value(output, numbers) for output in manifest.outputs}


def _value(output: Output, numbers: Mapping[Resource, list[E164]]) -> OutputValue:
    pieces: list[str] = []
    for part in output.parts:
        if not isinstance(part, NumbersOf):
            pieces.append(part)
        elif not part.resource.startswith("number."):
            return tuple(numbers.get(part.resource, ()))
        elif part.resource in numbers:
            pieces.append(numbers[part.resource][0])
        else:
            return None
    return "".join(pieces)
