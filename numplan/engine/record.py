"""Record what needs no call: adopt, update, forget."""

import msgspec

from numplan.engine.book import Book
from numplan.model.plan import Adopt, Change, Forget, Update
from numplan.model.state import Instance


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
            book.keep(
                msgspec.structs.replace(
                    known, resource=change.resource, attributes=change.after, surplus=False
                )
            )
        case Update():
            known = book.numbers[change.before.number]
            book.keep(msgspec.structs.replace(known, resource=change.resource, attributes=change.after))
        case Forget():
            book.forget(change.before.number)
        case _:
            return False
    return True
