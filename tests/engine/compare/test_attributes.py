"""What a number's attributes are and would be, by the terms of its entry."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.compare.attributes import (
    adopted_as,
    bought_as,
    current,
    must_move,
    on_terms,
    without_call,
)
from numplan.model.account import Offer, OwnedNumber
from numplan.model.charge import Charge
from numplan.model.manifest import Terms
from tests.builders import managed, us

ONE = us(1)
trunks = st.sampled_from([None, 1, 2])
labels = st.sampled_from([{}, {"owner": "x"}, {"owner": "y", "team": "z"}])
terms = st.builds(Terms, sip_trunk_id=trunks, labels=labels, protect=st.booleans())
instances = st.builds(
    lambda trunk, label, protect, verified: managed(
        "pool.p", ONE, sip_trunk_id=trunk, labels=label, protect=protect, trunk_verified=verified
    ),
    trunks,
    labels,
    st.booleans(),
    st.booleans(),
)


def row(monthly: str | None) -> OwnedNumber:
    return OwnedNumber(
        ONE, "Canada", "Mobile", Charge("0.10"), None if monthly is None else Charge(monthly), None
    )


@given(instances, terms)
def test_on_terms_a_number_has_their_labels_their_protection_and_the_trunk_that_they_name(instance, wanted):
    before = instance.attributes
    after = on_terms(before, wanted)
    assert (after.labels, after.protect) == (wanted.labels, wanted.protect)
    assert after.sip_trunk_id == (before.sip_trunk_id if wanted.sip_trunk_id is None else wanted.sip_trunk_id)
    others = {"labels": before.labels, "protect": before.protect, "sip_trunk_id": before.sip_trunk_id}
    assert msgspec.structs.replace(after, **others) == before


@given(instances, terms)
def test_a_number_that_is_on_its_terms_stays_the_very_same(instance, wanted):
    once = on_terms(instance.attributes, wanted)
    assert on_terms(once, wanted) is once


@given(instances, terms)
def test_without_a_call_a_number_takes_all_of_its_terms_but_a_trunk_that_it_would_have_to_move_to(
    instance, wanted
):
    before = instance.attributes
    after = without_call(instance, before, wanted)
    assert (after.labels, after.protect) == (wanted.labels, wanted.protect)
    if must_move(instance, wanted):
        assert after.sip_trunk_id == before.sip_trunk_id
    else:
        assert after == on_terms(before, wanted)


@pytest.mark.parametrize(
    ("recorded", "verified", "declared", "moves"),
    [
        (1, True, 2, True),
        (1, True, 1, False),
        (1, True, None, False),
        (None, True, 1, True),
        (None, True, None, False),
        (None, False, 1, False),
        (1, False, 2, True),
    ],
)
def test_a_number_must_move_where_it_is_known_to_sit_on_another_trunk_than_declared(
    recorded, verified, declared, moves
):
    instance = managed("pool.p", ONE, sip_trunk_id=recorded, trunk_verified=verified)
    assert must_move(instance, Terms(sip_trunk_id=declared)) == moves


@pytest.mark.parametrize("monthly", ["0.99", None])
def test_a_number_costs_what_the_account_says_now_and_is_as_state_says_otherwise(monthly):
    instance = managed("pool.p", ONE, monthly_charge="0.20")
    after = current(instance, row(monthly))
    assert after.monthly_charge == (None if monthly is None else Decimal(monthly))
    assert msgspec.structs.replace(after, monthly_charge=Decimal("0.20")) == instance.attributes


@pytest.mark.parametrize("shown", [None, row("0.20"), row("0.2")])
def test_a_number_whose_charge_is_the_same_or_not_shown_stays_the_very_same(shown):
    instance = managed("pool.p", ONE, monthly_charge="0.20")
    assert current(instance, shown) is instance.attributes


def test_a_number_that_is_bought_is_what_its_offer_says_and_is_used_as_its_entry_says():
    offer = Offer(ONE, "Canada", "Mobile", "Voice+SMS", Decimal("0.50"), Decimal("0.70"), "Ontario")
    wanted = Terms(
        country="United States", category="Voice", sip_trunk_id=7, labels={"owner": "x"}, protect=True
    )
    bought = bought_as(offer, wanted)
    assert (bought.number, bought.country, bought.type) == (ONE, "Canada", "Mobile")
    assert (bought.state, bought.category) == ("Ontario", "Voice+SMS")
    assert (bought.setup_charge, bought.monthly_charge) == (Decimal("0.50"), Decimal("0.70"))
    assert (bought.sip_trunk_id, bought.labels, bought.protect) == (7, {"owner": "x"}, True)


def test_a_number_that_is_adopted_is_what_its_row_says_and_of_the_declared_category_which_no_row_shows():
    adopted = adopted_as(row("0.30"), Terms(country="United States", category="Voice", sip_trunk_id=7))
    assert (adopted.country, adopted.type, adopted.state) == ("Canada", "Mobile", None)
    assert (adopted.category, adopted.sip_trunk_id) == ("Voice", 7)
    assert (adopted.setup_charge, adopted.monthly_charge) == (Decimal("0.10"), Decimal("0.30"))
