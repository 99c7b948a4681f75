"""A plan: what an apply would do, number by number, and what it would cost. Charges are `Decimal` in the
account's currency.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from numplan.model.account import Assignment, Offer
from numplan.model.address import Address, Resource, address_of
from numplan.model.charge import Charge, Sum, add_up, from_document
from numplan.model.consent import Consent
from numplan.model.diagnostics import Diagnostic, Source
from numplan.model.documents.checksum import (
    SealError,
    edition_of,
    members_of,
    require_one_edition,
    seal,
    unseal,
)
from numplan.model.documents.signature import is_by, split
from numplan.model.errors import StalePlanError
from numplan.model.moment import Time
from numplan.model.number import E164
from numplan.model.state import Attributes

PLAN_VERSION = 2

ZERO = Decimal(0)


class Difference(msgspec.Struct, frozen=True):
    """One attribute that changes, as text; None where a side lacks it."""

    path: str
    before: str | None
    after: str | None


class _Change(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag=True,
):
    """What all changes have: the resource, and why."""

    resource: Resource
    reason: str = ""


class Purchase(_Change, frozen=True, kw_only=True, tag="purchase"):
    """Buy `after.number` onto `after.sip_trunk_id`. `source` is the entry that asks for it."""

    after: Attributes
    source: Source | None = None
    substitutable: bool = False
    """Whether an alternate of the same resource may take its place."""
    sent_before: bool = False
    """Whether an earlier call for this number had an unknown outcome: a refusal proves nothing then."""


class Release(_Change, frozen=True, kw_only=True, tag="release"):
    """Give `before.number` back to the vendor, for good."""

    before: Attributes


class Adopt(_Change, frozen=True, kw_only=True, tag="adopt"):
    """Take a number that the account owns into state. No call, no cost."""

    after: Attributes
    source: Source | None = None
    trunk_verified: bool = False


class Forget(_Change, frozen=True, kw_only=True, tag="forget"):
    """Drop a number from state. No call. `missing`: since the account lacks it; should it come back, it is known."""

    before: Attributes
    missing: bool = False


class Update(_Change, frozen=True, kw_only=True, tag="update"):
    """Change what state says of a number: labels, protection, or the resource it belongs to. No call."""

    before: Attributes
    after: Attributes
    previous_resource: Resource | None = None
    differences: tuple[Difference, ...] = ()


class Replace(_Change, frozen=True, kw_only=True, tag="replace"):
    """Move to another trunk. An explicit number is released, then bought back (`before.number` is
    `after.number`), and can be lost in between; a pool member is released once another number is bought.
    """

    before: Attributes
    after: Attributes
    source: Source | None = None
    differences: tuple[Difference, ...] = ()
    sent_before: bool = False

    @property
    def buys_first(self) -> bool:
        """Whether the purchase comes before the release: only where the two numbers differ."""
        return self.before.number != self.after.number


class Blocked(_Change, frozen=True, kw_only=True, tag="blocked"):
    """A release that the vendor would refuse, since the number is assigned to a flow. Not sent."""

    before: Attributes
    assignment: Assignment


class Unavailable(_Change, frozen=True, kw_only=True, tag="unavailable"):
    """A declared number that cannot be had: not in the account, and not for sale. Nothing is sent. `managed`: it is
    gone, and state has it still. `to_note`: its absence is not written down yet.
    """

    before: Attributes
    source: Source | None = None
    managed: bool = False
    to_note: bool = False


class Keep(_Change, frozen=True, kw_only=True, tag="no-op"):
    """A managed number that is as declared."""

    after: Attributes


Change = Purchase | Release | Adopt | Forget | Update | Replace | Blocked | Unavailable | Keep


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A number that this plan leaves alone: it is bought but not yet listed, or its call has an unknown
    outcome. `leaving`: that call is a release.
    """

    resource: Resource
    number: E164
    reason: str
    leaving: bool = False


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """State against account: a managed number is `missing`, or its attributes are `changed`."""

    resource: Resource
    kind: Literal["missing", "changed"]
    before: Attributes
    after: Attributes | None = None
    differences: tuple[Difference, ...] = ()


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A managed number that the account lacks, and that only a second look, from `again_from` on, makes missing.
    `noted`: an apply has written the first one down. `is_back`: a noted one that the account holds again.
    """

    resource: Resource
    number: E164
    again_from: Time
    noted: bool = False
    is_back: bool = False

    @property
    def to_note(self) -> bool:
        """Whether an apply has something to write down about it."""
        return self.is_back or not self.noted


class Overcharge(msgspec.Struct, frozen=True, kw_only=True):
    """What the account is charged for a number, where that is more than the plan said that bought it."""

    resource: Resource
    number: E164
    planned_once: Charge | None
    planned_monthly: Charge | None
    charged_once: Charge | None
    charged_monthly: Charge | None


class Unmanaged(msgspec.Struct, frozen=True, kw_only=True):
    """What the account owns and nothing declares. `numbers` is listed only where the policy asks for it.

    `monthly` adds up the charges that are known; those of `unknown` numbers are not.
    """

    count: int = 0
    at_least: bool = False
    monthly: Decimal = ZERO
    unknown: int = 0
    numbers: tuple[E164, ...] = ()


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """One-time charges of the purchases, and the monthly charges of what is managed, before and after: those that are
    known. How many are not is counted beside each.
    """

    once: Decimal = ZERO
    monthly_before: Decimal = ZERO
    monthly_after: Decimal = ZERO
    unknown_once: int = 0
    unknown_before: int = 0
    unknown_after: int = 0

    @property
    def monthly(self) -> Decimal:
        """The change a month."""
        return self.monthly_after - self.monthly_before

    @property
    def unknown(self) -> int:
        """How many charges that are not known make up the change a month, too."""
        return abs(self.unknown_after - self.unknown_before)

    @property
    def moves(self) -> bool:
        """Whether anything is to be paid, now or a month, that was not before, or no longer."""
        return bool(self.once or self.monthly or self.unknown_once or self.unknown)


OutputValue = str | tuple[E164, ...] | None
"""Text, or the numbers of a set or a pool in their order; None where a number is not managed, or not yet."""


class OutputChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an output is now, and what it is once the plan is carried out."""

    name: str
    before: OutputValue = None
    after: OutputValue = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A guard's word: what it refuses, which numbers or entries, and what would allow it."""

    guard: str
    summary: str
    subjects: tuple[str, ...] = ()
    lifted_by: str = ""
    source: Source | None = None


class Loosened(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the manifest that limits or protects less than at the last apply, such as `policy.max_purchases`."""

    key: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.key} {self.before} -> {self.after}"


class Allowances(msgspec.Struct, frozen=True, kw_only=True):
    """What the user allows beyond the policy, by flags."""

    releases: tuple[str, ...] = ()
    """Addresses or numbers of `--allow-release`."""
    max_releases: int | None = None
    max_purchases: int | None = None
    empty: bool = False
    missing: bool = False
    new_state: bool = False
    """`--new-state`, which stands for the three below."""
    lost_state: bool = False
    older_state: bool = False
    beside_unmanaged: bool = False
    """`--buy-beside-unmanaged`: buy without a state, though the account owns numbers that match."""

    @property
    def consent(self) -> Consent:
        """What may be taken of a state that is not what was last written."""
        return Consent(lost=self.lost_state or self.new_state, older=self.older_state or self.new_state)

    @property
    def buys_beside_unmanaged(self) -> bool:
        """Whether a pool may buy though there is no state, and the account owns numbers that match."""
        return self.beside_unmanaged or self.new_state

    def lets_go(self, address: Address, number: E164) -> bool:
        """Whether `--allow-release` names this number."""
        return address in self.releases or number in self.releases


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes the user wants of a plan, by flags; none given wants all. What each means is documented in
    docs/cli.md.
    """

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    """Patterns of addresses and numbers, of `--target` and `--exclude`."""
    labels: tuple[tuple[str, str], ...] = ()
    """Labels and their values, of `--select`."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Each selector as it was given."""
        return (
            *(f"--target {one}" for one in self.targets),
            *(f"--exclude {one}" for one in self.excludes),
            *(f"--select {label}={value}" for label, value in self.labels),
        )


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


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a reviewer needs and an apply carries out.

    `lineage` is empty and `serial` 0 where there was no state. `alternates` are ranked, per pool. `unselected`
    are the changes that the whole plan would make and the `selection` holds back: nothing carries them out.
    `refresh_only`: state takes in what the account shows, and no call is made. `moved` says where numbers belong
    now that moved without an update of their own, such as those that are held. `loosened` is what the manifest limits
    or protects less than at the last apply. `unsettled` counts the calls of an earlier run whose outcome is not known:
    an apply settles them before anything else, whatever is selected.
    """

    version: int = PLAN_VERSION
    numplan: str
    created_at: datetime
    manifest: str
    manifest_digest: str
    account: str
    api_url: str
    lineage: str
    serial: int
    currency: str | None = None
    destroy: bool = False
    refresh_only: bool = False
    allowances: Allowances = Allowances()
    selection: Selection = Selection()
    max_setup_cost: Decimal | None = None
    max_monthly_increase: Decimal | None = None
    loosened: tuple[Loosened, ...] = ()
    cost: Cost = Cost()
    unmanaged: Unmanaged = Unmanaged()
    changes: tuple[Change, ...] = ()
    unselected: tuple[Change, ...] = ()
    alternates: Mapping[Resource, tuple[Offer, ...]] = {}
    held: tuple[Held, ...] = ()
    unsettled: int = 0
    missing: tuple[Missing, ...] = ()
    overcharged: tuple[Overcharge, ...] = ()
    moved: Mapping[E164, Resource] = {}
    outputs: tuple[OutputChange, ...] = ()
    surplus: tuple[E164, ...] = ()
    drift: tuple[Drift, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether an apply would do anything: carry out a change, settle what an earlier run left, or note a number
        that is missing for the first time.
        """
        if count(self.changes).any or self.unsettled:
            return True
        return any(not (one.noted or one.is_back) for one in self.missing)

    @property
    def only_settles(self) -> bool:
        """Whether all that it asks of an apply is to settle what an earlier run left."""
        return bool(self.unsettled) and not count(self.changes).any and not self.moved

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps this plan from being applied."""
        return tuple(found for found in self.diagnostics if found.severity == "error")


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


def drift_cost(drift: Sequence[Drift]) -> Sum:
    """By how much the monthly charges of what drifted are more in the account than in state; of the numbers with a
    charge that is not known on either side, nothing is added up.
    """
    pairs = [
        (one.before.monthly_charge, ZERO if one.after is None else one.after.monthly_charge) for one in drift
    ]
    return add_up(None if before is None or after is None else after - before for before, after in pairs)


def count(changes: Iterable[Change]) -> Counts:
    """The figures of a plan."""
    kinds = Counter[type[Change]](map(type, changes))
    return Counts(
        purchase=kinds[Purchase] + kinds[Replace],
        release=kinds[Release] + kinds[Replace],
        adopt=kinds[Adopt],
        update=kinds[Update],
        blocked=kinds[Blocked],
        unavailable=kinds[Unavailable],
        forget=kinds[Forget],
        keep=kinds[Keep],
    )


def encode_plan(plan: Plan, key: str = "") -> bytes:
    """The document `plan --out` writes: sealed JSON, one change a line; with an HMAC where there is a `key`."""
    return seal(members_of(plan), key)


def decode_plan(document: bytes, place: str, keys: Sequence[str] | None = None) -> Plan:
    """Read a saved plan. Raises StalePlanError, naming `place`, unless every byte is as it was written; and, for
    whoever is about to apply it and gives the `keys` that there are, unless one of them sealed it, or none did and
    none is.
    """
    try:
        members, by = split(unseal(document).removesuffix(b"}"))
        if keys is not None:
            _require_sealed(members, by, keys, place)
        body = members + b"}"
        edition = edition_of(body)
        if edition != PLAN_VERSION:
            raise StalePlanError(
                f"{place} is a plan of version {edition}; this numplan reads version {PLAN_VERSION}",
                hint="make the plan again with this numplan",
            )
        plan = msgspec.json.decode(body, type=Plan, dec_hook=from_document)
        require_one_edition(edition, plan.version)
    except (SealError, msgspec.MsgspecError, RecursionError) as problem:
        raise StalePlanError(
            f"{place} cannot be used as a plan: {problem}", hint="make the plan again"
        ) from None
    return plan


def _require_sealed(members: bytes, by: str, keys: Sequence[str], place: str) -> None:
    if by and not keys:
        raise StalePlanError(
            f"{place} is sealed with a key, and none is set here",
            hint="set NUMPLAN_PLAN_KEY to the key that sealed it",
        )
    if keys and not by:
        raise StalePlanError(
            f"{place} is not sealed, and NUMPLAN_PLAN_KEY is set: nobody can say who wrote it",
            hint="make the plan again where NUMPLAN_PLAN_KEY is set",
        )
    if keys and not is_by(members, by, keys):
        raise StalePlanError(
            f"{place} is sealed with none of the keys of NUMPLAN_PLAN_KEY, or was edited since",
            hint="make the plan again where the same NUMPLAN_PLAN_KEY is set",
        )
