"""Where state lives: which place is meant, and the backend for it, its library loaded only then."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from numplan.cli.operator_policy import operator_of
from numplan.cli.settings import Settings
from numplan.engine.ports import Clock
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.errors import SettingError
from numplan.model.location.file_name import STATE_FILE
from numplan.model.location.state_location import (
    HttpLocation,
    LocalLocation,
    LocationError,
    ObjectLocation,
    PostgresLocation,
    StateLocation,
    overridden,
    parse_location,
)
from numplan.model.manifest import Manifest
from numplan.state.backend import Backend

if TYPE_CHECKING:
    from numplan.model.location.recipients import Grant
    from numplan.state.shared.store import Store


SharedLocation = HttpLocation | PostgresLocation | ObjectLocation


def location_of(settings: Settings, manifest_path: str, declared: StateLocation | None) -> StateLocation:
    """The place that a flag or the environment names, or the manifest has `declared`, or the file beside it.

    Raises SettingError for a text that names none.
    """
    if settings.state:
        return named_location(settings.state, "--state or NUMPLAN_STATE")
    beside = Path(manifest_path)
    folder = beside if beside.is_dir() else beside.parent
    match declared:
        case None:
            return LocalLocation(path=str(folder / STATE_FILE))
        case LocalLocation(path=path):
            return LocalLocation(path=str(_below(folder, path)))
        case elsewhere:
            return elsewhere


def state_location(settings: Settings, manifest: Manifest) -> StateLocation:
    """The place where this manifest's state lives. Raises SettingError."""
    return location_of(settings, manifest.path, manifest.backend)


def named_locations(settings: Settings) -> tuple[StateLocation, ...]:
    """The places that a flag or the environment names: an operator's word, unlike the manifest's. Raises
    SettingError.
    """
    return (named_location(settings.state, "--state or NUMPLAN_STATE"),) if settings.state else ()


def _below(folder: Path, path: str) -> Path:
    """Where the manifest says that a state file lies. Raises SettingError for a link that leads out."""
    from numplan.files.read import FileError
    from numplan.manifest.files.repository import followed

    place = folder / path
    try:
        followed(place.parent)
    except FileError as problem:
        raise SettingError(
            f"the manifest's backend.path {path}: {place.parent} {problem}",
            hint="for a state elsewhere, use --state or NUMPLAN_STATE",
        ) from None
    return place


def named_location(text: str, flag: str) -> StateLocation:
    """The place that a path or URL names. Raises SettingError, which says what it came from."""
    try:
        return parse_location(text)
    except LocationError as problem:
        raise SettingError(str(problem), hint=f"correct what {flag} names") from None


def open_location(
    place: StateLocation,
    environment: Mapping[str, str],
    clock: Clock | None = None,
    *,
    named: Sequence[StateLocation],
    consent: Consent = NO_CONSENT,
) -> Backend:
    """The backend for a place. Nothing is touched there before one of its methods is called. `named` are the places
    that an operator named. `consent` may take a state as it is that is older than the last one written there, or gone.

    Raises SettingError where the operator's policy does not allow the place, its library is not installed, a credential
    cannot be used, or nobody but the manifest says that credentials may go there.
    """
    operator_of(environment).require_place(place.url, **_forms(place))
    match place:
        case LocalLocation(path=path):
            from numplan.state.local.backend import LocalBackend

            return LocalBackend(path, environment=environment, clock=clock, consent=consent)
        case _:
            from numplan.state.shared.backend import RemoteBackend

            store = _open_store(place, environment, clock, _granted(place, named, environment))
            return RemoteBackend(store, environment=environment, clock=clock, consent=consent)


def _forms(place: StateLocation) -> dict[str, list[str]]:
    """All that a place comes to, for a list of places to cover: a file by where it is named and where links lead; a
    server by each address that is called there.
    """
    match place:
        case LocalLocation(path=path):
            return {"paths": [os.path.abspath(path), os.path.realpath(path)]}  # noqa: PTH100
        case HttpLocation():
            host = urlsplit(place.address).netloc
            locks = (place.lock_address, place.unlock_address)
            return {"urls": [place.address, *(one for one in locks if urlsplit(one).netloc != host)]}
        case PostgresLocation():
            return {"urls": [place.server, *overridden(place)]}
        case ObjectLocation():
            return {"urls": [place.url]}


def _granted(
    place: SharedLocation, named: Sequence[StateLocation], environment: Mapping[str, str]
) -> "Grant":
    """What a place may be sent. Raises SettingError."""
    from numplan.model.location.recipients import require_grant

    if isinstance(place, HttpLocation | ObjectLocation):
        return require_grant(place, named, environment)
    from numplan.state.shared.passfile import is_keyed

    return require_grant(place, named, environment, is_keyed(environment))


def _open_store(
    place: SharedLocation,
    environment: Mapping[str, str],
    clock: Clock | None,
    grant: "Grant",
) -> "Store":
    match place:
        case HttpLocation():
            from numplan.state.shared.http import HttpStore

            return HttpStore(place, environment, clock=clock)
        case PostgresLocation():
            with _extra("psycopg", "postgres"):
                from numplan.state.shared.postgres import PostgresStore
            return PostgresStore(place, grant)
        case ObjectLocation():
            with _extra("obstore", "object-store"):
                from numplan.state.shared.objects import ObjectStore
            return ObjectStore(place, environment=environment)


@contextmanager
def _extra(library: str, extra: str) -> Iterator[None]:
    """Raise SettingError where the library is not installed that is imported within."""
    try:
        yield
    except ImportError as problem:
        raise SettingError(
            f"state in this kind of place needs {library}, which cannot be imported: {problem}",
            hint=f"pip install 'numplan[{extra}]'",
        ) from None
