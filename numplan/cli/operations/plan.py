"""Make a plan from a command line: manifest, state and account, then the engine's line."""

from typing import NamedTuple

from numplan import __version__
from numplan.cli.options.consents import needed_to_buy, needed_to_read, tell_of_new_state
from numplan.cli.options.plan_options import Asked
from numplan.cli.settings import Settings
from numplan.cli.terminal.progress import ReportingProvider, progress
from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import SystemClock
from numplan.cli.terminal.ui import Report
from numplan.cli.workspace.open import check_owner, open_account, open_backend, open_manifest
from numplan.engine.account.refresh import AccountSnapshot, remember_and_refresh
from numplan.engine.pipeline import PlanResult, compute_plan, compute_plan_of, nothing_of
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.ports import Provider
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.manifest import Manifest
from numplan.model.plan import Plan
from numplan.model.state import State

_kept: list[object] = []
"""What the last plan was made from, until the process ends: setting a million numbers free takes a second."""


def draft(settings: Settings, screen: Screen, clock: SystemClock, report: Report, asked: Asked) -> Plan:
    """A plan, without a lock: nothing is written."""
    manifest, _ = open_manifest(settings)
    with (
        open_account(settings, clock, manifest) as account,
        report.reading(account.account) as step,
    ):
        watched = ReportingProvider(account, step)
        needed: tuple[str, ...] = ()
        if asked.allowances.new_state:
            needed = needed_to_read(lambda: open_backend(settings, manifest.path))
        state, snapshot = _remembered(settings, manifest, watched, asked.allowances.consent)
        wanted = nothing_of(manifest) if asked.destroy else manifest
        found = compute_plan_of(wanted, state, snapshot, watched, circumstances_of(account, clock, asked))
    if asked.allowances.new_state:
        tell_of_new_state((*needed, *needed_to_buy(found, wanted)), screen)
    _kept[:] = [manifest, state, found]
    return found.plan


def draft_from(
    manifest: Manifest,
    state: State | None,
    account: Provider,
    clock: SystemClock,
    report: Report,
    asked: Asked,
) -> PlanResult:
    """A plan from a state that is known already, told while the account is read."""
    with report.reading(account.account) as step:
        wanted = nothing_of(manifest) if asked.destroy else manifest
        return compute_plan(
            wanted, state, ReportingProvider(account, step), circumstances_of(account, clock, asked)
        )


class Seen(NamedTuple):
    """What a look at manifest, state and account shows, without a lock."""

    manifest: Manifest
    state: State | None
    result: PlanResult


def look(settings: Settings, clock: SystemClock, screen: Screen) -> Seen:
    """Look at all three, and make the whole plan that follows, without telling it."""
    manifest, _ = open_manifest(settings)
    with (
        open_account(settings, clock, manifest) as account,
        progress(screen, "Reading the account", moving=screen.moves) as step,
    ):
        watched = ReportingProvider(account, step)
        state, snapshot = _remembered(settings, manifest, watched)
        options = circumstances_of(account, clock, Asked())
        return Seen(manifest, state, compute_plan_of(manifest, state, snapshot, watched, options))


def _remembered(
    settings: Settings, manifest: Manifest, account: Provider, consent: Consent = NO_CONSENT
) -> tuple[State | None, AccountSnapshot]:
    """The state of this account, and the account, side by side."""
    backend = open_backend(settings, manifest.path, None, consent)

    def remember() -> State | None:
        state = backend.read()
        check_owner(state, account.account, account.url)
        return state

    return remember_and_refresh(manifest, remember, account)


def circumstances_of(account: Provider, clock: SystemClock, asked: Asked) -> PlanOptions:
    """Who asks, when, and for what."""
    return PlanOptions(
        now=clock.now(),
        numplan=__version__,
        account=account.account,
        api_url=account.url,
        **asked._asdict(),
    )
