"""The places that a pool names for its numbers: area codes in order of preference, or states and area codes that share
them evenly. Pure.
"""

from collections.abc import Sequence
from functools import cache

import msgspec

from numplan.model.manifest import PoolEntry
from numplan.model.number import E164
from numplan.model.text.countries import same_state, state_name
from numplan.numbering.area_codes import calling_code_in


class Locality(msgspec.Struct, frozen=True, gc=False):
    """One of them: its `name` as the pool writes it, and the `prefix` that its numbers begin with, such as `+1212`; or
    the `state` of a `country` that they are in.
    """

    name: str
    prefix: str = ""
    state: str = ""
    country: str = ""

    def holds(self, number: E164, state: str | None) -> bool:
        """Whether a number belongs here, of which it is known that it is in a state, or not known where."""
        if self.state:
            return bool(state) and same_state(str(state), self.state, self.country)
        return number.startswith(self.prefix)


def localities_of(pool: PoolEntry) -> tuple[Locality, ...]:
    """The localities that a pool names, in its order; none where any number in its country will do."""
    if pool.spread is None:
        return _by_code(pool.country, pool.area_codes) if pool.area_codes else ()
    if pool.spread.by == "area_code":
        return _by_code(pool.country, pool.spread.names)
    return _by_state(pool.country, pool.spread.names)


def locality_of(number: E164, state: str | None, localities: Sequence[Locality]) -> Locality | None:
    """The first of these that a number in a state belongs to."""
    return next((one for one in localities if one.holds(number, state)), None)


def is_local(pool: PoolEntry, number: E164, state: str | None) -> bool:
    """Whether a number may belong to one of the localities that a pool names, or the pool names none. One of which
    nobody knows the state may be in any.
    """
    localities = localities_of(pool)
    if not localities or (not state and localities[0].state):
        return True
    return locality_of(number, state, localities) is not None


@cache
def _by_code(country: str, codes: tuple[str, ...]) -> tuple[Locality, ...]:
    calling = calling_code_in(country)
    return tuple(Locality(code, prefix=f"+{calling}{code}") for code in codes)


@cache
def _by_state(country: str, names: tuple[str, ...]) -> tuple[Locality, ...]:
    return tuple(Locality(name, state=state_name(name, country), country=country) for name in names)
