"""`numplan fmt`."""

from typing import Any, Final

import click

from numplan.cli.settings import common

EXAMPLES: Final = """\b
Examples:
  numplan fmt                   lay the manifest out anew
  numplan fmt --check --diff    show what would differ; 3 if anything
"""


@click.command(epilog=EXAMPLES)
@click.argument("files", metavar="[FILE]...", nargs=-1)
@common("chdir", "manifest", "no_color", variables=False)
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 if a file would change.")
@click.option("--diff", is_flag=True, help="Show the differences, line by line.")
def fmt(**given: Any) -> int:  # noqa: ANN401
    """Format the manifest. Comments, order and values stay as they are.

    Prints the name of each file that differs. Without FILE: the manifest, and of a folder every file in it.
    """
    from numplan.cli.operations.manifest.fmt import run_fmt

    return run_fmt(**given)
