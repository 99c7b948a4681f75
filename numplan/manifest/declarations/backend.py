"""The `backend:` block: which keys go with which type, and the place that they name."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from numplan.manifest.files.names import STATES, is_part
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import quote
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.location.file_name import STATE_FILE
from numplan.model.location.state_location import (
    LocalLocation,
    LocationError,
    StateLocation,
    http_location,
    object_place,
    postgres_location,
)


class _BackendType(NamedTuple):
    """One type of backend: the keys that it needs, those that it may have, and how they become a place."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]
    make: Callable[..., StateLocation]


def _local(path: str = STATE_FILE) -> StateLocation:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.name or not path.isprintable():
        raise LocationError(
            f"{quote(path)} is not below the manifest's folder; for a file elsewhere, use --state or "
            "NUMPLAN_STATE",
            "path",
        )
    if is_part(parts.name):
        raise LocationError(
            f"{quote(path)} could be mistaken for a part of the manifest: end it in {STATES}", "path"
        )
    return LocalLocation(path=path)


_TYPES: Final[Mapping[str, _BackendType]] = {
    "local": _BackendType((), ("path",), _local),
    "s3": _BackendType(("bucket", "key"), ("region", "endpoint"), lambda **keys: object_place("s3", **keys)),
    "gcs": _BackendType(("bucket", "key"), ("endpoint",), lambda **keys: object_place("gcs", **keys)),
    "azure": _BackendType(
        ("container", "key"),
        ("account", "endpoint"),
        lambda container, **keys: object_place("azure", container, **keys),
    ),
    "postgres": _BackendType(("url",), ("name",), lambda url, name="default": postgres_location(url, name)),
    "http": _BackendType(
        ("address",),
        ("update_method", "lock_address", "lock_method", "unlock_address", "unlock_method"),
        http_location,
    ),
}


def read_location(held: LocatedMap) -> tuple[StateLocation | None, tuple[Diagnostic, ...]]:
    """The place that an admitted block names, None for the default one, and what is wrong with it."""
    kind = _TYPES.get(str(held.get("type")))
    if kind is None:
        return None, ()
    findings = tuple(_misfits(held, kind))
    if findings:
        return None, findings
    keys: dict[str, Any] = {name: str(value) for name, value in held.items() if name != "type"}
    try:
        return kind.make(**keys), ()
    except LocationError as problem:
        key = problem.key if problem.key in held else "type"
        return None, (error(str(problem), source=held.source(key), path=f"backend.{key}"),)


def _misfits(held: LocatedMap, kind: _BackendType) -> Iterator[Diagnostic]:
    """Keys that do not go with the type, and keys that it lacks."""
    known = (*kind.needed, *kind.allowed)
    for name in held.positions:
        if name not in {"type", *known}:
            yield error(
                f"a backend of type {held['type']} has no key `{name}`",
                source=held.key_source(name),
                path=f"backend.{name}",
                hint=f"known here: {', '.join(known)}",
            )
    for name in kind.needed:
        if name not in held:
            yield error(
                f"a backend of type {held['type']} needs `{name}`",
                source=held.source("type"),
                path="backend",
                hint=f"write `{name}:` and its value",
            )
