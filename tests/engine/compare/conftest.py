"""A vendor that sells two numbers."""

import pytest

from tests.builders import us
from tests.fakes import FakeVendor


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    vendor.put_on_sale(us(5))
    vendor.put_on_sale(us(6))
    return vendor
