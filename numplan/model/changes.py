"""What a plan does to single numbers: one type for each kind of change, and what can be asked of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from numplan.model.account import Assignment
from numplan.model.address import Address, Resource, address_of
from numplan.model.diagnostics import Source
from numplan.model.number import E164
from numplan.model.state import Attributes


class Difference(msgspec.Struct, frozen=True):
    """One attribute that changes, as text; None where a side lacks it."""

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        return f"{self.path}: {self.before or 'none'} -> {self.after or 'none'}"


class _Change(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag=True,
):
    """What all changes have: the resource, and why; `more` says further reasons."""

    resource: Resource
    reason: str = ""
    more: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """All reasons as one text."""
        return "; ".join((self.reason, *self.more))


class Purchase(_Change, frozen=True, kw_only=True, tag="purchase"):
    """Buy `after.number` onto `after.sip_trunk_id`. `source` is the entry that asks for it."""

    after: Attributes
    source: Source | None = None
    substitutable: bool = False
    """Whether an alternate of the same resource may take its place."""
    sent_before: bool = False
    """Whether an earlier call for this number had an unknown outcome: a refusal proves nothing then."""
    replaces_missing: bool = False
    """Whether it was managed, and the account no longer holds it."""
    prefix: str = ""
    """What a number must begin with to take its place: `+1212`. Empty where any alternate may."""
    same_state: bool = False
    """Whether a number must be in its state to take its place."""
    replaces: E164 | None = None
    """The member that leaves once this number, or one in its place, is bought."""


class Release(_Change, frozen=True, kw_only=True, tag="release"):
    """Give `before.number` back to the vendor, for good. `due` is the day on whose word alone it goes: nobody asked for
    it now.
    """

    before: Attributes
    due: date | None = None


class Adopt(_Change, frozen=True, kw_only=True, tag="adopt"):
    """Take a number that the account owns into state. No call, no cost. `takes_over`: a pool takes it that nothing here
    bought or declares, so that it may be somebody else's.
    """

    after: Attributes
    source: Source | None = None
    trunk_verified: bool = False
    takes_over: bool = False


class Forget(_Change, frozen=True, kw_only=True, tag="forget"):
    """Drop a number from state. No call. `missing`: since the account lacks it; should it come back, it is known."""

    before: Attributes
    missing: bool = False


class Update(_Change, frozen=True, kw_only=True, tag="update"):
    """Change what state says of a number: labels, protection, the resource it belongs to, whether and when it leaves.
    No call. `successor`: what is bought for a member that leaves; without it, or one in its place, it does not leave.
    `because`: why it is to leave for good, if somebody says so.
    """

    before: Attributes
    after: Attributes
    successor: E164 | None = None
    because: str = ""
    previous_resource: Resource | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def begins_leaving(self) -> bool:
        """Whether the number leaves from now on, and is released on its day."""
        return self.after.leaving_at is not None and self.before.leaving_at is None

    @property
    def stops_leaving(self) -> bool:
        """Whether the number was leaving, and stays."""
        return self.after.leaving_at is None and self.before.leaving_at is not None


class Replace(_Change, frozen=True, kw_only=True, tag="replace"):
    """Another number, or the same on another trunk. An explicit number is released, then bought back (`before.number`
    is `after.number`), and can be lost in between; a pool member is released once another number is bought.
    """

    before: Attributes
    after: Attributes
    source: Source | None = None
    differences: tuple[Difference, ...] = ()
    sent_before: bool = False
    because: str = ""
    """Why a pool member is to go for good: it is retired, or `--replace` names it. Empty where its trunk changed."""

    @property
    def buys_first(self) -> bool:
        """Whether the purchase comes before the release: only where the two numbers differ."""
        return self.before.number != self.after.number


class Blocked(_Change, frozen=True, kw_only=True, tag="blocked"):
    """A release that the vendor would refuse, since the number is assigned to a flow. Not sent."""

    before: Attributes
    assignment: Assignment
    because: str = ""
    """As in a replace: why a pool member is to go for good."""


class Unavailable(_Change, frozen=True, kw_only=True, tag="unavailable"):
    """A declared number that cannot be had: not in the account, and not for sale. Nothing is sent. `managed`: it is
    gone, and state has it still. `to_note`: its absence is not written down yet.
    """

    before: Attributes
    source: Source | None = None
    managed: bool = False
    to_note: bool = False


class Keep(_Change, frozen=True, kw_only=True, tag="no-op"):
    """A managed number that is as declared, or that leaves and whose day has not come."""

    after: Attributes


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a saved plan leaves as it is: how many numbers, and the SHA-256 of what each of them is."""

    count: int
    digest: str


Change = Purchase | Release | Adopt | Forget | Update | Replace | Blocked | Unavailable | Keep


def address_of_change(change: Change) -> Address:
    """Where the changed number lives; for a replace, where it lived before."""
    return address_of(change.resource, number_of(change))


ChangeKey = tuple[type[Change], Resource, E164]
"""What a change does, to which number of which resource."""


def key_of(change: Change) -> ChangeKey:
    """By what two plans' changes are the same."""
    return type(change), change.resource, number_of(change)


def number_of(change: Change) -> E164:
    """The phone number a change is about; for a replace, the one that goes."""
    match change:
        case Purchase() | Adopt() | Keep():
            return change.after.number
        case Release() | Forget() | Update() | Replace() | Blocked() | Unavailable():
            return change.before.number


def acting(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that do something: of a large account nearly all numbers are as declared."""
    return tuple(change for change in changes if type(change) is not Keep)


def bought(changes: Iterable[Change]) -> Iterator[Attributes]:
    """What the changes would buy."""
    for change in acting(changes):
        if isinstance(change, Purchase | Replace):
            yield change.after


def released(changes: Iterable[Change]) -> Iterator[tuple[Resource, Attributes]]:
    """What the changes would release."""
    for change in acting(changes):
        if isinstance(change, Release | Replace):
            yield change.resource, change.before


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a plan's last line, and what it leaves as it is. A replace is one purchase and one release."""

    purchase: int = 0
    release: int = 0
    adopt: int = 0
    update: int = 0
    blocked: int = 0
    unavailable: int = 0
    forget: int = 0
    keep: int = 0

    @property
    def any(self) -> bool:
        """Whether an apply would do anything."""
        return any(getattr(self, name) for name in self.__struct_fields__ if name != "keep")


def count(changes: Iterable[Change], kept: int = 0) -> Counts:
    """The figures of a plan. Besides those among its changes, so many numbers are `kept` as they are."""
    kinds = Counter[type[Change]](map(type, changes))
    return Counts(
        purchase=kinds[Purchase] + kinds[Replace],
        release=kinds[Release] + kinds[Replace],
        adopt=kinds[Adopt],
        update=kinds[Update],
        blocked=kinds[Blocked],
        unavailable=kinds[Unavailable],
        forget=kinds[Forget],
        keep=kinds[Keep] + kept,
    )
