"""Ask for a yes, where there is somebody to ask."""

import sys

from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import SystemClock
from numplan.model.errors import DeclinedError


def require_yes(
    settings: Settings,
    screen: Screen,
    clock: SystemClock,
    *,
    what: str,
    before: str,
    question: str,
    hint: str,
) -> None:
    """Ask whether to go on. Raises DeclinedError for any answer but yes, and where nobody can be asked.

    `what` is what is not confirmed then; `before` is said before the question.
    """
    if not settings.may_ask or not sys.stdin.isatty():
        why = "there is no terminal to ask on" if settings.may_ask else "asking is turned off"
        raise DeclinedError(f"{what} was not confirmed: {why}", hint=hint)
    screen.line()
    screen.line(before)
    if screen.ask(f"{question} Only 'yes' is taken as yes:", clock.wait_for_input) != "yes":
        raise DeclinedError(f"{what} was not confirmed; nothing was changed")
