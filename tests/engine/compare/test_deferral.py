"""Numbers that a plan leaves alone for now: not yet listed, looked for again, or of a call that is not settled."""

from datetime import timedelta

import msgspec
import pytest

from numplan.model.plan import Deferred
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    buried,
    buying,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    releasing,
    state,
    us,
)
from tests.engine.compare.slots import FIVE, ONE, P, held
from tests.fakes import NOON


@pytest.mark.parametrize("wanted", [P, manifest(entry("a", ONE)), manifest(group("s", [ONE]))])
def test_a_fresh_purchase_is_held_neither_missing_nor_bought_again(vendor, wanted):
    vendor.put_on_sale(ONE)
    resource = next(iter([*wanted.numbers, *wanted.sets, *wanted.pools])).resource
    made = plan(wanted, vendor, state(managed(resource, ONE, bought_at=JUST_NOW)))
    assert by_action(made) == {}
    assert held(made) == [(resource, ONE)]
    assert made.drift == ()


def test_a_fresh_purchase_that_is_not_listed_is_missing_and_bought_again_after_hold_minutes(vendor):
    since = NOON - timedelta(minutes=15)
    made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=since, missing_since=since)))
    assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}
    just_before = managed("pool.p", ONE, bought_at=since + timedelta(seconds=1), missing_since=since)
    assert by_action(plan(P, vendor, state(just_before))) == {}


def test_a_clock_that_was_set_back_makes_nothing_missing(vendor):
    made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=NOON + timedelta(days=2))))
    assert by_action(made) == {}
    assert held(made) == [("pool.p", ONE)]


def test_an_adopted_number_is_not_waited_for_beyond_the_second_look(vendor):
    made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=None, missing_since=LONG_AGO)))
    assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}


def test_an_explicit_number_whose_purchase_is_unknown_is_left_alone(vendor):
    for arrange in (vendor.put_on_sale, vendor.own):
        arrange(ONE)
        made = plan(manifest(entry("a", ONE)), vendor, state(buying(managed("number.a", ONE))))
        assert by_action(made) == {}


def test_a_release_with_an_unknown_outcome_counts_as_done(vendor):
    one = managed("pool.p", vendor.own(ONE))
    made = plan(P, vendor, state(one, releasing(one)))
    assert by_action(made) == {"purchase": [FIVE]}
    assert made.held == (Deferred(resource="pool.p", number=ONE, reason=made.held[0].reason, leaving=True),)


def test_a_release_with_an_unknown_outcome_is_not_sent_again_by_a_plan(vendor):
    one = managed("number.gone", vendor.own(ONE))
    made = plan(manifest(entry("a", FIVE)), vendor, state(one, releasing(one)))
    assert by_action(made) == {"purchase": [FIVE]}


def test_a_number_whose_release_is_unknown_and_that_is_gone_is_neither_missing_nor_forgotten(vendor):
    """Settling has the word on it: it may be back in the next listing."""
    one = managed("pool.p", ONE)
    made = plan(P, vendor, state(one, releasing(one)))
    assert by_action(made) == {"purchase": [FIVE]}
    assert made.drift == ()


def test_a_missing_number_whose_purchase_is_unknown_is_left_alone(vendor):
    vendor.put_on_sale(ONE)
    one = managed("number.a", ONE)
    made = plan(manifest(entry("a", ONE)), vendor, state(one, buying(one)))
    assert by_action(made) == {}
    assert held(made) == [("number.a", ONE)]


def test_a_number_whose_purchase_is_unknown_and_that_is_owned_by_now_is_not_adopted_by_another_pool(vendor):
    vendor.own(ONE)
    wanted = manifest(pool("q", 1, adopt=True))
    made = plan(wanted, vendor, state(buying(managed("pool.p", ONE))))
    assert by_action(made) == {"purchase": [FIVE]}
    assert made.unmanaged.count == 0


def test_a_held_number_of_another_pool_is_not_picked(vendor):
    made = plan(P, vendor, state(buying(managed("pool.gone", FIVE))))
    assert by_action(made) == {"purchase": [us(6)]}


@pytest.mark.parametrize(
    "known",
    [
        {"bought_at": None},
        {"bought_at": LONG_AGO},
        {"missing_since": NOON - timedelta(minutes=14, seconds=59)},
    ],
)
def test_one_look_that_does_not_show_a_number_makes_it_absent_and_not_missing(vendor, known):
    vendor.put_on_sale(ONE)
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, **known)))
    assert by_action(made) == {}
    assert held(made) == [("number.a", ONE)]
    assert [(one.number, one.is_back) for one in made.missing] == [(ONE, False)]


def test_a_number_that_somebody_has_seen_to_be_gone_is_missing_at_the_first_look(vendor):
    made = plan(P, vendor, state(managed("pool.p", ONE)), missing=True)
    assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}
    assert (made.held, made.missing) == ((), ())


def test_a_fresh_purchase_that_is_not_listed_is_waited_for_though_somebody_has_seen_it_to_be_gone(vendor):
    made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=JUST_NOW)), missing=True)
    assert by_action(made) == {}
    assert held(made) == [("pool.p", ONE)]


def test_a_declared_number_that_the_account_shows_just_after_its_release_is_not_adopted_before_hold_minutes(
    vendor,
):
    vendor.own(ONE)
    gone = buried(managed("number.a", ONE), holds_slot=False)
    for minutes, action in ((14, {}), (15, {"adopt": [ONE]})):
        released = msgspec.structs.replace(
            gone, cause="unknown", released_at=NOON - timedelta(minutes=minutes)
        )
        made = plan(manifest(entry("a", ONE)), vendor, state(released))
        assert by_action(made) == action
        assert held(made) == ([] if action else [("number.a", ONE)])


def test_the_reason_of_a_call_that_is_not_settled_says_what_was_to_be_sent_when_and_why_nobody_knows(vendor):
    row = managed("pool.p", vendor.own(ONE))
    doubted = msgspec.structs.replace(releasing(row), doubt="the answer was cut off")
    (one,) = plan(manifest(pool("p", 0), entry("a", FIVE)), vendor, state(row, doubted)).held
    assert one.reason == (
        "its release was about to be sent at 2026-01-01 11:58 UTC and the outcome is not known yet: "
        "the answer was cut off"
    )
