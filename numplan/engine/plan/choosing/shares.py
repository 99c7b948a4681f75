"""Even shares: how many numbers of each locality a pool that is spread takes. Pure."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

from numplan.engine.compare.localities import Locality


def shares(
    localities: Sequence[Locality],
    had: Mapping[Locality, int],
    wanted: int,
    most: Mapping[Locality, int] | None = None,
) -> dict[Locality, int]:
    """How many of the numbers that a pool still wants belong in each locality, so that with those it `had` each has as
    many as the others, as far as new ones can bring that about; the first get what is left over. Where there is a limit
    to what can be had, the others fill up in the same way.
    """
    given = dict.fromkeys(localities, 0)
    heap = [(had.get(place, 0), at) for at, place in enumerate(localities)]
    heapify(heap)
    while wanted > 0 and heap:
        has, at = heappop(heap)
        place = localities[at]
        if most is not None and given[place] >= most.get(place, 0):
            continue
        given[place] += 1
        wanted -= 1
        heappush(heap, (has + 1, at))
    return given
