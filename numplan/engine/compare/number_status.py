"""Explicit numbers as manifest, state and account know them. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.declared_index import DeclaredNumbers
from numplan.model.account import OwnedNumber
from numplan.model.manifest import Declared
from numplan.model.number import E164
from numplan.model.state import Instance


class NumberStatus(msgspec.Struct, frozen=True, gc=False):
    """One explicit number, as the manifest, the state and the account know it. Each is asked for it once, here: of a
    million numbers that alone takes seconds.
    """

    declared: Declared
    instance: Instance | None
    row: OwnedNumber | None


def number_statuses(
    declared: DeclaredNumbers, managed: Mapping[E164, Instance], snapshot: AccountSnapshot
) -> tuple[tuple[NumberStatus, ...], tuple[Instance, ...]]:
    """Each declared number as it is known, and the managed numbers that are not declared."""
    numbers = [*declared]
    alike = numbers == [*managed]  # the same numbers in one order: then nothing need be looked up in state
    instances = managed.values() if alike else map(managed.get, numbers)
    explicit = tuple(map(NumberStatus, declared.entries, instances, map(snapshot.owned.get, numbers)))
    if alike or sum([one.instance is not None for one in explicit]) == len(managed):
        return explicit, ()
    return explicit, tuple([one for number, one in managed.items() if number not in declared])


def not_shown(
    explicit: Sequence[NumberStatus],
    undeclared: Sequence[Instance],
    managed: Mapping[E164, Instance],
    snapshot: AccountSnapshot,
) -> list[Instance]:
    """The managed numbers that the account does not show, in their order."""
    lost = any(one.row is None and one.instance is not None for one in explicit)
    if not lost and all(one.number in snapshot.owned for one in undeclared):
        return []
    return [one for number, one in managed.items() if number not in snapshot.owned]
