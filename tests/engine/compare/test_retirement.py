"""Which numbers a pool is to give up, and which it does not buy again yet."""

from datetime import timedelta

import pytest

from numplan.engine.compare.declared_index import DeclaredNumbers
from numplan.engine.compare.retirement import is_covered, outgoing_of, released_lately
from numplan.engine.compare.sides import Sides
from numplan.model.manifest import Manifest
from numplan.model.moment import BothClocks, Moment
from numplan.model.policy import Policy
from numplan.model.state import Released, State
from numplan.model.today import Today
from tests.builders import entry, managed, manifest, pool, state, us
from tests.fakes import NOON


def sides(wanted: Manifest, known: State | None, now: Moment = NOON) -> Sides:
    return Sides(
        manifest=wanted,
        declared=DeclaredNumbers(wanted.explicit()),
        state=known,
        snapshot=None,  # type: ignore[arg-type]  # nothing here asks the account
        now=now,
        today=Today(NOON.date()),
        idle=frozenset(),
        hold=timedelta(minutes=15),
        retired={one.number: one for one in wanted.retire},
    )


def test_retired_and_named_members_are_outgoing_and_what_is_listed_never_is():
    rows = [managed("pool.p", us(1)), managed("pool.p", us(2)), managed("number.a", us(3))]
    wanted = manifest(pool("p", 2), entry("a", us(3)), retire=[us(1), us(9)])
    known = {one.number: one for one in rows}
    assert outgoing_of(sides(wanted, state(*rows)), known, ("*",)) == {
        us(1): "retired, because: spam label",
        us(2): "--replace names it",
    }


@pytest.mark.parametrize(
    ("span", "days", "known"), [("90d", 89, True), ("90d", 90, False), ("2w", 13, True), ("0d", 0, False)]
)
def test_what_was_released_counts_until_the_span_is_over(span, days, known):
    wanted = manifest(pool("p", 1), policy=Policy(rebuy_after=span))
    gone = Released(us(1), NOON - timedelta(days=days))
    assert (us(1) in released_lately(sides(wanted, state(gone)))) == known


def test_a_clock_that_jumps_does_not_end_the_span():
    """By the vendor's clock it was released yesterday."""
    gone = Released(us(1), NOON)
    jumped = BothClocks(NOON + timedelta(days=400), NOON + timedelta(days=1))
    assert us(1) in released_lately(sides(manifest(pool("p", 1)), state(gone), jumped))


def test_without_a_state_nothing_was_released():
    assert released_lately(sides(manifest(pool("p", 1)), None)) == {}


@pytest.mark.parametrize("pattern", ["pool.p", us(1), f'pool.p["{us(1)}"]', "pool.?", "*0001"])
def test_a_pattern_covers_a_number_by_any_of_its_names(pattern):
    assert is_covered(managed("pool.p", us(1)), ("number.x", pattern))
    assert not is_covered(managed("pool.q", us(2)), ("pool.p", us(1)))
