"""Wait for the lock, and say so."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from numplan.cli.terminal.progress import told_wait
from numplan.cli.terminal.run import Run
from numplan.state.backend import Backend, StoredSession


@contextmanager
def locked(backend: Backend, operation: str, run: Run) -> Iterator[StoredSession]:
    """The state, locked. Raises StateLockedError, which names the holder, after `--lock-timeout`."""
    timeout, screen = run.settings.lock_timeout, run.screen
    if timeout:
        holder = backend.holder()
        if holder is not None:
            screen.error(
                f"waiting up to {timeout:g} s for the lock: {holder.operation} by {holder.who}, "
                f"pid {holder.pid}, since {holder.created:%H:%M:%S} UTC"
            )
    with ExitStack() as stack:
        with told_wait(screen, f"Waiting for the lock of {backend.place} …"):
            session = stack.enter_context(backend.lock(operation, timeout=timeout))
        yield session
