"""The flags that name files for other forms of a plan, and where these go."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS: Final = {
    "json": "Terraform's plan JSON",
    "markdown": "a comment for a pull request",
    "html": "a report in one file",
    "gitlab": "GitLab's terraform report",
}


def document_options(command: Command) -> Command:
    """`--json-out FILE` and its siblings, of every command that makes a plan."""
    for name, what in reversed(FORMATS.items()):
        flag = f"--{name}-out"
        command = click.option(flag, metavar="FILE", help=f"Also write the plan as {what}.")(command)
    return command
