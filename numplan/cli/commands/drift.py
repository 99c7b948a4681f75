"""`numplan drift`."""

from typing import Any, Final

import click

from numplan.cli.options.selection import selection_options
from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan drift --detailed-exitcode    2 where anything is amiss
  numplan apply --refresh-only         take it into state
  numplan apply                        make the account what the manifest says
"""


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if there is drift, with 0 if there is none."
)
@click.option("--expand", is_flag=True, help="Show every line instead of folding long lists.")
@selection_options
def drift(**given: Any) -> int:  # noqa: ANN401
    """Show what others changed: state against account.

    Missing, changed, surplus and unmanaged numbers, each with what `numplan apply` would do. Takes no lock and
    writes nothing. Charges that the vendor changed are only counted.
    """
    from numplan.cli.operations.questions.drift import run_drift

    return run_drift(**given)
