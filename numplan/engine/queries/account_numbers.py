"""Every number of the account: whose it is, and all that is known of it. Pure."""

from collections.abc import Mapping
from typing import Final

import msgspec

from numplan.model.account import Listing, OwnedNumber, Unreadable
from numplan.model.address import Address, Resource
from numplan.model.charge import UNRATED, Rates
from numplan.model.moment import Moment
from numplan.model.number import E164
from numplan.model.others import NOBODY, Elsewhere, Others
from numplan.model.state import Attributes, Instance, State

HERE: Final = "here"
LEAVING: Final = "leaving"
UNMANAGED: Final = "unmanaged"
UNREADABLE: Final = "unreadable"


class AccountNumber(msgspec.Struct, frozen=True, gc=False):
    """One number of the account. `known` is what this state remembers of it, or means to make of it by a call whose
    outcome is not known yet; `theirs` is what another state says. Of a row that cannot be read there is no `row`.
    """

    row: OwnedNumber | None
    known: Instance | None = None
    theirs: Elsewhere | None = None
    unreadable: Unreadable | None = None

    @property
    def number(self) -> E164 | None:
        """The phone number; None where its row does not say."""
        if self.row is not None:
            return self.row.number
        return self.unreadable.number if self.unreadable else None

    @property
    def whose(self) -> str:
        """`here`, `leaving`, the name of another state, `unmanaged`, or `unreadable` where nobody can tell."""
        if self.known is not None:
            return LEAVING if self.known.attributes.leaving_at is not None else HERE
        if self.theirs is not None:
            return self.theirs.state
        return UNMANAGED if self.row is not None else UNREADABLE

    @property
    def resource(self) -> Resource | None:
        """The resource here that it belongs to."""
        return None if self.known is None else self.known.resource

    @property
    def address(self) -> Address | None:
        """Where it lives in the state that has it."""
        if self.known is not None:
            return self.known.address
        return None if self.theirs is None else self.theirs.address

    @property
    def attributes(self) -> Attributes | None:
        """What this state remembers of it."""
        return None if self.known is None else self.known.attributes

    @property
    def bought_at(self) -> Moment | None:
        """When this state bought it."""
        return None if self.known is None else self.known.bought_at

    @property
    def rates(self) -> Rates:
        """What its use costs: as the account shows it, and where it does not say, as state remembers."""
        shown = UNRATED if self.row is None else self.row.rates
        if self.known is None:
            return shown
        return Rates(**{**self.known.attributes.rates.known(), **shown.known()})


def account_numbers(
    listing: Listing, state: State | None, others: Others = NOBODY
) -> tuple[AccountNumber, ...]:
    """All that the listing shows, in order of number, and then the rows that cannot be read."""
    known = state.spoken_for if state else {}
    owned, theirs = listing.numbers, others.by_number
    return (
        *(AccountNumber(owned[number], known.get(number), theirs.get(number)) for number in sorted(owned)),
        *(_hidden(one, known, theirs) for one in listing.unreadable),
    )


def unlisted(listing: Listing, state: State | None) -> int:
    """How many managed numbers the listing does not show, not even in a row that cannot be read."""
    if state is None:
        return 0
    shown = listing.numbers.keys() | {one.number for one in listing.unreadable}
    return sum(one.number not in shown for one in state.numbers)


def _hidden(
    one: Unreadable, known: Mapping[E164, Instance], theirs: Mapping[E164, Elsewhere]
) -> AccountNumber:
    number = one.number
    if number is None:
        return AccountNumber(None, unreadable=one)
    return AccountNumber(None, known.get(number), theirs.get(number), one)
