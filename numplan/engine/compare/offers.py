"""What the vendor offers for what the manifest still wants, and what pools prefer of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from numplan.engine.account.sought import Sought
from numplan.engine.compare.localities import Locality
from numplan.model.account import Found, OwnedNumber
from numplan.model.address import Resource
from numplan.model.number import E164


class Picks(msgspec.Struct, frozen=True):
    """The numbers that a pool prefers, where they are to be had: for what it lacks, and for each member that moves."""

    purchases: tuple[E164, ...] = ()
    replaces: Mapping[E164, E164] = {}

    def all(self) -> frozenset[E164]:
        """Each of them."""
        return frozenset((*self.purchases, *self.replaces.values()))


NOTHING: Final[Mapping[Resource, Picks]] = MappingProxyType({})


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """What the vendor said.

    `sought` is what was learned of explicit numbers. `stock` is what search offers a pool, `alike` the owned, unmanaged
    numbers that match one. `exhausted` are the localities of a pool of which nothing more is for sale, `states` those
    of owned numbers, where a pool is spread.
    """

    sought: Sought = Sought()
    stock: Mapping[Resource, Found] = {}
    alike: Mapping[Resource, tuple[OwnedNumber, ...]] = {}
    exhausted: Mapping[Resource, frozenset[Locality]] = {}
    states: Mapping[E164, str] = {}
