"""The flags that take a state as it is, and `--new-state`, which stands for all of them."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click
import msgspec

from numplan.cli.terminal.screen import Screen
from numplan.engine.guard.guards import check_guards
from numplan.engine.pipeline import PlanResult
from numplan.model.errors import LostStateError, OlderStateError, StateError
from numplan.model.manifest import Manifest
from numplan.model.plan import Allowances
from numplan.state.backend import Backend

Command = TypeVar("Command", bound=Callable[..., Any])

LOST: Final = "--accept-lost-state"
OLDER: Final = "--accept-older-state"
BESIDE: Final = "--buy-beside-unmanaged"
_BESIDE_GUARD: Final = "no-state"


def state_consents(command: Command) -> Command:
    """The flags by which a state is taken that is not what was last written."""
    for flag, does in (
        (
            "--new-state",
            "All of these together, if the command has them. Better: only the one that is needed.",
        ),
        (OLDER, "Continue from a state that is older than the last one, or a different one."),
        (LOST, "Start over if the state is gone."),
    ):
        command = click.option(flag, is_flag=True, help=does)(command)
    return command


def needed_to_read(strict: Callable[[], Backend]) -> tuple[str, ...]:
    """The flag without which the state could not be read; `strict` opens a backend that takes none as it is."""
    try:
        strict().read()
    except LostStateError:
        return (LOST,)
    except OlderStateError:
        return (OLDER,)
    except StateError:
        return ()  # whoever reads it next says so
    return ()


def needed_to_buy(found: PlanResult, manifest: Manifest) -> tuple[str, ...]:
    """The flag without which a guard would refuse to buy beside unmanaged numbers."""
    strict = msgspec.structs.replace(found.plan, allowances=Allowances())
    refusals = check_guards(strict, manifest, found.comparison, found.offers)
    return (BESIDE,) if any(one.guard == _BESIDE_GUARD for one in refusals) else ()


def tell_of_new_state(needed: tuple[str, ...], screen: Screen) -> None:
    """Name what `--new-state` was needed for."""
    if needed:
        what = " and ".join(needed)
        screen.error(f"warning: --new-state allows more than is needed here: give {what} instead")
    else:
        screen.error("warning: --new-state is not needed here: leave it out")
