"""`numplan find`."""

import click

from numplan.cli.catalogue import account, csv_option, show_rows
from numplan.cli.settings import Settings, common
from numplan.model.account import Unreadable
from numplan.model.errors import NumplanError
from numplan.model.number import NumberError
from numplan.numbering.reading import read_number
from numplan.views.table import offer_row


@click.command()
@click.argument("number")
@common("chdir", "manifest", "json", "no_color")
@csv_option
def find(number: str, *, as_csv: bool) -> None:
    """Show one number that is for sale, with its charges."""
    settings = Settings.current()
    try:
        wanted = read_number(number).number
    except NumberError as problem:
        raise click.UsageError(f"{number!r}: {problem}") from None
    with account(settings) as client:
        offer = client.find(wanted)
        owned = None if offer else client.look_up(wanted)
    if offer is None:
        raise NumplanError(
            f"{wanted} is not for sale",
            hint="the account owns it already" if owned else "`numplan search` lists what is",
        )
    if isinstance(offer, Unreadable):
        raise NumplanError(
            f"find-number: what it says of {wanted} cannot be read: {offer.problem}",
            hint="numplan would not buy it; ask the vendor what it costs",
        )
    show_rows([offer_row(offer)], settings, as_csv=as_csv)
