"""The flags that name files for other forms of a plan, and where these go."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from numplan.model.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS: Final = {
    "json": "Terraform's plan JSON",
    "markdown": "a comment for a pull request",
    "html": "a report in one file",
    "gitlab": "GitLab's terraform report",
}


def document_options(command: Command) -> Command:
    """`--json-out FILE` and its siblings, of every command that makes a plan."""
    for name, what in reversed(FORMATS.items()):
        flag = f"--{name}-out"
        command = click.option(flag, metavar="FILE", help=f"Also write the plan as {what}.")(command)
    return command


def documents_of(flags: dict[str, Any], plan: str | None = None) -> dict[str, str]:
    """The files that the flags name, by format; takes the flags out. Raises UsageError where two of them, or one and
    `plan`, which is where the plan itself goes, are one file.
    """
    found = {name: flags.pop(f"{name}_out") for name in FORMATS}
    files = {name: path for name, path in found.items() if path is not None}
    _require_apart(
        {**({"--out": plan} if plan else {}), **{f"--{form}-out": path for form, path in files.items()}}
    )
    return files


def _require_apart(files: dict[str, str]) -> None:
    """Raise UsageError where two flags name one file, by whatever spelling, link or second name of it."""
    taken: dict[object, str] = {}
    for flag, path in files.items():
        marks: list[object] = [os.path.realpath(path)]
        with suppress(OSError, ValueError):
            status = Path(path).stat()
            marks.append((status.st_dev, status.st_ino))
        for mark in marks:
            other = taken.setdefault(mark, flag)
            if other != flag:
                raise UsageError(
                    f"{flag} and {other} name the same file; nothing was written",
                    hint="give each a file of its own",
                )
