"""The state, its history and its lock, as a run would meet them."""

from collections.abc import Iterator
from pathlib import Path

from numplan.doctor.check import Check, failed, ok, warning
from numplan.doctor.here import in_git_unignored
from numplan.model.errors import NumplanError, StateError
from numplan.model.state import State, check_owner
from numplan.model.text.printable import numbers, plural
from numplan.state.backend import Backend


def state_checks(backend: Backend, account: str, url: str, local: Path | None) -> Iterator[Check]:
    """The state of a place, for this account at this API, where that is known; `local` is its path, if it is a file."""
    place = backend.place
    try:
        state = backend.read()
    except (StateError, OSError) as problem:
        yield failed("state", *_words(problem), place)
        return
    yield _contents(state, place)
    if state is not None and account:
        yield _owner(state, account, url)
    yield from _lock(backend)
    yield from _writing(backend)
    history = backend.history
    if history is None:
        yield ok("history", "none: such a place keeps one document")
    else:
        yield ok("history", f"at {history.place}", history.place)
    if local is not None and in_git_unignored(local):
        yield warning(
            "Git",
            f"{local} is in a working tree, and not ignored",
            f"add {local.name}* to .gitignore: a state goes out of date with every apply that others make",
            str(local),
        )


def _contents(state: State | None, place: str) -> Check:
    if state is None:
        return ok("state", f"{place}: none yet; the first apply makes one", place)
    held = f"{place}: serial {state.serial}, {numbers(len(state.numbers))}"
    if state.intents:
        calls = plural(len(state.intents), "call")
        return warning(
            "state", f"{held}, {calls} of an earlier run to settle", "run `numplan state settle`", place
        )
    return ok("state", held, place)


def _owner(state: State, account: str, url: str) -> Check:
    try:
        check_owner(state, account, url)
    except StateError as problem:
        return failed("state's account", *_words(problem), state.account, account)
    return ok("state's account", "this account, at this API")


def _lock(backend: Backend) -> Iterator[Check]:
    try:
        holder = backend.holder()
    except (StateError, OSError) as problem:
        yield failed("state's lock", *_words(problem), backend.place)
        return
    if holder is None:
        yield ok("state's lock", "free")
    else:
        since = holder.created.isoformat(" ", "seconds")
        said = (
            f"held by {holder.who or 'somebody'} since {since} ({holder.operation or 'no operation named'})"
        )
        advice = f"wait for it; if that run is gone, `numplan state unlock {holder.id}`"
        yield warning("state's lock", said, advice, holder.who, holder.id, backend.place)


def _writing(backend: Backend) -> Iterator[Check]:
    try:
        trial = backend.try_writing()
    except (StateError, OSError) as problem:
        yield failed("state can be written", *_words(problem), backend.place)
        return
    if trial.written is None:
        yield ok("state can be written", "not tried: such a server keeps one document, and nothing beside it")
    else:
        yield ok("state can be written", "yes: something was written beside it and removed again")
    if trial.is_versioned:
        yield ok("older states", "the place keeps older copies")
    elif trial.is_versioned is False:
        yield warning(
            "older states",
            "the place keeps no older copies",
            "turn on versioning for it: an older state can then be put back",
        )


def _words(problem: Exception) -> tuple[str, str]:
    """What went wrong, and what to do."""
    if isinstance(problem, NumplanError):
        return problem.message, problem.hint or "see docs/state.md"
    return str(problem), "see docs/state.md"
