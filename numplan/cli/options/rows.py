"""`--csv`, where rows are printed."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def csv_option(command: Command) -> Command:
    """`--csv`, for the commands that print rows."""
    return click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")(command)
