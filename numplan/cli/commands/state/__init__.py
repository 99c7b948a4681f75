"""`numplan state`: inspect and edit the state."""

import click

from numplan.cli.commands.state.edit import mv, pull, push, rm
from numplan.cli.commands.state.place import migrate, unlock
from numplan.cli.operations.stored_state import read_state, show_state
from numplan.cli.options.completion import Address
from numplan.cli.options.strict import Strict
from numplan.cli.settings import Settings, common
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.engine.edit.state_edit import named, naming
from numplan.model.state import Instance
from numplan.views.text.state import instance_text


@click.group(cls=Strict)
def state() -> None:
    """Inspect and edit the state."""


@state.command("list")
@click.argument("names", metavar="[ADDRESS|NUMBER]...", nargs=-1, type=Address())
@common("chdir", "manifest", "state")
def list_(names: tuple[str, ...]) -> None:
    """List the addresses of managed numbers, one per line: all of them, or those named.

    Each name is an address, a resource, a number, or a pattern of one with * and ?.
    """
    settings = Settings.current()
    screen = Screen(color=False)
    for instance in _meant(settings, names):
        screen.line(instance.address)
    screen.require_written()


@state.command("show")
@click.argument("names", metavar="[ADDRESS|NUMBER]...", nargs=-1, type=Address())
@common("chdir", "manifest", "state", "no_color")
def show(names: tuple[str, ...]) -> None:
    """Show what state holds: for all numbers, or for those named.

    Each name is an address, a resource, a number, or a pattern of one with * and ?.
    """
    settings = Settings.current()
    screen = Screen(color=settings.color)
    if not names:
        show_state(settings, screen)
    else:
        for instance in _meant(settings, names):
            screen.line(instance_text(instance))
    screen.require_written()


@state.command("settle")
@common("chdir", "manifest", "state", "no_color", "parallelism", "lock_timeout")
def settle() -> int:
    """Find out what became of calls that earlier runs left uncertain.

    Takes the lock, as apply does, and purchases and releases nothing. Exits 5 while an outcome stays unknown.
    """
    from numplan.cli.operations.apply import settle_only

    return settle_only(Run.current())


def _meant(settings: Settings, names: tuple[str, ...]) -> tuple[Instance, ...]:
    """The managed numbers that are named; wrong usage is told whether or not there is a state."""
    for name in names:
        naming(name)
    return named(read_state(settings), names)


for _command in (mv, rm, pull, push, unlock, migrate):
    state.add_command(_command)
