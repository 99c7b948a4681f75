"""What was learned of numbers that are known by name."""

from collections.abc import Mapping
from typing import Final

import msgspec

from numplan.model.account import OwnedNumber, Priced, Unreadable
from numplan.model.number import E164

ENOUGH: Final = 100
"""After so many numbers that cannot be had, though they must be, the plan ends in errors, and no more are asked for."""


class Sought(msgspec.Struct, frozen=True):
    """What was learned. `found` has each number that was asked for, in their order, with its price: None where it is
    not for sale, its row where that says no price. `late` are those that a look-up found in the account all the same,
    in a row that can be read or not. `unasked` are those that were not asked for.
    """

    found: Mapping[E164, Priced] = {}
    late: Mapping[E164, OwnedNumber | Unreadable] = {}
    unasked: frozenset[E164] = frozenset()
