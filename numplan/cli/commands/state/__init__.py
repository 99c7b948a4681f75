"""`numplan state`: inspect and edit the state."""

from typing import Any

import click

from numplan.cli.commands.state.edit import mv, pull, push, rm
from numplan.cli.commands.state.place import migrate, unlock
from numplan.cli.options.completion import Address
from numplan.cli.options.strict import Strict
from numplan.cli.settings import common


@click.group(cls=Strict)
def state() -> None:
    """Inspect and edit the state."""


@state.command("list")
@click.argument("names", metavar="[ADDRESS|NUMBER]...", nargs=-1, type=Address())
@common("chdir", "manifest", "state")
def list_(**given: Any) -> None:  # noqa: ANN401
    """List the addresses of managed numbers, one per line: all of them, or those named.

    Each name is an address, a resource, a number, or a pattern of one with * and ?.
    """
    from numplan.cli.operations.state.look import run_list

    run_list(**given)


@state.command("show")
@click.argument("names", metavar="[ADDRESS|NUMBER]...", nargs=-1, type=Address())
@common("chdir", "manifest", "state", "no_color")
def show(**given: Any) -> None:  # noqa: ANN401
    """Show what state holds: for all numbers, or for those named.

    Each name is an address, a resource, a number, or a pattern of one with * and ?.
    """
    from numplan.cli.operations.state.look import run_show

    run_show(**given)


@state.command("settle")
@common("chdir", "manifest", "state", "no_color", "parallelism", "lock_timeout")
def settle() -> int:
    """Find out what became of calls that earlier runs left uncertain.

    Takes the lock, as apply does, and purchases and releases nothing. Exits 5 while an outcome stays unknown.
    """
    from numplan.cli.operations.state.look import run_settle

    return run_settle()


for _command in (mv, rm, pull, push, unlock, migrate):
    state.add_command(_command)
