"""What `numplan plan` does: a plan, made, told, written and saved."""

from datetime import date
from pathlib import Path
from typing import Any

from numplan.cli.operations.asked import asked_of, refuse_danger, refuse_errors, require_to_come
from numplan.cli.operations.documents import documents_of, write_documents
from numplan.cli.operations.plan import CHANGES, planned
from numplan.cli.operations.plan_file import save_plan
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.ui import open_report
from numplan.cli.workspace.state_location import state_location


def run_plan(
    out: str | None,
    at: date | None,
    *,
    destroy: bool,
    refresh_only: bool,
    detailed_exitcode: bool,
    expand: bool,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Carry out `numplan plan`; returns the exit code."""
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
