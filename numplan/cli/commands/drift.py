"""`numplan drift`."""

from typing import Any, Final

import click

from numplan.cli.commands.plan import CHANGES
from numplan.cli.operations.plan import look
from numplan.cli.options.selection import selection_of, selection_options
from numplan.cli.settings import Settings, common
from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import SystemClock
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
    "--detailed-exitcode", is_flag=True, help="Exit with 2 where there is drift, 0 where there is none."
)
@click.option("--expand", is_flag=True, help="Show every line of long runs.")
@selection_options
def drift(*, detailed_exitcode: bool, expand: bool, **flags: Any) -> int:  # noqa: ANN401
    """Show what others changed: state against account.

    Missing, changed, surplus and unmanaged numbers, each with what `numplan apply` would do. Takes no lock and
    writes nothing. Charges that the vendor changed are only counted.
    """
    settings = Settings.current()
    settings.require_foldable(expand=expand)
    screen = Screen(color=settings.color)
    selection = selection_of(flags)
    clock = SystemClock()
    with clock.watching():
        seen = look(settings, clock, screen)
        report = drift_report(seen.result, seen.manifest, selection)
    if settings.json:
        screen.document(drift_json(report))
    else:
        for line in drift_text(report, width=screen.width, expand=expand):
            screen.line(line.text, style=line.style)
        screen.require_written()
    return CHANGES if detailed_exitcode and report.matters else 0
