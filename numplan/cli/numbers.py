"""`numplan numbers`."""

import click

from numplan.cli.catalogue import account, csv_option, show_rows
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.cli.workspace import state_backend
from numplan.engine.adoption import at_large
from numplan.views.table import owned_row


@click.command()
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--unmanaged", is_flag=True, help="Only those that state does not manage.")
@csv_option
def numbers(*, unmanaged: bool, as_csv: bool) -> None:
    """List the numbers that the account owns.

    The CSV of the unmanaged ones, with a column `name` or `label.X` added by hand, is what `numplan adopt
    --from` reads.
    """
    settings = Settings.current()
    with account(settings) as client:
        listing = client.purchased(expected=0)
    if not listing.complete:
        Screen(color=False).error(f"warning: the listing could not be proven complete: {listing.gap}")
    state = state_backend(settings).read() if unmanaged else None
    rows = at_large(listing.numbers, state)
    show_rows([owned_row(row) for row in rows], settings, as_csv=as_csv)
