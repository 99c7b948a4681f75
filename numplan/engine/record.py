"""Record what needs no call: adopt, update, forget."""

import msgspec

from numplan.engine.book import Book
from numplan.model.plan import Adopt, Change, Forget, Update
from numplan.model.state import Attributes, Instance


def record(change: Change, book: Book) -> bool:
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
        case Forget():
            book.remove(change.before.number)
        case _:
            return False
    return True


def _remembered(after: Attributes, known: Attributes) -> Attributes:
    """What is recorded of a number: a charge that the account did not say this time stays as it was last known."""
    return msgspec.structs.replace(
        after,
        setup_charge=known.setup_charge if after.setup_charge is None else after.setup_charge,
        monthly_charge=known.monthly_charge if after.monthly_charge is None else after.monthly_charge,
    )
