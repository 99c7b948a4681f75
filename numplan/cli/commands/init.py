"""`numplan init`."""

from typing import Any

import click

from numplan.cli.settings import common


@click.command()
@common("chdir")
@click.option(
    "--ci", type=click.Choice(["github", "gitlab"]), help="Also write a pipeline that plans and applies."
)
@click.option(
    "--state",
    metavar="URL",
    help="With --ci: where the pipeline keeps state, a URL, or a path on a runner of your own. "
    "GitLab keeps it by itself unless this is given.",
)
def init(**given: Any) -> None:  # noqa: ANN401
    """Write a commented manifest and .gitignore lines here. Never overwrites.

    With --ci, a manifest that is here already is left as it is, and NUMPLAN_API_URL becomes part of the
    pipeline.
    """
    from numplan.cli.commands.pipelines.first_files import run_init

    run_init(**given)
