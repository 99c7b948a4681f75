"""`numplan show`."""

import click

from numplan.cli.planning import show_plan
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.cli.state import show_state
from numplan.cli.workspace import read_file
from numplan.model.plan import decode_plan


@click.command()
@click.argument("planfile", required=False, metavar="[FILE]")
@common("chdir", "manifest", "state", "no_color")
@click.option("--expand", is_flag=True, help="Show every line of long runs.")
def show(planfile: str | None, *, expand: bool) -> None:
    """Show a saved plan, or the state."""
    settings = Settings.current()
    screen = Screen(color=settings.color)
    if planfile is None:
        show_state(settings, screen)
    else:
        show_plan(decode_plan(read_file(planfile, "the plan file"), planfile), screen, expand=expand)
    screen.require_written()
