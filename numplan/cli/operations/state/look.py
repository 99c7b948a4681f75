"""The state, looked into and settled."""

from numplan.cli.operations.stored_state import read_state, show_state
from numplan.cli.settings import Settings
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.engine.edit.state_edit import named, naming
from numplan.model.state import Instance
from numplan.views.text.state import instance_text


def run_list(names: tuple[str, ...]) -> None:
    """Carry out `numplan state list`."""
    settings = Settings.current()
    screen = Screen(color=False)
    for instance in _meant(settings, names):
        screen.line(instance.address)
    screen.require_written()


def run_show(names: tuple[str, ...]) -> None:
    """Carry out `numplan state show`."""
    settings = Settings.current()
    screen = Screen(color=settings.color)
    if not names:
        show_state(settings, screen)
    else:
        for instance in _meant(settings, names):
            screen.line(instance_text(instance))
    screen.require_written()


def run_settle() -> int:
    """Carry out `numplan state settle`; returns the exit code."""
    from numplan.cli.operations.apply import settle_only

    return settle_only(Run.current())


def _meant(settings: Settings, names: tuple[str, ...]) -> tuple[Instance, ...]:
    """The managed numbers that are named; wrong usage is told whether or not there is a state."""
    for name in names:
        naming(name)
    return named(read_state(settings), names)
