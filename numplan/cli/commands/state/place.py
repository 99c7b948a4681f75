"""The `numplan state` commands about the place itself: `unlock`, `migrate`."""

from typing import Any

import click

from numplan.cli.options.approval import approving
from numplan.cli.settings import common


@click.command("unlock")
@click.argument("lock_id", metavar="ID")
@common("chdir", "manifest", "state", "no_color", "no_input")
@approving
def unlock(**given: Any) -> None:  # noqa: ANN401
    """Remove the lock of a run that is dead, or that must not continue.

    ID is what the refused run printed: another run's lock is left alone. The run that had it writes nothing
    more and sends nothing more; the next one settles what it left uncertain.
    """
    from numplan.cli.operations.state.place import run_unlock

    run_unlock(**given)


@click.command("migrate")
@click.option("--to", "target", metavar="PATH|URL", required=True, help="Where to move the state.")
@common("chdir", "manifest", "state", "no_color", "no_input", "lock_timeout")
@approving
def migrate(**given: Any) -> None:  # noqa: ANN401
    """Move the state to another place.

    It is copied there, read back, and compared; then the copy that is left behind is marked, so that no
    command takes it for the state. Interrupted in between, the same command goes on.
    """
    from numplan.cli.operations.state.place import run_migrate

    run_migrate(**given)
