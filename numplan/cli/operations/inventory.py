"""The account's numbers with whose each is: the listing, then the state and the other states, where there are any."""

from typing import NamedTuple

from numplan.cli.operations.listing import account, manifest_here, warn_of
from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import state_backend
from numplan.cli.workspace.other_states import other_states
from numplan.engine.plan.odd_rows import strangers_text
from numplan.engine.queries.account_numbers import AccountNumber, account_numbers, unlisted
from numplan.model.account import Listing, strangers
from numplan.model.manifest import Manifest
from numplan.model.others import NOBODY
from numplan.model.state import State, check_owner
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import to_settle


class Inventory(NamedTuple):
    """The account's numbers, with the listing, the state and the manifest by which they are told apart."""

    numbers: tuple[AccountNumber, ...]
    listing: Listing
    state: State | None
    manifest: Manifest | None

    @property
    def is_whole(self) -> bool:
        """Whether all that the account is charged for is among the numbers, as far as anybody can know."""
        return self.listing.complete and not unlisted(self.listing, self.state)


def tell_doubts(found: Inventory) -> None:
    """What keeps the list from being the whole truth: what is not proven, cannot be read, is another customer's, is
    missing, or is not settled.
    """
    screen, listing = Screen(color=False), found.listing
    if not listing.complete:
        screen.error(f"warning: there may be more: the listing could not be proven complete: {listing.gap}")
    warn_of("purchased-list", listing.unreadable)
    if odd := strangers(listing.numbers):
        screen.error(f"warning: {strangers_text(listing.numbers, odd)}")
    if listing.complete and (count := unlisted(listing, found.state)):
        are = "is" if count == 1 else "are"
        screen.error(
            f"warning: {numbers(count)} of the state {are} not in the account; `numplan drift` tells more"
        )
    if unsettled := len(found.state.intents) if found.state else 0:
        screen.error(f"note: {to_settle(unsettled)}; what came of it is not known yet")


def inventory(settings: Settings) -> Inventory:
    """Look at the account, then at the states: whatever the listing shows was written down before. Raises ApiError,
    and StateError for a state that cannot be believed.
    """
    manifest = manifest_here(settings)
    with account(settings, manifest) as client:
        listing = client.purchased(expected=0)
        state = state_backend(settings).read()
        check_owner(state, client.account, client.url)
        others = NOBODY if manifest is None else other_states(settings, manifest, client, state)()
    return Inventory(account_numbers(listing, state, others), listing, state, manifest)
