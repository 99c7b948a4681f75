"""One number, looked for on sale and in the account."""

import click

from numplan.api.client import Client
from numplan.cli.operations.listing import account, manifest_here, show_rows
from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.model.account import Offer, OwnedNumber, Unreadable
from numplan.model.errors import ApiError, NumplanError
from numplan.model.number import E164, NumberError
from numplan.numbering.reading import read_number
from numplan.views.common.table import offer_row, owned_row, unreadable_row


def run_find(number: str, *, as_csv: bool) -> None:
    """Carry out `numplan find`."""
    settings = Settings.current()
    screen = Screen(color=False)
    try:
        wanted = read_number(number).number
    except NumberError as problem:
        raise click.UsageError(f"{number!r}: {problem}") from None
    with account(settings, manifest_here(settings)) as client:
        offer = client.find(wanted)
        owned = _look_up(client, wanted, offer, screen)
    if offer is None and owned is None:
        raise NumplanError(
            f"{wanted} is not for sale, and the account does not own it",
            hint="`numplan search` lists what is for sale",
        )
    if isinstance(offer, Unreadable) and owned is None:
        raise NumplanError(
            f"find-number: what it says of {wanted} cannot be read: {offer.problem}",
            hint="numplan would not buy it; ask the vendor what it costs",
        )
    rows = []
    if isinstance(offer, Offer):
        rows.append(offer_row(offer))
    if isinstance(owned, OwnedNumber):
        rows.append(owned_row(owned))
    elif owned is not None:
        rows.append(unreadable_row(owned))
    if owned is not None:
        whose = "the account owns" if owned.number == wanted else "the account may own"
        screen.error(f"note: {whose} {wanted} already{'' if offer else '; it is not for sale'}")
    show_rows(rows, settings, as_csv=as_csv, whole=True)


def _look_up(
    client: Client, wanted: E164, offer: Offer | Unreadable | None, screen: Screen
) -> OwnedNumber | Unreadable | None:
    """What the account shows of it. Raises ApiError where there is no offer to show."""
    try:
        return client.look_up(wanted)
    except ApiError as problem:
        if not isinstance(offer, Offer):
            raise
        screen.error(f"warning: could not find out whether the account owns it: {problem.message}")
        return None
