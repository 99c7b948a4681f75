"""The local backend keeps what every backend promises."""

import os
from pathlib import Path

import pytest

from numplan.model.errors import StateError
from numplan.state.local.backend import LocalBackend
from tests.state.backend_contract import BackendContract


class TestLocalBackend(BackendContract):
    @pytest.fixture
    def open_backend(self, path: Path):
        return lambda **options: LocalBackend(path, **options)

    @pytest.fixture
    def break_lock(self, path: Path):
        return lambda _: path.with_name(f"{path.name}.lock").unlink()

    def test_who_holds_it_is_told_and_how_the_lock_ends(self, open_backend):
        with open_backend().lock("apply") as session:
            with pytest.raises(StateError, match=f"apply by .*, pid {os.getpid()}$") as refused:
                open_backend().unlock(session.run)
            session.require_lock()
        assert refused.value.hint == "wait until it has ended, or end it; the lock goes with it"
