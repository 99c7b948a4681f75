"""Desks to run numplan at, and the mark of slow tests. A plugin, named in `tests/conftest.py`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.desk import Desk


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow ones out unless the marker expression names them."""
    if "slow" not in config.option.markexpr:
        for test in items:
            if test.get_closest_marker("slow"):
                test.add_marker(pytest.mark.skip(reason="slow: run it with -m slow"))


@pytest.fixture
def make_desk(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., "Desk"]]:
    """Make places to run numplan in, each with an emulator of the given settings."""
    from numplan.emulator.server import Emulator, EmulatorSettings
    from tests.cli.desk import TOKEN, Desk
    from tests.cli.hurried import HurriedTime

    for name in [*os.environ]:
        if name.startswith(("NUMPLAN_", "GITHUB_", "GITLAB_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("CI", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    time = HurriedTime()
    if request.node.get_closest_marker("real_waits") is None:
        time.rule(monkeypatch)
    desks: list[Desk] = []

    def make(**settings: Any) -> Desk:
        folder = tmp_path / f"desk{len(desks)}"
        folder.mkdir()
        emulator = Emulator(
            EmulatorSettings(**{"stock": 0, "token": TOKEN, **settings}),
            clock=time.monotonic,
            calendar=time.vendors_now,
        )
        desks.append(Desk(emulator.start(), folder, monkeypatch, capsys, time))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()
        desk.emulator.stop()


@pytest.fixture
def desk(make_desk: Callable[..., "Desk"]) -> "Desk":
    """A place to run numplan in, with an empty account and nothing for sale."""
    return make_desk()
