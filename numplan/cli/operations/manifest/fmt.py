"""Manifests laid out anew."""

import difflib
from pathlib import Path
from typing import Final

from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.files.read import FileError
from numplan.manifest.edit.formatter import format_manifest
from numplan.manifest.files.names import folder_of
from numplan.manifest.files.repository import read_named
from numplan.manifest.files.text import decoded
from numplan.manifest.files.write import replace_file
from numplan.manifest.folder import files_of
from numplan.manifest.load import find_manifest
from numplan.manifest.schema.node import schema_node
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.errors import ManifestError, NumplanError

DIFFERS: Final = 3


def run_fmt(files: tuple[str, ...], *, check: bool, diff: bool) -> int:
    """Carry out `numplan fmt`; returns the exit code."""
    settings = Settings.current()
    screen = Screen(color=settings.color)
    differs = False
    problems: list[NumplanError] = []
    for path in [Path(file) for file in files] or _files(settings):
        try:
            before, after = _forms(path)
            if before == after.encode():
                continue
            differs = True
            if not check:
                replace_file(path, before, after.encode())
        except NumplanError as problem:
            problems.append(problem)
            continue
        screen.line(str(path))
        if diff:
            _show_difference(path, before, after, screen)
    screen.require_written()
    _raise(problems)
    return DIFFERS if check and differs else 0


def _files(settings: Settings) -> list[Path]:
    path = Path(settings.manifest) if settings.manifest else find_manifest(Path())
    return [path / name for name in files_of(path)] if path == folder_of(path) else [path]


def _forms(path: Path) -> tuple[bytes, str]:
    """The bytes of a file, and its canonical text. Raises NumplanError."""
    try:
        before = read_named(path)
    except FileError as problem:
        raise ManifestError([error(f"the manifest {path} {problem}")]) from None
    return before, format_manifest(before, str(path), schema_node("manifest"))


def _show_difference(path: Path, before: bytes, after: str, screen: Screen) -> None:
    old = decoded(before, str(path)).splitlines()
    for line in difflib.unified_diff(old, after.splitlines(), f"{path}", f"{path}", lineterm=""):
        style = {"+": "green", "-": "red"}.get(line[:1], "")
        screen.line(line, style=style)


def _raise(problems: list[NumplanError]) -> None:
    """Raise what is wrong with all files at once."""
    others = [one for one in problems if not isinstance(one, ManifestError)]
    found: list[Diagnostic] = [
        each for one in problems if isinstance(one, ManifestError) for each in one.diagnostics
    ]
    if found:
        raise ManifestError([*(error(one.message, hint=one.hint) for one in others), *found])
    if others:
        raise others[0]
