"""All that is known of one number or resource, as people read it: a paragraph for each of manifest, state,
account, plan and protection.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from numplan.engine.queries.explanation import NumberExplanation, ResourceExplanation
from numplan.model.changes import number_of
from numplan.model.manifest import Entry, PoolEntry, SetEntry
from numplan.model.moment import shown
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount
from numplan.views.common.rates import blocks_text, rates_text
from numplan.views.common.sanitize import one_line
from numplan.views.common.terms import terms_of
from numplan.views.common.wrapping import WIDTH, some, wrapped
from numplan.views.text.planned_action import action_text, change_text

Paragraph = tuple[str, Sequence[str]]
"""A heading, and sentences. One that begins with spaces is a row of a list, and stays as it is."""


def explained_text(
    one: NumberExplanation | ResourceExplanation, *, width: int | None = None, expand: bool = False
) -> str:
    """The whole explanation. Folds long runs of alike lines unless `expand`."""
    if isinstance(one, NumberExplanation):
        title = f"{one.number}{f', {one.address}' if one.address else ''}"
        paragraphs = _number(one)
    else:
        title, paragraphs = str(one.resource), _resource(one, expand=expand)
    lines = [title]
    for heading, sentences in paragraphs:
        lines.append(heading)
        for sentence in sentences:
            is_row = sentence.startswith(" ")
            lines += (
                [sentence] if is_row else wrapped(f"  {one_line(sentence)}", " " * 4, width=width or WIDTH)
            )
    return "\n".join(lines)


def _number(one: NumberExplanation) -> Iterator[Paragraph]:
    yield "Declared", [_declared(one), *_retired(one), *filter(None, [one.days])]
    yield "State", [*_state(one)]
    if one.theirs is not None:
        yield "Other states", [one.theirs.whose]
    yield "Account", [_account(one)]
    yield "Plan", [*_plan(one)]
    yield "Protection", one.protections


def _declared(one: NumberExplanation) -> str:
    if one.entry is None:
        where = f"; state has it as {one.resource}" if one.resource and one.instance else ""
        return f"by no entry{where}"
    if isinstance(one.entry, SetEntry) and (span := one.entry.range_of(one.number)):
        return f"by the range {span} at {span.source}, as {one.resource}: {_said(one.entry, one.number)}"
    how = "a member of" if isinstance(one.entry, PoolEntry) else "as"
    return f"{how} {one.resource}, {one.source}: {_said(one.entry, one.number)}"


def _retired(one: NumberExplanation) -> Iterator[str]:
    if one.retired is not None:
        because = f", because: {one.retired.reason}" if one.retired.reason else ""
        yield f"retired at {one.retired.source}{because}; no pool takes it"


def _said(entry: Entry, number: E164 | None = None) -> str:
    return ", ".join(f"{key} {value}" for key, value in terms_of(entry, number).items())


def _state(one: NumberExplanation) -> Iterator[str]:
    if one.instance is None:
        yield "does not manage it"
    else:
        yield _remembered(one.instance)
        yield from _leaving(one)
    if one.released_at is not None and one.again_from is not None:
        yield (
            f"released it at {shown(one.released_at)}; no pool buys it again before {shown(one.again_from)} "
            "(policy.rebuy_after)"
        )
    if one.intent is not None:
        why = f" ({one.intent.doubt})" if one.intent.doubt else ""
        yield (
            f"an earlier run was about to {one.intent.kind} it at {shown(one.intent.written_at)}, and "
            f"the outcome is not known{why}; the next apply settles it first"
        )
    if one.tombstone is not None:
        slot = ", and its slot waits for it" if one.tombstone.holds_slot else ""
        yield (
            f"its purchase was closed as never happened at {shown(one.tombstone.closed_at)}, and is "
            f"watched{slot}"
        )


def _leaving(one: NumberExplanation) -> Iterator[str]:
    """That it leaves, since when and why, from when on it is released, and what would stop that."""
    known = one.instance.attributes if one.instance else None
    if known is None or known.leaving_at is None:
        return
    days = known.release_after
    since = f" since {known.leaving_at - timedelta(days=days):%Y-%m-%d}" if days else ""
    until = f"an apply on {known.leaving_at:%Y-%m-%d} or later releases it"
    match one.leaves_for:
        case "declared again":
            yield f"leaves{since}, but is declared again: the next apply keeps it"
        case "ended":
            yield f"leaves{since}, for its entry ended: {until}, unless the entry is given a later day before"
        case "retired":
            yield f"leaves{since}, for it is retired: {until}, and no pool takes it back"
        case "let go":
            yield f"leaves{since}, for its pool let it go: {until}, unless the pool wants more before"
        case _:
            yield f"leaves{since}, for no entry declares it: {until}, unless one declares it again before"


def _remembered(one: Instance) -> str:
    attributes = one.attributes
    trunk = "no trunk" if attributes.sip_trunk_id is None else f"trunk {attributes.sip_trunk_id}"
    facts = (
        f"{one.origin} {shown(one.bought_at)}" if one.bought_at else one.origin,
        attributes.country,
        attributes.city or "",
        attributes.state or "",
        attributes.type,
        attributes.category or "",
        rates_text(attributes.rates),
        f"charged by {blocks}" if (blocks := blocks_text(attributes.rates)) else "",
        trunk if one.trunk_verified or attributes.sip_trunk_id is None else f"{trunk} (not verified)",
        *(f"{label}={value}" for label, value in sorted(attributes.labels.items())),
        "protected" if attributes.protect else "",
        "surplus: in no pool's count" if one.surplus else "",
    )
    return f"manages it as {one.address}: {', '.join(fact for fact in facts if fact)}"


def _account(one: NumberExplanation) -> str:
    row = one.owned
    if one.unread is not None:
        holds = "holds it, in a row" if one.unread.number else "may hold it in a row"
        return f"{holds} that cannot be read: {one.unread.problem}"
    if row is None:
        sure = one.listed
        return "does not hold it" if sure else "does not show it; the listing could not be proven complete"
    used = (
        "" if row.assignment is None else f", assigned to {row.assignment.type} {row.assignment.flow_name!r}"
    )
    rates = f", {told}" if (told := rates_text(row.rates)) else ""
    return f"holds it: {row.country}, {row.type}, {amount(row.monthly_charge)} a month{rates}{used}"


def _plan(one: NumberExplanation) -> Iterator[str]:
    if one.drift is not None:
        changed = ", ".join(map(str, one.drift.differences))
        yield f"drift: {'missing from the account' if one.drift.kind == 'missing' else changed}"
    yield f"would {action_text(one.action)}"
    if one.action.change is not None and one.action.change.why:
        yield f"why: {one.action.change.why}"
    for found in one.action.errors:
        yield str(found)


def _resource(one: ResourceExplanation, *, expand: bool) -> Iterator[Paragraph]:
    declared = "by no entry" if one.entry is None else f"at {one.entry.source}: {_said(one.entry)}"
    yield "Declared", [declared, *filter(None, [one.days])]
    surplus = sum(one.surplus for one in one.members)
    leaving = sum(not one.surplus and one.attributes.leaving_at is not None for one in one.members)
    beside = f", and {surplus} surplus" if surplus else ""
    beside += f"; {leaving} of these leave" if leaving else ""
    yield (
        "State",
        [
            f"manages {numbers(len(one.members) - surplus)}{beside}",
            *some([f"    {member.number}" for member in one.members], expand=expand),
        ],
    )
    missing = f", {len(one.missing)} of them missing" if one.missing else ""
    yield "Account", [f"of these: {one.assigned} assigned to a flow{missing}"]
    yield "Plan", [*_changes(one, expand=expand)]
    yield "Protection", one.protections


def _changes(one: ResourceExplanation, *, expand: bool) -> Iterator[str]:
    if not (one.changes or one.held or one.findings):
        yield "would leave it as it is"
    by_fate: dict[tuple[str, str], list[str]] = {}
    for change in one.changes:
        by_fate.setdefault((change_text(change), change.why), []).append(f"    {number_of(change)}")
    for (what, why), rows in by_fate.items():
        yield f"would {what}{f'; {why}' if why else ''}:"
        yield from some(rows, expand=expand)
    for held in one.held:
        yield f"waits for {held.number}: {held.reason}"
    if one.guards:
        yield f"refused by the guard {' and '.join(one.guards)}"
    yield from map(str, one.findings)
