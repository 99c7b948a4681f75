"""`numplan doctor`: look at settings, account and state, one check after another, each whatever came of the others."""

import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from numplan.api.probe import Probe, Seen
from numplan.cli.operations.plan_file import write_whole
from numplan.cli.operator_policy import operator_of
from numplan.cli.settings import Settings
from numplan.cli.terminal.logging_setup import start_logging
from numplan.cli.terminal.run import Run
from numplan.cli.workspace.open import (
    account_of,
    api_url_of,
    open_backend,
    open_manifest,
    state_backend,
    token_of,
)
from numplan.cli.workspace.state_location import location_of
from numplan.doctor import here
from numplan.doctor.bundle import report_of
from numplan.doctor.calls import call_checks, writing_checks
from numplan.doctor.check import Check, failed, ok, warning
from numplan.doctor.lines import checks_json, line_of, summary, verdict_of
from numplan.doctor.open_points import open_points
from numplan.doctor.place import state_checks
from numplan.doctor.questions import MOST, examine
from numplan.manifest.load import manifest_in
from numplan.model.errors import ManifestError, NumplanError
from numplan.model.history.origin import user_at_host
from numplan.model.location.state_location import LocalLocation
from numplan.model.manifest import Manifest
from numplan.model.operator import VARIABLE
from numplan.model.text.printable import plural


def run_doctor(report: Path | None) -> int:
    """Carry out `numplan doctor`: look, and tell; returns the exit code."""
    run = Run.current()
    start_logging(run.settings)
    examined = _Examined(run)
    checks: list[Check] = []
    with run.clock.watching():
        for check in examined.checks():
            checks.append(check)
            if not run.settings.json:
                run.screen.line(line_of(check))
    if run.settings.json:
        run.screen.document(checks_json(checks, len(examined.calls)))
    else:
        run.screen.last_line(summary(checks, len(examined.calls)))
    if report is not None:
        environment = run.settings.environment
        text = report_of(checks, examined.calls, environment, _private(run.settings), secrets.token_bytes(16))
        write_whole(text.encode(), report, "the report", "--report")
    return 1 if verdict_of(checks) == "failed" else 0


class _Account(NamedTuple):
    url: str
    id: str
    token: str


class _Examined:
    """One look. `calls` are those that were made to the account."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._settings = run.settings
        self._environment = run.settings.environment
        self.calls: list[Seen] = []

    def checks(self) -> Iterator[Check]:
        """All that is looked at, in its order."""
        yield here.versions()
        yield here.ci_job(self._environment)
        manifest, found = self._manifest()
        yield found
        yield self._policy()
        yield self._plan_keys()
        account = yield from self._account(manifest)
        if account is not None:
            yield from self._api(account, manifest)
        yield from self._state(manifest, account)

    def _manifest(self) -> tuple[Manifest | None, Check]:
        name = "manifest"
        if not self._settings.manifest and manifest_in(Path()) is None:
            return None, ok(name, "none here")
        try:
            manifest, findings = open_manifest(self._settings)
        except ManifestError as problem:
            count = plural(max(1, len(problem.diagnostics)), "error")
            return None, failed(name, f"{count}: {problem.message}", "`numplan validate` shows them all")
        except NumplanError as problem:
            return None, failed(name, problem.message, problem.hint)
        if findings:
            said = f"{manifest.path}: {plural(len(findings), 'warning')}, the first: {findings[0].summary}"
            return manifest, warning(name, said, "`numplan validate` shows them all", manifest.path)
        return manifest, ok(name, f"{manifest.path} is valid", manifest.path)

    def _policy(self) -> Check:
        path = self._settings.variable(VARIABLE)
        if not path:
            return ok("policy", "no operator's policy (NUMPLAN_POLICY)")
        try:
            operator_of(self._environment)
        except NumplanError as problem:
            return failed("policy", problem.message, problem.hint, path)
        return ok("policy", f"{path} is in force", path)

    def _plan_keys(self) -> Check:
        try:
            return here.plan_keys(len(self._settings.plan_keys))
        except NumplanError as problem:
            return failed("plan key", problem.message, problem.hint)

    def _account(self, manifest: Manifest | None) -> Generator[Check, None, _Account | None]:
        """Yields the checks, and returns the account where one can be called."""
        settings = self._settings
        found = here.token(self._environment)
        token = ""
        if found.verdict != "failed":
            try:
                token = token_of(settings)
            except NumplanError as problem:
                found = failed("token", problem.message, problem.hint)
        yield found
        account = url = ""
        try:
            account = account_of(settings, manifest)
            settings.operator.require_account(account)
            whence = (
                "NUMPLAN_ACCOUNT_ID" if settings.variable("NUMPLAN_ACCOUNT_ID").strip() else "the manifest"
            )
            yield ok("account", f"{account}, from {whence}", account)
        except NumplanError as problem:
            account = ""
            yield failed("account", problem.message, problem.hint)
        try:
            url = api_url_of(settings, manifest)
            settings.operator.require_api(url)
            yield here.api_url(url)
        except NumplanError as problem:
            url = ""
            yield failed("API URL", problem.message, problem.hint)
        return _Account(url, account, token) if url and account and token else None

    def _api(self, account: _Account, manifest: Manifest | None) -> Iterator[Check]:
        yield here.proxy(account.url)
        yield here.certificates(account.url, self._environment)
        try:
            probe = Probe(account.url, account.id, account.token, self._run.clock, MOST)
        except NumplanError as problem:
            yield failed("API", problem.message, problem.hint)
            return
        with probe:
            found = examine(probe, expected=self._expected(), country=_country_of(manifest))
            self.calls = probe.calls
            if any(seen.status is not None for seen in probe.calls):
                yield here.clock(probe.ahead)
        yield from call_checks(found)
        yield from writing_checks(found)
        if found.whole is not None:
            yield from open_points(found)
        else:
            yield warning(
                "open points", "not looked at, because the first call failed", "see the line that says failed"
            )

    def _expected(self) -> int:
        """How many numbers state knows of."""
        with suppress(NumplanError, OSError):
            state = state_backend(self._settings).read()
            return 0 if state is None else len(state.numbers)
        return 0

    def _state(self, manifest: Manifest | None, account: _Account | None) -> Iterator[Check]:
        settings = self._settings
        try:
            backend = open_backend(settings, manifest) if manifest is not None else state_backend(settings)
            place = location_of(
                settings, manifest.path if manifest else "", manifest.backend if manifest else None
            )
        except NumplanError as problem:
            yield failed("state", problem.message, problem.hint)
            return
        local = Path(place.path) if isinstance(place, LocalLocation) else None
        yield from state_checks(backend, account.id if account else "", account.url if account else "", local)


def _country_of(manifest: Manifest | None) -> str:
    """A country that the manifest wants numbers of."""
    if manifest is None:
        return ""
    return next((pool.country for pool in manifest.pools), "")


def _private(settings: Settings) -> tuple[str, ...]:
    """Words that name this machine and who uses it."""
    names = (user_at_host(), os.uname().nodename, str(Path.home()), str(Path.cwd()))
    return tuple(one for one in (*names, settings.variable("NUMPLAN_ACTOR")) if one not in {"", "/"})
