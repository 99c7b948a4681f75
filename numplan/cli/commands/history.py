"""`numplan history`."""

from typing import Any, Final

import click

from numplan.cli.options.completion import AddressOrVerify
from numplan.cli.options.rows import csv_option
from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan history                        all of it, the oldest first
  numplan history "(212) 555-0100"       what became of one number
  numplan history "pool.sales*" --since 30d
  numplan history --since 2026-01-01 --csv > year.csv
  numplan history verify                 is it whole, and as it was written?
"""


@click.command(epilog=EXAMPLES)
@click.argument("names", metavar="[NUMBER|ADDRESS|GLOB]... | verify", nargs=-1, type=AddressOrVerify())
@common("chdir", "manifest", "state", "json", "no_color")
@click.option(
    "--since", metavar="DATE|SPAN", help="Only from this day on (in UTC), or of the last 30d, 4w or 12h."
)
@csv_option
def history(**given: Any) -> int:  # noqa: ANN401
    """Show what was bought, released, adopted and forgotten, when, by whom, and at what charge.

    The oldest record comes first, the newest last. Each name is a number as people write it, with its calling code or
    without, an address, a resource, or a pattern of one with * and ?. The history stands beside the state; it is read,
    and no account is asked.

    With `verify`: whether every record is as it was written and none is missing, up to the last one that state knows.
    Names what is not so, and exits with 1.
    """
    from numplan.cli.operations.questions.history import run_history

    return run_history(**given)
