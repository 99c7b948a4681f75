"""The line of `adopt`: look, choose, ask, write entries, and take the numbers into state."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from numplan import __version__
from numplan.cli.operations.adopt_check import require_as_meant, require_taken_in
from numplan.cli.operations.adopt_filter import filter_of
from numplan.cli.operations.adopt_left_out import named, tell_left_out
from numplan.cli.operations.adopt_write import Target, draft_entries, entries_written
from numplan.cli.operations.apply import Work, exit_code, settle_first
from numplan.cli.operations.asked import refuse_danger
from numplan.cli.operations.new_state import needed_to_read, tell_of_new_state
from numplan.cli.settings import Settings
from numplan.cli.terminal.progress import ReportingProvider
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.signals import SystemClock
from numplan.cli.terminal.ui import Report, open_report
from numplan.cli.workspace.history import written_down
from numplan.cli.workspace.open import (
    open_account,
    open_backend,
    open_manifest,
    opened_state,
)
from numplan.cli.workspace.other_states import other_states
from numplan.cli.workspace.state_lock import locked
from numplan.engine.account.parallel import ask_all
from numplan.engine.account.refresh import AccountSnapshot, refresh
from numplan.engine.apply.apply import apply_plan
from numplan.engine.apply.events import Event
from numplan.engine.apply.gate import Gate
from numplan.engine.apply.result import summarize
from numplan.engine.compare.in_force import in_force
from numplan.engine.edit.adoption import (
    AdoptFilter,
    EntryForm,
    EntryStyle,
    NewEntry,
    adoption_plan,
    entries_for,
    unmanaged_numbers,
)
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.policy.limits import effective
from numplan.engine.ports import Provider
from numplan.manifest.files.names import FILE_NAMES
from numplan.manifest.load import manifest_in
from numplan.model.account import OwnedNumber, Unreadable
from numplan.model.consent import Consent
from numplan.model.errors import NumplanError, UsageError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.others import Others, OtherStates
from numplan.model.plan import Plan
from numplan.model.state import State, check_owner
from numplan.model.stored.plan_document import digest_of
from numplan.model.text.printable import numbers
from numplan.model.today import today
from numplan.numbering.reading import doubted
from numplan.views.text.new_entries import new_entries_text


class Adoption(NamedTuple):
    """What a command line asks for. `in_files` None: large sets only. `manifest_only`: state is left to `apply`."""

    wish: AdoptFilter
    style: EntryStyle
    inventory: str | None
    columns: Mapping[str, str]
    in_files: bool | None
    everything: bool
    protect: bool
    manifest_only: bool
    consent: Consent
    new_state: bool
    ask: bool


class AdoptContext(NamedTuple):
    """What an adoption starts from. `state` is None where there is none yet."""

    target: Target
    manifest: Manifest
    account: Provider
    state: State | None
    others: OtherStates


def adopt_chosen(asked: Adoption, run: Run) -> int:
    """Take the numbers that are asked for into manifest and state; returns the exit code."""
    settings, clock = run.settings, run.clock
    if asked.ask and settings.json:
        raise UsageError("--json cannot ask for approval", hint="give --auto-approve")
    target = _target(settings)
    asked = asked._replace(wish=filter_of(asked.wish, asked.inventory, asked.columns, run.screen))
    manifest = target.manifest or Manifest(
        path=str(target.path), digest="", operator=settings.operator.policy
    )
    backend = open_backend(settings, manifest, clock, asked.consent)
    if asked.new_state:
        tell_of_new_state(needed_to_read(lambda: open_backend(settings, manifest)), run.screen)
    with (
        open_report(run, applies=not asked.manifest_only) as report,
        clock.watching(),
        open_account(settings, clock, manifest) as account,
    ):
        if asked.manifest_only:
            state = backend.read()
            check_owner(state, account.account, account.url)
            others = other_states(settings, manifest, account, state)
            _tell_left(
                _declared(asked, run, report, AdoptContext(target, manifest, account, state, others)),
                run,
                report,
            )
            return 0
        with locked(backend, "adopt", run) as session, ExitStack() as stack:
            open_state = opened_state(session, backend, settings, manifest, account, asked.consent)
            stack.enter_context(written_down(open_state.chronicle, run.screen))
            work = Work(manifest, account, open_state)
            left = settle_first(work, clock, report)
            if clock.interrupted():
                run.screen.error("interrupted while settling an earlier run; nothing was written")
                return clock.exit_code
            ground = AdoptContext(target, manifest, account, open_state.stored, open_state.others)
            plan = _declared(asked, run, report, ground)
            events = _taken_in(plan, work, run, report)
            report.applied(plan, left, events)
            return exit_code(plan, left, summarize(events), clock)


def _tell_left(plan: Plan, run: Run, report: Report) -> None:
    """What is left for `numplan apply`, where that takes the numbers into state."""
    if run.settings.json:
        report.plan(plan)
    elif adopted := plan.counts.adopt:
        run.screen.line(f"`numplan apply` takes {numbers(adopted)} into state.")
    else:
        run.screen.line("No changes.")


def _taken_in(plan: Plan, work: Work, run: Run, report: Report) -> list[Event]:
    """Take the numbers into state."""
    clock, manifest = run.clock, work.manifest
    clock.stay_careful()
    work.open_state.chronicle.carries_out(digest_of(plan))
    limits = effective(manifest, plan.allowances).both
    gate = Gate(
        work.account,
        plan,
        work.open_state,
        clock,
        limits=limits,
        planned_at=clock.monotonic(),
        before={},
    )
    done = apply_plan(plan, work.open_state, gate, clock, manifest.api)
    if not run.settings.json:
        return [*done]  # people have seen what it comes to; thousands of lines would say no more
    report.plan(plan)
    return report.applying(done)


def _target(settings: Settings) -> Target:
    """The manifest that the settings name, or the one that is to be. Raises ManifestError for a broken one."""
    named = Path(settings.manifest) if settings.manifest else None
    path = manifest_in(Path()) if named is None else named
    if path is None or not (path.exists() or path.is_symlink()):
        return Target(path or Path(FILE_NAMES[0]), None)
    return Target(path, open_manifest(settings, path)[0])


def _look(ground: AdoptContext, wish: AdoptFilter, report: Report, *, everything: bool) -> AccountSnapshot:
    """The account as it is, with each number that is asked for by itself. Raises NumplanError where all are
    asked for and cannot be known.
    """
    with report.reading(ground.account.account) as step:
        account: Provider = ReportingProvider(ground.account, step)
        snapshot = refresh(ground.manifest, ground.state, account)
        if snapshot.complete:
            return snapshot
        if everything:
            raise NumplanError(
                f"the account's listing could not be proven complete, so --all would leave numbers out: {snapshot.gap}",
                hint="name the numbers, by --from FILE or by filters",
            )
        unseen = sorted(named(wish) - snapshot.owned.keys())
        found = ask_all(account.look_up, unseen, ground.manifest.api.parallelism)
        rows = {row.number: row for row in found if isinstance(row, OwnedNumber)}
        odd = {number: row for number, row in zip(unseen, found, strict=True) if isinstance(row, Unreadable)}
        return msgspec.structs.replace(
            snapshot, owned={**snapshot.owned, **rows}, unread={**snapshot.unread, **odd}
        )


def _declared(asked: Adoption, run: Run, report: Report, ground: AdoptContext) -> Plan:
    """Look, choose, and write the entries; returns the plan that takes the numbers into state."""
    wish = asked.wish
    snapshot = _look(ground, wish, report, everything=asked.everything)
    retired = {one.number for one in ground.manifest.retire}
    given_up = retired | {one.number for one in ground.manifest.forget if one.resource is None}
    others = ground.others()
    loose = unmanaged_numbers(snapshot.owned, ground.state)
    theirs = [others.by_number[row.number] for row in loose if row.number in others.by_number]
    loose = [row for row in loose if row.number not in others.by_number]
    left_out = given_up | (snapshot.strangers - named(wish)) | doubted(snapshot.owned).keys()
    rows = [row for row in loose if wish.admits(row) and row.number not in left_out]
    flagged = [row.number for row in loose if row.number in retired and wish.admits(row)]
    tell_left_out(snapshot, wish, loose, theirs, flagged, run.screen)
    entries = _entries(asked, ground, snapshot, rows)
    draft = draft_entries(
        ground.target,
        entries,
        ground.account.account,
        originals={number: one.original for number, one in (wish.listed or {}).items() if one.original},
        in_files=asked.in_files,
        protect=asked.protect,
    )
    if not run.settings.json:
        known = len(rows) - sum(len(one.rows) for one in entries)
        for line in new_entries_text(entries, known, str(draft.path)):
            run.screen.line(line)
    if asked.ask and rows:
        _confirm(asked, run)
    planned = partial(
        _plan,
        ground=ground,
        snapshot=snapshot,
        others=others,
        adopted={row.number for row in rows},
        clock=run.clock,
    )
    if not entries:
        plan = planned(ground.manifest)
        _refuse_danger(plan, asked, report)
        return plan
    with entries_written(draft, ground.target, lambda path: open_manifest(run.settings, path)[0]) as manifest:
        require_as_meant(ground.manifest, manifest, entries)
        plan = planned(msgspec.structs.replace(manifest, path=str(ground.target.path)))
        require_taken_in(plan, entries)
        _refuse_danger(plan, asked, report)
    for name in (str(draft.path), *draft.files):
        run.screen.error(f"wrote {name}")
    return plan


def _refuse_danger(plan: Plan, asked: Adoption, report: Report) -> None:
    """Raise GuardError where the limits do not allow the adoption, having told why. Where state is left to `apply`, so
    is this.
    """
    if plan.refusals and not asked.manifest_only:
        report.plan(plan)
        refuse_danger(plan)


def _entries(
    asked: Adoption, ground: AdoptContext, snapshot: AccountSnapshot, rows: Sequence[OwnedNumber]
) -> list[NewEntry]:
    """The entries for what the manifest does not declare yet."""
    declared = {one.number for one in ground.manifest.explicit()}
    taken: Mapping[EntryForm, list[str]] = {
        "numbers": [one.name for one in ground.manifest.numbers],
        "sets": [one.name for one in ground.manifest.sets],
    }
    fresh = [row for row in rows if row.number not in declared]
    return entries_for(fresh, asked.wish, asked.style, snapshot.regions, taken)


def _confirm(asked: Adoption, run: Run) -> None:
    run.confirm(
        what="the adoption",
        before="Nothing is purchased or released.",
        question="Write these entries, and leave state as it is?"
        if asked.manifest_only
        else "Write these entries, and take the numbers into state?",
        hint="give --auto-approve",
    )


def _plan(
    manifest: Manifest,
    *,
    ground: AdoptContext,
    snapshot: AccountSnapshot,
    others: Others,
    adopted: Collection[E164],
    clock: SystemClock,
) -> Plan:
    now = clock.now()
    day = today(now, ground.account.vendors_time())
    options = PlanOptions(
        now=now, today=day, numplan=__version__, account=ground.account.account, api_url=ground.account.url
    )
    return adoption_plan(in_force(manifest, day), ground.state, snapshot, adopted, options, others)
