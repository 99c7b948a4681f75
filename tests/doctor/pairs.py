"""Settings in combinations: every two values of any two settings meet in at least one of them."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any


def pairwise(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Combinations of one value each. The widest settings are combined first; whatever is added takes, setting by
    setting, the value that meets most others for the first time.
    """
    names = sorted(values, key=lambda name: -len(values[name]))
    left = {
        (one, a, other, b)
        for one, other in combinations(names, 2)
        for a in range(len(values[one]))
        for b in range(len(values[other]))
    }
    found: list[dict[str, Any]] = []
    while left:
        one, a, other, b = min(left)
        chosen = {one: a, other: b}
        for name in names:
            if name not in chosen:
                chosen[name] = max(
                    range(len(values[name])), key=lambda at: _new(left, names, chosen | {name: at})
                )
        left -= _pairs(names, chosen)
        found.append({name: values[name][chosen[name]] for name in names})
    return found


def _pairs(names: Sequence[str], chosen: Mapping[str, int]) -> set[tuple[str, int, str, int]]:
    return {
        (one, chosen[one], other, chosen[other])
        for one, other in combinations([name for name in names if name in chosen], 2)
    }


def _new(left: set[tuple[str, int, str, int]], names: Sequence[str], chosen: Mapping[str, int]) -> int:
    return len(left & _pairs(names, chosen))
