"""`numplan numbers`."""

import click

from numplan.cli.operations.listing import account, csv_option, show_rows, warn_of
from numplan.cli.settings import Settings, common
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import state_backend
from numplan.engine.edit.adoption import known_to, unmanaged_numbers
from numplan.engine.plan.odd_rows import strangers_text
from numplan.model.account import strangers
from numplan.model.errors import UsageError
from numplan.views.common.table import owned_row, unreadable_row


@click.command()
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--unmanaged", is_flag=True, help="Only numbers that state does not manage.")
@csv_option
def numbers(*, unmanaged: bool, as_csv: bool) -> None:
    """List the numbers that the account owns.

    Rows of the account that cannot be read come last, with what is wrong with them. The CSV of the unmanaged ones,
    with a column `name` or `label.X` added by hand, is what `numplan adopt
    --from` reads.
    """
    settings = Settings.current()
    if settings.flag("state") and not unmanaged:
        raise UsageError(
            "--state goes with --unmanaged", hint="the account's numbers are listed without a state"
        )
    with account(settings) as client:
        listing = client.purchased(expected=0)
    if not listing.complete:
        Screen(color=False).error(f"warning: the listing could not be proven complete: {listing.gap}")
    warn_of("purchased-list", listing.unreadable)
    if odd := strangers(listing.numbers):
        Screen(color=False).error(f"warning: {strangers_text(listing.numbers, odd)}")
    state = state_backend(settings).read() if unmanaged else None
    rows = [owned_row(row) for row in unmanaged_numbers(listing.numbers, state)]
    known = known_to(state)
    rows += [unreadable_row(one) for one in listing.unreadable if one.number not in known]
    show_rows(rows, settings, as_csv=as_csv)
