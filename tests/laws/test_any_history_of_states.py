"""Whatever happens to a state in whatever order, it is read as one that was really written, or refused."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from numplan.model.consent import EVERY_CONSENT
from numplan.model.errors import StateError
from numplan.model.stored.state_document import decode_state
from numplan.state.local.backend import LocalBackend
from tests.state.children import is_locked, run
from tests.state.samples import make_state, next_after, store
from tests.state.test_atomic_files import POINTS, arm, save


class History(RuleBasedStateMachine):
    """One state file through writes, kills, errors, losses and restores.

    `possible` are the states that may be stored; `lost` says that what stands there is not `last`, which the
    mark remembers.
    """

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="numplan-"))
        self.path = self.folder / "state.json"
        self.possible = [None]
        self.lost = False
        self.last = None

    def teardown(self):
        shutil.rmtree(self.folder)

    @property
    def stored(self):
        """The state as it is known to be; settles what a kill left open."""
        found = LocalBackend(self.path).read()
        assert found in self.possible
        self.possible = [found]
        return found

    def successor(self, numbers):
        before = self.stored
        if before is None:
            return make_state(numbers=numbers)
        return next_after(before, numbers=make_state(numbers=numbers).numbers)

    @precondition(lambda self: not self.lost)
    @rule(numbers=st.integers(0, 5))
    def write(self, numbers):
        self.possible = [store(self.path, self.successor(numbers))]

    @precondition(lambda self: not self.lost)
    @rule(point=st.sampled_from(POINTS), action=st.sampled_from(["kill", "raise"]), numbers=st.integers(0, 5))
    def write_and_fail(self, point, action, numbers):
        before, after = self.stored, self.successor(numbers)

        def work():
            arm(point, action)
            save(self.path, states=(after,))

        run(work)
        self.possible = [before, after]

    @precondition(lambda self: not self.lost and self.stored is not None)
    @rule()
    def lose(self):
        # A locked look, as every apply takes: from here on the mark is known.
        with LocalBackend(self.path).lock("apply") as session:
            self.last = session.read()
        self.path.unlink()
        self.lost = True

    @precondition(lambda self: self.lost and not self.path.exists())
    @rule()
    def restore_the_backup(self):
        backup = Path(f"{self.path}.backup")
        if backup.exists():
            shutil.copy(backup, self.path)
            restored = decode_state(self.path.read_bytes(), "backup")
            self.lost = restored != self.last
            self.possible = [restored]

    @precondition(lambda self: self.lost)
    @rule()
    def accept(self):
        with LocalBackend(self.path, consent=EVERY_CONSENT).lock("apply") as session:
            found = session.read()
            after = next_after(found) if found else make_state(lineage=os.urandom(4).hex())
            session.write(after)
        if found and found.lineage == self.last.lineage:
            assert after.serial == self.last.serial + 1
        self.possible, self.lost = [after], False

    @invariant()
    def the_lock_is_free(self):
        if Path(f"{self.path}.lock").exists():
            assert not is_locked(self.path)
        assert LocalBackend(self.path).holder() is None

    @invariant()
    def what_is_read_was_written(self):
        if not self.lost:
            assert self.stored in self.possible
            return
        with pytest.raises(StateError):
            LocalBackend(self.path).read()

    @invariant()
    def nothing_else_lies_about(self):
        allowed = {self.path.name + suffix for suffix in ("", ".lock", ".backup")}
        strange = [found.name for found in self.folder.iterdir() if found.name not in allowed]
        assert len(strange) <= 1  # of the last killed run
        assert all(name.endswith(".tmp") for name in strange)


def test_any_history():
    run_state_machine_as_test(
        History, settings=settings(max_examples=12, stateful_step_count=12, deadline=None)
    )


@pytest.mark.torture
def test_any_long_history():
    run_state_machine_as_test(
        History, settings=settings(max_examples=150, stateful_step_count=30, deadline=None)
    )
