"""The vendor that tests use keeps every promise of the port, as the client and the emulator do."""

import pytest

from tests.api.provider_contract import ProviderContract, arrange
from tests.fakes import FakeVendor


class TestFakeVendor(ProviderContract):
    @pytest.fixture
    def vendor(self) -> FakeVendor:
        vendor = FakeVendor()
        arrange(vendor)
        return vendor
