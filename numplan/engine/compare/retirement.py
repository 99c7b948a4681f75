"""Numbers that pools do not take, or are to give up: retired, named by `--replace`, or released not long ago. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from numplan.engine.compare.sides import Sides
from numplan.model.address import kind_of
from numplan.model.moment import Moment, age
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.model.text.glob import covers

REPLACE: Final = "--replace"


def outgoing_of(
    sides: Sides, managed: Mapping[E164, Instance], patterns: Sequence[str]
) -> Mapping[E164, str]:
    """The managed numbers that a pool is to replace, each with why: `retired, because: spam label`."""
    named = dict.fromkeys(_named(sides, managed, patterns), f"{REPLACE} names it")
    retired = ((number, one) for number, one in sides.retired.items() if number in managed)
    return named | {
        number: f"retired, because: {one.reason}" if one.reason else "retired" for number, one in retired
    }


def released_lately(sides: Sides) -> Mapping[E164, Moment]:
    """What this state released, and when, as long as no pool buys it again."""
    if sides.state is None:
        return {}
    span = sides.manifest.bounds.no_rebuy
    return {one.number: one.at for one in sides.state.released if age(sides.now, one.at) < span}


def is_covered(one: Instance, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns covers a number, its address, or what it belongs to."""
    names = (one.resource, one.number, one.address)
    return any(covers(pattern, name) for pattern in patterns for name in names)


def _named(sides: Sides, managed: Mapping[E164, Instance], patterns: Sequence[str]) -> Iterator[E164]:
    if patterns:
        for number, one in managed.items():
            is_member = kind_of(one.resource) == "pool" and number not in sides.declared
            if is_member and is_covered(one, patterns):
                yield number
