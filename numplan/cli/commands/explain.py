"""`numplan explain`."""

from typing import Final

import click

from numplan.cli.operations.plan import look
from numplan.cli.settings import common
from numplan.cli.terminal.run import Run
from numplan.engine.queries.explanation import explanation_of, read_name
from numplan.views.machine.explanation import explained_json
from numplan.views.text.explanation import explained_text

EXAMPLES: Final = """\b
Examples:
  numplan explain +12050012202                      why here, and may it go?
  numplan explain 'pool.ny_sales["+13153901259"]'   the same by its address
  numplan explain pool.ny_sales                     a pool or a set as a whole
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", metavar="ADDRESS|NUMBER")
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--expand", is_flag=True, help="Show every line instead of folding long lists.")
def explain(name: str, *, expand: bool) -> None:
    """Show everything known about a number, a pool or a set.

    Where it is declared, what state and account say of it, what a plan would do and why, and what protects it
    from being released. Takes no lock and writes nothing.
    """
    run = Run.current()
    run.settings.require_foldable(expand=expand)
    asked = read_name(name)
    with run.clock.watching():
        seen = look(run)
        found = explanation_of(asked, seen.manifest, seen.state, seen.result)
    if run.settings.json:
        run.screen.document(explained_json(found))
    else:
        run.screen.line(explained_text(found, width=run.screen.width, expand=expand))
        run.screen.require_written()
