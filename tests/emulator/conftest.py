"""Emulators for the tests, and a plain HTTP client that knows nothing of numplan."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from numplan.emulator.server import Emulator, EmulatorSettings


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Api:
    """The six endpoints as plain requests."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(
            {"Authorization": f"Bearer {emulator.token}", "accountId": emulator.account}
        )

    def address(self, endpoint: str) -> str:
        return f"{self.emulator.url}virtual-numbers/v1.0/{endpoint}"

    def get(self, endpoint: str, **query: Any) -> requests.Response:
        return self.session.get(self.address(endpoint), params=query, timeout=20, allow_redirects=False)

    def post(self, endpoint: str, body: Any, timeout: float = 20) -> requests.Response:
        return self.session.post(self.address(endpoint), json=body, timeout=timeout, allow_redirects=False)

    def listed(self, **query: Any) -> list[str]:
        return [row["accessNumber"] for row in self.get("purchased-list", size=1000, **query).json()["data"]]

    def buy(self, *numbers: str, trunk: int = 169) -> requests.Response:
        return self.post("purchase-numbers", {"sipTrunkId": trunk, "numbers": list(numbers)})

    def release(self, *numbers: str) -> requests.Response:
        return self.post("release-numbers", {"numbers": [list(numbers)]})


def sides(response: requests.Response) -> tuple[list[str], list[str]]:
    """The numbers under `success` and under `error` of a POST's answer."""
    success, error = [], []
    for each in response.json()["data"]:
        success += [row["accessNumber"] for row in each.get("success", {}).get("numbers", [])]
        error += [row["accessNumber"] for row in each.get("error", {}).get("numbers", [])]
    return success, error


Start = Callable[..., Api]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start emulators with the given settings; all stop after the test."""
    running: list[Emulator] = []

    def run(clock: Clock | None = None, **settings: Any) -> Api:
        wanted = EmulatorSettings(**{"stock": 0, **settings})
        emulator = Emulator(wanted, clock=clock) if clock else Emulator(wanted)
        running.append(emulator.start())
        return Api(emulator)

    yield run
    for emulator in running:
        emulator.stop()


@pytest.fixture
def api(start: Start) -> Api:
    """An empty account, and six numbers for sale: 12125550001 to 12125550006."""
    api = start()
    api.emulator.add_stock(SIX)
    return api


SIX = [f"1212555000{digit}" for digit in range(1, 7)]
