"""What `plan`, `apply` and `destroy` share: their options, and what refuses a plan."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

import click

from numplan.cli.options.consents import BESIDE, state_consents
from numplan.cli.options.documents import document_options
from numplan.cli.options.selection import Name, Pattern, selection_of, selection_options
from numplan.model.errors import GuardError, NumplanError, UsageError
from numplan.model.plan import Allowances, Plan, Selection
from numplan.model.text.printable import plural

_REPLACE: Final = "--replace"
_OF_BUYING: Final = ("--max-purchases", "--allow-empty", BESIDE, _REPLACE)
_OF_RELEASING: Final = ("--max-releases", "--allow-release", "--release-now")
"""Flags about purchases, and flags about releases."""

LATEST: Final = 2999
"""The last year of which manifests name days."""
LONGEST: Final = 120
"""Characters of what would lift a guard, where it is told once more in one line."""

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
        _REPLACE,
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


class Asked(NamedTuple):
    """What a command line asks of a plan. `at` is the day whose plan is asked for, where that is another than today."""

    allowances: Allowances = Allowances()
    selection: Selection = Selection()
    destroy: bool = False
    refresh_only: bool = False
    replace: tuple[str, ...] = ()
    at: date | None = None


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


def require_to_come(at: date | None, today: date, out: str | None) -> None:
    """Raise UsageError for the plan of a day that is over, and for one of another day that is to be saved."""
    if at is None:
        return
    if out is not None:
        raise UsageError(
            f"the plan of {at} cannot be saved: what is applied is made on its day",
            hint="leave --out or --at out; --json-out, --markdown-out and --html-out write it for readers",
        )
    if at < today:
        raise UsageError(f"--at {at} is over: today is {today}, in UTC", hint="give today, or a day to come")


def refresh_option(command: Command) -> Command:
    """`--refresh-only`, of `plan` and `apply`."""
    return click.option(
        "--refresh-only",
        is_flag=True,
        help="Only update state from the account; nothing is bought or released.",
    )(command)


def asked_of(
    flags: dict[str, Any], *, destroy: bool = False, refresh_only: bool = False, at: date | None = None
) -> Asked:
    """What the flags ask. Raises UsageError where they exclude each other."""
    if destroy and refresh_only:
        raise UsageError("--destroy and --refresh-only exclude each other")
    if destroy:
        _require_none(flags, "--destroy", "which buys nothing", _OF_BUYING)
    if refresh_only:
        _require_none(flags, "--refresh-only", "which changes state alone", (*_OF_BUYING, *_OF_RELEASING))
    replace = tuple(flags.get("replace", ()))
    return Asked(_allowances(flags), selection_of(flags), destroy, refresh_only, replace, at)


def _require_none(flags: dict[str, Any], mode: str, why: str, idle: tuple[str, ...]) -> None:
    for flag in idle:
        if flags.get(flag[2:].replace("-", "_")) not in {None, False, ()}:
            raise UsageError(f"{flag} has no effect with {mode}, {why}", hint="leave it out")


def _allowances(flags: dict[str, Any]) -> Allowances:
    """What the flags allow beyond the policy."""
    return Allowances(
        releases=tuple(flags["allow_release"]),
        max_releases=flags["max_releases"],
        max_purchases=flags.get("max_purchases"),
        empty=flags.get("allow_empty", False),
        missing=flags["accept_missing"],
        new_state=flags["new_state"],
        lost_state=flags["accept_lost_state"],
        older_state=flags["accept_older_state"],
        beside_unmanaged=flags.get("buy_beside_unmanaged", False),
        release_now=tuple(flags["release_now"]),
    )


def refuse_errors(plan: Plan) -> None:
    """Raise NumplanError where a plan holds errors: it is shown, but can be neither saved nor applied."""
    if plan.errors:
        raise NumplanError(
            f"the plan has {plural(len(plan.errors), 'error')} and cannot be applied",
            hint="each is shown above, with its place in the manifest; nothing was sent",
        )


def refuse_danger(plan: Plan) -> None:
    """Raise GuardError where a guard refuses a plan."""
    if plan.refusals:
        ways = dict.fromkeys((one.guard, one.lifted_by) for one in plan.refusals)
        guards = dict.fromkeys(guard for guard, _ in ways)
        raise GuardError(
            f"refused by {'the guard' if len(guards) == 1 else 'the guards'} {', '.join(guards)}",
            hint="\n".join(
                f"{guard}: allowed by {way if len(way) <= LONGEST else 'what is shown above'}"
                for guard, way in ways
            ),
        )
