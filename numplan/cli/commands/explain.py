"""`numplan explain`."""

from typing import Any, Final

import click

from numplan.cli.settings import common

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
def explain(**given: Any) -> None:  # noqa: ANN401
    """Show everything known about a number, a pool or a set.

    Where it is declared, what state and account say of it, what a plan would do and why, and what protects it
    from being released. Takes no lock and writes nothing.
    """
    from numplan.cli.operations.questions.explain import run_explain

    run_explain(**given)
