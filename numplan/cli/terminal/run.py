"""One run of a command: what it was asked, where it speaks, its clock, and its questions."""

import sys
from datetime import date
from functools import cached_property

from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import SystemClock
from numplan.model.errors import DeclinedError


class Run:
    """Settings, screen and clock, which most operations need together."""

    def __init__(self, settings: Settings, screen: Screen | None = None) -> None:
        self.settings = settings
        self.screen = screen or Screen(color=settings.color)

    @classmethod
    def current(cls) -> "Run":
        """The run of the command that is running. Changes to the folder that `--chdir` names."""
        return cls(Settings.current())

    @cached_property
    def clock(self) -> SystemClock:
        """The machine's time, and the user's wish to stop."""
        return SystemClock()

    @property
    def today(self) -> date:
        """The day in UTC by this machine's clock alone, for what asks the account nothing."""
        return self.clock.now().date()

    def confirm(self, *, what: str, before: str, question: str, hint: str) -> None:
        """Ask whether to go on. Raises DeclinedError for any answer but yes, and where nobody can be asked.

        `what` is what is not confirmed then; `before` is said before the question.
        """
        may_ask = self.settings.may_ask
        if not may_ask or not sys.stdin.isatty():
            why = "there is no terminal to ask on" if may_ask else "asking is turned off"
            raise DeclinedError(f"{what} was not confirmed: {why}", hint=hint)
        self.screen.line()
        self.screen.line(before)
        if (
            self.screen.ask(f"{question} Only 'yes' will be accepted to approve:", self.clock.wait_for_input)
            != "yes"
        ):
            raise DeclinedError(f"{what} was not confirmed; nothing was changed")
