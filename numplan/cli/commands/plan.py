"""`numplan plan`."""

from typing import Any, Final

import click

from numplan.cli.options.plan_options import at_option, planning_options, refresh_option
from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan plan --out tonight.plan      then: numplan apply tonight.plan
  numplan plan --detailed-exitcode     2 where there are changes, 0 where none
  numplan plan --destroy               what `numplan destroy` would do
  numplan plan --target 'pool.ny_*'    only these; the rest is held back
  numplan plan --at 2027-01-01         what that day would bring
"""


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--out", metavar="FILE", help="Save the plan, for `numplan apply FILE`.")
@click.option("--destroy", is_flag=True, help="Plan to release every managed number.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if apply would do anything, with 0 if nothing."
)
@at_option
@refresh_option
@planning_options
def plan(**given: Any) -> int:  # noqa: ANN401
    """Show what apply would do and cost. Changes nothing.

    Takes no lock, so it can run during an apply. If a guard refuses, the plan is still shown and saved.
    """
    from numplan.cli.operations.run_plan import run_plan

    return run_plan(**given)
