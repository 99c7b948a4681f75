"""`numplan validate`."""

import click

from numplan.cli.settings import common


@click.command()
@common("chdir", "manifest", "json")
def validate() -> int:
    """Check the manifest against its schema and its rules, offline.

    Every problem is reported at once, each as file:line:column.
    """
    from numplan.cli.operations.manifest.validate import run_validate

    return run_validate()
