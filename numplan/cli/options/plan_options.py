"""What `plan`, `apply` and `destroy` share: their options, and what refuses a plan."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

import click

from numplan.cli.options.consents import BESIDE, state_consents
from numplan.cli.options.documents import document_options
from numplan.cli.options.selection import Name, Pattern, selection_options

REPLACE: Final = "--replace"

LATEST: Final = 2999
"""The last year of which manifests name days."""

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--allow-release",
        {
            "multiple": True,
            "type": Name(),
            "metavar": "ADDRESS|NUMBER",
            "help": "Allow this protected or surplus number to be released. May be given more than once.",
        },
    ),
    (
        "--max-releases",
        {
            "type": click.IntRange(0),
            "metavar": "N",
            "help": "How many releases to allow (default: the policy's, or 5).",
        },
    ),
    (
        "--release-now",
        {
            "multiple": True,
            "type": Pattern(),
            "metavar": "GLOB",
            "help": "Release these of the numbers that leave now, not on their day. May be given more than once.",
        },
    ),
    (
        "--accept-missing",
        {"is_flag": True, "help": "Accept that many managed numbers are missing, and buy replacements."},
    ),
)
_EXPAND = click.option("--expand", is_flag=True, help="Show every line instead of folding long lists.")
_BUYING_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--max-purchases",
        {
            "type": click.IntRange(0),
            "metavar": "N",
            "help": "How many purchases to allow (default: the policy's, or no limit).",
        },
    ),
    ("--allow-empty", {"is_flag": True, "help": "Allow a manifest without entries to release everything."}),
    (
        REPLACE,
        {
            "type": Pattern(),
            "multiple": True,
            "metavar": "GLOB",
            "help": "Replace these pool members: buy another for each, then release it. May be given more than once.",
        },
    ),
    (
        BESIDE,
        {"is_flag": True, "help": "Buy even though there is no state and the account owns matching numbers."},
    ),
)


def planning_options(command: Command) -> Command:
    """The options of every command that makes a plan of what the manifest declares."""
    return _options((*_OPTIONS, *_BUYING_OPTIONS), command)


def releasing_options(command: Command) -> Command:
    """The options of a command that makes a plan in which nothing is declared, so that nothing is bought."""
    return _options(_OPTIONS, command)


def _options(options: tuple[tuple[str, dict[str, Any]], ...], command: Command) -> Command:
    command = state_consents(_EXPAND(selection_options(document_options(command))))
    for flag, details in reversed(options):
        command = click.option(flag, **details)(command)
    return command


class Day(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A day in UTC, such as 2026-12-31."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401
        """The day that a text names. Fails as click does."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write one such as 2026-12-31", param, ctx)
        if day.year > LATEST:
            self.fail(
                f"{value} is further than any manifest goes: days end with the year {LATEST}", param, ctx
            )
        return day


def at_option(command: Command) -> Command:
    """`--at`, of `plan` alone: another day's plan is neither saved nor applied."""
    return click.option(
        "--at",
        type=Day(),
        metavar="DATE",
        help="Show the plan of this day in UTC instead of today's, as things stand now.",
    )(command)


def refresh_option(command: Command) -> Command:
    """`--refresh-only`, of `plan` and `apply`."""
    return click.option(
        "--refresh-only",
        is_flag=True,
        help="Only update state from the account; nothing is bought or released.",
    )(command)
