"""`numplan regions`."""

import click

from numplan.cli.operations.listing import account, csv_option, manifest_here, show_rows, warn_of
from numplan.cli.settings import Settings, common
from numplan.views.common.table import region_row


@click.command()
@common("chdir", "manifest", "json", "no_color")
@csv_option
def regions(*, as_csv: bool) -> None:
    """List the countries on offer and their number types."""
    settings = Settings.current()
    with account(settings, manifest_here(settings)) as client:
        found = client.regions()
    warn_of("regions", found.unreadable)
    show_rows([region_row(region) for region in found.rows], settings, as_csv=as_csv)
