"""The state, mended: nothing here asks the account anything."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from numplan.cli.operations.plan_file import write_whole
from numplan.cli.operations.stored_state import read_state
from numplan.cli.settings import Settings
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.history import opened_chronicle, written_down
from numplan.cli.workspace.open import read_file, state_backend
from numplan.cli.workspace.state_lock import locked
from numplan.engine.apply.chronicle import Chronicle
from numplan.engine.edit.state_edit import Edited, Moved, move, remove, replaced
from numplan.engine.ports import Session
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.errors import NumplanError
from numplan.model.location.file_name import STATE_FILE
from numplan.model.state import State, successor
from numplan.model.stored.state_document import decode_edited, encode_state
from numplan.views.common.wrapping import FOLD

FROM_INPUT: Final = "-"


class EditedState(NamedTuple):
    """A state as it would be, and the lines that say what is different about it."""

    state: State
    lines: list[str]


def run_mv(source: str, target: str, *, auto_approve: bool) -> None:
    """Carry out `numplan state mv`."""

    def edited(state: State) -> EditedState:
        done = move(state, source, target)
        return EditedState(done.state, _moves(done))

    _edit("state mv", edited, "Move them in state?", auto_approve=auto_approve)


def run_rm(names: tuple[str, ...], *, auto_approve: bool) -> None:
    """Carry out `numplan state rm`."""

    def edited(state: State) -> EditedState:
        done = remove(state, names)
        return EditedState(done.state, _moves(done))

    _edit("state rm", edited, "Take them out of state?", auto_approve=auto_approve)


def run_pull() -> None:
    """Carry out `numplan state pull`."""
    document = encode_state(read_state(Settings.current())).decode().rstrip("\n")
    Screen(color=False).stored(document, "what is printed of the state")


def run_push(file: str, *, auto_approve: bool) -> None:
    """Carry out `numplan state push`."""
    document = sys.stdin.buffer.read() if file == FROM_INPUT else None
    run = Run.current()
    offered = decode_edited(document or read_file(file, "the state to push"), file)

    def edited(state: State) -> EditedState:
        return EditedState(replaced(state, offered), _differences(state, offered))

    # A newer copy may take the place of an older state that somebody put back; one that is older than what was last
    # written there may not.
    _edit(
        "state push",
        edited,
        "Put this in its place?",
        auto_approve=auto_approve,
        run=run,
        consent=Consent(older=True),
    )


def _edit(
    operation: str,
    edited: Callable[[State], EditedState],
    question: str,
    *,
    auto_approve: bool,
    run: Run | None = None,
    consent: Consent = NO_CONSENT,
) -> None:
    """Lock, show what would be different, ask, keep a copy of what is stored, and write."""
    run = run or Run.current()
    clock, screen = run.clock, run.screen
    with clock.watching():
        backend = state_backend(run.settings, clock, consent)
        with locked(backend, operation, run) as session:
            state = session.read()
            if state is None:
                raise NumplanError(f"there is no state at {backend.place}", hint="`numplan apply` makes one")
            done = edited(state)
            for line in done.lines:
                screen.line(line)
            if not auto_approve:
                run.confirm(
                    what="the change to the state",
                    before="Nothing is purchased or released; what numplan remembers changes.",
                    question=question,
                    hint="give --auto-approve",
                )
            with clock.careful():
                copy = keep_copy(state, backend.place)
                chronicle = opened_chronicle(
                    state,
                    backend,
                    run.settings.environment,
                    session.run,
                    actor=_tells_actor(state),
                    consent=consent,
                )
                chronicle.tell_difference(state, done.state, f"numplan {operation}")
                _store(done.state, chronicle, session, run)
            screen.last_line(f"State: serial {state.serial + 1}. What was there before is in {copy}.")


def _tells_actor(state: State) -> bool:
    """Whether the last apply told who did it."""
    return state.history is None or state.history.actor != "none"


def _store(edited: State, chronicle: Chronicle, session: Session, run: Run) -> None:
    """Write what was edited, and let the history know of the numbers that came and went."""
    after = successor(edited)
    told = chronicle.next(after.serial, run.clock.now())
    session.write(told.put_into(after))
    chronicle.stored(told)
    with written_down(chronicle, run.screen):
        pass


def keep_copy(state: State, place: str) -> Path:
    """Write a state down beside where it is stored, or here where that is no file; returns where.

    Raises NumplanError: what is about to be replaced has then no copy.
    """
    stored = Path(STATE_FILE) if "://" in place else Path(place)
    copy = stored.with_name(f"{stored.name}.{state.serial}-{state.write_id[:8]}.backup")
    write_whole(encode_state(state), copy, "the copy of the state", "--state")
    return copy


def _moves(done: Edited) -> list[str]:
    rows = [_move_line(one) for one in done.moves[:FOLD]]
    left = len(done.moves) - FOLD
    return [*rows, *([f"  … and {left:,} more"] if left > 0 else [])]


def _move_line(one: Moved) -> str:
    name = one.source if one.source.endswith('"]') else f"{one.source}  {one.number}"
    return f"  {name} -> {one.target}" if one.target else f"  {name}  no longer managed"


def _differences(stored: State, offered: State) -> list[str]:
    before, after = stored.by_number, offered.by_number
    changed = sum(1 for number in before.keys() & after.keys() if before[number] != after[number])
    more, fewer = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    serials = f"serial {offered.serial} in place of {stored.serial}"
    lines = [f"  {serials}: {more:,} numbers more, {fewer:,} fewer, {changed:,} changed"]
    for what, now, then in (
        ("account", stored.account, offered.account),
        ("API", stored.api_url, offered.api_url),
    ):
        if now != then:
            lines.append(f"  {what} {now} -> {then}")
    lost = {one.number for one in stored.intents} - {one.number for one in offered.intents} - after.keys()
    if lost:
        lines.append(f"  forgotten: calls with an unknown outcome, for {', '.join(sorted(lost))}")
    return lines
