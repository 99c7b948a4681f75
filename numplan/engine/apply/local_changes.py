"""Record what needs no call: adopt, update, forget; and what the account shows: missing, back, dearer than planned."""

from collections.abc import Iterator

import msgspec

from numplan.engine.apply.open_state import Book
from numplan.model.changes import Adopt, Change, Forget, Unavailable, Update
from numplan.model.moment import Moment
from numplan.model.plan import Missing, Plan
from numplan.model.state import Attributes, Instance


def record(change: Change, book: Book, now: Moment) -> bool:
    """Put a change that needs no call into the book, without saving it. Returns whether it was one."""
    match change:
        case Adopt():
            known = book.numbers.get(change.after.number) or Instance(
                resource=change.resource,
                attributes=change.after,
                origin="adopted",
                trunk_verified=change.trunk_verified,
            )
            attributes = _remembered(change.after, known.attributes)
            book.keep(
                msgspec.structs.replace(known, resource=change.resource, attributes=attributes, surplus=False)
            )
        case Update():
            known = book.numbers[change.before.number]
            attributes = _remembered(change.after, known.attributes)
            book.keep(msgspec.structs.replace(known, resource=change.resource, attributes=attributes))
        case Forget(missing=True):
            lost = book.numbers.get(change.before.number)
            book.forget(change.before.number)
            if lost is not None:
                book.watch(lost, "missing", now)
        case Forget():
            book.forget(change.before.number)
        case _:
            return False
    return True


def note(plan: Plan, book: Book, now: Moment) -> Iterator[Missing]:
    """Put what the plan saw of the account into the book, without saving it: numbers that it lacks for the first time
    or holds again, which are yielded, and what it charges beyond what was planned.
    """
    for one in plan.missing:
        if one.to_note and one.number in book.numbers:
            book.note_missing(one.number, None if one.is_back else now)
            yield one
    for gone in plan.changes:
        if isinstance(gone, Unavailable) and gone.to_note and gone.before.number in book.numbers:
            book.note_missing(gone.before.number, now)
    for dear in plan.overcharged:
        if dear.number in book.numbers:
            book.charge(dear.number, dear.charged_once, dear.charged_monthly)


def _remembered(after: Attributes, known: Attributes) -> Attributes:
    """What is recorded of a number: a charge that the account did not say this time stays as it was last known."""
    return msgspec.structs.replace(
        after,
        setup_charge=known.setup_charge if after.setup_charge is None else after.setup_charge,
        monthly_charge=known.monthly_charge if after.monthly_charge is None else after.monthly_charge,
    )
