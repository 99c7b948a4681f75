"""`numplan destroy`."""

from typing import Any

import click

from numplan.cli.options.plan_options import releasing_options
from numplan.cli.settings import common


@click.command()
@common("chdir", "manifest", "state", "json", "no_color", "no_input", "parallelism", "lock_timeout")
@click.option("--auto-approve", is_flag=True, help="Do not ask for approval.")
@releasing_options
def destroy(**given: Any) -> int:  # noqa: ANN401
    """Release every managed number.

    `numplan plan --destroy` shows what would happen. All guards apply, except the one for an empty manifest:
    --max-releases must allow the number of releases, and --allow-release must name what is protected. What has a
    `release_after` begins to wait, and a later apply releases it; --release-now does not wait.
    """
    from numplan.cli.operations.run_apply import run_destroy

    return run_destroy(**given)
