"""`numplan doctor`."""

from pathlib import Path
from typing import Final

import click

from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan doctor                      is all as it should be?
  numplan doctor --report report.json the same, and a file for a bug report
"""


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write what was seen for a bug report: no token, no whole number, no names.",
)
def doctor(*, report: Path | None) -> int:
    """Look at settings, account and state, and say what is different from what numplan expects.

    Makes 12 calls to the account at most, and all of them only read. Where the state can be tried, something is written
    beside it and removed again. Each line is `ok`, `warning` or `failed`, with what was seen and what to do.

    Exits with 1 if anything failed.
    """
    from numplan.cli.operations.doctor import run_doctor

    return run_doctor(report)
