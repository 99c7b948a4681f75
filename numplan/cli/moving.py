"""The `numplan state` commands about the place itself: `unlock`."""

import click

from numplan.cli.asking import require_yes
from numplan.cli.mending import approving
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.cli.signals import SystemClock
from numplan.cli.workspace import state_backend
from numplan.state.backend import other_lock, said_of


@click.command("unlock")
@click.argument("lock_id", metavar="ID")
@common("chdir", "manifest", "state", "no_color", "no_input")
@approving
def unlock(lock_id: str, *, auto_approve: bool) -> None:
    """Take the lock away from a run that is dead, or that must not go on.

    ID is what the refused run printed: another run's lock is left alone. The run that had it writes nothing
    more and sends nothing more; the next one settles what it left uncertain.
    """
    settings = Settings.current()
    screen = Screen(color=settings.color)
    clock = SystemClock()
    with clock.watching():
        backend = state_backend(settings, clock)
        holder = backend.holder()
        if holder is None or holder.id != lock_id:
            raise other_lock(backend.place, lock_id, holder)
        screen.line(f"{backend.place} is locked: {said_of(holder, clock.now())}")
        if not auto_approve:
            require_yes(
                settings,
                screen,
                clock,
                what="the end of that lock",
                before="Two runs at once are what a lock prevents: make sure that this one is dead.",
                question="Unlock?",
                hint="give --auto-approve",
            )
        backend.unlock(lock_id)
        screen.last_line("Unlocked. The next apply, or `numplan state settle`, settles what that run left.")
