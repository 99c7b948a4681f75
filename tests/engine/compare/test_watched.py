"""Watched numbers: closed as never bought and tried again, or in the account after all and surplus."""

from datetime import timedelta

import msgspec
import pytest

from numplan.model.changes import Adopt, Keep, Purchase
from numplan.model.manifest import Spread
from numplan.model.number import E164
from tests.builders import (
    LONG_AGO,
    buried,
    by_action,
    entry,
    lines,
    managed,
    manifest,
    only,
    plan,
    pool,
    refused,
    releasing,
    state,
    us,
)
from tests.engine.compare.slots import FIVE, ONE, THREE, TWO, P, held
from tests.fakes import NOON


def test_the_slot_of_a_closed_purchase_tries_its_number_again(vendor):
    vendor.put_on_sale(us(9), monthly="3")
    change = only(plan(P, vendor, state(buried(managed("pool.p", us(9))))))
    assert isinstance(change, Purchase)
    assert change.after.number == us(9)
    assert change.sent_before
    assert not change.substitutable


def test_a_slot_that_was_freed_takes_another_number_but_never_the_watched_one(vendor):
    vendor.put_on_sale(ONE, monthly="0.01")
    made = plan(P, vendor, state(buried(managed("pool.p", ONE), holds_slot=False)))
    assert by_action(made) == {"purchase": [FIVE]}
    assert not {offer.number for offers in made.alternates.values() for offer in offers} & {ONE}


@pytest.mark.parametrize(
    ("places", "state_of_it"),
    [
        ({"area_codes": ("646",)}, None),
        ({"spread": Spread(by="area_code", names=("646",))}, None),
        ({"spread": Spread(by="state", names=("Ohio",))}, "New York"),
    ],
)
def test_a_slot_waits_no_longer_than_the_hold_for_a_number_that_lies_in_none_of_its_pools_places(
    vendor, places, state_of_it
):
    closed = managed("pool.p", vendor.put_on_sale(E164("+12125550199"), state="New York"), state=state_of_it)
    vendor.put_on_sale(E164("+16465550100"), state="Ohio")
    wanted = manifest(pool("p", 1, **places))
    lately = plan(wanted, vendor, state(buried(closed)))
    assert held(lately) == [("pool.p", "+12125550199")]
    assert by_action(lately) == {}
    later = plan(wanted, vendor, state(buried(closed, closed_at=NOON - timedelta(hours=1))))
    assert by_action(later) == {"purchase": ["+16465550100"]}
    back = plan(manifest(pool("p", 1)), vendor, state(buried(closed, closed_at=NOON - timedelta(hours=1))))
    assert by_action(back) == {"purchase": ["+12125550199"]}, "where it may lie there, it is tried again"


def test_an_explicit_number_whose_purchase_was_closed_is_tried_again_and_a_refusal_proves_nothing(vendor):
    change = only(plan(manifest(entry("a", FIVE)), vendor, state(buried(managed("number.a", FIVE)))))
    assert change.sent_before


def test_an_explicit_number_whose_purchase_was_closed_waits_where_it_is_not_for_sale(vendor):
    made = plan(manifest(entry("a", ONE)), vendor, state(buried(managed("number.a", ONE))))
    assert held(made) == [("number.a", ONE)]
    assert made.errors == ()


def test_an_explicit_number_that_is_not_for_sale_is_an_error_once_its_slot_was_given_up(vendor):
    rows = state(buried(managed("number.a", ONE), holds_slot=False))
    assert len(plan(manifest(entry("a", ONE)), vendor, rows).errors) == 1


def test_a_missing_number_whose_purchase_was_closed_is_known_to_have_been_sent(vendor):
    gone = managed("number.a", FIVE, missing_since=LONG_AGO)
    change = only(plan(manifest(entry("a", FIVE)), vendor, state(gone, buried(gone))))
    assert change.sent_before


def test_a_missing_number_whose_purchase_was_closed_waits_like_any_other(vendor):
    gone = managed("number.a", ONE)
    made = plan(manifest(entry("a", ONE)), vendor, state(gone, buried(gone)))
    assert held(made) == [("number.a", ONE)]
    assert made.errors == ()


def test_a_surplus_number_is_reported_and_never_released_by_itself(vendor):
    rows = state(
        managed("pool.p", vendor.own(ONE)),
        managed("pool.p", vendor.own(TWO), surplus=True),
        buried(managed("pool.p", vendor.own(THREE))),
    )
    made = plan(P, vendor, rows)
    assert by_action(made) == {}
    assert made.surplus == (TWO, THREE)


@pytest.mark.parametrize("resource", ["pool.gone", "number.gone"])
def test_a_surplus_number_stays_even_when_its_resource_is_removed(vendor, resource):
    vendor.own(ONE)
    rows = state(managed("pool.p", ONE), managed(resource, vendor.own(TWO), surplus=True))
    made = plan(P, vendor, rows)
    assert by_action(made) == {}
    assert made.surplus == (TWO,)


def test_destroy_leaves_a_surplus_number(vendor):
    made = plan(P, vendor, state(managed("pool.p", vendor.own(ONE), surplus=True)), destroy=True)
    assert by_action(made) == {}
    assert made.surplus == (ONE,)


@pytest.mark.parametrize("named", [TWO, f'pool.p["{TWO}"]'])
def test_a_surplus_number_is_released_on_request(vendor, named):
    rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", vendor.own(TWO), surplus=True))
    made = plan(P, vendor, rows, releases=(named,))
    assert by_action(made) == {"release": [TWO]}
    assert made.surplus == ()


def test_a_request_to_release_a_surplus_number_goes_before_an_empty_slot(vendor):
    rows = state(managed("pool.p", vendor.own(TWO), surplus=True))
    made = plan(P, vendor, rows, releases=(TWO,))
    assert by_action(made) == {"release": [TWO], "purchase": [FIVE]}


def test_a_declaration_goes_before_a_request_to_release_a_surplus_number(vendor):
    rows = state(managed("pool.p", vendor.own(TWO), surplus=True))
    made = plan(manifest(entry("a", TWO)), vendor, rows, releases=(TWO,))
    assert lines(made) == [("adopt", "number.a", TWO)]


def test_a_request_to_release_a_surplus_number_while_its_release_is_unknown_sends_nothing(vendor):
    row = managed("pool.p", vendor.own(TWO), surplus=True)
    for wanted in (P, manifest(pool("p", 0), entry("a", FIVE))):
        made = plan(wanted, vendor, state(row, releasing(row)), releases=(TWO,))
        assert TWO not in [number for _, _, number in lines(made)]


def test_a_request_to_release_a_surplus_number_that_is_gone_forgets_it(vendor):
    row = managed("pool.p", TWO, surplus=True, missing_since=LONG_AGO)
    one = managed("pool.p", vendor.own(ONE))
    made = plan(P, vendor, state(one, row), releases=(TWO,))
    assert by_action(made) == {"forget": [TWO]}
    assert made.surplus == ()


@pytest.mark.parametrize(
    "wanted",
    [
        manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace")),
        manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")),
    ],
)
def test_a_surplus_number_on_another_trunk_is_taken_in_where_it_sits(vendor, wanted):
    """State must not say that it sits on the declared trunk: the next plan moves it."""
    row = managed("pool.p", vendor.own(ONE), sip_trunk_id=1, surplus=True)
    change = only(plan(wanted, vendor, state(row)))
    assert isinstance(change, Adopt)
    assert change.after.sip_trunk_id == 1
    taken = msgspec.structs.replace(row, resource=change.resource, attributes=change.after, surplus=False)
    assert by_action(plan(wanted, vendor, state(taken))) == {"replace": [ONE]}


def test_the_release_of_a_surplus_number_that_a_flow_holds_is_blocked_on_request(vendor):
    vendor.own(TWO, flow=True)
    rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", TWO, surplus=True))
    made = plan(P, vendor, rows, releases=(TWO,))
    assert by_action(made) == {"blocked": [TWO]}
    assert made.surplus == (TWO,)


def test_a_surplus_number_counts_when_a_manifest_declares_nothing(vendor):
    rows = state(managed("pool.p", vendor.own(ONE), surplus=True))
    assert "empty-manifest" in refused(plan(manifest(), vendor, rows))


def test_a_number_is_kept_where_it_is_managed_and_was_closed(vendor):
    """A missing number that was bought again, closed, and is back: it is simply there."""
    row = managed("number.a", vendor.own(ONE))
    made = plan(manifest(entry("a", ONE)), vendor, state(row, buried(row)))
    assert isinstance(only(made), Keep)
    assert made.surplus == ()
