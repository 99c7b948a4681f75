"""The line of an apply, shared by `apply` and `destroy`: lock, settle, plan, guard, ask, carry out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from numplan.cli.operations.asked import Asked, refuse_danger, refuse_errors
from numplan.cli.operations.documents import write_documents
from numplan.cli.operations.new_state import needed_to_buy, needed_to_read, tell_of_new_state
from numplan.cli.operations.plan import plan_from
from numplan.cli.terminal.errors import say
from numplan.cli.terminal.progress import told_wait
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import SystemClock
from numplan.cli.terminal.ui import Report, open_report
from numplan.cli.workspace.history import written_down
from numplan.cli.workspace.open import open_account, open_backend, open_manifest, opened_state
from numplan.cli.workspace.state_location import state_location
from numplan.cli.workspace.state_lock import locked
from numplan.engine.apply.apply import apply_plan
from numplan.engine.apply.calls import Account
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.leftovers import settle_leftovers
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.engine.compare.in_force import in_force
from numplan.engine.pipeline import PlanResult
from numplan.engine.plan.outputs import outputs_now
from numplan.engine.policy.limits import effective
from numplan.engine.policy.loosening import bound_by
from numplan.engine.saved_plan.staleness import check_offers, with_budgets_of_now
from numplan.model.changes import count
from numplan.model.errors import NumplanError, UsageError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.plan import Allowances, Plan
from numplan.model.stored.plan_document import digest_of
from numplan.model.text.printable import plural

FAILED: Final = 1
PARTLY: Final = 4
UNKNOWN: Final = 5
_NOTHING: Final = Allowances()


class Work(NamedTuple):
    """What a run works with while it holds the lock. `needed` is the flag without which the state could not be read."""

    manifest: Manifest
    account: Account
    open_state: OpenState
    needed: tuple[str, ...] = ()


class Chosen(NamedTuple):
    """A plan to carry out, what it was made from, and when its offers were asked for, on the monotonic clock. `gone`
    are numbers of pools that went off sale since. `digest` is that of the saved plan's file, if it was saved.
    """

    result: PlanResult
    asked_at: float
    gone: tuple[E164, ...] = ()
    digest: str = ""


@contextmanager
def locked_work(run: Run, operation: str, allowances: Allowances = _NOTHING) -> Iterator[Work]:
    """Open manifest and account, lock the state and read it; signals are taken over meanwhile."""
    settings, clock = run.settings, run.clock
    manifest, _ = open_manifest(settings)
    backend = open_backend(settings, manifest, clock, allowances.consent)
    needed: tuple[str, ...] = ()
    if allowances.new_state:
        needed = needed_to_read(lambda: open_backend(settings, manifest))
    with (
        clock.watching(),
        open_account(settings, clock, manifest) as account,
        locked(backend, operation, run) as session,
    ):
        open_state = opened_state(session, backend, settings, manifest, account, allowances.consent)
        with written_down(open_state.chronicle, run.screen):
            yield Work(manifest, account, open_state, needed)


Choose = Callable[[Work, Report], Chosen]
"""Gives the plan to carry out, once state is locked and settled; what it refuses was told before."""


def apply_chosen(
    run: Run, operation: str, choose: Choose, *, ask: bool, allowances: Allowances, expand: bool
) -> int:
    """Lock, settle what an earlier run left, choose a plan, and carry it out; returns the exit code."""
    if ask and run.settings.json:
        raise UsageError("--json cannot ask for approval", hint="give --auto-approve, or apply a saved plan")
    clock, screen = run.clock, run.screen
    with (
        open_report(run, expand=expand, applies=True) as report,
        locked_work(run, operation, allowances) as work,
    ):
        left = ApplyResult()
        try:
            left = settle_first(work, clock, report)
            if clock.interrupted():
                screen.error("interrupted while settling an earlier run; nothing was sent")
                return clock.exit_code
            chosen = choose(work, report)
        except NumplanError as problem:
            if work.open_state.intents:  # what is unknown weighs more than why the plan was not carried out
                report.unsettled(left)
                say(problem)
                return UNKNOWN
            raise
        if ask and count(chosen.result.plan.changes).any:
            confirm(chosen.result.plan, run)
            chosen = ask_again(chosen, work, clock)
        plan = chosen.result.plan
        if work.account.vendors_time() is None:
            screen.error(
                "the API's answers have no Date header, so ages are measured by this machine's clock alone"
            )
        clock.stay_careful()
        work.open_state.chronicle.carries_out(chosen.digest or digest_of(plan))
        work.open_state.bind(bound_by(work.manifest), work.manifest.bounds.no_rebuy)
        gate = open_gate(chosen, work, clock)
        events = report.applying(apply_plan(plan, work.open_state, gate, clock, work.manifest.api))
        if work.manifest.outputs:
            declared = in_force(work.manifest, chosen.result.comparison.today)
            owned = chosen.result.comparison.snapshot.owned
            report.outputs(outputs_now(declared, work.open_state.state, owned=owned).values)
        report.applied(plan, left, events)
        return exit_code(plan, left, summarize(events), clock)


def ask_again(chosen: Chosen, work: Work, clock: SystemClock) -> Chosen:
    """What was asked before a question is old after it. Raises StalePlanError where a number is not to be had as it was
    reviewed, or a budget no longer has room for what is bought, and ApiError.
    """
    asked_at = clock.monotonic()
    gone = check_offers(chosen.result.plan, work.account, work.manifest.api.parallelism)
    plan = chosen.result.plan
    limits = effective(work.manifest, plan.allowances, destroy=plan.destroy)
    result = with_budgets_of_now(chosen.result, limits, work.account)
    return chosen._replace(result=result, asked_at=asked_at, gone=gone)


def open_gate(chosen: Chosen, work: Work, clock: SystemClock) -> Gate:
    """The gate of an apply that carries out this plan."""
    plan = chosen.result.plan
    limits = effective(work.manifest, plan.allowances, destroy=plan.destroy)
    gate = Gate(
        work.account,
        plan,
        work.open_state,
        clock,
        limits=limits.both,
        planned_at=chosen.asked_at,
        before=chosen.result.comparison.snapshot.owned,
        retired={one.number: one for one in work.manifest.retire},
        parallelism=work.manifest.api.parallelism,
    )
    gate.ask_again(chosen.gone)
    return gate


def settle_only(run: Run) -> int:
    """Lock, and settle what earlier runs left; returns the exit code. Nothing is purchased or released."""
    with open_report(run) as report, locked_work(run, "settle") as work:
        waiting = len(work.open_state.intents)
        report.unsettled(settle_first(work, run.clock, report))
        still = len(work.open_state.intents)
        run.screen.last_line(f"Settle: {waiting - still} settled, {still} unknown.")
        return run.clock.exit_code or (UNKNOWN if still else 0)


def settle_first(work: Work, clock: SystemClock, report: Report) -> ApplyResult:
    """Settle the calls of earlier runs whose outcome is unknown. Raises ApiError and StateError."""
    with (
        clock.careful(),
        told_wait(Screen(color=False), f"Settling … looking in the account for {_sought(work)}"),
    ):
        return report.settling(settle_leftovers(work.open_state, work.manifest, work.account, clock))


def _sought(work: Work) -> str:
    if not (calls := len(work.open_state.intents)):
        return "numbers that may still turn up"
    limit = work.manifest.api.settle_seconds
    return f"what became of {plural(calls, 'call')} of an earlier run, for up to {limit:g} s"


def fresh_plan(run: Run, asked: Asked, documents: dict[str, str]) -> Choose:
    """Choose what the manifest and the account call for now, told, written and guarded."""

    def choose(work: Work, report: Report) -> Chosen:
        asked_at = run.clock.monotonic()
        open_state = work.open_state
        result = plan_from(
            work.manifest, open_state.stored, work.account, run, report, asked, open_state.others
        )
        if asked.allowances.new_state:
            tell_of_new_state((*work.needed, *needed_to_buy(result, work.manifest)), run.screen)
        report.plan(result.plan)
        write_documents(result.plan, documents, state_location(run.settings, work.manifest), run)
        refuse_errors(result.plan)
        refuse_danger(result.plan)
        return Chosen(result, asked_at)

    return choose


def confirm(plan: Plan, run: Run) -> None:
    """Ask whether to go on. Raises DeclinedError for any answer but yes, and where nobody can be asked."""
    run.confirm(
        what="the plan",
        before="Only state is changed: nothing is purchased or released."
        if plan.refresh_only
        else "Purchases cost money, and a released number is gone for good.",
        question="Carry out this plan?",
        hint="give --auto-approve, or apply a saved plan that was reviewed",
    )


def exit_code(plan: Plan, left: ApplyResult, done: ApplyResult, clock: SystemClock) -> int:
    """What an apply exits with: a signal comes first, then what is unknown, then what was done in part."""
    if clock.exit_code:
        return clock.exit_code
    if left.unknown or done.unknown or done.not_saved or any(not one.harmless for one in done.unasked):
        return UNKNOWN
    attempted = done.changed or any(one.attempted and not one.rejected for one in done.failed)
    if done.failed or done.stopped:
        return PARTLY if attempted else FAILED
    planned = plan.counts
    return PARTLY if planned.blocked or planned.unavailable or plan.doubt else 0
