"""The manifest as values: what a team wants its account to hold."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec

from numplan.model.address import Address, Resource, address_of, resource_of
from numplan.model.charge import Usage
from numplan.model.diagnostics import Source
from numplan.model.location.api_settings import ApiSettings
from numplan.model.location.state_location import StateLocation
from numplan.model.number import E164
from numplan.model.outputs import Output
from numplan.model.policy import NO_LIMITS, Policy, both

NO_FLOW: Final = "none"
"""The word of `flow` for numbers that no flow uses."""


class Terms(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The keys that every entry shares, defaults already applied. None means the entry does not say. `may_lack`: what
    cannot be had of an explicit entry is told and stops nothing else, as its `on_unavailable: skip` says.
    `release_after`: for how many days a number is kept that this entry declares no longer. `begins` and `ends` are the
    first and the last of its days, in UTC, as `from` and `until` say. `usage` is what each of its numbers is expected
    to be used for in a month, `flow` the flow that is expected to use them, or NO_FLOW.
    """

    country: str | None = None
    type: str | None = None
    category: str | None = None
    sip_trunk_id: int | None = None
    labels: Mapping[str, str] = {}
    protect: bool = False
    release_after: int | None = None
    on_trunk_change: Literal["refuse", "replace"] = "refuse"
    may_lack: bool = False
    begins: date | None = None
    ends: date | None = None
    usage: Usage | None = None
    flow: str | None = None

    def is_coming(self, day: date) -> bool:
        """Whether the entry begins after this day."""
        return self.begins is not None and day < self.begins

    def has_ended(self, day: date) -> bool:
        """Whether the last day of the entry is over."""
        return self.ends is not None and self.ends < day


class NumberEntry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One explicit number, declared at `sources[at]`."""

    name: str
    number: E164
    terms: Terms
    sources: Sequence[Source]
    at: int

    @property
    def source(self) -> Source:
        """Where it is declared."""
        return self.sources[self.at]

    @property
    def resource(self) -> Resource:
        """`number.NAME`."""
        return resource_of("number", self.name)


class NumberRange(msgspec.Struct, frozen=True):
    """All numbers from the first to the last, both included and of one length, declared at `source`."""

    first: E164
    last: E164
    source: Source

    def __contains__(self, number: E164) -> bool:
        return len(number) == len(self.first) and self.first <= number <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class SetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Many explicit numbers that share their terms; `sources[i]` is where `numbers[i]` is declared. Those of the
    `ranges` are among them.
    """

    name: str
    numbers: tuple[E164, ...]
    sources: Sequence[Source]
    terms: Terms
    source: Source
    ranges: tuple[NumberRange, ...] = ()
    own: Mapping[E164, Terms] = {}
    """The terms of numbers of which their file says more than the entry does."""

    @property
    def resource(self) -> Resource:
        """`set.NAME`."""
        return resource_of("set", self.name)

    def range_of(self, number: E164) -> NumberRange | None:
        """The range that declares a number of this set; None where it is declared by itself."""
        return next((one for one in self.ranges if number in one), None)


class Spread(msgspec.Struct, frozen=True, gc=False):
    """The states or area codes over which a pool is spread in even shares; the first get what is left over."""

    by: Literal["state", "area_code"]
    names: tuple[str, ...]


class PoolEntry(msgspec.Struct, frozen=True, kw_only=True):
    """So many numbers, chosen by criteria. Charges in the account's currency; None means no cap. `area_codes` are the
    digits behind the calling code, in order of preference; none of them means any. Up to `max_per_exchange` of
    its numbers may share area code and exchange.
    """

    name: str
    count: int
    country: str
    terms: Terms
    source: Source
    state: str | None = None
    digits: str | None = None
    area_codes: tuple[str, ...] = ()
    max_per_exchange: int | None = None
    max_setup_charge: Decimal | None = None
    max_monthly_charge: Decimal | None = None
    max_voice_rate: Decimal | None = None
    max_sms_rate: Decimal | None = None
    adopt: bool = False
    select: Literal["cheapest", "consecutive", "lowest", "block"] = "cheapest"
    spread: Spread | None = None
    on_shortage: Literal["fail", "partial", "elsewhere"] = "fail"
    on_unavailable: Literal["substitute", "fail"] = "substitute"

    @property
    def caps(self) -> tuple[Decimal | None, ...]:
        """The most that one of its numbers may cost: once, a month, a minute, a message."""
        return (self.max_setup_charge, self.max_monthly_charge, self.max_voice_rate, self.max_sms_rate)

    @property
    def resource(self) -> Resource:
        """`pool.NAME`."""
        return resource_of("pool", self.name)


Entry = NumberEntry | SetEntry | PoolEntry
"""What the manifest declares under a name."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered under `resource`, or only `number` of it, belongs to `to`."""

    resource: Resource
    to: Resource
    source: Source
    number: E164 | None = None


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What is no longer managed and stays purchased: a number, a resource with all its numbers, or one number
    of a resource.
    """

    source: Source
    resource: Resource | None = None
    number: E164 | None = None


class OtherState(msgspec.Struct, frozen=True):
    """Another state on the same account: its numbers are its own. A path counts from the manifest's folder, and may
    lead out of it.
    """

    name: str
    place: StateLocation
    source: Source


class Retired(msgspec.Struct, frozen=True, gc=False):
    """A number that no pool takes ever again, and why, as people say it: `spam label`; empty where nobody says. It is
    retired at `source`.
    """

    number: E164
    reason: str
    source: Source

    @property
    def words(self) -> str:
        """`retired: spam label`."""
        return f"retired: {self.reason}" if self.reason else "retired"


class Declared(msgspec.Struct, frozen=True, gc=False):
    """One explicit number as some entry declares it, at `sources[at]`."""

    number: E164
    resource: Resource
    terms: Terms
    sources: Sequence[Source]
    at: int

    @property
    def source(self) -> Source:
        """Where it is declared."""
        return self.sources[self.at]

    @property
    def address(self) -> Address:
        """Where this number lives in plan and state."""
        return address_of(self.resource, self.number)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one manifest declares. `digest` changes with any byte of the files it was read from.

    `backend` is where state lives, None for a file beside the manifest; a path in it counts from the manifest's
    folder. `operator` stands in none of its files: it is the policy of whoever runs numplan, and whoever reads the
    manifest for a run puts it beside the manifest's own. `tells_actor`: the history says who it was. `ended` are
    entries whose days are over: what names them still means something. `spans`: for how many days the entries keep
    their numbers that were left out, since all is to go.
    """

    path: str
    digest: str
    account: str | None = None
    currency: str | None = None
    api: ApiSettings = ApiSettings()
    policy: Policy = Policy()
    operator: Policy = NO_LIMITS
    backend: StateLocation | None = None
    other_states: tuple[OtherState, ...] = ()
    tells_actor: bool = True
    numbers: tuple[NumberEntry, ...] = ()
    sets: tuple[SetEntry, ...] = ()
    pools: tuple[PoolEntry, ...] = ()
    moved: tuple[Move, ...] = ()
    forget: tuple[Forgotten, ...] = ()
    retire: tuple[Retired, ...] = ()
    outputs: tuple[Output, ...] = ()
    ended: tuple[Entry, ...] = ()
    spans: Mapping[Resource, int] = {}

    @property
    def bounds(self) -> Policy:
        """What its policy and the operator's allow together."""
        return both(self.operator, self.policy)

    @property
    def declares_nothing(self) -> bool:
        """Whether applying this manifest would leave nothing managed."""
        return (
            not self.numbers
            and not any(entry.numbers for entry in self.sets)
            and not any(entry.count for entry in self.pools)
        )

    @property
    def number_count(self) -> int:
        """How many numbers it asks for: explicit ones, and members of pools."""
        explicit = len(self.numbers) + sum(len(group.numbers) for group in self.sets)
        return explicit + sum(pool.count for pool in self.pools)

    def entries(self) -> Iterator[Entry]:
        """Every entry, in the order of declaration: numbers first, then sets, then pools."""
        yield from self.numbers
        yield from self.sets
        yield from self.pools

    def named(self) -> Iterator[Entry]:
        """Every entry that the files hold: those in force, then those that ended."""
        yield from self.entries()
        yield from self.ended

    def explicit(self) -> Iterator[Declared]:
        """Every explicit number, in the order of declaration: entries first, then sets."""
        for entry in self.numbers:
            yield from declared_by(entry)
        for group in self.sets:
            yield from declared_by(group)


def terms_for(entry: Entry, number: E164 | None) -> Terms:
    """The terms that one number of an entry has; without a number, those that it shares with the others."""
    if number is None or not isinstance(entry, SetEntry):
        return entry.terms
    return entry.own.get(number, entry.terms)


def terms_within(entry: Entry) -> Iterator[Terms]:
    """All terms that numbers of an entry have."""
    if not isinstance(entry, SetEntry) or len(entry.own) < len(entry.numbers) or not entry.own:
        yield entry.terms
    if isinstance(entry, SetEntry):
        yield from entry.own.values()


def declared_by(entry: Entry) -> Iterator[Declared]:
    """The explicit numbers of one entry; a pool has none."""
    match entry:
        case NumberEntry():
            yield Declared(entry.number, entry.resource, entry.terms, entry.sources, entry.at)
        case SetEntry():
            resource, terms, sources, own = entry.resource, entry.terms, entry.sources, entry.own
            for at, number in enumerate(entry.numbers):
                yield Declared(number, resource, own.get(number, terms) if own else terms, sources, at)
        case PoolEntry():
            return
