from pathlib import Path

import pytest

from tests.services.places import SHARED, Service
from tests.torture.lives.processes import Zygote


@pytest.fixture(scope="session")
def zygote():
    process = Zygote()
    yield process
    process.close()


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts") / "account.json"


@pytest.fixture(params=SHARED)
def home(request: pytest.FixtureRequest, accounts: Path) -> Service:
    """A service of each kind at which state can live."""
    kind = request.param
    if kind in {"http", "gitlab"}:
        port = request.getfixturevalue("running_state_server").server_port
    else:
        port = request.getfixturevalue(f"{kind}_port")
    return Service(kind, port, accounts)
