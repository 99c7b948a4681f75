"""What a plan says of the account as a whole: what is missing, not settled, not proven or cannot be read; and of the
entries that a date keeps waiting. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.account.region_checks import unproven_countries
from numplan.engine.compare import flows, overcharge
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.deferral import again_from
from numplan.engine.compare.offers import Offers
from numplan.engine.compare.retirement import REPLACE, is_covered
from numplan.engine.plan.odd_rows import odd_rows
from numplan.engine.plan.selecting.selection import downgrade_unselected
from numplan.engine.plan.selecting.subjects import selects, subject_of
from numplan.model.changes import Adopt, Change, released
from numplan.model.diagnostics import Diagnostic, error, note, warning
from numplan.model.manifest import Entry, Manifest
from numplan.model.moment import Moment, shown
from numplan.model.plan import Missing, Overcharge, Selection
from numplan.model.state import Instance, State
from numplan.model.text.printable import numbers

_NAMED: Final = 5


def account_findings(
    manifest: Manifest,
    state: State | None,
    comparison: Comparison,
    offers: Offers,
    selection: Selection,
    *,
    missing: tuple[Missing, ...],
    overcharged: tuple[Overcharge, ...],
    refresh_only: bool,
) -> Iterator[Diagnostic]:
    """All of it, in the order in which it is told. Of what is declared, a plan for state alone says nothing."""
    snapshot = comparison.snapshot
    if not refresh_only:
        yield from downgrade_unselected(comparison.unoffered.values(), selection, manifest)
    yield from _doubled(comparison)
    yield from _unsettled(state)
    yield from _gap(snapshot)
    yield from overcharge.warnings(overcharged)
    yield from flows.warnings(flows.astray(manifest, comparison.managed, snapshot.owned))
    yield from _absent(missing)
    yield from odd_rows(snapshot, offers)
    if not refresh_only:
        yield from unproven_countries(manifest, snapshot.regions, snapshot.unreadable_regions)


def missing_of(comparison: Comparison, now: Moment) -> tuple[Missing, ...]:
    """What the account lacks and a second look decides about, and what is back, in order of number."""
    found = [
        Missing(
            resource=one.resource,
            number=one.number,
            again_from=again_from(one, now, comparison.hold),
            noted=one.missing_since is not None,
            is_back=is_back,
        )
        for those, is_back in ((comparison.absent, False), (comparison.back, True))
        for one in those
    ]
    return tuple(sorted(found, key=lambda one: one.number))


def _absent(missing: tuple[Missing, ...]) -> tuple[Diagnostic, ...]:
    absent = [one for one in missing if not one.is_back]
    if not absent:
        return ()
    first = min(one.again_from for one in absent)
    return (
        warning(
            f"{len(absent)} missing, looked for again from {shown(first)} on",
            hint="one look proves little; --accept-missing does without the second",
        ),
    )


def _gap(snapshot: AccountSnapshot) -> tuple[Diagnostic, ...]:
    if snapshot.complete:
        return ()
    return (
        warning(
            f"the account's listing could not be proven complete: {snapshot.gap}",
            hint="what is named was looked up, and what else is managed is taken to be as state has it"
            if snapshot.is_partial
            else "every managed and declared number was looked up; only the count of others is uncertain",
        ),
    )


def _doubled(comparison: Comparison) -> tuple[Diagnostic, ...]:
    doubled = comparison.doubled()
    if not doubled:
        return ()
    first = "; ".join(one.whose for one in doubled[:_NAMED])
    rest = f"; and {len(doubled) - _NAMED} more" if len(doubled) > _NAMED else ""
    return (
        error(
            f"{numbers(len(doubled))} that this state manages {'is' if len(doubled) == 1 else 'are'} in another "
            f"one, too, and neither releases what both hold: {first}{rest}",
            hint="list them under `forget` in the manifest of the one that is not to have them, and apply that",
        ),
    )


def _unsettled(state: State | None) -> tuple[Diagnostic, ...]:
    count = len(state.intents) if state else 0
    if not count:
        return ()
    return (
        warning(
            f"state holds {count} unsettled {'call' if count == 1 else 'calls'} of an earlier run",
            hint="every `numplan apply` settles first what it can; once that changes state, changes that were saved "
            "before it are stale",
        ),
    )


def doubt_of(
    comparison: Comparison, changes: Sequence[Change], selection: Selection, *, refresh_only: bool
) -> str:
    """Why numbers of entries that ended are not released, where the clocks leave the day in doubt and any would be."""
    return comparison.today.doubt if not refresh_only and _overdue(comparison, changes, selection) else ""


def day_findings(
    manifest: Manifest,
    comparison: Comparison,
    changes: Sequence[Change],
    selection: Selection,
    replace: Sequence[str] = (),
) -> Iterator[Diagnostic]:
    """What dates keep from being done: entries that begin later, and entries that ended on a day that is in doubt.
    `replace` are the patterns of `--replace`.
    """
    if not comparison.idle:
        return
    overdue = _overdue(comparison, changes, selection)
    for entry in manifest.entries():
        if entry.resource not in comparison.idle:
            continue
        if entry.terms.is_coming(comparison.today.day):
            yield from _begins(entry, comparison, changes, replace)
        elif kept := [one for one in overdue if one.resource == entry.resource]:
            yield warning(
                f"{entry.resource} ended on {entry.terms.ends}, and {numbers(len(kept))} "
                f"{'is' if len(kept) == 1 else 'are'} not released: {comparison.today.doubt}",
                source=entry.source,
                hint="what a date alone releases waits until both clocks tell the same day",
            )


def _begins(
    entry: Entry, comparison: Comparison, changes: Sequence[Change], replace: Sequence[str]
) -> Iterator[Diagnostic]:
    """What is not bought, and what is too many and stays, since an entry begins later."""
    resource = entry.resource
    adopted = sum(isinstance(one, Adopt) and one.resource == resource for one in changes)
    lacking = sum(one.row is None and one.declared.resource == resource for one in comparison.explicit)
    status = next((one for one in comparison.pools if one.pool.resource == resource), None)
    excess = 0
    if status is not None:
        lacking, excess = status.shortage - adopted, status.excess
    told = []
    if lacking > 0:
        told.append(f"{numbers(lacking)} {'is' if lacking == 1 else 'are'} not bought before")
    if excess:
        told.append(f"{excess} too many {'is' if excess == 1 else 'are'} not released before")
    if status is not None:
        waiting = sum(one.number in comparison.retired for one in status.members)
        if waiting:
            told.append(f"{numbers(waiting)} retired {'is' if waiting == 1 else 'are'} not replaced before")
        named = sum(is_covered(one, replace) for one in status.members)
        if named:
            told.append(
                f"{numbers(named)} that {REPLACE} names {'is' if named == 1 else 'are'} not replaced before"
            )
    if told:
        yield note(
            f"{resource} begins on {entry.terms.begins}: {' and '.join(told)}",
            source=entry.source,
        )


def _overdue(comparison: Comparison, changes: Sequence[Change], selection: Selection) -> list[Instance]:
    """Selected numbers that the account holds and whose entries ended, on a day that is in doubt; none that goes since
    somebody asked for it.
    """
    if not comparison.today.doubt:
        return []
    going = {attributes.number for _, attributes in released(changes)}
    return [
        instance
        for instance in comparison.of_ended_entries()
        if instance.number not in going
        and selects(selection, subject_of(instance.resource, instance.number, instance.attributes.labels))
    ]
