"""The emulator keeps the written description, and the description keeps the emulator: tried by schemathesis.

Each operation gets the description's examples, every boundary of every parameter and random requests,
valid and invalid, over real HTTP.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from numplan.emulator.server import Emulator, EmulatorSettings

DESCRIPTION = Path(__file__).parents[2] / "schemas" / "openapi.yaml"
checks.load_all_checks()
SETTINGS = EmulatorSettings(stock=3000, owned=300)
schema = schemathesis.openapi.from_path(DESCRIPTION)
schema.config.update(headers={"Authorization": f"Bearer {SETTINGS.token}", "accountId": SETTINGS.account})


@pytest.fixture(scope="module")
def vendor() -> Iterator[Emulator]:
    with Emulator(SETTINGS) as emulator:
        yield emulator


@schema.parametrize()
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: schemathesis.Case, vendor: Emulator) -> None:
    # Every check there is, authentication that is ignored among them.
    case.call_and_validate(base_url=vendor.url, checks=checks.CHECKS.get_all())


def test_the_description_covers_every_endpoint() -> None:
    from numplan.emulator.service import ENDPOINTS

    described = {
        (each.ok().path.rpartition("/")[2], each.ok().method.upper()) for each in schema.get_all_operations()
    }
    assert described == set(ENDPOINTS.items())
