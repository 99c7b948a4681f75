"""What a command line asks of a plan, and what refuses a plan."""

from datetime import date
from typing import Any, Final, NamedTuple

from numplan.cli.options.consents import BESIDE
from numplan.cli.options.plan_options import REPLACE
from numplan.model.errors import GuardError, NumplanError, UsageError
from numplan.model.plan import Allowances, Plan, Selection
from numplan.model.text.printable import plural

_OF_BUYING: Final = ("--max-purchases", "--allow-empty", BESIDE, REPLACE)
_OF_RELEASING: Final = ("--max-releases", "--allow-release", "--release-now")
"""Flags about purchases, and flags about releases."""
LONGEST: Final = 120
"""Characters of what would lift a guard, where it is told once more in one line."""


class Asked(NamedTuple):
    """What a command line asks of a plan. `at` is the day whose plan is asked for, where that is another than today."""

    allowances: Allowances = Allowances()
    selection: Selection = Selection()
    destroy: bool = False
    refresh_only: bool = False
    replace: tuple[str, ...] = ()
    at: date | None = None


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


def selection_of(flags: dict[str, Any]) -> Selection:
    """What the flags select; takes the flags out."""
    return Selection(
        targets=tuple(flags.pop("target")),
        excludes=tuple(flags.pop("exclude")),
        labels=tuple(flags.pop("select")),
    )
