"""What other states on the same account hold: numbers that are theirs, and never ours to take."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Final, Literal

import msgspec

from numplan.model.address import Address, address_of
from numplan.model.moment import Moment, age
from numplan.model.number import E164
from numplan.model.state import Instance, State
from numplan.model.text.printable import numbers

Standing = Literal["managed", "intended", "watched"]
_WEAKEST_FIRST: Final[tuple[Standing, ...]] = ("watched", "intended", "managed")


class Elsewhere(msgspec.Struct, frozen=True, gc=False):
    """A number as another state knows it: managed there under `address`, meant by a call whose outcome is not known
    yet, or watched since it may still turn up. `state` is the name that the manifest gives to that state.
    """

    state: str
    lineage: str
    address: Address
    standing: Standing

    @property
    def whose(self) -> str:
        """Whose it is, in words: `state emea manages it as pool.sales["+12125550177"]`."""
        does = {"managed": "manages it", "intended": "has a call under way for it", "watched": "watches it"}
        return f"state {self.state} {does[self.standing]} as {self.address}"

    def comes_before(self, lineage: str) -> bool:
        """Whether a number that turns up in the account is theirs to take in, where the state of this `lineage` watches
        it, too. Of two that only watch it one must, and both know which.
        """
        return self.standing != "watched" or self.lineage < lineage


class Others(msgspec.Struct, frozen=True, dict=True):
    """The other states, by the names that the manifest gives them."""

    states: Mapping[str, State] = {}

    @cached_property
    def by_number(self) -> Mapping[E164, Elsewhere]:
        """Every number that is another's. Where several know one, the word of the one that manages it counts first,
        then that of the first lineage.
        """
        found: dict[E164, Elsewhere] = {}
        by_lineage = sorted(self.states.items(), key=lambda one: one[1].lineage, reverse=True)
        for standing in _WEAKEST_FIRST:
            for name, state in by_lineage:
                for one in _standing(state, standing):
                    address = address_of(one.resource, one.number)
                    found[one.number] = Elsewhere(name, state.lineage, address, standing)
        return found

    @property
    def counts(self) -> Mapping[str, int]:
        """How many numbers each of them has."""
        found = Counter(one.state for one in self.by_number.values())
        return {name: found[name] for name in self.states}

    def released_within(self, hold: timedelta, now: Moment) -> frozenset[E164]:
        """What they released so lately that a look at the account may be older than that."""
        return frozenset(
            one.number for state in self.states.values() for one in state.released if age(now, one.at) < hold
        )


OtherStates = Callable[[], Others]
"""Reads the other states as they are now. Raises StateError where one of them cannot be believed."""

NOBODY = Others()


def nobody() -> Others:
    """No other state: what a manifest names that names none."""
    return NOBODY


def _standing(state: State, standing: Standing) -> Iterator[Instance]:
    match standing:
        case "managed":
            yield from state.numbers
        case "intended":
            yield from (one.instance for one in state.intents)
        case _:
            yield from (one.instance for one in state.tombstones)


def others_text(theirs: Sequence[Elsewhere]) -> str:
    """Of which states so many numbers are: `3 numbers are of other states (emea 2, lab 1)`."""
    are, states = ("is", "another state") if len(theirs) == 1 else ("are", "other states")
    return f"{numbers(len(theirs))} {are} of {states} ({counted_text(Counter(one.state for one in theirs))})"


def counted_text(counts: Mapping[str, int]) -> str:
    """How many numbers each state has: `emea 1,204, lab 3`."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
