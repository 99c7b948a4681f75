"""A saved plan, or the state, shown."""

from typing import Final

from numplan.cli.operations.documents import render
from numplan.cli.operations.stored_state import read_state, show_state
from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import read_file
from numplan.model.errors import UsageError
from numplan.model.stored.plan_document import decode_plan

_OF_STATE: Final = ("manifest", "var", "var_file", "state")
"""Options that say which state is shown."""


def run_show(planfile: str | None, form: str | None, *, expand: bool) -> None:
    """Carry out `numplan show`."""
    settings = Settings.current()
    screen = Screen(color=settings.color)
    if settings.json and form not in {None, "json"}:
        raise UsageError(f"--json and --format {form} exclude each other")
    form = form or ("json" if settings.json else "text")
    if expand and (planfile is None or form != "text"):
        raise UsageError("--expand shows every line of a plan's text", hint="leave it out")
    if planfile is not None and (idle := [one for one in _OF_STATE if settings.flag(one)]):
        raise UsageError(
            f"--{idle[0].replace('_', '-')} has no effect on a saved plan",
            hint="a plan is shown as it was saved",
        )
    if planfile is not None:
        _show_plan(planfile, form, settings, screen, expand=expand)
    elif form == "json":
        from numplan.views.machine.terraform_plan import state_json

        screen.document("".join(state_json(read_state(settings))))
    elif form == "text":
        show_state(settings, screen)
    else:
        raise UsageError(f"the state has no form as {form}", hint="name a saved plan to show")
    screen.require_written()


def _show_plan(path: str, form: str, settings: Settings, screen: Screen, *, expand: bool) -> None:
    from numplan.cli.terminal.text_ui import TextReport

    plan = decode_plan(read_file(path, "the plan file"), path)
    if form == "text":
        TextReport(screen, expand=expand).plan(plan)
    else:
        screen.document("".join(render(plan, form, settings)).rstrip("\n"))
