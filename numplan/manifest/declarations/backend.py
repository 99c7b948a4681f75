"""The `backend:` block: which keys go with which type, and the place that they name."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from numplan.manifest.files.names import STATES, is_part
from numplan.manifest.reading.positions import Files, LocatedMap, source_at
from numplan.manifest.reading.quoting import shown
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.location.state_location import (
    STATE_FILE,
    LocalPlace,
    Place,
    PlaceError,
    http_place,
    object_place,
    postgres_place,
)


class _Kind(NamedTuple):
    """One type of backend: the keys that it needs, those that it may have, and how they become a place."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]
    make: Callable[..., Place]


def _local(path: str = STATE_FILE) -> Place:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.name or not path.isprintable():
        raise PlaceError(
            f"{shown(path)} is not below the manifest's folder; for a file elsewhere, use --state or "
            "NUMPLAN_STATE",
            "path",
        )
    if is_part(parts.name):
        raise PlaceError(
            f"{shown(path)} could be taken for a part of the manifest: end it in {STATES}", "path"
        )
    return LocalPlace(path=path)


_KINDS: Final[Mapping[str, _Kind]] = {
    "local": _Kind((), ("path",), _local),
    "s3": _Kind(("bucket", "key"), ("region", "endpoint"), lambda **keys: object_place("s3", **keys)),
    "gcs": _Kind(("bucket", "key"), ("endpoint",), lambda **keys: object_place("gcs", **keys)),
    "azure": _Kind(
        ("container", "key"),
        ("account", "endpoint"),
        lambda container, **keys: object_place("azure", container, **keys),
    ),
    "postgres": _Kind(("url",), ("name",), lambda url, name="default": postgres_place(url, name)),
    "http": _Kind(
        ("address",),
        ("update_method", "lock_address", "lock_method", "unlock_address", "unlock_method"),
        http_place,
    ),
}


def read_place(held: LocatedMap, files: Files) -> tuple[Place | None, tuple[Diagnostic, ...]]:
    """The place that an admitted block names, None for the default one, and what is wrong with it."""
    kind = _KINDS.get(str(held.get("type")))
    if kind is None:
        return None, ()
    findings = tuple(_misfits(held, kind, files))
    if findings:
        return None, findings
    keys: dict[str, Any] = {name: str(value) for name, value in held.items() if name != "type"}
    try:
        return kind.make(**keys), ()
    except PlaceError as problem:
        key = problem.key if problem.key in held else "type"
        return None, (
            error(str(problem), source=source_at(files, held.marks[key][1]), path=f"backend.{key}"),
        )


def _misfits(held: LocatedMap, kind: _Kind, files: Files) -> Iterator[Diagnostic]:
    """Keys that do not go with the type, and keys that it lacks."""
    known = (*kind.needed, *kind.allowed)
    for name, (mark, _) in held.marks.items():
        if name not in {"type", *known}:
            yield error(
                f"a backend of type {held['type']} has no key `{name}`",
                source=source_at(files, mark),
                path=f"backend.{name}",
                hint=f"known here: {', '.join(known)}",
            )
    for name in kind.needed:
        if name not in held:
            yield error(
                f"a backend of type {held['type']} needs `{name}`",
                source=source_at(files, held.marks["type"][1]),
                path="backend",
                hint=f"write `{name}:` and its value",
            )
