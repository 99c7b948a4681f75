"""Plan explicit numbers: entries under `numbers:` and members of sets. Pure."""

from collections.abc import Iterable

from numplan.engine.account.sought import ENOUGH
from numplan.engine.account.unreadable import why_unread
from numplan.engine.compare.attributes import (
    adopted_as,
    bought_as,
    current,
    must_move,
    on_terms,
    without_call,
)
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.differences import differences, updated
from numplan.engine.compare.offers import Offers
from numplan.engine.plan.leaving.waiting import let_go
from numplan.engine.plan.plan_part import PlanPart
from numplan.engine.plan.removals import lost
from numplan.model.account import OwnedNumber, Unreadable
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Keep,
    Purchase,
    Replace,
    Unavailable,
    acting,
    bought,
)
from numplan.model.diagnostics import Diagnostic, error, warning
from numplan.model.manifest import Declared
from numplan.model.number import E164
from numplan.model.others import Elsewhere
from numplan.model.plan import Allowances, Deferred
from numplan.model.state import Attributes, Instance, Tombstone
from numplan.model.text.countries import same_country
from numplan.model.text.spelling import same_word, serves


def plan_explicit(comparison: Comparison, offers: Offers, allowances: Allowances) -> PlanPart:
    """One change for each declared number that is not held; an error for each that cannot be had."""
    held_already, idle = {one.number for one in comparison.held}, comparison.idle
    others, unasked = comparison.others.by_number, offers.sought.unasked
    unknown = unasked | comparison.snapshot.unlooked
    changes: list[Change] = []
    held: list[Deferred] = []
    diagnostics: list[Diagnostic] = []
    for one in comparison.explicit:
        declared = one.declared
        if declared.number in held_already or declared.resource in comparison.unoffered:
            continue
        outcome: Change | Deferred | Diagnostic | None
        if others and one.instance is None and (theirs := others.get(declared.number)):
            outcome = _of_another(declared, theirs)
        elif idle and declared.resource in idle:
            outcome = _idle(declared, one.instance, one.row, comparison, allowances)
        elif one.row is None and declared.number in unknown:
            outcome = None
        elif one.row is None:
            outcome = _unlisted(declared, one.instance, comparison, offers)
        else:
            outcome = _owned(declared, one.instance, one.row)
        match outcome:
            case None:
                pass
            case Diagnostic():
                diagnostics.append(outcome)
            case Deferred():
                held.append(outcome)
            case _:
                changes.append(outcome)
    if unasked:
        diagnostics.insert(0, _not_asked(len(unasked)))  # of a hundred errors the last ones are folded
    return PlanPart(changes=tuple(changes), held=tuple(held), diagnostics=tuple(diagnostics))


def _not_asked(count: int) -> Diagnostic:
    more = "one more number was" if count == 1 else f"{count:,} more numbers were"
    return error(
        f"{more} not asked about, since {ENOUGH} that are declared are not to be had",
        hint="correct these first; the next plan asks about the others",
    )


def _of_another(declared: Declared, theirs: Elsewhere) -> Diagnostic:
    return error(
        f"{declared.number} is another's: {theirs.whose}",
        source=declared.source,
        path=declared.address,
        hint=f"remove it here, or let state {theirs.state} forget it first, with `forget` in its manifest",
    )


def _idle(
    declared: Declared,
    instance: Instance | None,
    row: OwnedNumber | None,
    comparison: Comparison,
    allowances: Allowances,
) -> Change | Diagnostic | None:
    """A number of an entry that a date keeps from buying and releasing: what is owned is taken in before the entry
    begins, and stays; what is managed and missing leaves state, as it is not bought again now. Where the entry ended on
    a day that is in doubt, somebody may ask for its release all the same.
    """
    over = declared.terms.has_ended(comparison.today.day)
    if row is None:
        return None if instance is None else lost(instance.resource, instance.attributes)
    if over and (instance is None or instance.surplus):
        return None
    if over and instance is not None and allowances.releases_now(declared.resource, declared.number):
        why = f"its entry ended on {declared.terms.ends}"
        return let_go(instance, comparison, allowances, why)
    if instance is not None and must_move(instance, declared.terms):
        return _staying(declared, instance, row)
    return _owned(declared, instance, row)


def _staying(declared: Declared, instance: Instance, row: OwnedNumber) -> Change:
    """A number on another trunk than declared, where it must not be bought back yet."""
    before = current(instance, row)
    return _on_terms(declared, instance, before, without_call(instance, before, declared.terms))


def _on_terms(declared: Declared, instance: Instance, before: Attributes, after: Attributes) -> Change:
    """What makes a managed number one of its entry, without a call."""
    previous = instance.resource if instance.resource != declared.resource else None
    if before == after and previous is None:
        return Keep(resource=declared.resource, after=after)
    reason = "declared under another name" if previous else "settings changed"
    if before.leaving_at is not None:
        reason = "declared again, so it stays"
    return updated(declared.resource, before, after, reason, previous=previous)


def _unlisted(
    declared: Declared, instance: Instance | None, comparison: Comparison, offers: Offers
) -> Change | Deferred | Diagnostic:
    """A number that no listing shows; a look-up may have found it all the same."""
    match offers.sought.late.get(declared.number):
        case None:
            return _unowned(declared, comparison, offers)
        case Unreadable() as row:
            reason = f"{why_unread(row)}; it is neither adopted nor bought"
            return Deferred(resource=declared.resource, number=declared.number, reason=reason)
        case row:
            return _owned(declared, instance, row)


def _unowned(declared: Declared, comparison: Comparison, offers: Offers) -> Change | Deferred | Diagnostic:
    offer = offers.sought.found.get(declared.number)
    tombstone = comparison.to_retry.get(declared.number)
    if offer is None:
        if tombstone is not None and tombstone.holds_slot:
            return Deferred(
                resource=declared.resource,
                number=declared.number,
                reason="an earlier purchase had an unknown outcome, and the number is neither in the account "
                "nor for sale",
            )
        if (gone := comparison.managed.get(declared.number)) or declared.terms.may_lack:
            return _unavailable(declared, gone)
        return error(
            f"{declared.number} is not for sale and not owned by the account",
            source=declared.source,
            path=declared.address,
            hint="choose another number with `numplan search`, or remove this one",
        )
    if isinstance(offer, Unreadable):
        return _unpriced(declared, offer, tombstone)
    wrong = _mismatch(declared, offer.country, offer.type, offer.category)
    if wrong is not None:
        return wrong
    missing = declared.number in comparison.managed
    return Purchase(
        resource=declared.resource,
        after=bought_as(offer, declared.terms),
        source=declared.source,
        sent_before=tombstone is not None,
        replaces_missing=missing,
        reason="the account no longer holds it" if missing else "declared and not owned",
    )


def _unavailable(declared: Declared, gone: Instance | None) -> Unavailable:
    """A number that cannot be had, and stops nothing else."""
    terms = declared.terms
    if gone is not None:
        return Unavailable(
            resource=declared.resource,
            before=gone.attributes,
            source=declared.source,
            managed=True,
            to_note=gone.missing_since is None,
            reason="managed until now, the account no longer holds it (ported out, or released elsewhere?); "
            f"`forget` it, or remove it at {declared.source}",
        )
    return Unavailable(
        resource=declared.resource,
        before=Attributes(
            number=declared.number, country=terms.country or "", type=terms.type or "", labels=terms.labels
        ),
        source=declared.source,
        reason="not for sale, and not owned by the account; its entry says on_unavailable: skip",
    )


def _unpriced(declared: Declared, offer: Unreadable, tombstone: Tombstone | None) -> Deferred | Diagnostic:
    """A number whose price is not known is not bought; one that may be bought already waits."""
    unknown = "its price is not known" if offer.field.endswith("Charge") else "what it is cannot be read"
    if tombstone is not None and tombstone.holds_slot:
        return Deferred(
            resource=declared.resource,
            number=declared.number,
            reason=f"an earlier purchase had an unknown outcome, and {unknown}: {offer.problem}",
        )
    return error(
        f"{declared.number}: find-number: {offer.problem}: {unknown}, so it is not bought",
        source=declared.source,
        path=declared.address,
        hint="ask the vendor, or choose another number with `numplan search`",
    )


def _owned(declared: Declared, instance: Instance | None, row: OwnedNumber) -> Change | Diagnostic:
    wrong = _mismatch(declared, row.country, row.type)
    if wrong is not None:
        return wrong
    if instance is None:
        return Adopt(
            resource=declared.resource,
            after=adopted_as(row, declared.terms),
            source=declared.source,
            reason="owned by the account, not yet managed",
        )
    before = current(instance, row)
    if instance.surplus:
        return Adopt(
            resource=declared.resource,
            after=without_call(instance, before, declared.terms),
            source=declared.source,
            trunk_verified=instance.trunk_verified,
            reason="bought earlier after all, and declared",
        )
    after = on_terms(before, declared.terms)
    if must_move(instance, declared.terms):
        return _move(declared, row, before, after)
    return _on_terms(declared, instance, before, after)


def _move(declared: Declared, row: OwnedNumber, before: Attributes, after: Attributes) -> Change | Diagnostic:
    if row.flow is not None:
        return Blocked(
            resource=declared.resource,
            before=before,
            assignment=row.flow,
            reason="its trunk changed, which would take a release, and it is assigned to a flow",
        )
    if after.setup_charge is None or after.monthly_charge is None:
        return error(
            f"{declared.number} would be released and bought back, and what it costs is not known",
            source=declared.source,
            path=declared.address,
            hint="the gate buys nothing at a price that nobody reviewed: ask the vendor, or declare its former trunk",
        )
    return Replace(
        resource=declared.resource,
        before=before,
        after=after,
        source=declared.source,
        differences=differences(before, after),
        reason="the trunk of a number cannot be changed: it is released and bought back, "
        "and can be lost in between",
    )


def _mismatch(declared: Declared, country: str, type_: str, category: str | None = None) -> Diagnostic | None:
    """An error where the entry declares a country, type or category that the number does not have; an owned
    number shows no category.
    """
    terms = declared.terms
    if terms.country is not None and not same_country(terms.country, country):
        key, wish, value = "country", terms.country, country
    elif terms.type is not None and not same_word(terms.type, type_):
        key, wish, value = "type", terms.type, type_
    elif terms.category is not None and category is not None and not serves(category, terms.category):
        key, wish, value = "category", terms.category, category
    else:
        return None
    return error(
        f"{declared.number} is declared with {key} {wish!r}, but it has {value!r}",
        source=declared.source,
        path=declared.address,
        hint=f"declare {key}: {value}, or another number",
    )


def unverified(changes: Iterable[Change]) -> tuple[Diagnostic, ...]:
    """A warning where adopted numbers are recorded on a trunk that nothing proves."""
    count = sum(
        1
        for change in acting(changes)
        if isinstance(change, Adopt) and not change.trunk_verified and change.after.sip_trunk_id is not None
    )
    if not count:
        return ()
    return (
        warning(
            f"{count} adopted {'number is' if count == 1 else 'numbers are'} recorded on the trunk that the "
            "manifest declares: the API shows no trunk, so numplan cannot verify it",
        ),
    )


def numbers_of(changes: tuple[Change, ...]) -> set[E164]:
    """Numbers that a planned purchase takes from the stock."""
    return {after.number for after in bought(changes)}
