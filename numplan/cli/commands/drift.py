"""`numplan drift`."""

from typing import Any, Final

import click

from numplan.cli.commands.plan import CHANGES
from numplan.cli.operations.plan import look
from numplan.cli.options.selection import selection_of, selection_options
from numplan.cli.settings import common
from numplan.cli.terminal.run import Run
from numplan.engine.queries.drift_report import drift_report
from numplan.views.machine.drift import drift_json
from numplan.views.text.drift import drift_text

EXAMPLES: Final = """\b
Examples:
  numplan drift --detailed-exitcode    2 where anything is amiss
  numplan apply --refresh-only         take it into state
  numplan apply                        make the account what the manifest says
"""


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if there is drift, with 0 if there is none."
)
@click.option("--expand", is_flag=True, help="Show every line instead of folding long lists.")
@selection_options
def drift(*, detailed_exitcode: bool, expand: bool, **flags: Any) -> int:  # noqa: ANN401
    """Show what others changed: state against account.

    Missing, changed, surplus and unmanaged numbers, each with what `numplan apply` would do. Takes no lock and
    writes nothing. Charges that the vendor changed are only counted.
    """
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
