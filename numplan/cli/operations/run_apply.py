"""What `numplan apply` and `numplan destroy` do: a plan of now carried out, or a saved one."""

import hashlib
from datetime import timedelta
from typing import Any, Final

import click

from numplan.cli.operations.apply import Choose, Chosen, Work, apply_chosen, fresh_plan
from numplan.cli.operations.asked import Asked, asked_of, refuse_danger
from numplan.cli.operations.documents import documents_of, write_documents
from numplan.cli.operations.plan import options_of
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.ui import Report
from numplan.cli.workspace.open import read_file
from numplan.cli.workspace.state_location import state_location
from numplan.engine.saved_plan.made_anew import made_anew
from numplan.model.errors import UsageError
from numplan.model.plan import Plan
from numplan.model.stored.plan_document import decode_plan

DAY: Final = 24 * 3600.0


def run_apply(
    planfile: str | None,
    *,
    auto_approve: bool,
    destroy: bool,
    refresh_only: bool,
    max_age: float | None,
    expand: bool,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Carry out `numplan apply`; returns the exit code."""
    run = Run.current()
    documents = documents_of(flags)
    asked = asked_of(flags, destroy=destroy, refresh_only=refresh_only)
    if planfile is None:
        if max_age is not None:
            raise click.UsageError("--max-age goes with a saved plan")
        fresh = fresh_plan(run, asked, documents)
        return apply_chosen(
            run, "apply", fresh, ask=not auto_approve, allowances=asked.allowances, expand=expand
        )
    if asked != Asked():
        raise UsageError(
            "a saved plan is applied as it was made",
            hint="give what selects, what allows danger, --destroy and --refresh-only to `numplan plan --out` instead",
        )
    document = read_file(planfile, "the plan file")
    plan = decode_plan(document, planfile, run.settings.plan_keys)
    age = timedelta(seconds=DAY if max_age is None else max_age)
    saved = _saved_plan(plan, run, documents, age, hashlib.sha256(document).hexdigest())
    return apply_chosen(run, "apply", saved, ask=False, allowances=plan.allowances, expand=expand)


def _saved_plan(plan: Plan, run: Run, documents: dict[str, str], max_age: timedelta, digest: str) -> Choose:
    """Choose what the saved plan allows of a plan made anew."""

    def choose(work: Work, report: Report) -> Chosen:
        asked_at = run.clock.monotonic()
        now = options_of(work.account, run, Asked())
        open_state = work.open_state
        result = made_anew(
            plan,
            work.manifest,
            open_state.stored,
            work.account,
            now,
            max_age,
            opened=open_state.opened,
            others=open_state.others,
        )
        report.plan(result.plan)
        write_documents(result.plan, documents, state_location(run.settings, work.manifest), run)
        refuse_danger(result.plan)
        return Chosen(result, asked_at, digest=digest)

    return choose


def run_destroy(*, auto_approve: bool, expand: bool, **flags: Any) -> int:  # noqa: ANN401
    """Carry out `numplan destroy`; returns the exit code."""
    run = Run.current()
    documents = documents_of(flags)
    asked = asked_of(flags, destroy=True)
    fresh = fresh_plan(run, asked, documents)
    return apply_chosen(
        run, "destroy", fresh, ask=not auto_approve, allowances=asked.allowances, expand=expand
    )
