"""State against account, asked and told."""

from typing import Any

from numplan.cli.operations.asked import selection_of
from numplan.cli.operations.plan import CHANGES, look
from numplan.cli.terminal.run import Run
from numplan.engine.queries.drift_report import drift_report
from numplan.views.machine.drift import drift_json
from numplan.views.text.drift import drift_text


def run_drift(*, detailed_exitcode: bool, expand: bool, **flags: Any) -> int:  # noqa: ANN401
    """Carry out `numplan drift`; returns the exit code."""
    run = Run.current()
    run.settings.require_foldable(expand=expand)
    selection = selection_of(flags)
    with run.clock.watching():
        seen = look(run)
        report = drift_report(seen.result, seen.manifest, selection)
    if run.settings.json:
        run.screen.document(drift_json(report))
    else:
        for line in drift_text(report, width=run.screen.width, expand=expand):
            run.screen.line(line.text, style=line.style)
        run.screen.require_written()
    return CHANGES if detailed_exitcode and report.matters else 0
