"""`numplan explain`."""

from typing import Final

import click

from numplan.cli.drafting import look
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.cli.signals import SystemClock
from numplan.engine.explained import explained, read_name
from numplan.views.explained_json import explained_json
from numplan.views.explained_text import explained_text

EXAMPLES: Final = """\b
Examples:
  numplan explain +12050012202                      why here, and may it go?
  numplan explain 'pool.ny_sales["+13153901259"]'   the same by its address
  numplan explain pool.ny_sales                     a pool or a set as a whole
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", metavar="ADDRESS|NUMBER")
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--expand", is_flag=True, help="Show every line of long runs.")
def explain(name: str, *, expand: bool) -> None:
    """Tell all about one number, or one pool or set.

    Where it is declared, what state and account say of it, what a plan would do and why, and what protects it
    from being released. Takes no lock and writes nothing.
    """
    settings = Settings.current()
    settings.require_foldable(expand=expand)
    screen = Screen(color=settings.color)
    asked = read_name(name)
    clock = SystemClock()
    with clock.watching():
        seen = look(settings, clock, screen)
        found = explained(asked, seen.manifest, seen.state, seen.survey)
    if settings.json:
        screen.document(explained_json(found))
    else:
        screen.line(explained_text(found, width=screen.width, expand=expand))
        screen.require_written()
