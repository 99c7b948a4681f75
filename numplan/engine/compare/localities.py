"""The places that a pool names for its numbers: area codes, in order of preference. Pure."""

from collections.abc import Sequence

import msgspec

from numplan.model.manifest import PoolEntry
from numplan.model.number import E164
from numplan.numbering.area_codes import calling_code_in


class Locality(msgspec.Struct, frozen=True, gc=False):
    """One of them: its `name` as the pool writes it, and the `prefix` that its numbers begin with, such as `+1212`."""

    name: str
    prefix: str

    def holds(self, number: E164) -> bool:
        """Whether a number belongs here."""
        return number.startswith(self.prefix)


def localities_of(pool: PoolEntry) -> tuple[Locality, ...]:
    """The localities that a pool names, in its order; none where any number in its country will do."""
    if not pool.area_codes:
        return ()
    calling = calling_code_in(pool.country)
    return tuple(Locality(code, f"+{calling}{code}") for code in pool.area_codes)


def locality_of(number: E164, localities: Sequence[Locality]) -> Locality | None:
    """The first of these that a number belongs to."""
    return next((one for one in localities if one.holds(number)), None)


def is_local(pool: PoolEntry, number: E164) -> bool:
    """Whether a number belongs to one of the localities that a pool names, or the pool names none."""
    localities = localities_of(pool)
    return not localities or locality_of(number, localities) is not None
