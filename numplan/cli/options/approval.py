"""`--auto-approve`, where nothing needs to be asked."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def approving(command: Command) -> Command:
    """`--auto-approve`, for the commands that ask."""
    return click.option("--auto-approve", is_flag=True, help="Do not ask for approval.")(command)
