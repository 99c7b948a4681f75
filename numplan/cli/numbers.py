"""`numplan numbers`."""

import click

from numplan.cli.catalogue import account, csv_option, show_rows
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.views.table import owned_row


@click.command()
@common("chdir", "manifest", "json", "no_color", "parallelism")
@csv_option
def numbers(*, as_csv: bool) -> None:
    """List the numbers that the account owns."""
    settings = Settings.current()
    with account(settings) as client:
        listing = client.purchased(expected=0)
    if not listing.complete:
        Screen(color=False).error(f"warning: the listing could not be proven complete: {listing.gap}")
    rows = [owned_row(listing.numbers[number]) for number in sorted(listing.numbers)]
    show_rows(rows, settings, as_csv=as_csv)
