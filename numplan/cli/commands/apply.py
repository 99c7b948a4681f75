"""`numplan apply`."""

import hashlib
from datetime import timedelta
from typing import Any, Final

import click

from numplan.cli.operations.apply import Choose, Chosen, Work, apply_chosen, fresh_plan
from numplan.cli.operations.documents import write_documents
from numplan.cli.operations.plan import options_of
from numplan.cli.options.documents import documents_of
from numplan.cli.options.plan_options import Asked, asked_of, planning_options, refresh_option, refuse_danger
from numplan.cli.settings import Span, common
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.ui import Report
from numplan.cli.workspace.open import read_file
from numplan.cli.workspace.state_location import state_location
from numplan.engine.saved_plan.made_anew import made_anew
from numplan.model.errors import UsageError
from numplan.model.plan import Plan
from numplan.model.plan_document import decode_plan

DAY: Final = 24 * 3600.0
EXAMPLES: Final = """\b
Examples:
  numplan apply                    plan, ask, carry out
  numplan apply --auto-approve     without asking, for a pipeline
  numplan apply tonight.plan       what `plan --out tonight.plan` saved
  numplan apply --refresh-only     take in what others changed
"""


@click.command(epilog=EXAMPLES)
@click.argument("planfile", required=False)
@common("chdir", "manifest", "state", "json", "no_color", "no_input", "parallelism", "lock_timeout")
@click.option("--auto-approve", is_flag=True, help="Do not ask for approval.")
@click.option("--destroy", is_flag=True, help="Release every managed number.")
@click.option(
    "--max-age", type=Span(), metavar="SPAN", help="With PLANFILE: how old it may be (default: 24h)."
)
@refresh_option
@planning_options
def apply(
    planfile: str | None,
    *,
    auto_approve: bool,
    destroy: bool,
    refresh_only: bool,
    max_age: float | None,
    expand: bool,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Apply a plan: buy and release numbers, and record the result in state.

    Without PLANFILE: plan, ask, apply. With one: apply exactly that saved plan without asking, or refuse it
    if anything has changed since.
    """
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
