"""`numplan show`."""

from typing import Any

import click

from numplan.cli.options.documents import FORMATS
from numplan.cli.settings import common


@click.command()
@click.argument("planfile", required=False, metavar="[FILE]")
@common("chdir", "manifest", "state", "json", "no_color")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMATS]),
    help="The format (default: text, or json with --json).",
)
@click.option("--expand", is_flag=True, help="Show every line instead of folding long lists.")
def show(**given: Any) -> None:  # noqa: ANN401
    """Show a saved plan, or the state.

    As json, both have the form of `terraform show -json`, on one line. The other formats are of plans only.
    """
    from numplan.cli.operations.questions.show import run_show

    run_show(**given)
