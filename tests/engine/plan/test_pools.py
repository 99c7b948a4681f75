"""Pools beside each other and beside explicit numbers: nothing is taken twice, and alternates starve nobody."""

from tests.builders import by_action, entry, lines, manifest, plan, pool, state, us
from tests.engine.plan.pooled import members, stock


def test_a_pool_does_not_buy_what_costs_more_than_a_cap_and_buys_what_costs_just_that(vendor):
    stock(vendor, 5, once="1.00", monthly="0.50")
    stock(vendor, 6, once="1.001", monthly="0.10")
    stock(vendor, 7, once="0.10", monthly="0.501")
    wanted = pool("p", 2, max_setup_charge="1", max_monthly_charge="0.5")
    made = plan(manifest(wanted), vendor)
    assert by_action(made) == {"purchase": [us(5)]}
    assert "within its price caps" in made.errors[0].summary


def test_a_pool_never_takes_a_number_that_anything_else_declares(vendor):
    stock(vendor, 5, 6, 7)
    made = plan(manifest(entry("mine", us(5)), pool("p", 2)), vendor)
    assert [number for _, resource, number in lines(made) if resource == "pool.p"] == [us(6), us(7)]


def test_a_pool_does_not_take_a_declared_number_even_when_its_entry_cannot_have_it(vendor):
    stock(vendor, 5, 6)
    made = plan(manifest(entry("mine", us(5), country="Canada"), pool("p", 2)), vendor)
    assert us(5) not in [number for _, _, number in lines(made)]


def test_two_pools_never_share_a_number(vendor):
    stock(vendor, *range(5, 12))
    made = plan(manifest(pool("p", 3), pool("q", 3)), vendor)
    numbers = [number for _, _, number in lines(made)]
    assert len(set(numbers)) == len(numbers) == 6


def test_the_alternates_of_one_pool_never_starve_another(vendor):
    stock(vendor, *range(5, 11))
    made = plan(manifest(pool("p", 3), pool("q", 3)), vendor)
    assert made.errors == ()
    assert len(made.changes) == 6
    assert made.alternates == {}


def test_the_plan_names_ranked_alternates_that_are_never_dearer(vendor):
    stock(vendor, 5, monthly="0.10")
    stock(vendor, 6, monthly="0.30")
    stock(vendor, 8, 7, monthly="0.30")
    stock(vendor, 9, monthly="0.20", once="9")
    stock(vendor, 10, monthly="0.31")
    made = plan(manifest(pool("p", 2, max_setup_charge="1")), vendor)
    assert by_action(made) == {"purchase": [us(5), us(6)]}
    assert [offer.number for offer in made.alternates["pool.p"]] == [us(7), us(8)]


def test_a_pool_has_no_alternates_where_a_number_that_is_gone_is_to_fail(vendor):
    stock(vendor, *range(5, 12))
    made = plan(manifest(pool("p", 2, on_unavailable="fail")), vendor)
    assert made.alternates == {}
    assert not any(one.substitutable for one in made.changes)


def test_a_count_of_nothing_is_an_empty_pool(vendor):
    stock(vendor, 5)
    assert by_action(plan(manifest(pool("p", 0)), vendor)) == {}


def test_a_pool_adopts_nothing_that_is_managed_or_declared(vendor):
    rows = members(vendor, 1, resource="number.a")
    vendor.own(us(2))
    wanted = manifest(entry("a", us(1)), entry("b", us(2)), pool("p", 1, adopt=True, on_shortage="partial"))
    assert lines(plan(wanted, vendor, state(*rows))) == [
        ("no-op", "number.a", us(1)),
        ("adopt", "number.b", us(2)),
    ]


def test_two_pools_never_adopt_the_same_number(vendor):
    vendor.own(us(1))
    stock(vendor, 5, 6)
    made = plan(manifest(pool("p", 1, adopt=True), pool("q", 1, adopt=True)), vendor)
    assert lines(made) == [("adopt", "pool.p", us(1)), ("purchase", "pool.q", us(5))]
