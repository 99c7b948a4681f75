"""Find the steps that lead back to where they start, in time proportional to their number."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_MOST_STEPS: Final = 1_000_000


class _Visit(NamedTuple):
    """A node that is being visited, and the ways on that were not taken yet."""

    node: str
    left: Iterator[str]


def circles(steps: Sequence[tuple[str, str, bool]]) -> set[int]:
    """The steps that close a circle: of each circle, and of all that hang together with it, the last one.

    A step leads from one name to another; one that is not whole, which is the third member, moves a part alone: it
    goes in a circle where whole steps lead back, or where there are too many of them to tell. A step to where it
    starts is a circle.
    """
    onward: dict[str, list[str]] = {}
    for source, target, whole in steps:
        if whole and source != target:
            onward.setdefault(source, []).append(target)
            onward.setdefault(target, [])
    group = _groups(onward)
    closing: dict[int, int] = {}
    found = set[int]()
    budget = [_MOST_STEPS]
    for at, (source, target, whole) in enumerate(steps):
        if source == target or not (whole or _apart(source, target, onward, budget)):
            found.add(at)
        elif whole and group[source] == group[target]:
            closing[group[source]] = at
    return found | {*closing.values()}


def _apart(source: str, target: str, onward: dict[str, list[str]], budget: list[int]) -> bool:
    """Whether no steps lead from the target back to the source. Takes what it needs from the budget."""
    seen, left = {target}, [target]
    while left and budget[0] > 0:
        further = onward.get(left.pop(), [])
        budget[0] -= 1 + len(further)
        left += [one for one in further if one not in seen]
        seen.update(further)
    return budget[0] > 0 and source not in seen


def _groups(onward: dict[str, list[str]]) -> dict[str, int]:
    """The strongly connected component of each node, by a number (R. Tarjan, 1972), without recursion."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    group: dict[str, int] = {}
    waiting: list[str] = []
    for start, first in onward.items():
        path = [] if start in order else [_Visit(start, iter(first))]
        while path:
            node, left = path[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                waiting.append(node)
            for further in left:
                if further not in order:
                    path.append(_Visit(further, iter(onward[further])))
                    break
                if further not in group:
                    low[node] = min(low[node], order[further])
            else:
                path.pop()
                if path:
                    low[path[-1].node] = min(low[path[-1].node], low[node])
                if low[node] == order[node]:
                    while (member := waiting.pop()) != node:
                        group[member] = order[node]
                    group[node] = order[node]
    return group
