"""What the account holds and what the vendor offers, in numplan's words.

Source: the vendor's Virtual Numbers page. Charges are in the account's currency.
"""

from collections.abc import Mapping

import msgspec

from numplan.model.charge import Charge
from numplan.model.number import E164


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """What a purchased number is assigned to; a `Flow Builder` assignment makes its release impossible."""

    type: str
    flow_id: str = ""
    flow_name: str = ""

    @property
    def is_flow(self) -> bool:
        """Whether the vendor refuses to release a number with this assignment."""
        return self.type.casefold() == "flow builder"


class OwnedNumber(msgspec.Struct, frozen=True, gc=False):
    """One row of purchased-list."""

    number: E164
    country: str
    type: str
    setup_charge: Charge
    monthly_charge: Charge
    assignment: Assignment | None = None

    @property
    def flow(self) -> Assignment | None:
        """The flow that keeps this number from being released, if any."""
        return self.assignment if self.assignment is not None and self.assignment.is_flow else None


class Listing(msgspec.Struct, frozen=True):
    """The account's numbers as far as purchased-list showed them.

    Only a `complete` listing is evidence that a number is absent; `gap` says what could not be proven.
    """

    numbers: Mapping[E164, OwnedNumber]
    complete: bool
    gap: str = ""


class Offer(msgspec.Struct, frozen=True, gc=False):
    """One number for sale: a row of search or find-number."""

    number: E164
    country: str
    type: str
    category: str
    setup_charge: Charge
    monthly_charge: Charge
    state: str = ""
    city: str = ""


class Criteria(msgspec.Struct, frozen=True, gc=False):
    """What search is asked for; an empty text means any. Types and categories in canonical spelling."""

    country: str
    state: str = ""
    type: str = ""
    category: str = ""
    digits: str = ""


class Found(msgspec.Struct, frozen=True):
    """The answer to a search; `exhausted` when the vendor has no more than these."""

    offers: tuple[Offer, ...]
    exhausted: bool


class Region(msgspec.Struct, frozen=True):
    """A country the vendor offers numbers in, and the types it has there (canonical spelling)."""

    name: str
    types: tuple[str, ...]
