"""`numplan find`."""

from typing import Any

import click

from numplan.cli.options.rows import csv_option
from numplan.cli.settings import common


@click.command()
@click.argument("number")
@common("chdir", "manifest", "json", "no_color")
@csv_option
def find(**given: Any) -> None:  # noqa: ANN401
    """Show one number: on sale with its charges, or as the account holds it.

    Exits with 1 if it is neither on sale nor owned by the account.
    """
    from numplan.cli.operations.account.find import run_find

    run_find(**given)
