"""Files that a plan is written to: whole or not at all, and never over anything that numplan needs."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from numplan.cli.terminal.run import Run
from numplan.files.atomic import replace_whole
from numplan.files.read import FileError
from numplan.manifest.files.names import is_part
from numplan.model.errors import NumplanError, UsageError
from numplan.model.location.state_location import LocalLocation, StateLocation
from numplan.model.plan import Plan
from numplan.model.secrets import require_none
from numplan.model.stored.plan_document import encode_plan


def save_plan(made: Plan, path: Path, state: StateLocation, run: Run) -> None:
    """Save a plan, to be applied, and not in the place of its `state`. Raises NumplanError where the plan cannot be
    written, and leaves nothing then.
    """
    require_apart(path, made.manifest, state, "--out")
    document = encode_plan(made, next(iter(run.settings.plan_keys), ""))
    require_none(document, "the plan")
    write_whole(document, path, "the plan file", "--out")
    where = shlex.quote(str(path))
    if made.refusals:
        run.screen.error(f"saved the plan to {where}, for review: `numplan apply {where}` will refuse it")
    else:
        run.screen.error(f"saved the plan to {where}: `numplan apply {where}` carries out exactly this")


def write_whole(document: bytes | Iterable[bytes], path: Path, what: str, flag: str) -> None:
    """Write a file whole or not at all. Raises NumplanError, which names the flag it came from."""
    try:
        replace_whole(path, document, "plan")
    except (OSError, FileError) as problem:
        why = f"it {problem}" if isinstance(problem, FileError) else problem.strerror
        raise NumplanError(
            f"{what} {path} cannot be written: {why}", hint=f"give another place with {flag}"
        ) from None


def require_apart(path: Path, manifest: str, state: StateLocation, flag: str) -> None:
    """Raise UsageError for a path that would put a plan in the place of manifest or state."""
    if not path.name:
        raise UsageError(f"{flag} {path} does not name a file")
    here = os.path.realpath(path)
    if (
        Path(manifest).is_dir()
        and is_part(path.name)
        and Path(here).parent == Path(os.path.realpath(manifest))
    ):
        raise UsageError(
            f"{flag} {path} would be part of the manifest",
            hint=f"give the plan a place outside {manifest}, or another ending",
        )
    taken = [("the manifest", manifest)]
    if isinstance(state, LocalLocation):
        taken += [("the state", state.path), ("the state's lock", f"{state.path}.lock")]
        taken += [("the state's backup", f"{state.path}.backup")]
    for what, place in taken:
        if here == os.path.realpath(place):
            raise UsageError(f"{flag} {path} is {what}", hint="give the plan a file of its own")
