"""What the tests of stored state share."""

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a state would live."""
    return tmp_path / "numplan.state.json"
