"""The flags that take a state as it is, and `--new-state`, which stands for all of them."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

LOST: Final = "--accept-lost-state"
OLDER: Final = "--accept-older-state"
BESIDE: Final = "--buy-beside-unmanaged"


def state_consents(command: Command) -> Command:
    """The flags by which a state is taken that is not what was last written."""
    for flag, does in (
        (
            "--new-state",
            "All of these together, if the command has them. Better: only the one that is needed.",
        ),
        (OLDER, "Continue from a state that is older than the last one, or a different one."),
        (LOST, "Start over if the state is gone."),
    ):
        command = click.option(flag, is_flag=True, help=does)(command)
    return command
