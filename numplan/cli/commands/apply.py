"""`numplan apply`."""

from typing import Any, Final

import click

from numplan.cli.options.plan_options import planning_options, refresh_option
from numplan.cli.settings import Span, common

EXAMPLES: Final = """\b
Examples:
  numplan apply                    plan, ask, carry out
  numplan apply --auto-approve     without asking, for a pipeline
  numplan apply tonight.plan       what `plan --out tonight.plan` saved
  numplan apply --refresh-only     take in what others changed
"""


@click.command(epilog=EXAMPLES)
@click.argument("planfile", required=False)
@common("chdir", "manifest", "state", "json", "no_color", "no_input", "parallelism", "lock_timeout")
@click.option("--auto-approve", is_flag=True, help="Do not ask for approval.")
@click.option("--destroy", is_flag=True, help="Release every managed number.")
@click.option(
    "--max-age", type=Span(), metavar="SPAN", help="With PLANFILE: how old it may be (default: 24h)."
)
@refresh_option
@planning_options
def apply(**given: Any) -> int:  # noqa: ANN401
    """Apply a plan: buy and release numbers, and record the result in state.

    Without PLANFILE: plan, ask, apply. With one: apply exactly that saved plan without asking, or refuse it
    if anything has changed since.
    """
    from numplan.cli.operations.run_apply import run_apply

    return run_apply(**given)
