"""The countries on offer, as rows."""

from numplan.cli.operations.listing import account, manifest_here, show_rows, warn_of
from numplan.cli.settings import Settings
from numplan.views.common.table import region_row


def run_regions(*, as_csv: bool) -> None:
    """Carry out `numplan regions`."""
    settings = Settings.current()
    with account(settings, manifest_here(settings)) as client:
        found = client.regions()
    warn_of("regions", found.unreadable)
    show_rows([region_row(region) for region in found.rows], settings, as_csv=as_csv)
