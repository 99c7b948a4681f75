"""Work out what the manifest's outputs are: of what is managed, and of what will be. Pure."""

from collections.abc import Iterable, Mapping

from numplan.engine.assess import Assessment
from numplan.engine.moves import follow_moves
from numplan.model.address import Resource
from numplan.model.manifest import Manifest, NumbersOf, Output
from numplan.model.number import E164
from numplan.model.plan import (
    Adopt,
    Blocked,
    Change,
    Held,
    Keep,
    OutputChange,
    OutputValue,
    Purchase,
    Replace,
    Update,
)
from numplan.model.state import State

Places = Mapping[E164, Resource]
"""The resource that each managed number belongs to."""


def outputs_now(manifest: Manifest, state: State | None) -> dict[str, OutputValue]:
    """The outputs of what state holds, by name. The account is not asked."""
    held = {one.number: one for one in (state.numbers if state else ()) if not one.surplus}
    belongs = follow_moves(manifest, held, {})
    places = {number: belongs.get(number, one.resource) for number, one in held.items()}
    return _values(manifest, _listed(manifest, places))


def output_changes(
    manifest: Manifest,
    assessed: Assessment,
    changes: Iterable[Change],
    unselected: Iterable[Change],
    held: Iterable[Held],
) -> tuple[OutputChange, ...]:
    """The outputs before and after a plan's changes. What it holds, or holds back, stays where it is."""
    if not manifest.outputs:
        return ()
    managed = {one.number: one.resource for one in assessed.managed.values() if not one.surplus}
    staying = {one.number for one in held if not one.leaving}
    staying.update(
        change.before.number for change in unselected if not isinstance(change, Purchase | Adopt | Keep)
    )
    after = {number: resource for number, resource in managed.items() if number in staying}
    for change in changes:
        match change:
            case Purchase() | Adopt() | Keep() | Update() | Replace():
                after[change.after.number] = change.resource
            case Blocked():
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
    """The same places, with each number that the manifest lists where it is listed."""
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
