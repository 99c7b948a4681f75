"""`numplan regions`."""

from typing import Any

import click

from numplan.cli.options.rows import csv_option
from numplan.cli.settings import common


@click.command()
@common("chdir", "manifest", "json", "no_color")
@csv_option
def regions(**given: Any) -> None:  # noqa: ANN401
    """List the countries on offer and their number types."""
    from numplan.cli.operations.account.regions import run_regions

    run_regions(**given)
