"""What leaves: released at once where nobody said otherwise, or kept until its day. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.attributes import current, days_to_wait
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.differences import updated
from numplan.model.changes import Blocked, Change, Forget, Keep, Release, Replace, Update, number_of
from numplan.model.diagnostics import Diagnostic, note
from numplan.model.errors import UsageError
from numplan.model.plan import Allowances, Leaving
from numplan.model.state import Attributes, Instance
from numplan.model.text.printable import numbers


def let_go(
    one: Instance,
    comparison: Comparison,
    allowances: Allowances,
    reason: str,
    *more: str,
    because: str = "",
    declared: int | None = None,
    ended: date | None = None,
) -> Change:
    """What becomes of an owned number that is wanted no more, for this reason. It waits for as many days as state
    remembers, or as its entry has `declared` where that is more: the edit that takes it away brings no day nearer.
    `because`: why it is to go for good, if somebody says so. `ended`: the day from which on its entry has ended.

    A release that only a day asks for is `due` then; whether it may be made now is for `take_due` to say.
    """
    before = current(one, comparison.snapshot.owned[one.number])
    if allowances.releases_now(one.resource, one.number):
        return release_or_block(
            one, comparison.snapshot, reason, *more, "its release now was asked for", because=because
        )
    if before.leaving_at is not None:
        if not comparison.today.has_reached(before.leaving_at):
            return Keep(resource=one.resource, after=before)
        return Release(
            resource=one.resource,
            before=before,
            due=before.leaving_at,
            reason=f"it was to leave on {before.leaving_at:%Y-%m-%d}",
        )
    if days := days_to_wait(one, declared):
        return _begins(one, comparison, before, days, (reason, *more), because)
    if ended is not None:
        return Release(resource=one.resource, before=before, due=ended, reason=reason, more=more)
    return release_or_block(one, comparison.snapshot, reason, *more, because=because)


def _begins(
    one: Instance,
    comparison: Comparison,
    before: Attributes,
    days: int,
    why: tuple[str, ...],
    because: str,
) -> Update:
    after = msgspec.structs.replace(before, leaving_at=comparison.today.in_days(days), release_after=days)
    return updated(
        one.resource, before, after, *why, previous=comparison.moved.get(one.number), because=because
    )


def release_or_block(
    instance: Instance, snapshot: AccountSnapshot, reason: str, *more: str, because: str = ""
) -> Change:
    """The release of an owned number, or what blocks it. `because`: why it is to go for good, if somebody says so."""
    row = snapshot.owned[instance.number]
    before = current(instance, row)
    if row.flow is not None:
        return Blocked(
            resource=instance.resource,
            before=before,
            assignment=row.flow,
            reason=reason,
            more=more,
            because=because,
        )
    return Release(resource=instance.resource, before=before, reason=reason, more=more)


def begun(changes: Iterable[Change]) -> Iterator[Diagnostic]:
    """What `destroy` says where not all that it lets go is released now."""
    days = [
        one.after.leaving_at
        for one in changes
        if isinstance(one, Update) and one.begins_leaving and one.after.leaving_at is not None
    ]
    if days:
        yield note(
            f"{numbers(len(days))} not released now: their `release_after` begins, and an apply from "
            f"{min(days):%Y-%m-%d} on releases them",
            hint="--release-now '*' releases them now",
        )


def require_leaving(allowances: Allowances, changes: Iterable[Change]) -> None:
    """Raise UsageError for a `--release-now` that names nothing of what leaves: it is a slip of the pen."""
    if not allowances.release_now:
        return
    going = [one for one in changes if isinstance(one, Release | Blocked | Replace)]
    for pattern in allowances.release_now:
        only = Allowances(release_now=(pattern,))
        if not any(only.releases_now(one.resource, number_of(one)) for one in going):
            raise UsageError(
                f"--release-now {pattern} matches no number that leaves, or would begin to leave now",
                hint="`*` stands for any characters, `?` for one; `numplan plan` shows what leaves",
            )


def leaving_of(
    comparison: Comparison, changes: Iterable[Change], overdue: Sequence[Leaving]
) -> tuple[Leaving, ...]:
    """What leaves once these changes are made, in the order of the days, then by number. `overdue` are those
    that stay though their day has come.
    """
    found = {
        one.number: Leaving(
            resource=one.resource,
            number=one.number,
            leaving_at=day,
            monthly_charge=comparison.snapshot.owned[one.number].monthly_charge,
        )
        for one in comparison.on_leave()
        if (day := one.attributes.leaving_at) is not None
    }
    found |= {one.number: one for one in overdue}
    for change in changes:
        if isinstance(change, Update) and change.after.leaving_at is not None:
            found[change.after.number] = Leaving(
                resource=change.resource,
                number=change.after.number,
                leaving_at=change.after.leaving_at,
                monthly_charge=change.after.monthly_charge,
                begins=change.begins_leaving,
            )
        elif isinstance(change, Release | Forget | Update):
            found.pop(change.before.number, None)
    return tuple(sorted(found.values(), key=lambda one: (one.leaving_at, one.number)))
