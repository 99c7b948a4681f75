"""The place of the state: its lock, and its move to another."""

import os

import msgspec

from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import state_backend
from numplan.cli.workspace.state_location import named_location, open_location
from numplan.cli.workspace.state_lock import locked
from numplan.model.consent import EVERY_CONSENT
from numplan.model.errors import NumplanError, StateError, UsageError
from numplan.model.history.record import line_of
from numplan.model.location.state_location import LocalLocation, StateLocation
from numplan.model.state import State, successor
from numplan.state.backend import Backend, StoredSession, other_lock, said_of


def run_unlock(lock_id: str, *, auto_approve: bool) -> None:
    """Carry out `numplan state unlock`."""
    run = Run.current()
    settings, clock, screen = run.settings, run.clock, run.screen
    with clock.watching():
        backend = state_backend(settings, clock)
        holder = backend.holder()
        if holder is None or holder.id != lock_id:
            raise other_lock(backend.place, lock_id, holder)
        screen.line(f"{backend.place} is locked: {said_of(holder, clock.now())}")
        if not auto_approve:
            run.confirm(
                what="the end of that lock",
                before="Two runs at once are what a lock prevents: make sure that this one is dead.",
                question="Unlock?",
                hint="give --auto-approve",
            )
        backend.unlock(lock_id)
        screen.last_line("Unlocked. The next apply, or `numplan state settle`, settles what that run left.")


def run_migrate(target: str, *, auto_approve: bool) -> None:
    """Carry out `numplan state migrate`."""
    run = Run.current()
    settings, clock, screen = run.settings, run.clock, run.screen
    with clock.watching():
        source = state_backend(settings, clock)
        place = _whole(named_location(target, "--to"))
        # It has to be empty, or to hold this very state: what was written there before counts no more.
        goal = open_location(place, settings.environment, clock, named=(place,), consent=EVERY_CONSENT)
        if os.path.realpath(source.place) == os.path.realpath(goal.place):
            raise UsageError(f"{goal.place} is already where the state lives")
        with (
            locked(source, "state migrate", run) as leaving,
            locked(goal, "state migrate", run) as arriving,
        ):
            state = leaving.read()
            if state is None:
                raise NumplanError(f"there is no state at {source.place}", hint="`numplan apply` makes one")
            screen.line(
                f"{source.place} -> {goal.place}: {len(state.numbers):,} numbers, serial {state.serial}"
            )
            if not auto_approve:
                run.confirm(
                    what="the move of the state",
                    before="Nothing is purchased or released; the old place is marked as left.",
                    question="Move it?",
                    hint="give --auto-approve",
                )
            with clock.careful():
                _copy(_with_history(state, source, goal, screen), arriving, goal)
                leaving.write(msgspec.structs.replace(successor(state), moved_to=goal.place))
        screen.last_line(
            "Moved. Name the new place from now on: --state, NUMPLAN_STATE, or the manifest's backend."
        )


def _with_history(state: State, source: Backend, goal: Backend, screen: Screen) -> State:
    """The state as it arrives, once its history is there, with what state alone held of it. Where the other place keeps
    none, the state knows of none from now on.

    Raises StateError where the history cannot be read, or written there.
    """
    there = goal.history
    if source.history is None or there is None:
        if state.history is not None:
            screen.error(f"warning: {goal.place} keeps no history: the records stay where the state was")
        return msgspec.structs.replace(state, history=None, to_record=())
    lines = [*source.history.lines()]
    known = {*lines}
    lines += [line for one in state.to_record if (line := line_of(one)) not in known]
    there.take_over(lines, f"moved-{state.write_id}")
    return msgspec.structs.replace(state, to_record=())


def _copy(state: State, arriving: StoredSession, goal: Backend) -> None:
    """Put the state there, unless an interrupted move has done so, and see that it is read as it was.

    Raises StateError where anything else is there.
    """
    if arriving.read() != state:
        arriving.begin(state)
    if goal.read() != state:
        raise StateError(
            f"{goal.place} does not hold what was just copied there; the old place was left as it is",
            hint="look into what else writes there, then move again",
        )


def _whole(place: StateLocation) -> StateLocation:
    """A file by its full path, for whoever finds the copy that is left behind."""
    return LocalLocation(path=os.path.abspath(place.path)) if isinstance(place, LocalLocation) else place  # noqa: PTH100
