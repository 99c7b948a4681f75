"""The account's numbers with whose each is: the listing, then the state and the other states, where there are any."""

from typing import NamedTuple

from numplan.cli.operations.listing import account, manifest_here
from numplan.cli.settings import Settings
from numplan.cli.workspace.open import check_owner, state_backend
from numplan.cli.workspace.other_states import other_states
from numplan.engine.queries.account_numbers import AccountNumber, account_numbers
from numplan.model.account import Listing
from numplan.model.manifest import Manifest
from numplan.model.others import NOBODY
from numplan.model.state import State


class Inventory(NamedTuple):
    """The account's numbers, with the listing, the state and the manifest by which they are told apart."""

    numbers: tuple[AccountNumber, ...]
    listing: Listing
    state: State | None
    manifest: Manifest | None


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
