"""What the account holds and what the vendor offers, in numplan's words.

Source: the vendor's Virtual Numbers page. Charges are in the account's currency.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import attrgetter

import msgspec

from numplan.model.charge import UNRATED, Charge, Rates
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


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """A row of an answer that cannot be read, or a number for sale whose charges cannot: it is kept apart and told,
    and nothing is ever adopted, bought or released on its word.

    `row` counts from 1, within `part` where a listing had to be split. `field` is the vendor's name of what is wrong,
    empty where that is the whole row; `reason` goes on from there: `is null`. Of a row without a `number`, nobody
    can say which number it is about.
    """

    row: int
    field: str
    reason: str
    number: E164 | None = None
    part: str = ""

    @property
    def place(self) -> str:
        """Where the row stands in its answer."""
        return f"row {self.row} of {self.part}" if self.part else f"row {self.row}"

    @property
    def problem(self) -> str:
        """What is wrong: `its country is null`."""
        return f"its {self.field} {self.reason}" if self.field else f"it {self.reason}"

    def __str__(self) -> str:
        return f"{self.number or self.place} ({self.problem})"


class OwnedNumber(msgspec.Struct, frozen=True, gc=False):
    """One row of purchased-list. A charge that it does not say is None: not known. `customer` is whose the row says
    the number is, empty where it does not say.
    """

    number: E164
    country: str
    type: str
    setup_charge: Charge | None
    monthly_charge: Charge | None
    assignment: Assignment | None = None
    customer: str = ""
    rates: Rates = UNRATED

    @property
    def flow(self) -> Assignment | None:
        """The flow that keeps this number from being released, if any."""
        return self.assignment if self.assignment is not None and self.assignment.is_flow else None


class Listing(msgspec.Struct, frozen=True):
    """The account's numbers as far as purchased-list showed them.

    Only a `complete` listing is evidence that a number is absent; `gap` says what could not be proven. Of the
    `unreadable` rows, each hides the number that it names, and one that names none may hide any.
    """

    numbers: Mapping[E164, OwnedNumber]
    complete: bool
    gap: str = ""
    unreadable: tuple[Unreadable, ...] = ()


class Offer(msgspec.Struct, frozen=True, gc=False):
    """One number for sale, with its price: a row of search or find-number."""

    number: E164
    country: str
    type: str
    category: str
    setup_charge: Charge
    monthly_charge: Charge
    state: str = ""
    city: str = ""
    rates: Rates = UNRATED


Priced = Offer | Unreadable | None
"""What is said of the price of one number: None where it is not for sale."""


class Criteria(msgspec.Struct, frozen=True, gc=False):
    """What search is asked for; an empty text means any. Types and categories in canonical spelling."""

    country: str
    state: str = ""
    type: str = ""
    category: str = ""
    digits: str = ""


class Found(msgspec.Struct, frozen=True):
    """The answer to a search; `exhausted` when the vendor has no more than these. `unreadable` are rows without a
    price, or that cannot be read at all: nobody buys them. `why` says what leaves nothing, where somebody asked.
    `total` is how many the vendor says there are, None where it does not say.
    """

    offers: tuple[Offer, ...]
    exhausted: bool
    unreadable: tuple[Unreadable, ...] = ()
    why: str = ""
    total: int | None = None


class Region(msgspec.Struct, frozen=True):
    """A country the vendor offers numbers in, and the types it has there (canonical spelling); None where the answer
    does not say which.
    """

    name: str
    types: tuple[str, ...] | None


class Regions(msgspec.Struct, frozen=True):
    """The countries on offer. Where rows are `unreadable`, there may be more of them."""

    rows: tuple[Region, ...]
    unreadable: tuple[Unreadable, ...] = ()


def by_number(rows: Iterable[Unreadable]) -> dict[E164, Unreadable]:
    """The unreadable rows that name their number."""
    return {one.number: one for one in rows if one.number is not None}


def nameless(rows: Iterable[Unreadable]) -> tuple[Unreadable, ...]:
    """The unreadable rows that do not."""
    return tuple(one for one in rows if one.number is None)


def strangers(owned: Mapping[E164, OwnedNumber]) -> frozenset[E164]:
    """The numbers whose rows name another customer than more than half of those rows that name one."""
    customers = Counter(map(attrgetter("customer"), owned.values()))
    del customers[""]
    if len(customers) <= 1:
        return frozenset()
    customer, count = customers.most_common(1)[0]
    if 2 * count <= customers.total():
        return frozenset()
    return frozenset(number for number, row in owned.items() if row.customer not in {"", customer})
