"""Numbers that the account holds in a row that cannot be read, or may hold in one. Pure."""

from collections.abc import Mapping

from numplan.engine.account.refresh import AccountSnapshot
from numplan.model.account import Unreadable
from numplan.model.manifest import Declared
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance, State


def held_unread(
    snapshot: AccountSnapshot,
    managed: Mapping[E164, Instance],
    declared: Mapping[E164, Declared],
    state: State | None,
) -> dict[E164, Deferred]:
    """What is at stake and stands in a row that cannot be read, or may: it is not missing, nobody buys it again, and
    nobody releases what nothing is known of. State's word stands.
    """
    waiting = {one.number: one.instance for one in (state.tombstones if state else ()) if one.holds_slot}
    found: dict[E164, Deferred] = {}
    for number, row in snapshot.unread.items():
        known = managed.get(number) or waiting.get(number)
        if known is not None:
            reason = f"{why_unread(row)}; what state says of it stands"
            found[number] = Deferred(resource=known.resource, number=number, reason=reason)
        elif number in declared:
            reason = f"{why_unread(row)}; it is neither adopted nor bought"
            found[number] = Deferred(resource=declared[number].resource, number=number, reason=reason)
    return found


def is_in_doubt(number: E164, snapshot: AccountSnapshot) -> bool:
    """Whether nobody can say if the account holds a number: all there is of it is a row that names no number."""
    row = snapshot.unread.get(number)
    return row is not None and row.number is None


def why_unread(row: Unreadable) -> str:
    """What the account says of a number that it holds in a row that cannot be read, or may hold in one."""
    holds = "may hold it in a row" if row.number is None else "holds it, in a row"
    return f"the account {holds} that cannot be read: {row.problem}"
