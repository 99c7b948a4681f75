"""`numplan apply`."""

from datetime import timedelta
from typing import Any, Final

import click

from numplan.cli.applying import Choose, apply_chosen, fresh_plan
from numplan.cli.planning import allowances_of, planning_options, refuse_danger, show_plan
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, Span, common
from numplan.cli.signals import SystemClock
from numplan.cli.workspace import read_file
from numplan.engine.book import Book
from numplan.engine.ports import Provider
from numplan.engine.staleness import check_saved
from numplan.model.errors import UsageError
from numplan.model.manifest import Manifest
from numplan.model.plan import Allowances, Plan, decode_plan

DAY: Final = 24 * 3600.0
EXAMPLES: Final = """\b
Examples:
  numplan apply                    plan, ask, carry out
  numplan apply --auto-approve     without asking, for a pipeline
  numplan apply tonight.plan       what `plan --out tonight.plan` saved
"""


@click.command(epilog=EXAMPLES)
@click.argument("planfile", required=False)
@common("chdir", "manifest", "state", "no_color", "no_input", "parallelism", "lock_timeout")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--destroy", is_flag=True, help="Release all that is managed.")
@click.option(
    "--max-age", type=Span(), metavar="SPAN", help="With PLANFILE: how old it may be; 24h unless given."
)
@planning_options
def apply(
    planfile: str | None,
    *,
    auto_approve: bool,
    destroy: bool,
    max_age: float | None,
    expand: bool,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Carry out a plan: purchase, release, remember.

    Without PLANFILE: plan, ask, carry out. With one: carry out exactly that saved plan, without asking, or
    refuse it where the world has moved since.
    """
    settings = Settings.current()
    screen = Screen(color=settings.color)
    allowances = allowances_of(flags)
    if planfile is None:
        if max_age is not None:
            raise click.UsageError("--max-age goes with a saved plan")
        fresh = fresh_plan(screen, allowances, destroy=destroy, expand=expand)
        return apply_chosen(
            settings, screen, "apply", fresh, ask=not auto_approve, new_state=allowances.new_state
        )
    if destroy or allowances != Allowances():
        raise UsageError(
            "a saved plan is applied as it was made",
            hint="give --destroy and what allows danger to `numplan plan --out` instead",
        )
    plan = decode_plan(read_file(planfile, "the plan file"), planfile)
    saved = _saved_plan(plan, screen, timedelta(seconds=DAY if max_age is None else max_age), expand=expand)
    return apply_chosen(settings, screen, "apply", saved, ask=False, new_state=plan.allowances.new_state)


def _saved_plan(plan: Plan, screen: Screen, max_age: timedelta, *, expand: bool) -> Choose:
    """Choose exactly the saved plan, if it still fits."""

    def choose(manifest: Manifest, book: Book, account: Provider, clock: SystemClock) -> Plan:
        state = book.state if book.state.serial else None
        judged = check_saved(plan, manifest, state, account, clock.now(), max_age)
        show_plan(judged, screen, expand=expand)
        refuse_danger(judged)
        return judged

    return choose
