"""The services that state can live at, each started once by whoever first asks for it in a test process.

Where one cannot be started its tests are skipped and say why; in CI they fail.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from tests.services.state_server import StateServer


def missing(reason: str) -> NoReturn:
    """Skip, or fail where nothing may be missing."""
    if _CI:
        pytest.fail(reason)
    pytest.skip(reason)


# Read at once: some tests take the variable away.
_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}


@pytest.fixture(scope="session")
def running_state_server() -> "Iterator[StateServer]":
    from tests.services.state_server import state_server

    with state_server() as server:
        yield server


@pytest.fixture
def server(running_state_server: "StateServer") -> "Iterator[StateServer]":
    """A server for Terraform's HTTP protocol, without faults."""
    running_state_server.reset()
    yield running_state_server
    running_state_server.reset()


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """The port of a PostgreSQL server; see `tests/services/postgres.py`."""
    from tests.services.postgres import binaries, postgres

    try:
        import psycopg
    except ImportError:
        missing("psycopg is not installed: pip install 'numplan[postgres]'")
    found = binaries() or missing("PostgreSQL is not installed")
    with postgres(found) as port:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres") as connection:
            connection.execute("CREATE ROLE denied LOGIN PASSWORD 'secret'")
        yield port


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """The port of an S3 server; see `tests/services/objects.py`."""
    try:
        import moto.server  # noqa: F401
        import obstore  # noqa: F401

        from tests.services.objects import moto as started
    except ImportError as problem:
        missing(f"obstore or moto is not installed: {problem}")
    with started() as port:
        yield port


@pytest.fixture(scope="session")
def azure_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an Azure Blob Storage server."""
    from tests.services.objects import AZURITE, azurite

    try:
        import obstore  # noqa: F401
    except ImportError as problem:
        missing(f"obstore is not installed: {problem}")
    if not AZURITE.exists() or shutil.which("node") is None:
        missing("azurite is not installed: npm install --prefix tests/services")
    with azurite(tmp_path_factory.mktemp("azurite")) as port:
        yield port


@pytest.fixture(scope="session")
def gcs_port() -> Iterator[int]:
    """The port of a Google Cloud Storage server; see `tests/services/gcs.py`."""
    try:
        import obstore  # noqa: F401
    except ImportError as problem:
        missing(f"obstore is not installed: {problem}")
    from tests.services.gcs import gcs

    with gcs() as port:
        yield port


@pytest.fixture(scope="session")
def loaded_numplan() -> Iterator[Path]:
    """A folder with a `numplan` that is loaded already; see `tests/services/loaded.py`."""
    from tests.services.loaded import loaded

    with loaded() as folder:
        yield folder
