"""What changes of a number that stays: its update, with the attribute differences, by deepdiff."""

from collections.abc import Mapping
from functools import lru_cache

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
    if before == after:  # nearly always
        return ()
    return _diffed(
        tuple(
            (name, _plain(name, old), _plain(name, new))
            for name in Attributes.__struct_fields__
            if (old := getattr(before, name)) != (new := getattr(after, name))
        )
    )


_Labels = tuple[tuple[str, str], ...]
_Plain = str | _Labels | None
"""A value as text, and labels as pairs: what is alike here reads alike, so the same change is diffed once."""


@lru_cache(maxsize=1024)  # one edit of a manifest is the same change of many numbers
def _diffed(changed: tuple[tuple[str, _Plain, _Plain], ...]) -> tuple[Difference, ...]:
    """What differs in fields that changed, each with its value before and after; None where that is not known, which
    shows as added or removed.
    """
    from deepdiff import DeepDiff

    before = {name: _whole(old) for name, old, _ in changed if old is not None}
    after = {name: _whole(new) for name, _, new in changed if new is not None}
    diff = DeepDiff(before, after, view="tree")
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


def _plain(name: str, value: object) -> _Plain:
    match value:
        case None:
            return None
        case Mapping():
            return tuple(sorted(value.items()))
        case bool():
            return "true" if value else "false"
        case _ if name == "release_after":
            return f"{value}d"
        case _:
            return str(value)


def _whole(value: str | _Labels) -> str | dict[str, str]:
    return value if isinstance(value, str) else dict(value)


def _text(value: object) -> str | None:
    match value:
        case str():
            return value
        case dict():
            return ", ".join(f"{key}={one}" for key, one in sorted(value.items())) or "none"
        case _:  # there is none on this side
            return None
