"""`numplan output`."""

from typing import Any, Final

import click

from numplan.cli.options.selection import selection_options
from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan output                        all of them
  numplan output --raw support          one, as it is, for a script
  numplan output --select env=prod      of these entries only
  numplan output --external > numplan.auto.tfvars.json
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", required=False)
@common("chdir", "manifest", "state", "json", "no_color")
@selection_options
@click.option(
    "--raw", is_flag=True, help="Print the value of NAME without quotes; a list as one number per line."
)
@click.option(
    "--external", is_flag=True, help="Print one JSON object of strings, for Terraform's external data source."
)
def output(**given: Any) -> None:  # noqa: ANN401
    """Print the outputs of the manifest, from what state holds.

    Asks the API nothing, unless an output tells which flow uses a number: that is read from the account.

    A set or a pool gives the numbers that are managed now, a number its digits, or nothing before it is applied.
    Selected in part, a list tells only the numbers that are selected.
    """
    from numplan.cli.operations.questions.output import run_output

    run_output(**given)
