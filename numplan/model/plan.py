"""A plan: what an apply would do, number by number, and what it would cost. Charges are `Decimal` in the
account's currency.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from numplan.model.account import Offer
from numplan.model.address import Address, Resource, address_of
from numplan.model.changes import Change, Counts, Difference, Kept, count
from numplan.model.charge import Charge, Sum, add_up
from numplan.model.consent import Consent
from numplan.model.diagnostics import Diagnostic, Source
from numplan.model.moment import Time
from numplan.model.money.budget import BudgetLine
from numplan.model.number import E164
from numplan.model.outputs import OutputValue
from numplan.model.state import Attributes
from numplan.model.text.glob import covers

PLAN_VERSION = 2

ZERO = Decimal(0)


class Deferred(msgspec.Struct, frozen=True, kw_only=True):
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


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """A managed number that fills no slot any more and is released on `leaving_at` or later, in UTC; until then it
    costs `monthly_charge`. `begins`: with this plan. `overdue` says why it stays though its day has come.
    """

    resource: Resource
    number: E164
    leaving_at: date
    monthly_charge: Charge | None = None
    begins: bool = False
    overdue: str = ""


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


class OutputChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an output is now, and what it is once the plan is carried out."""

    name: str
    before: OutputValue = None
    after: OutputValue = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A guard's word: what it refuses, which numbers or entries, and what would allow it. `resources` are those whose
    changes it refuses, where it does not name the numbers one by one.
    """

    guard: str
    summary: str
    subjects: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    lifted_by: str = ""
    source: Source | None = None


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """An entry whose last day is near, and the numbers that go when it is over: at once, or from `released_from` on
    where they wait. Of these, `blocked` ones stay while a flow uses them, and `guards` hold others back on that day.
    """

    resource: Resource
    until: date
    numbers: tuple[E164, ...]
    blocked: tuple[E164, ...] = ()
    guards: tuple[str, ...] = ()
    released_from: date | None = None


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
    release_now: tuple[str, ...] = ()
    """Patterns of addresses and numbers, of `--release-now`: what of these leaves, does not wait for its day."""

    @property
    def consent(self) -> Consent:
        """What may be taken of a state that is not what was last written."""
        return Consent(lost=self.lost_state or self.new_state, older=self.older_state or self.new_state)

    @property
    def buys_beside_unmanaged(self) -> bool:
        """Whether a pool may buy though there is no state, and the account owns numbers that match."""
        return self.beside_unmanaged or self.new_state

    def allows_release(self, address: Address, number: E164) -> bool:
        """Whether `--allow-release` names this number."""
        return address in self.releases or number in self.releases

    def releases_now(self, resource: Resource, number: E164) -> bool:
        """Whether `--release-now` names this number."""
        if not self.release_now:
            return False
        names = (resource, number, address_of(resource, number))
        return any(covers(pattern, name) for pattern in self.release_now for name in names)


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


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a reviewer needs and an apply carries out.

    `lineage` is empty and `serial` 0 where there was no state. `alternates` are ranked, per pool. `unselected`
    are the changes that the whole plan would make and the `selection` holds back: nothing carries them out. `replace`
    are the patterns of `--replace`, of pool members that are replaced once.
    `refresh_only`: state takes in what the account shows, and no call is made. `moved` says where numbers belong
    now that moved without an update of their own, such as those that are held. `loosened` is what the manifest limits
    or protects less than at the last apply. `unsettled` counts the calls of an earlier run whose outcome is not known:
    an apply settles them before anything else, whatever is selected. `at` is the day whose plan this is, where that is
    a day to come. `leaving` are in the order of their days. `doubt` says why nothing is released of what only its day
    releases, though the day of some of them has come. `others` says how many numbers each other state on the account
    has, which are left to it. `kept` stands in a saved plan in the place of the changes that do nothing.
    """

    version: int = PLAN_VERSION
    numplan: str
    created_at: datetime
    at: date | None = None
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
    replace: tuple[str, ...] = ()
    max_setup_cost: Decimal | None = None
    max_monthly_increase: Decimal | None = None
    loosened: tuple[Loosened, ...] = ()
    cost: Cost = Cost()
    budgets: tuple[BudgetLine, ...] = ()
    unmanaged: Unmanaged = Unmanaged()
    changes: tuple[Change, ...] = ()
    kept: Kept | None = None
    unselected: tuple[Change, ...] = ()
    alternates: Mapping[Resource, tuple[Offer, ...]] = {}
    held: tuple[Deferred, ...] = ()
    unsettled: int = 0
    ending: tuple[Ending, ...] = ()
    missing: tuple[Missing, ...] = ()
    overcharged: tuple[Overcharge, ...] = ()
    moved: Mapping[E164, Resource] = {}
    outputs: tuple[OutputChange, ...] = ()
    surplus: tuple[E164, ...] = ()
    leaving: tuple[Leaving, ...] = ()
    doubt: str = ""
    others: Mapping[str, int] = {}
    drift: tuple[Drift, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def counts(self) -> Counts:
        """Its figures, with what a saved plan does not list."""
        return count(self.changes, self.kept.count if self.kept else 0)

    @property
    def acts(self) -> bool:
        """Whether an apply would do anything: carry out a change, settle what an earlier run left, or note a number
        that is missing for the first time. What is blocked, or not believed to be due, counts too.
        """
        if self.counts.any or self.unsettled or self.doubt:
            return True
        return any(not (one.noted or one.is_back) for one in self.missing)

    @property
    def only_settles(self) -> bool:
        """Whether all that it asks of an apply is to settle what an earlier run left."""
        return bool(self.unsettled) and not self.counts.any and not self.moved

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps this plan from being applied."""
        return tuple(found for found in self.diagnostics if found.severity == "error")


def drift_cost(drift: Sequence[Drift]) -> Sum:
    """By how much the monthly charges of what drifted are more in the account than in state; of the numbers with a
    charge that is not known on either side, nothing is added up.
    """
    pairs = [
        (one.before.monthly_charge, ZERO if one.after is None else one.after.monthly_charge) for one in drift
    ]
    return add_up(None if before is None or after is None else after - before for before, after in pairs)
