"""A vendor that owns nothing and sells nothing yet, and whose answers tell no time."""

import pytest

from tests.fakes import FakeVendor


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()
