"""What selectors may name: all that manifest and state know, whether or not a plan has a change for it. Pure."""

from collections.abc import Callable, Iterable, Iterator

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.retirement import REPLACE, is_covered
from numplan.engine.plan.selecting.subjects import Subject, is_labelled, is_named, subject_of
from numplan.model.address import split_address
from numplan.model.errors import UsageError
from numplan.model.manifest import Manifest, declared_by
from numplan.model.number import E164
from numplan.model.plan import Selection
from numplan.model.text.spelling import nearest


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


def has_number(comparison: Comparison, pattern: str) -> bool:
    """Whether a pattern is just the number, or the address, of one that state or manifest has: it is looked up, where
    else each name there is would be held against it.
    """
    address = split_address(pattern)
    number = address[1] if address else E164(pattern)
    if number is None:
        return False
    for known in (comparison.managed, comparison.declared):
        if (one := known.get(number)) is not None and pattern in {number, one.address}:
            return True
    return False


def require_matches(
    selection: Selection,
    subjects: Callable[[], Iterable[Subject]],
    is_there: Callable[[str], bool] = lambda _: False,
) -> None:
    """Raise UsageError for a selector that names none of the subjects: it is a slip of the pen. Of a pattern that
    `is_there`, they are not asked.
    """
    for flag, pattern in (
        *(("--target", one) for one in selection.targets),
        *(("--exclude", one) for one in selection.excludes),
    ):
        if not is_there(pattern):
            _require_known(flag, pattern, subjects)
    for label, value in selection.labels:
        if not any(is_labelled(label, {value}, subject) for subject in subjects()):
            known = sorted({one[label] for subject in subjects() for one in subject.labels if label in one})
            raise UsageError(
                f"--select {label}={value} matches nothing in manifest or state",
                hint=f"values of {label}: {', '.join(known[:10])}" if known else "no entry has that label",
            )


def _require_known(flag: str, pattern: str, subjects: Callable[[], Iterable[Subject]]) -> None:
    if not any(is_named((pattern,), subject) for subject in subjects()):
        names = dict.fromkeys(name for subject in subjects() for name in subject.names)
        meant = nearest(pattern, [name for name in names if split_address(name) == (name, None)])
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
            if is_named((pattern,), subject_of(declared.resource, declared.number)):
                raise UsageError(
                    f"{REPLACE} {pattern} covers {declared.address}, an explicit number, which has no successor",
                    hint=f"declare another number at {declared.source}, or write a pattern of pool members alone",
                )
        members = [one for status in comparison.pools for one in status.members]
        if not any(is_covered(one, (pattern,)) for one in members):
            _require_known(REPLACE, pattern, lambda: known_subjects(manifest, comparison))
            raise UsageError(
                f"{REPLACE} {pattern} covers no member of a pool that could be replaced now",
                hint="a pool replaces what it manages and the account shows; `numplan explain` tells of a number",
            )
