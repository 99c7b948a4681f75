"""Work out what the manifest's outputs are: of what is managed, and of what will be. Pure."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.pools.moves import follow_moves
from numplan.engine.plan.selecting.known import require_matches
from numplan.engine.plan.selecting.subjects import Subject, selects, subject_of
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource, address_of
from numplan.model.changes import Adopt, Blocked, Change, Keep, Purchase, Replace, Unavailable, Update
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.outputs import FIELDS, NUMBER, RECORD, NumbersOf, Output, OutputValue, Record
from numplan.model.plan import Deferred, OutputChange, Selection
from numplan.model.state import Attributes, Instance, State
from numplan.model.text.printable import on_one_line
from numplan.numbering.area_codes import area_code_of

Places = Mapping[E164, Resource]
"""The resource that each managed number belongs to."""
LONGEST: Final = 300
EVERYTHING: Final = Selection()
NOTHING_OWNED: Final[Mapping[E164, OwnedNumber]] = MappingProxyType({})


class OutputsNow(NamedTuple):
    """The outputs that are selected, by name. What is not: the names of outputs, and how many numbers of any."""

    values: dict[str, OutputValue]
    unselected: tuple[str, ...] = ()
    unselected_numbers: int = 0


def outputs_now(
    manifest: Manifest,
    state: State | None,
    selection: Selection = EVERYTHING,
    owned: Mapping[E164, OwnedNumber] = NOTHING_OWNED,
) -> OutputsNow:
    """The outputs of what state holds. Which flow uses a number is told of those that are `owned`.

    Of a list only the selected numbers are in it; an output of which no entry and no number is selected is left
    out. Raises UsageError for a selector that names nothing.
    """
    held = {one.number: one for one in (state.numbers if state else ()) if _is_told(one)}
    new_resource = follow_moves(manifest, held, {})
    places = _listed(
        manifest, {number: new_resource.get(number, one.resource) for number, one in held.items()}
    )
    known = {number: one.attributes for number, one in held.items()}
    if not selection.flags:
        return OutputsNow(_values(manifest, places, known, owned))
    subjects = _subjects(manifest, places, held)
    require_matches(selection, lambda: subjects)
    wanted = [subject for subject in subjects if selects(selection, subject)]
    names = {name for subject in wanted for name in subject.names}
    chosen = {number: resource for number, resource in places.items() if number in names}
    told = {one.name for one in manifest.outputs if not one.resources or one.resources & names}
    values = _values(manifest, chosen, known, owned)
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
    known = {one.number: one.attributes for one in comparison.managed.values()}
    becoming = dict(known)
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
                if not isinstance(change, Keep):  # what the account charges by now is not recorded for it
                    becoming[change.after.number] = change.after
            case Blocked() if change.before.leaving_at is not None:
                pass
            case Blocked() | Unavailable():
                after[change.before.number] = change.resource
            case _:
                pass
    owned = comparison.snapshot.owned
    before_values = _values(manifest, _listed(manifest, managed), known, owned)
    after_values = _values(manifest, _listed(manifest, after), becoming, owned)
    return tuple(
        OutputChange(name=name, before=value, after=after_values[name])
        for name, value in before_values.items()
    )


def _listed(manifest: Manifest, places: Places) -> Places:
    """Where numbers belong, with each number that the manifest lists where it is listed."""
    listed = {one.number: one.resource for one in manifest.explicit() if one.number in places}
    return {**places, **listed}


def _values(
    manifest: Manifest,
    places: Places,
    known: Mapping[E164, Attributes],
    owned: Mapping[E164, OwnedNumber],
) -> dict[str, OutputValue]:
    numbers: dict[Resource, list[E164]] = {}
    for number in sorted(places, key=lambda one: int(one[1:])):
        numbers.setdefault(places[number], []).append(number)

    def value_of(number: E164, field: str) -> str | Record | None:
        if field == NUMBER:
            return number
        record = _record(places[number], known[number], owned.get(number))
        if field == RECORD:
            return record
        told = record[field]
        return None if told is None else str(told)

    return {output.name: _value(output, numbers, value_of) for output in manifest.outputs}


def _value(
    output: Output,
    numbers: Mapping[Resource, list[E164]],
    value_of: Callable[[E164, str], str | Record | None],
) -> OutputValue:
    pieces: list[str] = []
    for part in output.parts:
        if not isinstance(part, NumbersOf):
            pieces.append(part)
        elif not part.resource.startswith("number."):
            return tuple(value_of(number, part.field) for number in numbers.get(part.resource, ()))
        elif part.resource not in numbers:
            return None
        else:
            value = value_of(numbers[part.resource][0], part.field)
            if not isinstance(value, str):
                return value
            pieces.append(value)
    return "".join(pieces)


def _record(resource: Resource, known: Attributes, row: OwnedNumber | None) -> Record:
    """All that is known of a number. Charges and rates are exact text; what is not known is None."""
    money = (known.setup_charge, known.monthly_charge, known.voice_rate, known.sms_rate)
    told: tuple[str | int | bool | Mapping[str, str] | None, ...] = (
        known.number,
        address_of(resource, known.number),
        _line(known.country),
        _line(known.state),
        _line(known.city),
        area_code_of(known.number),
        _line(known.type),
        _line(known.category),
        known.sip_trunk_id,
        _line(row.flow.flow_name or row.flow.flow_id) if row is not None and row.flow else None,
        dict(sorted(known.labels.items())),
        known.protect,
        *(None if one is None else f"{one:f}" for one in money),
    )
    return dict(zip(FIELDS, told, strict=True))


def _line(text: str | None) -> str | None:
    """The vendor's text, as it may stand in an output: one line that shows what it holds."""
    return on_one_line(text, LONGEST, "…") if text else None
