"""The `numplan state` commands that mend: `mv`, `rm`, `pull`, `push`. None of them asks the account anything."""

from typing import Any, Final

import click

from numplan.cli.options.approval import approving
from numplan.cli.options.completion import Address
from numplan.cli.settings import common

_WRITING: Final = ("chdir", "manifest", "state", "no_color", "no_input", "lock_timeout")


@click.command("mv")
@click.argument("source", metavar="FROM", type=Address())
@click.argument("target", metavar="TO")
@common(*_WRITING)
@approving
def mv(**given: Any) -> None:  # noqa: ANN401
    """Move numbers to another resource in state, after a rename in the manifest.

    FROM is an address, a resource, a number, or a pattern of one with * and ?; TO is a resource, such as
    pool.sales. Nothing is sent: the numbers stay as they are.
    """
    from numplan.cli.operations.state.edit import run_mv

    run_mv(**given)


@click.command("rm")
@click.argument("names", metavar="ADDRESS|NUMBER...", nargs=-1, required=True, type=Address())
@common(*_WRITING)
@approving
def rm(**given: Any) -> None:  # noqa: ANN401
    """Stop managing numbers. The account keeps them and keeps paying for them.

    Each name is an address, a resource, a number, or a pattern of one with * and ?. What the manifest still
    declares, the next apply adopts again; a pool that lost members buys others.
    """
    from numplan.cli.operations.state.edit import run_rm

    run_rm(**given)


@click.command("pull")
@common("chdir", "manifest", "state")
def pull() -> None:
    """Print the stored state, to keep or to edit a copy.

    It contains no token. `numplan state push` stores an edited copy.
    """
    from numplan.cli.operations.state.edit import run_pull

    run_pull()


@click.command("push")
@click.argument("file", metavar="FILE|-")
@common(*_WRITING)
@approving
def push(**given: Any) -> None:  # noqa: ANN401
    """Store a copy of the state, for example one that was pulled and edited.

    Another lineage is refused, and so is a serial older than the one that is stored. A copy that was edited
    has no `checksum` member; where it has one, it must fit.
    """
    from numplan.cli.operations.state.edit import run_push

    run_push(**given)
