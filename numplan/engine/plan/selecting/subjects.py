"""What selectors look at, and whether they mean it. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from numplan.model.address import Resource, address_of
from numplan.model.number import E164
from numplan.model.plan import Selection
from numplan.model.text.glob import covers


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
        (not selection.targets or is_named(selection.targets, subject))
        and not is_named(selection.excludes, subject)
        and all(is_labelled(label, wanted, subject) for label, wanted in values.items())
    )


def subject_of(resource: Resource, number: E164 | None, *labels: Mapping[str, str]) -> Subject:
    """A number of a resource, or a resource as a whole."""
    names = {resource} if number is None else {resource, number, address_of(resource, number)}
    return Subject(frozenset(names), labels)


def is_named(patterns: Iterable[str], subject: Subject) -> bool:
    """Whether any of the patterns covers one of its names."""
    return any(covers(pattern, name) for pattern in patterns for name in subject.names)


def is_labelled(label: str, values: set[str], subject: Subject) -> bool:
    """Whether it has one of these values under a label, before or after."""
    return any(one.get(label) in values for one in subject.labels)
