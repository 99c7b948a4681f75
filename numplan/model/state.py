"""State: what numplan remembers between runs. Format only; where it is stored is a backend's affair."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Literal
from uuid import uuid4

import msgspec

from numplan import __version__
from numplan.model.address import Address, Resource, address_of
from numplan.model.charge import Charge, Rates
from numplan.model.errors import StateError
from numplan.model.history.record import Record, Tip
from numplan.model.moment import Moment, age
from numplan.model.number import E164
from numplan.model.outcome import Call
from numplan.model.policy import Policy

STATE_VERSION = 2
"""Version 1 knows no missing numbers, refused calls, vendor's clock, and nothing of what bound the last apply; it is
read, and written as 2.
"""


class Attributes(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What is known of one phone number. Charges in the account's currency; None is unknown.

    `release_after`: for how many days it is kept once nothing declares it. `leaving_at`: nothing declares it any more,
    or its pool has too many, and it is released on that day in UTC or later, unless it is declared again before. The
    last four are its rates.
    """

    number: E164
    country: str
    type: str
    state: str | None = None
    city: str | None = None
    category: str | None = None
    sip_trunk_id: int | None = None
    labels: Mapping[str, str] = {}
    protect: bool = False
    setup_charge: Charge | None = None
    monthly_charge: Charge | None = None
    release_after: int | None = None
    leaving_at: date | None = None
    voice_rate: Charge | None = None
    sms_rate: Charge | None = None
    initial_block: int | None = None
    regular_block: int | None = None

    @property
    def rates(self) -> Rates:
        """What its use costs, as far as it is known."""
        return Rates(self.voice_rate, self.sms_rate, self.initial_block, self.regular_block)


class Instance(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One managed number.

    `bought_at` is None for numbers that were adopted. `trunk_verified` is False where the trunk is what the
    manifest says and no purchase proved it. `surplus`: a purchase that was closed as never happened and
    turned up after all; it counts for no resource until it is adopted, forgotten or released on request.
    `missing_since`: when a look first found the account without it. `charges_planned`: its charges are those of the
    plan that bought it, and no apply has recorded yet what the account charges. `replaces`: the managed number that is
    to go since this one was bought in its place; None once that is gone.
    """

    resource: Resource
    attributes: Attributes
    origin: Literal["purchased", "adopted", "found"] = "purchased"
    bought_at: Moment | None = None
    trunk_verified: bool = True
    surplus: bool = False
    missing_since: Moment | None = None
    charges_planned: bool = False
    replaces: E164 | None = None

    @property
    def number(self) -> E164:
        """The phone number."""
        return self.attributes.number

    @property
    def address(self) -> Address:
        """Where this number lives in plan and state."""
        return address_of(self.resource, self.attributes.number)


class Intent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A call about to be made, or one whose outcome is not known. `instance` is what a purchase would make of
    the number, or what a release would end.

    `unsold_at`: when a settling first found a purchase neither in the account nor for sale. `doubt`: why the outcome is
    not known, in the vendor's words where it answered; what is found out later is told with it.
    """

    kind: Call
    instance: Instance
    run: str
    written_at: Moment
    unsold_at: Moment | None = None
    doubt: str = ""

    @property
    def number(self) -> E164:
        """The phone number."""
        return self.instance.attributes.number


Cause = Literal["unknown", "refused", "missing", "released", "unasked"]
"""Why a number is watched."""


class Tombstone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A number that is watched, for it may turn up in the account after all. By its `cause`: a purchase of an unknown
    outcome that was closed as never happened, one that the vendor `refused`, a managed number that left state because
    it was `missing`, one whose release nobody confirmed, or one that an answer says was bought though nobody asked.

    While `holds_slot`, its slot is kept for this number and no other. `unsold_at` as in Intent. `rejected`: its call
    was for this number alone and answered with a status that says no, so a second look that finds nothing frees the
    slot. `released_at`: when the number, bought again since, was released.
    """

    instance: Instance
    closed_at: Moment
    holds_slot: bool = True
    cause: Cause = "unknown"
    rejected: bool = False
    unsold_at: Moment | None = None
    released_at: Moment | None = None

    @property
    def number(self) -> E164:
        """The phone number."""
        return self.instance.attributes.number

    def lingers(self, now: Moment, hold: timedelta) -> bool:
        """Whether the account may still list the number only because it was released less than `hold` ago."""
        return self.released_at is not None and age(now, self.released_at) < hold


class Released(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A number that this state released, and when."""

    number: E164
    at: Moment


class Bound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the manifest of an apply bound it by: its `policy:`, what safety hangs on in its `api:`, and the states of
    others that it left alone, by name and place.
    """

    policy: Policy
    url: str
    settle_seconds: float
    hold_minutes: float
    other_states: Mapping[str, str] = {}


class State(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """The whole document. `write_id` differs in every write, so that a writer knows its own.

    `moved_to`: the place where the state lives now; this copy was left behind there, and no command reads it.
    `bound`: what the last apply that wrote the state was bound by; None where none did, or an earlier numplan.
    `protected`: numbers that left the state while they were protected; whatever takes one in again protects it.
    `released`: numbers that this state released, until the `rebuy_after` of the last apply's policy is over; one that
    is taken in again is not among them.
    `history`: the last record of what was done; None where nothing was, or where nothing keeps records. `to_record`:
    the latest of them, which the history beside the state may not hold yet; the next run writes those that it lacks.
    """

    version: int = STATE_VERSION
    serial: int
    lineage: str
    account: str
    api_url: str
    numplan: str
    write_id: str
    numbers: tuple[Instance, ...] = ()
    intents: tuple[Intent, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    moved_to: str = ""
    bound: Bound | None = None
    protected: tuple[E164, ...] = ()
    released: tuple[Released, ...] = ()
    history: Tip | None = None
    to_record: tuple[Record, ...] = ()

    @cached_property
    def by_number(self) -> Mapping[E164, Instance]:
        """The managed numbers, in their order."""
        return {one.attributes.number: one for one in self.numbers}

    @property
    def spoken_for(self) -> Mapping[E164, Instance]:
        """The numbers that are not at large, wherever they are: managed, or with a call whose outcome is not known.
        What turned up after all, and counts for no resource, is nobody's.
        """
        return {
            **{one.number: one.instance for one in self.intents},
            **{one.number: one for one in self.numbers if not one.surplus},
        }


def successor(state: State) -> State:
    """The next writing of a state, in today's edition."""
    return msgspec.structs.replace(
        state, version=STATE_VERSION, serial=state.serial + 1, write_id=uuid4().hex, numplan=__version__
    )


def check_owner(state: State | None, account: str, url: str) -> None:
    """State is one account's at one API. Raises StateError for any other."""
    if state is None:
        return
    for what, theirs, ours in (("account", state.account, account), ("API at", state.api_url, url)):
        if theirs != ours:
            raise StateError(
                f"the state belongs to {what} {theirs}, and this run uses {ours}",
                hint="use the state of this account, with --state, or the credentials and URL it was made with",
            )
