"""What `plan`, `apply` and `destroy` share: their options, and what refuses a plan."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

import click

from numplan.cli.completing import Address
from numplan.cli.documents import document_options
from numplan.cli.selecting import selection_of, selection_options
from numplan.model.errors import GuardError, NumplanError, UsageError
from numplan.model.plan import Allowances, Plan, Selection

LONGEST: Final = 120
"""Characters of what would lift a guard, where it is told once more in one line."""

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--allow-release",
        {
            "multiple": True,
            "type": Address(),
            "metavar": "ADDRESS|NUMBER",
            "help": "Let this protected or surplus number go; repeatable.",
        },
    ),
    (
        "--max-releases",
        {
            "type": click.IntRange(0),
            "metavar": "N",
            "help": "Allow so many releases; 5 unless the policy says.",
        },
    ),
    (
        "--max-purchases",
        {
            "type": click.IntRange(0),
            "metavar": "N",
            "help": "Allow so many purchases; no limit unless the policy says.",
        },
    ),
    ("--allow-empty", {"is_flag": True, "help": "Allow a manifest that declares nothing to release all."}),
    ("--accept-missing", {"is_flag": True, "help": "Buy again, however many managed numbers are missing."}),
    (
        "--new-state",
        {"is_flag": True, "help": "Buy although there is no state and the account owns numbers that match."},
    ),
    ("--expand", {"is_flag": True, "help": "Show every line of long runs."}),
)


def planning_options(command: Command) -> Command:
    """The options of every command that makes a plan."""
    command = selection_options(document_options(command))
    for flag, details in reversed(_OPTIONS):
        command = click.option(flag, **details)(command)
    return command


class Asked(NamedTuple):
    """What a command line asks of a plan."""

    allowances: Allowances = Allowances()
    selection: Selection = Selection()
    destroy: bool = False
    refresh_only: bool = False


def refresh_option(command: Command) -> Command:
    """`--refresh-only`, of `plan` and `apply`."""
    return click.option(
        "--refresh-only", is_flag=True, help="Only take into state what the account shows; no call is made."
    )(command)


def asked_of(flags: dict[str, Any], *, destroy: bool = False, refresh_only: bool = False) -> Asked:
    """What the flags ask. Raises UsageError where they exclude each other."""
    if destroy and refresh_only:
        raise UsageError("--destroy and --refresh-only exclude each other")
    return Asked(_allowances(flags), selection_of(flags), destroy, refresh_only)


def _allowances(flags: dict[str, Any]) -> Allowances:
    """What the flags allow beyond the policy."""
    return Allowances(
        releases=tuple(flags["allow_release"]),
        max_releases=flags["max_releases"],
        max_purchases=flags["max_purchases"],
        empty=flags["allow_empty"],
        missing=flags["accept_missing"],
        new_state=flags["new_state"],
    )


def refuse_errors(plan: Plan) -> None:
    """Raise NumplanError where a plan holds errors: it is shown, but can be neither saved nor applied."""
    errors = len(plan.errors)
    if errors:
        raise NumplanError(
            f"the plan has {errors} error{'' if errors == 1 else 's'} and cannot be applied",
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
