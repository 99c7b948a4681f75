"""`numplan plan`."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from numplan.cli.operations.documents import write_documents
from numplan.cli.operations.plan import planned
from numplan.cli.operations.plan_file import save_plan
from numplan.cli.options.documents import documents_of
from numplan.cli.options.plan_options import (
    asked_of,
    at_option,
    planning_options,
    refresh_option,
    refuse_danger,
    refuse_errors,
    require_to_come,
)
from numplan.cli.settings import common
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.ui import open_report
from numplan.cli.workspace.state_location import state_location

CHANGES: Final = 2
EXAMPLES: Final = """\b
Examples:
  numplan plan --out tonight.plan      then: numplan apply tonight.plan
  numplan plan --detailed-exitcode     2 where there are changes, 0 where none
  numplan plan --destroy               what `numplan destroy` would do
  numplan plan --target 'pool.ny_*'    only these; the rest is held back
  numplan plan --at 2027-01-01         what that day would bring
"""


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--out", metavar="FILE", help="Save the plan, for `numplan apply FILE`.")
@click.option("--destroy", is_flag=True, help="Plan to release every managed number.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if apply would do anything, with 0 if nothing."
)
@at_option
@refresh_option
@planning_options
def plan(
    out: str | None,
    at: date | None,
    *,
    destroy: bool,
    refresh_only: bool,
    detailed_exitcode: bool,
    expand: bool,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Show what apply would do and cost. Changes nothing.

    Takes no lock, so it can run during an apply. If a guard refuses, the plan is still shown and saved.
    """
    run = Run.current()
    require_to_come(at, run.today, out)
    documents = documents_of(flags, out)
    asked = asked_of(flags, destroy=destroy, refresh_only=refresh_only, at=at)
    with run.clock.watching(), open_report(run, expand=expand) as report:
        seen = planned(run, report, asked)
        made = seen.result.plan
        report.plan(made)
        state = state_location(run.settings, seen.manifest)
        write_documents(made, documents, state, run)
        refuse_errors(made)
        if out is not None:
            save_plan(made, Path(out), state, run)
        refuse_danger(made)
        run.screen.require_written()
    return CHANGES if detailed_exitcode and made.acts else 0
