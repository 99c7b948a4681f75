"""`numplan destroy`."""

from typing import Any

import click

from numplan.cli.operations.apply import apply_chosen, fresh_plan
from numplan.cli.options.documents import documents_of
from numplan.cli.options.plan_options import asked_of, releasing_options
from numplan.cli.settings import common
from numplan.cli.terminal.run import Run


@click.command()
@common("chdir", "manifest", "state", "json", "no_color", "no_input", "parallelism", "lock_timeout")
@click.option("--auto-approve", is_flag=True, help="Do not ask for approval.")
@releasing_options
def destroy(*, auto_approve: bool, expand: bool, **flags: Any) -> int:  # noqa: ANN401
    """Release every managed number.

    `numplan plan --destroy` shows what would happen. All guards apply, except the one for an empty manifest:
    --max-releases must allow the number of releases, and --allow-release must name what is protected. What has a
    `release_after` begins to wait, and a later apply releases it; --release-now does not wait.
    """
    run = Run.current()
    documents = documents_of(flags)
    asked = asked_of(flags, destroy=True)
    fresh = fresh_plan(run, asked, documents)
    return apply_chosen(
        run, "destroy", fresh, ask=not auto_approve, allowances=asked.allowances, expand=expand
    )
