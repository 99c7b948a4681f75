"""Sorting: what a purchase or release answer says of each number asked for. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from numplan.api.decode import PostResults
from numplan.model.number import E164
from numplan.model.outcome import Outcome, Refused, Succeeded, Unknown


def sort_outcomes(asked: Sequence[E164], results: PostResults) -> Mapping[E164, Outcome]:
    """An outcome for each number asked for; what the answer says of others is not looked at.

    Only a number named under exactly one of `success` and `error` has an outcome that is known: one in both
    or in neither is Unknown.
    """
    succeeded: defaultdict[E164, list[Succeeded]] = defaultdict(list)
    refused: defaultdict[E164, list[Refused]] = defaultdict(list)
    for number, success in results.success:
        succeeded[number].append(success)
    for number, refusal in results.error:
        refused[number].append(refusal)
    return {number: _sort(succeeded.get(number), refused.get(number)) for number in asked}


def unasked(asked: Sequence[E164], results: PostResults) -> tuple[E164, ...]:
    """The numbers that the answer names under `success` though nobody asked for them, in ascending order."""
    return tuple(sorted({number for number, _ in results.success} - set(asked)))


def names_any(asked: Sequence[E164], results: PostResults) -> bool:
    """Whether the answer is about any of the numbers asked for."""
    return any(number in asked for number, _ in (*results.success, *results.error))


def _sort(succeeded: Sequence[Succeeded] | None, refused: Sequence[Refused] | None) -> Outcome:
    if succeeded and refused:
        return Unknown(f"the API named it under both success and error ({refused[0].message})")
    if succeeded:
        return succeeded[0]
    if refused:
        return refused[0]
    return Unknown("the API named it neither under success nor under error")
