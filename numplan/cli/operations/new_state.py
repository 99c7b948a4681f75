"""What `--new-state` was needed for, told to whoever gives it."""

from collections.abc import Callable
from typing import Final

import msgspec

from numplan.cli.options.consents import BESIDE, LOST, OLDER
from numplan.cli.terminal.screen import Screen
from numplan.engine.guard.guards import check_guards
from numplan.engine.pipeline import PlanResult
from numplan.model.errors import LostStateError, OlderStateError, StateError
from numplan.model.manifest import Manifest
from numplan.model.plan import Allowances
from numplan.state.backend import Backend

_BESIDE_GUARD: Final = "no-state"


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
