"""Saved plans: written whole or not at all, and never over anything that numplan needs."""

import os
import shlex
from pathlib import Path

from numplan.cli.screen import Screen
from numplan.cli.settings import Settings
from numplan.cli.workspace import open_backend
from numplan.model.errors import NumplanError, StateError, UsageError
from numplan.model.plan import Plan, encode_plan
from numplan.state.files import Folder


def save_plan(made: Plan, path: Path, settings: Settings, screen: Screen) -> None:
    """Write a plan file. Raises NumplanError where it cannot be written, and leaves nothing then."""
    _require_apart(path, made.manifest, open_backend(settings, made.manifest).place)
    try:
        with Folder(path.parent) as folder:
            temporary = folder.prepare(path.name, encode_plan(made), "plan")
            folder.put(temporary, path.name, "plan")
            folder.sync()
    except (OSError, StateError) as problem:
        why = problem.message if isinstance(problem, StateError) else problem.strerror
        raise NumplanError(
            f"the plan file {path} cannot be written: {why}", hint="give another place with --out"
        ) from None
    where = shlex.quote(str(path))
    if made.refusals:
        screen.error(f"saved the plan to {where}, for review: `numplan apply {where}` will refuse it")
    else:
        screen.error(f"saved the plan to {where}: `numplan apply {where}` carries out exactly this")


def _require_apart(path: Path, manifest: str, state: str) -> None:
    """Raise UsageError for a path that would put the plan in the place of manifest or state."""
    if not path.name:
        raise UsageError(f"--out {path} names no file")
    here = os.path.realpath(path)
    for what, place in (
        ("the manifest", manifest),
        ("the state", state),
        ("the state's lock", f"{state}.lock"),
        ("the state's backup", f"{state}.backup"),
    ):
        if here == os.path.realpath(place):
            raise UsageError(f"--out {path} is {what}", hint="give the plan a file of its own")
