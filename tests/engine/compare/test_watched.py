"""Numbers in doubt: bought and not yet listed, sent with an unknown outcome, closed as never bought, surplus."""

from datetime import timedelta

import msgspec
import pytest

from numplan.model.changes import Adopt, Keep, Purchase, Replace
from numplan.model.plan import Deferred
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    buried,
    buying,
    by_action,
    entry,
    group,
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
from tests.fakes import NOON, FakeVendor

ONE, TWO, THREE, FOUR, FIVE = map(us, range(1, 6))
P = manifest(pool("p", 1))


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    vendor.put_on_sale(FIVE)
    vendor.put_on_sale(us(6))
    return vendor


def held(made) -> list[tuple[str, str]]:
    return [(one.resource, one.number) for one in made.held]


class TestNotYetListed:
    @pytest.mark.parametrize("wanted", [P, manifest(entry("a", ONE)), manifest(group("s", [ONE]))])
    def test_a_fresh_purchase_is_held_neither_missing_nor_bought_again(self, vendor, wanted):
        vendor.put_on_sale(ONE)
        resource = next(iter([*wanted.numbers, *wanted.sets, *wanted.pools])).resource
        made = plan(wanted, vendor, state(managed(resource, ONE, bought_at=JUST_NOW)))
        assert by_action(made) == {}
        assert held(made) == [(resource, ONE)]
        assert made.drift == ()

    def test_after_hold_minutes_it_is_missing_and_bought_again(self, vendor):
        since = NOON - timedelta(minutes=15)
        made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=since, missing_since=since)))
        assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}
        just_before = managed("pool.p", ONE, bought_at=since + timedelta(seconds=1), missing_since=since)
        assert by_action(plan(P, vendor, state(just_before))) == {}

    def test_a_clock_that_was_set_back_makes_nothing_missing(self, vendor):
        made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=NOON + timedelta(days=2))))
        assert by_action(made) == {}
        assert held(made) == [("pool.p", ONE)]

    def test_an_adopted_number_is_not_waited_for_beyond_the_second_look(self, vendor):
        made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=None, missing_since=LONG_AGO)))
        assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}

    def test_a_confirmed_purchase_makes_an_older_member_one_too_many(self, vendor):
        """A move whose purchase succeeded and whose release did not: the old member goes."""
        vendor.own(ONE)
        rows = state(
            managed("pool.p", ONE, sip_trunk_id=1),
            managed("pool.p", TWO, sip_trunk_id=2, bought_at=JUST_NOW),
        )
        made = plan(manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace")), vendor, rows)
        assert by_action(made) == {"release": [ONE]}

    def test_it_is_paid_for(self, vendor):
        made = plan(P, vendor, state(managed("pool.p", ONE, bought_at=JUST_NOW, monthly_charge="0.45")))
        assert str(made.cost.monthly_before) == str(made.cost.monthly_after) == "0.45"


class TestUnknownOutcomes:
    def test_a_slot_whose_purchase_is_unknown_takes_no_other_number(self, vendor):
        vendor.put_on_sale(ONE)
        made = plan(P, vendor, state(buying(managed("pool.p", ONE))))
        assert by_action(made) == {}
        assert held(made) == [("pool.p", ONE)]
        assert any("unsettled call" in found.summary for found in made.diagnostics)

    def test_an_explicit_number_whose_purchase_is_unknown_is_left_alone(self, vendor):
        for arrange in (vendor.put_on_sale, vendor.own):
            arrange(ONE)
            made = plan(manifest(entry("a", ONE)), vendor, state(buying(managed("number.a", ONE))))
            assert by_action(made) == {}

    def test_an_unknown_release_counts_as_done(self, vendor):
        one = managed("pool.p", vendor.own(ONE))
        made = plan(P, vendor, state(one, releasing(one)))
        assert by_action(made) == {"purchase": [FIVE]}
        assert made.held == (
            Deferred(resource="pool.p", number=ONE, reason=made.held[0].reason, leaving=True),
        )

    def test_an_unknown_release_is_not_sent_again_by_a_plan(self, vendor):
        one = managed("number.gone", vendor.own(ONE))
        made = plan(manifest(entry("a", FIVE)), vendor, state(one, releasing(one)))
        assert by_action(made) == {"purchase": [FIVE]}

    def test_no_member_is_released_for_a_purchase_that_may_never_have_happened(self, vendor):
        rows = [managed("pool.p", vendor.own(number)) for number in (ONE, TWO)]
        made = plan(manifest(pool("p", 2)), vendor, state(*rows, buying(managed("pool.p", THREE))))
        assert by_action(made) == {}

    def test_a_member_whose_replacement_is_unknown_is_neither_released_nor_replaced_again(self, vendor):
        row = managed("pool.p", vendor.own(ONE), sip_trunk_id=1)
        wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
        made = plan(wanted, vendor, state(row, buying(managed("pool.p", TWO, sip_trunk_id=2))))
        assert by_action(made) == {}

    def test_of_several_moves_only_those_that_nothing_is_under_way_for_are_planned(self, vendor):
        rows = [managed("pool.p", vendor.own(number), sip_trunk_id=1) for number in (ONE, TWO)]
        wanted = manifest(pool("p", 2, sip_trunk_id=2, on_trunk_change="replace"))
        made = plan(wanted, vendor, state(*rows, buying(managed("pool.p", THREE, sip_trunk_id=2))))
        (change,) = (one for one in made.changes if isinstance(one, Replace))
        assert change.after.number == FIVE

    def test_a_number_whose_release_is_unknown_and_that_is_gone_is_neither_missing_nor_forgotten(
        self, vendor
    ):
        """Settling has the word on it: it may be back in the next listing."""
        one = managed("pool.p", ONE)
        made = plan(P, vendor, state(one, releasing(one)))
        assert by_action(made) == {"purchase": [FIVE]}
        assert made.drift == ()

    def test_a_missing_number_whose_purchase_is_unknown_is_left_alone(self, vendor):
        vendor.put_on_sale(ONE)
        one = managed("number.a", ONE)
        made = plan(manifest(entry("a", ONE)), vendor, state(one, buying(one)))
        assert by_action(made) == {}
        assert held(made) == [("number.a", ONE)]

    def test_an_unknown_purchase_that_is_owned_by_now_is_not_adopted_by_another_pool(self, vendor):
        vendor.own(ONE)
        wanted = manifest(pool("q", 1, adopt=True))
        made = plan(wanted, vendor, state(buying(managed("pool.p", ONE))))
        assert by_action(made) == {"purchase": [FIVE]}
        assert made.unmanaged.count == 0

    def test_a_held_number_that_is_declared_by_itself_fills_no_slot_of_its_pool(self, vendor):
        for row in (buying(managed("pool.p", ONE)), managed("pool.p", ONE, bought_at=JUST_NOW)):
            made = plan(manifest(entry("a", ONE), pool("p", 1)), vendor, state(row))
            assert by_action(made) == {"purchase": [FIVE]}

    def test_a_held_number_of_another_pool_is_not_picked(self, vendor):
        made = plan(P, vendor, state(buying(managed("pool.gone", FIVE))))
        assert by_action(made) == {"purchase": [us(6)]}


class TestClosedPurchases:
    def test_the_slot_tries_this_number_again(self, vendor):
        vendor.put_on_sale(us(9), monthly="3")
        change = only(plan(P, vendor, state(buried(managed("pool.p", us(9))))))
        assert isinstance(change, Purchase)
        assert change.after.number == us(9)
        assert change.sent_before
        assert not change.substitutable

    def test_the_slot_waits_while_it_is_not_for_sale(self, vendor):
        made = plan(P, vendor, state(buried(managed("pool.p", ONE))))
        assert by_action(made) == {}
        assert held(made) == [("pool.p", ONE)]

    def test_the_slot_waits_while_it_costs_more_than_a_cap(self, vendor):
        vendor.put_on_sale(ONE, monthly="2")
        made = plan(
            manifest(pool("p", 1, max_monthly_charge="1")), vendor, state(buried(managed("pool.p", ONE)))
        )
        assert by_action(made) == {}
        assert "more than the pool's cap" in made.held[0].reason

    def test_a_slot_that_was_freed_takes_another_number_but_never_the_watched_one(self, vendor):
        vendor.put_on_sale(ONE, monthly="0.01")
        made = plan(P, vendor, state(buried(managed("pool.p", ONE), holds_slot=False)))
        assert by_action(made) == {"purchase": [FIVE]}
        assert not {offer.number for offers in made.alternates.values() for offer in offers} & {ONE}

    def test_other_slots_of_the_pool_are_filled_as_ever(self, vendor):
        made = plan(manifest(pool("p", 2)), vendor, state(buried(managed("pool.p", ONE))))
        assert by_action(made) == {"purchase": [FIVE]}
        assert held(made) == [("pool.p", ONE)]

    def test_a_number_sent_again_with_an_unknown_outcome_holds_one_slot_not_two(self, vendor):
        row = managed("pool.p", ONE)
        for for_sale in (False, True):
            if for_sale:
                vendor.put_on_sale(ONE)
            made = plan(manifest(pool("p", 2)), vendor, state(buying(row), buried(row)))
            assert by_action(made) == {"purchase": [FIVE]}
            assert held(made) == [("pool.p", ONE)]

    @pytest.mark.parametrize("resource", ["pool.gone", "pool.q", "number.gone"])
    def test_a_number_is_tried_again_for_its_own_slot_only(self, vendor, resource):
        vendor.put_on_sale(ONE, monthly="0.01")
        made = plan(P, vendor, state(buried(managed(resource, ONE))))
        assert by_action(made) == {"purchase": [FIVE]}

    def test_a_number_that_is_declared_by_itself_now_leaves_its_slot_to_another(self, vendor):
        vendor.put_on_sale(ONE)
        made = plan(manifest(entry("a", ONE), pool("p", 1)), vendor, state(buried(managed("pool.p", ONE))))
        assert lines(made) == [("purchase", "number.a", ONE), ("purchase", "pool.p", FIVE)]

    def test_a_member_that_went_missing_is_not_bought_again_under_its_own_number(self, vendor):
        vendor.put_on_sale(ONE)
        row = managed("pool.p", ONE, missing_since=LONG_AGO)
        made = plan(P, vendor, state(row, buried(row)))
        assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}

    def test_a_full_pool_does_not_try_it(self, vendor):
        vendor.put_on_sale(TWO)
        row = managed("pool.p", vendor.own(ONE))
        assert by_action(plan(P, vendor, state(row, buried(managed("pool.p", TWO))))) == {}

    def test_a_replacement_tries_it_before_any_other(self, vendor):
        vendor.put_on_sale(TWO, monthly="9")
        row = managed("pool.p", vendor.own(ONE), sip_trunk_id=1)
        wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
        change = only(plan(wanted, vendor, state(row, buried(managed("pool.p", TWO, sip_trunk_id=2)))))
        assert isinstance(change, Replace)
        assert change.after.number == TWO
        assert change.sent_before

    def test_a_replacement_waits_for_it(self, vendor):
        row = managed("pool.p", vendor.own(ONE), sip_trunk_id=1)
        wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
        made = plan(wanted, vendor, state(row, buried(managed("pool.p", TWO, sip_trunk_id=2))))
        assert by_action(made) == {}
        assert held(made) == [("pool.p", TWO)]

    def test_an_explicit_number_is_tried_again_and_a_refusal_proves_nothing(self, vendor):
        change = only(plan(manifest(entry("a", FIVE)), vendor, state(buried(managed("number.a", FIVE)))))
        assert change.sent_before

    def test_an_explicit_number_that_is_not_for_sale_waits(self, vendor):
        made = plan(manifest(entry("a", ONE)), vendor, state(buried(managed("number.a", ONE))))
        assert held(made) == [("number.a", ONE)]
        assert made.errors == ()

    def test_an_explicit_number_is_an_error_once_its_slot_was_given_up(self, vendor):
        rows = state(buried(managed("number.a", ONE), holds_slot=False))
        assert len(plan(manifest(entry("a", ONE)), vendor, rows).errors) == 1

    def test_a_missing_number_whose_purchase_was_closed_is_known_to_have_been_sent(self, vendor):
        gone = managed("number.a", FIVE, missing_since=LONG_AGO)
        change = only(plan(manifest(entry("a", FIVE)), vendor, state(gone, buried(gone))))
        assert change.sent_before

    def test_a_missing_number_whose_purchase_was_closed_waits_like_any_other(self, vendor):
        gone = managed("number.a", ONE)
        made = plan(manifest(entry("a", ONE)), vendor, state(gone, buried(gone)))
        assert held(made) == [("number.a", ONE)]
        assert made.errors == ()


class TestTurnedUp:
    """A purchase closed as never happened that the account holds after all: surplus."""

    @pytest.mark.parametrize("form", ["in state", "still closed"])
    def test_it_fills_an_empty_slot(self, vendor, form):
        row = managed("pool.p", vendor.own(ONE), surplus=form == "in state")
        made = plan(P, vendor, state(row if form == "in state" else buried(row)))
        change = only(made)
        assert isinstance(change, Adopt)
        assert change.after.number == ONE
        assert made.cost.once == made.cost.monthly == 0
        assert made.surplus == ()

    def test_it_is_reported_and_never_released_by_itself(self, vendor):
        rows = state(
            managed("pool.p", vendor.own(ONE)),
            managed("pool.p", vendor.own(TWO), surplus=True),
            buried(managed("pool.p", vendor.own(THREE))),
        )
        made = plan(P, vendor, rows)
        assert by_action(made) == {}
        assert made.surplus == (TWO, THREE)

    @pytest.mark.parametrize("resource", ["pool.gone", "number.gone"])
    def test_it_stays_even_when_its_resource_is_removed(self, vendor, resource):
        vendor.own(ONE)
        rows = state(managed("pool.p", ONE), managed(resource, vendor.own(TWO), surplus=True))
        made = plan(P, vendor, rows)
        assert by_action(made) == {}
        assert made.surplus == (TWO,)

    def test_destroy_leaves_it(self, vendor):
        made = plan(P, vendor, state(managed("pool.p", vendor.own(ONE), surplus=True)), destroy=True)
        assert by_action(made) == {}
        assert made.surplus == (ONE,)

    def test_it_does_not_count_for_the_pool(self, vendor):
        rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", vendor.own(TWO), surplus=True))
        assert by_action(plan(manifest(pool("p", 2)), vendor, rows)) == {"adopt": [TWO]}

    @pytest.mark.parametrize("named", [TWO, f'pool.p["{TWO}"]'])
    def test_it_is_released_on_request(self, vendor, named):
        rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", vendor.own(TWO), surplus=True))
        made = plan(P, vendor, rows, releases=(named,))
        assert by_action(made) == {"release": [TWO]}
        assert made.surplus == ()

    def test_a_request_to_release_it_goes_before_an_empty_slot(self, vendor):
        rows = state(managed("pool.p", vendor.own(TWO), surplus=True))
        made = plan(P, vendor, rows, releases=(TWO,))
        assert by_action(made) == {"release": [TWO], "purchase": [FIVE]}

    def test_a_declaration_goes_before_a_request_to_release_it(self, vendor):
        rows = state(managed("pool.p", vendor.own(TWO), surplus=True))
        made = plan(manifest(entry("a", TWO)), vendor, rows, releases=(TWO,))
        assert lines(made) == [("adopt", "number.a", TWO)]

    def test_a_request_to_release_it_while_its_release_is_unknown_sends_nothing(self, vendor):
        row = managed("pool.p", vendor.own(TWO), surplus=True)
        for wanted in (P, manifest(pool("p", 0), entry("a", FIVE))):
            made = plan(wanted, vendor, state(row, releasing(row)), releases=(TWO,))
            assert TWO not in [number for _, _, number in lines(made)]

    def test_a_request_to_release_it_when_it_is_gone_forgets_it(self, vendor):
        row = managed("pool.p", TWO, surplus=True, missing_since=LONG_AGO)
        one = managed("pool.p", vendor.own(ONE))
        made = plan(P, vendor, state(one, row), releases=(TWO,))
        assert by_action(made) == {"forget": [TWO]}
        assert made.surplus == ()

    def test_one_that_is_not_listed_again_makes_no_member_one_too_many(self, vendor):
        rows = state(
            managed("pool.p", vendor.own(ONE)), managed("pool.p", TWO, surplus=True, bought_at=JUST_NOW)
        )
        assert by_action(plan(P, vendor, rows)) == {}

    @pytest.mark.parametrize(
        "wanted",
        [
            manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace")),
            manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")),
        ],
    )
    def test_one_on_another_trunk_is_taken_in_where_it_sits(self, vendor, wanted):
        """State must not say that it sits on the declared trunk: the next plan moves it."""
        row = managed("pool.p", vendor.own(ONE), sip_trunk_id=1, surplus=True)
        change = only(plan(wanted, vendor, state(row)))
        assert isinstance(change, Adopt)
        assert change.after.sip_trunk_id == 1
        taken = msgspec.structs.replace(row, resource=change.resource, attributes=change.after, surplus=False)
        assert by_action(plan(wanted, vendor, state(taken))) == {"replace": [ONE]}

    def test_one_that_a_flow_holds_is_blocked_on_request(self, vendor):
        vendor.own(TWO, flow=True)
        rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", TWO, surplus=True))
        made = plan(P, vendor, rows, releases=(TWO,))
        assert by_action(made) == {"blocked": [TWO]}
        assert made.surplus == (TWO,)

    def test_it_counts_when_a_manifest_declares_nothing(self, vendor):
        rows = state(managed("pool.p", vendor.own(ONE), surplus=True))
        assert "empty-manifest" in refused(plan(manifest(), vendor, rows))


def test_a_number_is_kept_where_it_is_managed_and_was_closed(vendor):
    """A missing number that was bought again, closed, and is back: it is simply there."""
    row = managed("number.a", vendor.own(ONE))
    made = plan(manifest(entry("a", ONE)), vendor, state(row, buried(row)))
    assert isinstance(only(made), Keep)
    assert made.surplus == ()
