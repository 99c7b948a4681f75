"""`numplan search`."""

from typing import Any

import click

from numplan.cli.options.rows import csv_option
from numplan.cli.settings import common
from numplan.model.text.spelling import CATEGORIES, NUMBER_TYPES


@click.command()
@common("chdir", "manifest", "json", "no_color")
@click.option(
    "--country", required=True, metavar="NAME", help="For example 'United States'; see `numplan regions`."
)
@click.option("--state", "region_state", default="", metavar="NAME", help="For example 'New York'.")
@click.option(
    "--type", "number_type", type=click.Choice(NUMBER_TYPES, case_sensitive=False), help="A type of number."
)
@click.option(
    "--category", type=click.Choice(CATEGORIES, case_sensitive=False), help="What the number can do."
)
@click.option("--digits", default="", metavar="DIGITS", help="Digits that the number must contain.")
@click.option(
    "--size",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    metavar="N",
    help="How many numbers to list.",
)
@click.option("--as-manifest", is_flag=True, help="Print a manifest that declares them, to start from.")
@csv_option
def search(**given: Any) -> None:  # noqa: ANN401
    """List numbers that are on sale."""
    from numplan.cli.operations.account.search import run_search

    run_search(**given)
