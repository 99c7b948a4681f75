"""Mend a state by hand: what is called otherwise, what is let go, what takes its place. Pure.

No account is asked and nothing is sent: these are for a state that says something else than what is meant.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from numplan.model.address import Address, Resource, address_of, kind_of, split_address, with_quotes
from numplan.model.errors import NumplanError, StateError, UsageError
from numplan.model.number import E164, NumberError
from numplan.model.state import Instance, Intent, State, Tombstone
from numplan.model.text.glob import covers, is_pattern
from numplan.numbering.reading import read_number

Row = TypeVar("Row", Intent, Tombstone)


class Moved(NamedTuple):
    """One address that changes; `target` is None where the number is let go."""

    source: Address
    number: E164
    target: Address | None


class Edited(NamedTuple):
    """The state as it would be, and what differs, in the order of the state."""

    state: State
    moves: tuple[Moved, ...]


class Located(Protocol):
    """What has a number and a place."""

    @property
    def address(self) -> str:
        """The address."""

    @property
    def resource(self) -> str:
        """The resource."""

    @property
    def number(self) -> str:
        """The number."""


def naming(text: str) -> Callable[[Located], bool]:
    """Whether something is meant by a text: an address, a resource or a number, or a pattern of one of them.

    Raises UsageError for a text that is none of these.
    """
    text = with_quotes(text)
    if is_pattern(text):
        return lambda one: any(covers(text, name) for name in (one.address, one.resource, one.number))
    parts = split_address(text)
    if parts is not None:
        resource, number = parts
        return lambda one: one.resource == resource and number in {None, one.number}
    try:
        wanted = read_number(text).number
    except NumberError as problem:
        raise UsageError(f"{text!r} is neither an address nor a number: {problem}") from None
    return lambda one: one.number == wanted


def named(state: State, texts: Sequence[str]) -> tuple[Instance, ...]:
    """The managed numbers that any of the texts means; all of them where there is no text.

    Raises UsageError as `naming` does, and NumplanError for a text that means nothing here.
    """
    if not texts:
        return state.numbers
    found: set[E164] = set()
    for text in texts:
        is_meant = naming(text)
        meant = {one.number for one in state.numbers if is_meant(one)}
        if not meant:
            raise _nothing_at(text)
        found |= meant
    return tuple(one for one in state.numbers if one.number in found)


def move(state: State, source: str, target: str) -> Edited:
    """Call numbers by another resource. Calls that are not settled yet and purchases that are watched go along.

    `target` is a resource, or the address of the one number that moves. Raises UsageError for a target that is
    neither, and NumplanError where nothing is at the source or the target has no room.
    """
    parts = split_address(target)
    if parts is None:
        raise UsageError(
            f"{target!r} is no address", hint='such as pool.sales, or set.dialer["+12050032925"]'
        )
    resource, only = parts
    is_meant = naming(source)
    kept: tuple[Instance, ...] = tuple(
        {one.number: one for one in (*_uncertain(state), *state.numbers)}.values()
    )
    moving = [one for one in kept if is_meant(one)]
    if not moving:
        raise _nothing_at(source)
    _require_room(moving, kept, resource, only)
    gone = {one.number for one in moving if one.resource != resource}

    def moved(one: Instance) -> Instance:
        return msgspec.structs.replace(one, resource=resource) if one.number in gone else one

    def row_moved(row: Row) -> Row:
        return msgspec.structs.replace(row, instance=moved(row.instance))

    return Edited(
        msgspec.structs.replace(
            state,
            numbers=tuple(map(moved, state.numbers)),
            intents=tuple(map(row_moved, state.intents)),
            tombstones=tuple(map(row_moved, state.tombstones)),
        ),
        tuple(
            Moved(one.address, one.number, address_of(resource, one.number))
            for one in moving
            if one.number in gone
        ),
    )


def remove(state: State, texts: Sequence[str]) -> Edited:
    """Manage numbers no longer; the account keeps them. A purchase of one that is watched is watched no more:
    the number would come back as surplus. That one was protected stays known.

    Raises as `named` does, and NumplanError for a number with a call whose outcome is not known.
    """
    leaving = named(state, texts)
    numbers = {one.number for one in leaving}
    unsettled = sorted(one.number for one in state.intents if one.number in numbers)
    if unsettled:
        raise NumplanError(
            f"the outcome of a call for {', '.join(unsettled)} is not known yet; nothing was changed",
            hint="settle it first with `numplan state settle`",
        )
    return Edited(
        msgspec.structs.replace(
            state,
            numbers=tuple(one for one in state.numbers if one.number not in numbers),
            tombstones=tuple(one for one in state.tombstones if one.number not in numbers),
            protected=_still_protected(state, leaving),
        ),
        tuple(Moved(one.address, one.number, None) for one in leaving),
    )


def replaced(stored: State, offered: State) -> State:
    """What is offered, fit to follow on what is stored, but for its serial.

    Raises StateError where it is of another lineage, or older than what is stored.
    """
    if offered.lineage != stored.lineage:
        raise StateError(
            f"the file has lineage {offered.lineage}, but the stored state has lineage {stored.lineage}; nothing was "
            "changed",
            hint="this is another state: check which one --state, NUMPLAN_STATE or the manifest names",
        )
    if offered.serial < stored.serial:
        raise StateError(
            f"the file has serial {offered.serial}, but the stored state already has serial {stored.serial}; nothing "
            "was changed",
            hint="what was bought since would be unknown to it: pull the state again, and edit that",
        )
    gone = [one for one in stored.numbers if one.number not in offered.by_number]
    known = [one for one in _still_protected(stored, gone) if one not in offered.by_number]
    protected = tuple(dict.fromkeys((*offered.protected, *known)))
    return msgspec.structs.replace(offered, serial=stored.serial, protected=protected)


def _still_protected(state: State, leaving: Iterable[Instance]) -> tuple[E164, ...]:
    """Numbers whose protection outlives their row in the state."""
    more = (one.number for one in leaving if one.attributes.protect)
    return tuple(dict.fromkeys((*state.protected, *more)))


def _uncertain(state: State) -> tuple[Instance, ...]:
    kept: tuple[Intent | Tombstone, ...] = (*state.tombstones, *state.intents)
    return tuple(row.instance for row in kept)


def _require_room(
    moving: Sequence[Instance], kept: Sequence[Instance], resource: Resource, only: E164 | None
) -> None:
    """Raise NumplanError unless the target can hold what moves there."""
    if only is not None and [one.number for one in moving] != [only]:
        raise NumplanError(
            f"{address_of(resource, only)} can hold {only} alone; nothing was changed",
            hint=f"give the resource as the target: {resource}",
        )
    if all(one.resource == resource for one in moving):
        raise NumplanError(f"{moving[0].address} already exists; nothing was changed")
    if kind_of(resource) == "number":
        numbers = {one.number for one in moving} | {one.number for one in kept if one.resource == resource}
        if len(numbers) > 1:
            raise NumplanError(
                f"{resource} holds one number, and {len(numbers)} would be there; nothing was changed",
                hint="move them to a set or a pool, or one at a time",
            )


def _nothing_at(text: str) -> NumplanError:
    return NumplanError(f"state holds nothing at {text}", hint="`numplan state list` shows what it holds")
