"""Open what a command works with: the manifest, the account, the state."""

import logging
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from numplan import __version__
from numplan.cli.settings import Settings
from numplan.manifest.files.names import FILE_NAMES
from numplan.manifest.load import find_manifest, manifest_in, read_backend, read_manifest
from numplan.manifest.variables.variables import Given
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.diagnostics import Diagnostic
from numplan.model.errors import NumplanError, SettingError
from numplan.model.location.api_settings import DEFAULT_API_URL
from numplan.model.location.state_location import StateLocation
from numplan.model.manifest import Manifest
from numplan.model.secrets import BEARER, know

if TYPE_CHECKING:  # what only says what goes in and out: a command that needs no account need not wait for it
    from numplan.api.client import Client
    from numplan.cli.terminal.signals import SystemClock
    from numplan.engine.apply.open_state import OpenState
    from numplan.engine.ports import Provider, Session
    from numplan.state.backend import Backend

log = logging.getLogger("numplan.cli")


def open_manifest(settings: Settings, path: Path | None = None) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest with the flags' word on it and the operator's policy beside its own, and what is doubtful about it;
    `path` is read in place of the settings' own. Raises ManifestError, also where the operator's policy is broken.
    """
    if path is None:
        path = Path(settings.manifest) if settings.manifest else find_manifest(Path())
    operator = settings.operator.policy
    manifest, findings = read_manifest(path, given_to(settings))
    manifest = msgspec.structs.replace(manifest, operator=operator)
    if settings.parallelism is not None:
        api = msgspec.structs.replace(manifest.api, parallelism=settings.parallelism)
        manifest = msgspec.structs.replace(manifest, api=api)
    return manifest, findings


def given_to(settings: Settings) -> Given:
    """What flags, files and the environment give to the manifest's variables."""
    return Given(named=settings.var, files=settings.var_files, environment=settings.environment)


def open_account(settings: Settings, clock: "SystemClock", manifest: Manifest | None = None) -> "Client":
    """The account that the environment names. Raises SettingError where it names none, or one that the manifest or the
    operator's policy forbids, and where nobody but the manifest says where the token would go.
    """
    from numplan.api.client import Client
    from numplan.cli.terminal.logging_setup import start_logging

    start_logging(settings)
    url, account = api_url_of(settings, manifest), account_of(settings, manifest)
    settings.operator.require_account(account)
    settings.operator.require_api(url)
    parallelism = settings.parallelism or (manifest.api.parallelism if manifest else 4)
    return Client(url, account, token_of(settings), clock, parallelism=parallelism)


def account_of(settings: Settings, manifest: Manifest | None) -> str:
    """The account's id. Raises SettingError where none is given, or one that the manifest is not for."""
    account = settings.variable("NUMPLAN_ACCOUNT_ID").strip() or (manifest and manifest.account) or ""
    if not account:
        raise SettingError("no account is given", hint="set NUMPLAN_ACCOUNT_ID to the account's id")
    if manifest is not None and manifest.account is not None and manifest.account != account:
        raise SettingError(
            f"the manifest is for account {manifest.account}, but NUMPLAN_ACCOUNT_ID is {account}",
            hint="use that account's credentials, or another manifest",
        )
    return account


def api_url_of(settings: Settings, manifest: Manifest | None) -> str:
    """Where calls go, and the token with them: to the vendor's own API, or to the one that NUMPLAN_API_URL names. A
    pull request can edit the manifest, so its `api.url` may agree and decides nothing. Raises SettingError.
    """
    from numplan.api.endpoint import check_url

    named = settings.variable("NUMPLAN_API_URL").strip()
    url = check_url(named) if named else DEFAULT_API_URL
    if manifest is None or not manifest.api.declares_url or manifest.api.url == url:
        return url
    if not named:
        variable = f"NUMPLAN_API_URL={shlex.quote(manifest.api.url)}"
        raise SettingError(
            f"the manifest's api.url is {manifest.api.url}, and nothing else allows the token to be sent there",
            hint=f"if that is the API to call, set {variable}; else take api.url out of the manifest",
        )
    log.warning("the manifest's api.url is %s; NUMPLAN_API_URL wins: calls go to %s", manifest.api.url, url)
    return url


def open_backend(
    settings: Settings, manifest: Manifest, clock: "SystemClock | None" = None, consent: Consent = NO_CONSENT
) -> "Backend":
    """Where state lives: the place that a flag or the environment names, or the manifest, or the file beside it.

    `clock` lets an interruption end the wait for a lock. `consent` may take a state as it is that is
    older than the last one written here, or gone: somebody said so knowingly. Raises SettingError.
    """
    return _backend_at(settings, manifest.path, manifest.backend, clock, consent)


def _backend_at(
    settings: Settings,
    manifest_path: str,
    declared: StateLocation | None,
    clock: "SystemClock | None",
    consent: Consent,
) -> "Backend":
    from numplan.cli.workspace.state_location import location_of, named_locations, open_location

    place = location_of(settings, manifest_path, declared)
    return open_location(place, settings.environment, clock, named=named_locations(settings), consent=consent)


def state_backend(
    settings: Settings, clock: "SystemClock | None" = None, consent: Consent = NO_CONSENT
) -> "Backend":
    """Where state lives, for whoever looks into it or mends it: of the manifest that takes its `backend:` alone,
    and not even that where a flag or the environment names the place. `consent` as in `open_backend`. Raises
    ManifestError and SettingError.
    """
    path = Path(settings.manifest) if settings.manifest else None
    if path is None and not settings.state:
        path = manifest_in(Path())
    declared = None if settings.state or path is None else read_backend(path, given_to(settings))
    return _backend_at(settings, str(path or FILE_NAMES[0]), declared, clock, consent)


def opened_state(
    session: "Session",
    backend: "Backend",
    settings: Settings,
    manifest: Manifest,
    account: "Provider",
    consent: Consent,
) -> "OpenState":
    """The state of this account at this API, ready to be written, and beside it its history and the other states that
    the manifest names, which are read only when they are asked for. Raises StateError.
    """
    from numplan.cli.workspace.history import opened_chronicle
    from numplan.cli.workspace.other_states import other_states
    from numplan.engine.apply.open_state import OpenState
    from numplan.model.state import State, check_owner

    state = session.read()
    check_owner(state, account.account, account.url)
    opened = state or State(
        serial=0,
        lineage=uuid4().hex,
        account=account.account,
        api_url=account.url,
        numplan=__version__,
        write_id=uuid4().hex,
    )
    chronicle = opened_chronicle(
        opened, backend, settings.environment, session.run, actor=manifest.tells_actor, consent=consent
    )
    return OpenState(session, opened, other_states(settings, manifest, account, state), chronicle)


def token_of(settings: Settings) -> str:
    """The bearer token. Raises SettingError."""
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
