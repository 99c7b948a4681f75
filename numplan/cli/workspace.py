"""Open what a command works with: the manifest, the account, the state."""

import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from numplan import __version__
from numplan.cli.settings import Settings
from numplan.manifest.load import find_manifest, read_backend, read_manifest
from numplan.manifest.variables import Given
from numplan.model.diagnostics import Diagnostic
from numplan.model.errors import ManifestError, NumplanError, SettingError, StateError
from numplan.model.manifest import DEFAULT_API_URL, Manifest
from numplan.model.secrets import BEARER, know

if TYPE_CHECKING:  # what only says what goes in and out: a command that needs no account need not wait for it
    from numplan.api.client import Client
    from numplan.cli.signals import SystemClock
    from numplan.engine.book import Book
    from numplan.engine.ports import Session
    from numplan.model.state import State
    from numplan.state.backend import Backend


def open_manifest(settings: Settings, path: Path | None = None) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest with the flags' word on it, and what is doubtful about it; `path` is read in place of the
    settings' own. Raises ManifestError.
    """
    if path is None:
        path = Path(settings.manifest) if settings.manifest else find_manifest(Path())
    manifest, findings = read_manifest(path, given_to(settings))
    settings.declare(manifest.backend)
    if settings.parallelism is not None:
        api = msgspec.structs.replace(manifest.api, parallelism=settings.parallelism)
        manifest = msgspec.structs.replace(manifest, api=api)
    return manifest, findings


def given_to(settings: Settings) -> Given:
    """What flags, files and the environment give to the manifest's variables."""
    return Given(named=settings.var, files=settings.var_files, environment=settings.environment)


def open_account(settings: Settings, clock: "SystemClock", manifest: Manifest | None = None) -> "Client":
    """The account that the environment names. Raises SettingError where it names none, or one that the
    manifest forbids.
    """
    from numplan.api.client import Client
    from numplan.cli.logs import start_logging

    start_logging(settings)
    account = settings.variable("NUMPLAN_ACCOUNT_ID").strip() or (manifest and manifest.account) or ""
    if not account:
        raise SettingError("no account is named", hint="set NUMPLAN_ACCOUNT_ID to the account's id")
    if manifest is not None and manifest.account is not None and manifest.account != account:
        raise SettingError(
            f"the manifest is for account {manifest.account}, but NUMPLAN_ACCOUNT_ID is {account}",
            hint="use that account's credentials, or another manifest",
        )
    url = settings.variable("NUMPLAN_API_URL").strip() or (manifest.api.url if manifest else DEFAULT_API_URL)
    parallelism = settings.parallelism or (manifest.api.parallelism if manifest else 4)
    return Client(url, account, _token(settings), clock, parallelism=parallelism)


def is_manifests_own_api(settings: Settings, manifest: Manifest) -> bool:
    """Whether nothing but the manifest says that calls go to another API than the vendor's."""
    return not settings.variable("NUMPLAN_API_URL").strip() and manifest.api.url != DEFAULT_API_URL


def open_backend(
    settings: Settings, manifest_path: str, clock: "SystemClock | None" = None, *, new_state: bool = False
) -> "Backend":
    """Where state lives: the place that a flag or the environment names, or the manifest, or the file beside it.

    `clock` lets an interruption end the wait for a lock. `new_state` takes a state that is older than the
    last one written here, or gone, as it is: somebody said so knowingly. Raises SettingError.
    """
    from numplan.cli.places import open_place, place_of

    place = place_of(settings, manifest_path)
    return open_place(place, settings.environment, clock, new_state=new_state)


def state_backend(
    settings: Settings, clock: "SystemClock | None" = None, *, new_state: bool = False
) -> "Backend":
    """Where state lives, for whoever looks into it or mends it: of the manifest that takes its `backend:` alone,
    and not even that where a flag or the environment names the place. `new_state` as in `open_backend`. Raises
    ManifestError and SettingError.
    """
    path = settings.manifest
    try:
        path = path or str(find_manifest(Path()))
    except ManifestError:
        settings.declare(None)
        return open_backend(settings, "numplan.yaml", clock, new_state=new_state)
    settings.declare(None if settings.state else read_backend(Path(path), given_to(settings)))
    return open_backend(settings, path, clock, new_state=new_state)


def open_book(session: "Session", account: str, url: str) -> "Book":
    """The state of this account at this API, ready to be written. Raises StateError."""
    from numplan.engine.book import Book
    from numplan.model.state import State

    state = session.read()
    check_owner(state, account, url)
    return Book(
        session,
        state
        or State(
            serial=0,
            lineage=uuid4().hex,
            account=account,
            api_url=url,
            numplan=__version__,
            write_id=uuid4().hex,
        ),
    )


def check_owner(state: "State | None", account: str, url: str) -> None:
    """State is one account's at one API. Raises StateError for any other."""
    if state is None:
        return
    for what, theirs, ours in (("account", state.account, account), ("API at", state.api_url, url)):
        if theirs != ours:
            raise StateError(
                f"the state belongs to {what} {theirs}, and this run uses {ours}",
                hint="use the state of this account, with --state, or the credentials and URL it was made with",
            )


def _token(settings: Settings) -> str:
    token = settings.variable("NUMPLAN_TOKEN").strip()
    path = settings.variable("NUMPLAN_TOKEN_FILE")
    if not token and path:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
            know(BEARER, token)
        except (OSError, UnicodeDecodeError) as problem:
            raise SettingError(
                f"the token file {path} cannot be read: {getattr(problem, 'strerror', None) or 'it is not text'}",
                hint="NUMPLAN_TOKEN_FILE names a file that holds the token alone",
            ) from None
    if not token:
        raise SettingError(
            "no token is set", hint="set NUMPLAN_TOKEN, or NUMPLAN_TOKEN_FILE to a file that holds it"
        )
    return token


def read_file(path: str, what: str) -> bytes:
    """A file that the user names, whole. Raises NumplanError, also for what is no regular file."""
    try:
        if not os.path.isfile(path):  # noqa: PTH113 - a FIFO would hang a read
            raise FileNotFoundError(2, "there is no such file")
        return Path(path).read_bytes()
    except OSError as problem:
        raise NumplanError(f"{what} {path} cannot be read: {problem.strerror}") from None
