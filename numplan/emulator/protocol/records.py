"""What the emulator keeps of a number, and the rows in which the vendor's answers show it."""

from typing import Annotated, Literal

import msgspec

Digits = Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{1,20}$")]
Charge = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?$")]

ASSIGNMENT_TYPE = "IPPBX"
FLOW_BUILDER = "Flow Builder"

_SLOT = "\N{BULLET}"  # stands for the number while a row is cut in two; no place is called that


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What numbers of one place share: where they ring, of what kind they are, what they cost.

    Charges are decimal strings in the account's currency, as the vendor writes them. The defaults
    are those of the vendor's sample, so that a test names only what it cares about.
    """

    country: str = "United States"
    country_code: str = "1"
    state: str = "New Jersey"
    city: str = "Birmingham"
    number_type: str = "Geographic"
    category: str = "Voice+SMS"
    initial_block: str = "6"
    regular_block: str = "6"
    setup_charge: Charge = "0.10"
    recurring_charge: Charge = "0.10"
    rate: Charge = "0.7000"
    sms_rate: Charge = "0.0013"


class ForSale(Offer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exact number to put on sale; its digits with or without `+`."""

    number: Digits


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A flow that answers a purchased number; while it does, the number can't be released."""

    flow_id: str = "169"
    flow_name: str = "Test Recon"


class Owned(Offer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exact number to put into the account as if purchased outside numplan.

    `assignment` chooses among the three forms the listing shows: a flow's object, null, or no key.
    """

    number: Digits
    trunk: int | None = None
    assignment: Flow | Literal["null", "absent"] = "null"


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A number that the account holds; `bought_at` grows with each purchase, across restarts."""

    number: str
    """With `+`."""
    trunk: int | None
    bought_at: int


class SearchRow(msgspec.Struct, frozen=True, rename="camel"):
    """A number for sale, as search and find-number show it."""

    city_coverage: str
    country: str
    country_code: str
    state: str
    number: str
    number_category: str
    number_type: str
    initial_block: str
    regular_block: str
    setup_charge: str
    recurring_charge: str
    rate: str
    sms_rate: str


class _Assignment(msgspec.Struct, frozen=True):
    flow_id: str = msgspec.field(name="flowID")
    flow_name: str = msgspec.field(name="flowName")
    type: str = FLOW_BUILDER


class PurchasedRow(msgspec.Struct, frozen=True, rename="camel"):
    """A number of the account, as purchased-list shows it."""

    access_number: str
    assignment: _Assignment | msgspec.UnsetType | None
    assignment_type: str
    country: str
    customer_id: int
    mrc: str
    nrc: str
    number_type: str
    sms_rate: str
    voice_rate: str


def digits_of(number: str) -> str:
    """The bare digits of a number written with or without `+`."""
    return number.removeprefix("+")


def search_row_halves(offer: Offer) -> tuple[str, str]:
    """The JSON of an offer's search row before and after the digits of the number it is for."""
    row = SearchRow(
        offer.city,
        offer.country,
        offer.country_code,
        offer.state,
        "+" + _SLOT,
        offer.category,
        offer.number_type,
        offer.initial_block,
        offer.regular_block,
        offer.setup_charge,
        offer.recurring_charge,
        offer.rate,
        offer.sms_rate,
    )
    head, _, tail = msgspec.json.encode(row).decode().partition(_SLOT)
    return head, tail


def purchased_row(owned: Owned, customer_id: int) -> str:
    """The JSON of a number's row in purchased-list."""
    row = PurchasedRow(
        "+" + digits_of(owned.number),
        assignment_of(owned.assignment),
        ASSIGNMENT_TYPE,
        owned.country,
        customer_id,
        owned.recurring_charge,
        owned.setup_charge,
        owned.number_type,
        owned.sms_rate,
        owned.rate,
    )
    return msgspec.json.encode(row).decode()


def assignment_of(wanted: Flow | Literal["null", "absent"]) -> _Assignment | msgspec.UnsetType | None:
    """An assignment as the listing writes it: an object, null, or nothing at all."""
    if isinstance(wanted, Flow):
        return _Assignment(wanted.flow_id, wanted.flow_name)
    return None if wanted == "null" else msgspec.UNSET
