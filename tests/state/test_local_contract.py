"""The local backend keeps what every backend promises."""

from pathlib import Path

import pytest

from numplan.state.backends.local import LocalBackend
from tests.state.backend_contract import BackendContract


class TestLocalBackend(BackendContract):
    @pytest.fixture
    def open_backend(self, path: Path):
        return lambda **options: LocalBackend(path, **options)

    @pytest.fixture
    def break_lock(self, path: Path):
        return lambda _: path.with_name(f"{path.name}.lock").unlink()
