"""Wait for the lock, and say so."""

from collections.abc import Iterator
from contextlib import contextmanager

from numplan.cli.screen import Screen
from numplan.state.backend import Backend, StoredSession


@contextmanager
def locked(backend: Backend, operation: str, timeout: float, screen: Screen) -> Iterator[StoredSession]:
    """The state, locked. Raises StateLockedError, which names the holder, after `timeout` seconds."""
    if timeout:
        holder = backend.holder()
        if holder is not None:
            screen.error(
                f"waiting up to {timeout:g} s for the lock: {holder.operation} by {holder.who}, "
                f"pid {holder.pid}, since {holder.created:%H:%M:%S} UTC"
            )
    with backend.lock(operation, timeout=timeout) as session:
        yield session
