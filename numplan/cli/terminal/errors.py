"""What went wrong, in words, and the exit code that goes with it."""

import errno
import sys
import traceback
from typing import Final

import click

from numplan.cli.terminal.screen import Screen, silence
from numplan.cli.terminal.signals import Interrupted
from numplan.model.errors import ManifestError, NumplanError
from numplan.views.common.sanitize import one_line

BROKEN: Final = 1
USAGE: Final = 64
_NO_ARGUMENTS: Final = getattr(click.exceptions, "NoArgsIsHelpError", ())  # since click 8.2


def say(problem: BaseException) -> int:
    """Print an error for a person: `error: …`, then what to do next, indented. Returns the exit code."""
    screen = Screen(color=False)
    match problem:
        case ManifestError():
            screen.findings(problem.diagnostics)
            screen.error(f"error: {problem.message}; nothing was sent and nothing was written")
            return problem.exit_code
        case NumplanError():
            _error(screen, problem.message, problem.hint)
            return problem.exit_code
        case click.UsageError() if isinstance(problem, _NO_ARGUMENTS) and problem.ctx:
            screen.error(problem.ctx.get_help())
            return USAGE
        case click.UsageError():
            command = problem.ctx.command_path if problem.ctx else "numplan"
            _error(screen, _unquoted(problem.format_message()), f"`{command} --help` shows its usage")
            return USAGE
        case click.ClickException():
            _error(screen, problem.format_message())
            return problem.exit_code
        case Interrupted():
            screen.error(f"interrupted by {problem.name}; nothing was sent")
            return problem.exit_code
        case BrokenPipeError():
            silence(sys.stdout)
            return BROKEN
        case OSError(errno=errno.ENOSPC, filename=None):  # click prints help and versions without a Screen
            silence(sys.stdout)
            _error(screen, f"standard output could not be written: {problem.strerror}")
            return BROKEN
        case _:
            return _bug(problem, screen)


def _error(screen: Screen, message: str, hint: str = "") -> None:
    screen.error(f"error: {one_line(message)}")
    for line in hint.splitlines():
        screen.error(f"  {one_line(line)}")


def _unquoted(message: str) -> str:
    """Click's sentence as ours are: no capital, no full stop at the end."""
    return (message[:1].lower() + message[1:]).rstrip(".")


def _bug(problem: BaseException, screen: Screen) -> int:
    from numplan.cli.terminal.logging_setup import log_level

    if log_level() == "debug":
        for line in "".join(traceback.format_exception(problem)).splitlines():
            screen.error(line)
    _error(
        screen,
        f"unexpected error, this is a bug in numplan: {type(problem).__name__}: {problem}",
        "this is a bug; NUMPLAN_LOG=debug shows where. State, if it was being written, is whole.",
    )
    return BROKEN
