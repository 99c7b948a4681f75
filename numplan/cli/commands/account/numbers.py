"""`numplan numbers`."""

from typing import Any, Final

import click

from numplan.cli.options.rows import csv_option
from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan numbers --where whose=unmanaged          what nobody declares
  numplan numbers --where 'resource=pool.*' --where label.owner=sales
  numplan numbers --columns number,label.owner,monthly_charge --csv
"""


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--unmanaged", is_flag=True, help="Only numbers that no state manages.")
@click.option(
    "--columns", metavar="NAMES", help="Which columns, separated by commas; label.NAME is one for a label."
)
@click.option(
    "--where",
    "wheres",
    multiple=True,
    metavar="COLUMN=GLOB",
    help="Only rows whose column fits, whatever its case; may be given more than once, then each must fit.",
)
@csv_option
def numbers(**given: Any) -> None:  # noqa: ANN401
    """List the numbers that the account owns, and whose each is.

    `whose` is here, leaving, the name of one of the manifest's other_states, unmanaged, or unreadable for rows of the
    account that cannot be read, which come last. A table leaves out columns that say nothing, and what does not fit
    the terminal. Works without a manifest and without a state.

    The CSV of the unmanaged ones, with a column `name` or `label.X` added by hand, is what `numplan adopt
    --from` reads.
    """
    from numplan.cli.operations.account.numbers import run_numbers

    run_numbers(**given)
