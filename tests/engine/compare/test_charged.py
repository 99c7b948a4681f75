"""What is charged to whom: each number once, with what the account says of it now."""

from decimal import Decimal

from numplan.engine.account.refresh import refresh
from numplan.engine.compare.charged import Charged, charged, sums_by
from numplan.engine.compare.comparison import compare
from numplan.model.charge import Sum
from tests.builders import JUST_NOW, buried, buying, managed, manifest, pool, state, us
from tests.fakes import NOON, FakeVendor


def seen(vendor: FakeVendor, *rows: object) -> dict[str, tuple[str, Decimal | None]]:
    known, wanted = state(*rows), manifest(pool("p", 9))
    found = [*charged(compare(wanted, known, refresh(wanted, known, vendor), NOON))]
    assert len({one.number for one in found}) == len(found), "each number once"
    return {one.number: (one.standing, one.monthly) for one in found}


def test_each_number_stands_where_it_does_at_what_the_account_charges():
    vendor = FakeVendor()
    vendor.own(us(9))
    assert seen(
        vendor,
        managed("pool.p", vendor.own(us(1), monthly="0.70")),
        managed("pool.p", vendor.own(us(2)), leaving_at=NOON.date(), release_after=1),
        managed("pool.p", us(3), bought_at=JUST_NOW, monthly_charge="0.30"),
        managed("pool.p", us(4), missing_since=NOON.replace(year=2025)),
        managed("pool.p", vendor.own(us(5), monthly=None)),
        buying(managed("pool.p", us(6), monthly_charge="0.60")),
        buying(managed("pool.p", vendor.own(us(7), monthly="0.90"))),
        buried(managed("pool.p", us(8), monthly_charge="0.80")),
        buried(managed("pool.p", us(10)), holds_slot=False),
    ) == {
        us(1): ("managed", Decimal("0.70")),
        us(2): ("leaving", Decimal("0.20")),
        us(3): ("managed", Decimal("0.30")),
        us(5): ("managed", None),
        us(6): ("intended", Decimal("0.60")),
        us(7): ("intended", Decimal("0.90")),
        us(8): ("intended", Decimal("0.80")),
    }


def test_sums_are_exact_by_value_and_what_is_not_known_is_counted_apart():
    charges = [("a", "0.1"), ("a", "0.2"), ("b", None), ("b", "0.005"), (None, "7"), (None, None)]
    rows = [
        Charged(us(place), "pool.p", {"owner": who} if who else {}, Decimal(one) if one else None, "managed")
        for place, (who, one) in enumerate(charges)
    ]
    assert sums_by("owner", rows) == {
        "a": Sum(Decimal("0.3"), 0),
        "b": Sum(Decimal("0.005"), 1),
        None: Sum(Decimal(7), 1),
    }
    assert sums_by("", rows) == {None: Sum(Decimal("7.305"), 2)}
    assert sums_by("owner", []) == {}
