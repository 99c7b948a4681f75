"""State against account, number by number, and what a plan would do about it. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Final, Literal

import msgspec

from numplan.engine.compare.differences import differences
from numplan.engine.compare.flows import astray
from numplan.engine.pipeline import PlanResult
from numplan.engine.plan.selecting.known import known_subjects, require_matches
from numplan.engine.plan.selecting.subjects import Subject, selects, subject_of
from numplan.engine.queries.planned_action import PlannedAction, PlannedActions
from numplan.model.account import Unreadable
from numplan.model.address import Address, Resource, address_of
from numplan.model.changes import Difference
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.plan import ZERO, Selection
from numplan.model.state import Attributes

DriftKind = Literal["missing", "changed", "overcharged", "surplus", "overdue", "flow", "unmanaged"]
KINDS: Final[tuple[DriftKind, ...]] = (
    "missing",
    "changed",
    "overcharged",
    "surplus",
    "overdue",
    "flow",
    "unmanaged",
)
"""`overdue` are numbers that were to be released before today, and are there still; `flow` those that the account uses
for another flow than their entry expects.
"""
_NEW: Final = frozenset[DriftKind](("overdue", "flow"))


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One number that is not as state remembers it, or that state does not know; an overdue one is still there though
    its entry ended.

    `before` is what state remembers, `after` what the account shows; an unmanaged number has neither a resource
    nor a `before`. `monthly_charge` is what the account pays for it now, None where its row does not say.
    """

    kind: DriftKind
    number: E164
    action: PlannedAction
    resource: Resource | None = None
    before: Attributes | None = None
    after: Attributes | None = None
    differences: tuple[Difference, ...] = ()
    monthly_charge: Decimal | None = ZERO

    @property
    def address(self) -> Address | None:
        """Where state has the number."""
        return None if self.resource is None else address_of(self.resource, self.number)


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """All deviations, by kind and then by number.

    `at_least`: the listing was not proven complete, so there may be more unmanaged numbers. `charges` counts the
    managed numbers whose monthly charge is not what state remembers. `unreadable` are rows of the account of which
    nothing can be said. `unsettled` counts the calls of an earlier run that an apply settles first, whatever is
    selected. `matters` says whether anything is amiss: unmanaged numbers are only where the policy warns of them.
    """

    deviations: tuple[Deviation, ...]
    at_least: bool
    charges: int
    matters: bool
    unsettled: int = 0
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def counts(self) -> dict[DriftKind, int]:
        """How many there are of each kind; those that came later only where there are any, for readers that do not
        know them.
        """
        figures = {kind: len(self.of(kind)) for kind in KINDS}
        return {kind: figure for kind, figure in figures.items() if figure or kind not in _NEW}

    def of(self, kind: DriftKind) -> tuple[Deviation, ...]:
        """The deviations of one kind."""
        return tuple(one for one in self.deviations if one.kind == kind)


def drift_report(result: PlanResult, manifest: Manifest, selection: Selection) -> DriftReport:
    """What the account holds otherwise than state remembers. `result` is of a whole plan; the selection chooses
    among its numbers. Raises UsageError for a selector that names nothing.
    """
    found = sorted(_deviations(result, manifest), key=lambda one: (KINDS.index(one.kind), one.number))
    subjects = [_subject(one) for one in found]
    if selection.flags:
        require_matches(selection, lambda: chain(known_subjects(manifest, result.comparison), subjects))
    chosen = tuple(one for one, subject in zip(found, subjects, strict=True) if selects(selection, subject))
    warned = manifest.bounds.unmanaged == "warn"
    return DriftReport(
        deviations=chosen,
        at_least=not result.comparison.snapshot.complete,
        charges=_charges(result),
        matters=result.plan.unsettled > 0 or any(one.kind != "unmanaged" or warned for one in chosen),
        unsettled=result.plan.unsettled,
        unreadable=result.comparison.snapshot.unreadable,
    )


def _deviations(result: PlanResult, manifest: Manifest) -> Iterator[Deviation]:
    comparison, _, plan = result
    snapshot = comparison.snapshot
    actions = PlannedActions(plan)
    for drift in plan.drift:
        row = snapshot.owned.get(drift.before.number)
        yield Deviation(
            kind=drift.kind,
            number=drift.before.number,
            action=actions.of(drift.before.number, drift.resource),
            resource=drift.resource,
            before=drift.before,
            after=drift.after,
            differences=drift.differences,
            monthly_charge=row.monthly_charge if row else ZERO,
        )
    for dear in plan.overcharged:
        planned = comparison.managed[dear.number].attributes
        charged = msgspec.structs.replace(
            planned, setup_charge=dear.charged_once, monthly_charge=dear.charged_monthly
        )
        yield Deviation(
            kind="overcharged",
            number=dear.number,
            action=actions.of(dear.number, dear.resource),
            resource=dear.resource,
            before=planned,
            after=charged,
            differences=differences(planned, charged),
            monthly_charge=snapshot.owned[dear.number].monthly_charge,
        )
    for one in comparison.surplus:
        if one.number in snapshot.owned:
            yield Deviation(
                kind="surplus",
                number=one.number,
                action=actions.of(one.number, one.resource),
                resource=one.resource,
                before=one.attributes,
                monthly_charge=snapshot.owned[one.number].monthly_charge,
            )
    for one in comparison.overdue():
        yield Deviation(
            kind="overdue",
            number=one.number,
            action=actions.of(one.number, one.resource),
            resource=one.resource,
            before=one.attributes,
            monthly_charge=snapshot.owned[one.number].monthly_charge,
        )
    yield from _flows(result, manifest, actions)
    for owned in comparison.unmanaged():
        yield Deviation(
            kind="unmanaged",
            number=owned.number,
            action=actions.of(owned.number),
            monthly_charge=owned.monthly_charge,
        )


def _flows(result: PlanResult, manifest: Manifest, actions: PlannedActions) -> Iterator[Deviation]:
    comparison, owned = result.comparison, result.comparison.snapshot.owned
    for stray in astray(manifest, comparison.managed, owned):
        number = stray.instance.number
        yield Deviation(
            kind="flow",
            number=number,
            action=actions.of(number, stray.instance.resource),
            resource=stray.instance.resource,
            before=stray.instance.attributes,
            differences=(Difference("flow", stray.expected, stray.found),),
            monthly_charge=owned[number].monthly_charge,
        )


def _subject(one: Deviation) -> Subject:
    if one.resource is None or one.before is None:
        return Subject(frozenset({str(one.number)}))
    return subject_of(one.resource, one.number, one.before.labels)


def _charges(result: PlanResult) -> int:
    owned = result.comparison.snapshot.owned
    return sum(
        1
        for number, one in result.comparison.managed.items()
        if number in owned and owned[number].monthly_charge not in {one.attributes.monthly_charge, None}
    )
