"""What pools are planned with: numbers for sale, and members that the account holds."""

from typing import Any

from numplan.model.state import Instance
from tests.builders import managed, us
from tests.fakes import NOON, FakeVendor


def stock(vendor: FakeVendor, *places: int, **known: Any) -> None:
    """These numbers are for sale."""
    for place in places:
        vendor.put_on_sale(us(place), **known)


def vendor_by_the_clock(*places: int) -> FakeVendor:
    """A vendor whose answers tell the time, and that sells these numbers."""
    vendor = FakeVendor()
    vendor.time = lambda: NOON
    stock(vendor, *places)
    return vendor


def members(vendor: FakeVendor, *places: int, resource: str = "pool.p", **known: Any) -> list[Instance]:
    """These numbers are owned, and state has them at the resource."""
    return [managed(resource, vendor.own(us(place)), **known) for place in places]
