"""Make a plan from a command line: manifest, state and account, then the engine's line."""

from typing import Final, NamedTuple

from numplan import __version__
from numplan.cli.operations.asked import Asked
from numplan.cli.operations.new_state import needed_to_buy, needed_to_read, tell_of_new_state
from numplan.cli.terminal.progress import ReportingProvider, progress
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.ui import Report
from numplan.cli.workspace.open import open_account, open_backend, open_manifest
from numplan.cli.workspace.other_states import other_states
from numplan.engine.account.refresh import About, remember_and_refresh
from numplan.engine.compare.in_force import in_force
from numplan.engine.pipeline import PlanResult, about_of, compute_plan, compute_plan_of, nothing_of
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.plan.selecting.about import about
from numplan.engine.ports import Provider
from numplan.model.manifest import Manifest
from numplan.model.others import OtherStates
from numplan.model.plan import Selection
from numplan.model.state import State, check_owner

CHANGES: Final = 2
"""What a command exits with, where it is asked to, that found something to do."""


class Seen(NamedTuple):
    """What a look at the manifest in force, state and account shows, without a lock, and the plan that follows."""

    manifest: Manifest
    state: State | None
    result: PlanResult


def planned(run: Run, report: Report, asked: Asked) -> Seen:
    """A plan, told while the account is read. Nothing is locked or written."""
    settings = run.settings
    manifest, _ = open_manifest(settings)
    needed: tuple[str, ...] = ()
    with open_account(settings, run.clock, manifest) as account, report.reading(account.account) as step:
        if asked.allowances.new_state:
            needed = needed_to_read(lambda: open_backend(settings, manifest))
        seen = _seen(run, manifest, ReportingProvider(account, step), asked)
    if asked.allowances.new_state:
        tell_of_new_state((*needed, *needed_to_buy(seen.result, seen.manifest)), run.screen)
    return seen


def plan_from(
    manifest: Manifest,
    state: State | None,
    account: Provider,
    run: Run,
    report: Report,
    asked: Asked,
    others: OtherStates,
) -> PlanResult:
    """A plan from a state that is known already, told while the account is read."""
    with report.reading(account.account) as step:
        wanted = nothing_of(manifest) if asked.destroy else manifest
        return compute_plan(
            wanted, state, ReportingProvider(account, step), options_of(account, run, asked), others
        )


def look(run: Run, name: str = "") -> Seen:
    """The whole plan, with what it is made from, to answer questions from: it is not told. Where they are about one
    `name`, and the listing is cut short, that alone is looked up.
    """
    manifest, _ = open_manifest(run.settings)
    with (
        open_account(run.settings, run.clock, manifest) as account,
        progress(run.screen, "Reading the account", moving=run.screen.moves) as step,
    ):
        asked = Selection(targets=(name,) if name else ())
        return _seen(run, manifest, ReportingProvider(account, step), Asked(), about(asked, manifest))


def _seen(run: Run, manifest: Manifest, account: Provider, asked: Asked, named: About | None = None) -> Seen:
    """State and account are read side by side."""
    backend = open_backend(run.settings, manifest, None, asked.allowances.consent)

    def remember() -> State | None:
        state = backend.read()
        check_owner(state, account.account, account.url)
        return state

    options = options_of(account, run, asked)
    state, snapshot = remember_and_refresh(manifest, remember, account, named or about_of(options, manifest))
    others = other_states(run.settings, manifest, account, state)
    wanted = nothing_of(manifest) if asked.destroy else manifest
    result = compute_plan_of(wanted, state, snapshot, account, options, others)
    return Seen(in_force(wanted, result.comparison.today), state, result)


def options_of(account: Provider, run: Run, asked: Asked) -> PlanOptions:
    """Who asks, when, and for what."""
    return PlanOptions(
        now=run.clock.now(),
        numplan=__version__,
        account=account.account,
        api_url=account.url,
        **asked._asdict(),
    )
