"""Explicit numbers: entries under `numbers:` and members of sets."""

from decimal import Decimal

import msgspec
import pytest

from numplan.model.account import Region
from numplan.model.changes import Adopt, Keep, Purchase, Update
from numplan.model.policy import Policy
from tests.builders import (
    PLACE,
    by_action,
    entry,
    group,
    line,
    lines,
    managed,
    manifest,
    only,
    plan,
    pool,
    said,
    state,
    us,
)
from tests.fakes import REGIONS, FakeVendor

ONE, TWO, THREE = us(1), us(2), us(3)


def test_a_number_that_is_not_owned_is_purchased_at_the_price_that_find_tells(vendor):
    vendor.put_on_sale(ONE, once="1.50", monthly="0.333", category="Voice+SMS", state="Alabama")
    wanted = manifest(entry("support", ONE, sip_trunk_id=169, labels={"owner": "me"}, protect=True))
    change = only(plan(wanted, vendor))
    assert isinstance(change, Purchase)
    assert change.resource == "number.support"
    after = change.after
    assert (after.setup_charge, after.monthly_charge) == (Decimal("1.50"), Decimal("0.333"))
    assert (after.sip_trunk_id, after.labels, after.protect) == (169, {"owner": "me"}, True)
    assert (after.country, after.type, after.category, after.state) == (
        "United States",
        "Geographic",
        "Voice+SMS",
        "Alabama",
    )
    assert not change.substitutable
    assert not change.sent_before


def test_what_is_not_for_sale_is_an_error_at_its_line_and_the_others_are_still_planned(vendor):
    vendor.put_on_sale(TWO)
    made = plan(manifest(entry("gone", ONE), entry("here", TWO)), vendor)
    (found,) = made.errors
    assert f"{ONE} is not for sale" in found.summary
    assert found.source is not None
    assert found.path == "number.gone"
    assert lines(made) == [("purchase", "number.here", TWO)]


def test_a_set_names_the_line_of_the_member_that_cannot_be_had(vendor):
    vendor.put_on_sale(ONE)
    made = plan(manifest(group("dialer", [ONE, TWO])), vendor)
    (found,) = made.errors
    assert found.source is not None
    assert found.source.line == 21
    assert found.path == f'set.dialer["{TWO}"]'


def test_an_owned_number_that_nothing_manages_is_adopted_without_cost_on_an_unverified_trunk(vendor):
    vendor.own(ONE, monthly="0.40")
    made = plan(manifest(entry("support", ONE, sip_trunk_id=169)), vendor)
    change = only(made)
    assert isinstance(change, Adopt)
    assert change.after.sip_trunk_id == 169
    assert not change.trunk_verified
    assert made.cost.once == made.cost.monthly == 0
    assert any("cannot verify" in text for text in said(made, "warning"))


def test_an_adoption_without_a_trunk_has_nothing_to_verify(vendor):
    vendor.own(ONE)
    assert said(plan(manifest(entry("support", ONE)), vendor), "warning") == []


def test_a_first_trunk_for_an_adopted_number_is_recorded_not_moved_to(vendor):
    vendor.own(ONE)
    known = managed("number.support", ONE, bought_at=None, trunk_verified=False)
    change = only(plan(manifest(entry("support", ONE, sip_trunk_id=5)), vendor, state(known)))
    assert isinstance(change, Update)
    assert change.after.sip_trunk_id == 5


def test_another_trunk_than_the_one_an_adoption_recorded_is_a_move(vendor):
    vendor.own(ONE)
    known = managed("number.support", ONE, bought_at=None, trunk_verified=False, sip_trunk_id=4)
    made = plan(manifest(entry("support", ONE, sip_trunk_id=5)), vendor, state(known))
    assert by_action(made) == {"replace": [ONE]}


def test_a_state_that_the_vendor_does_not_name_is_unknown(vendor):
    vendor.put_on_sale(ONE, state="")
    assert only(plan(manifest(entry("support", ONE)), vendor)).after.state is None


def test_a_first_trunk_for_a_purchased_number_is_a_move(vendor):
    vendor.own(ONE)
    known = managed("number.support", ONE)
    made = plan(manifest(entry("support", ONE, sip_trunk_id=5)), vendor, state(known))
    assert by_action(made) == {"replace": [ONE]}


def test_a_number_as_declared_stays(vendor):
    vendor.own(ONE)
    known = managed("number.support", ONE, sip_trunk_id=1, labels={"a": "b"})
    change = only(
        plan(manifest(entry("support", ONE, sip_trunk_id=1, labels={"a": "b"})), vendor, state(known))
    )
    assert isinstance(change, Keep)


def test_a_manifest_that_names_no_trunk_has_no_wish(vendor):
    vendor.own(ONE)
    change = only(plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, sip_trunk_id=9))))
    assert isinstance(change, Keep)
    assert change.after.sip_trunk_id == 9


@pytest.mark.parametrize(
    "declared",
    [{"country": "Canada"}, {"type": "Mobile"}, {"country": "United Kingdom", "type": "Geographic"}],
)
@pytest.mark.parametrize("where", ["managed", "owned", "for sale"])
def test_a_declared_country_or_type_that_differs_is_an_error_never_a_replace(declared, where):
    vendor = FakeVendor(regions=tuple(Region(one.name, ("Geographic", "Mobile")) for one in REGIONS))
    if where == "for sale":
        vendor.put_on_sale(ONE)
    else:
        vendor.own(ONE)
    known = state(managed("number.a", ONE)) if where == "managed" else None
    made = plan(manifest(entry("a", ONE, **declared)), vendor, known)
    assert made.changes == ()
    (found,) = made.errors
    assert "but it has" in found.summary


def test_spelling_of_country_and_type_makes_no_difference(vendor):
    vendor.own(ONE, kind="Toll-Free")
    made = plan(manifest(entry("a", ONE, country="united-states", type="Toll-Free")), vendor)
    assert by_action(made) == {"adopt": [ONE]}


def test_a_declared_category_is_checked_where_it_is_shown(vendor):
    vendor.put_on_sale(ONE, category="Voice")
    made = plan(manifest(entry("a", ONE, category="Voice+SMS")), vendor)
    assert len(made.errors) == 1
    vendor.own(ONE)
    assert by_action(plan(manifest(entry("a", ONE, category="Voice+SMS")), vendor)) == {"adopt": [ONE]}


def test_a_number_that_does_more_than_its_declared_category_serves(vendor):
    vendor.put_on_sale(ONE, category="Voice+SMS")
    made = plan(manifest(entry("a", ONE, category="Voice")), vendor)
    assert by_action(made) == {"purchase": [ONE]}


def test_labels_and_protection_are_an_update_without_a_call(vendor):
    vendor.own(ONE)
    known = managed("number.a", ONE, labels={"owner": "x", "use": "y"})
    made = plan(manifest(entry("a", ONE, labels={"owner": "z"}, protect=True)), vendor, state(known))
    change = only(made)
    assert isinstance(change, Update)
    assert [(one.path, one.before, one.after) for one in change.differences] == [
        ("labels.owner", "x", "z"),
        ("labels.use", "y", None),
        ("protect", "false", "true"),
    ]
    assert made.cost.once == made.cost.monthly == 0
    assert made.refusals == ()


@pytest.mark.parametrize("before", ["number.old", "set.s", "pool.p"])
def test_a_number_declared_under_another_name_moves_without_a_call(vendor, before):
    vendor.own(ONE)
    change = only(plan(manifest(entry("new", ONE)), vendor, state(managed(before, ONE))))
    assert isinstance(change, Update)
    assert (change.resource, change.previous_resource) == ("number.new", before)


def test_a_pool_member_that_is_declared_by_itself_leaves_a_slot_to_fill(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    vendor.put_on_sale(THREE)
    known = state(managed("pool.p", ONE), managed("pool.p", TWO))
    made = plan(manifest(entry("mine", ONE), pool("p", 2)), vendor, known)
    assert by_action(made) == {"update": [ONE], "purchase": [THREE]}


def test_a_pool_does_not_release_a_member_that_is_declared_by_itself(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    made = plan(
        manifest(entry("mine", ONE), pool("p", 1)),
        vendor,
        state(managed("pool.p", ONE), managed("pool.p", TWO)),
    )
    assert by_action(made) == {"update": [ONE]}


def test_a_changed_number_of_an_entry_is_bought_and_the_former_released(vendor):
    vendor.own(ONE)
    vendor.put_on_sale(TWO)
    made = plan(manifest(entry("a", TWO)), vendor, state(managed("number.a", ONE)))
    assert by_action(made) == {"release": [ONE], "purchase": [TWO]}


def test_a_number_that_only_a_look_up_shows_is_adopted_not_an_error(vendor):
    vendor.own(ONE)
    vendor.listed(complete=True, hiding=[ONE])
    assert by_action(plan(manifest(entry("a", ONE)), vendor)) == {"adopt": [ONE]}


def test_a_managed_number_that_the_listing_leaves_out_is_looked_up(vendor):
    vendor.own(ONE)
    vendor.listed(complete=True, hiding=[ONE])
    change = only(plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE))))
    assert line(change) == ("no-op", "number.a", ONE)


def test_what_is_declared_and_owned_asks_for_no_price(vendor):
    vendor.own(ONE)
    plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
    assert {name for name, _ in vendor.calls} == {"regions", "purchased"}


def test_an_explicit_number_is_released_and_bought_back_and_the_plan_says_what_may_happen(vendor):
    row = managed("number.a", vendor.own(us(1)), sip_trunk_id=1)
    wanted = manifest(entry("a", us(1), sip_trunk_id=2, on_trunk_change="replace"))
    change = only(plan(wanted, vendor, state(row)))
    assert not change.buys_first
    assert "can be lost" in change.reason


def test_an_explicit_number_whose_price_cannot_be_read_is_an_error_at_its_place(vendor):
    vendor.put_on_sale(us(20))
    vendor.put_on_sale(us(21))
    vendor.cannot_read(us(20), field="setupCharge", reason="is 'N/A'")
    made = plan(manifest(entry("a", us(20)), entry("b", us(21))), vendor)
    [wrong] = made.errors
    assert wrong.summary == (
        f"{us(20)}: find-number: its setupCharge is 'N/A': its price is not known, so it is not bought"
    )
    assert (wrong.path, wrong.source) == ("number.a", PLACE)
    assert by_action(made) == {"purchase": [us(21)]}


def test_an_explicit_number_whose_offer_says_too_little_is_an_error(vendor):
    vendor.put_on_sale(us(20))
    vendor.cannot_read(us(20))
    [wrong] = plan(manifest(entry("a", us(20))), vendor).errors
    assert wrong.summary.endswith(
        "find-number: its country is null: what it is cannot be read, so it is not bought"
    )


def test_an_entry_that_names_a_number_of_another_customer_adopts_it(vendor):
    for number, customer in ((ONE, "190"), (TWO, "190"), (THREE, "999")):
        vendor.own(number, customer=customer)
    assert by_action(plan(manifest(entry("a", THREE)), vendor)) == {"adopt": [THREE]}


def test_a_number_whose_charge_nobody_knows_is_not_released_to_be_bought_back(vendor):
    vendor.own(ONE)
    adopted = managed("number.a", ONE, sip_trunk_id=1)
    unknown = msgspec.structs.replace(
        adopted, attributes=msgspec.structs.replace(adopted.attributes, setup_charge=None)
    )
    wanted = entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")
    limited = manifest(wanted, policy=Policy(max_setup_cost=Decimal(5)))
    assert plan(limited, vendor, state(adopted)).refusals == ()
    for wish in (limited, manifest(wanted)):
        made = plan(wish, vendor, state(unknown))
        assert made.changes == ()
        assert [one.summary for one in made.errors] == [
            f"{ONE} would be released and bought back, and what it costs is not known"
        ]
