"""The services that state can live at, each started once by whoever first asks for it in a test process.

Where one cannot be started its tests are skipped and say why; in CI they fail.
"""

import os
from collections.abc import Iterator
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
