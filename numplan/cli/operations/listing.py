"""What the four reading commands share: an account without a manifest, and rows as table, JSON or CSV."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from numplan.api.client import Client
from numplan.cli.settings import Settings
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import open_account, open_manifest
from numplan.engine.plan.odd_rows import unreadable_text
from numplan.manifest.load import manifest_in
from numplan.model.account import Unreadable
from numplan.model.manifest import Manifest
from numplan.views.common.fitting import fitting
from numplan.views.common.table import TableRow, csv_text, json_text, table_text

NARROW: Final = 80
"""Columns of a table that goes to no terminal."""


@contextmanager
def account(settings: Settings, manifest: Manifest | None) -> Iterator[Client]:
    """The account of the environment; where a manifest lies here, of its `api:` and `account:` too."""
    clock = Run(settings).clock
    with clock.watching(), open_account(settings, clock, manifest) as client:
        yield client


def warn_of(endpoint: str, unreadable: Sequence[Unreadable]) -> None:
    """Say which rows of an answer are left out, since they cannot be read."""
    if unreadable:
        Screen(color=False).error(f"warning: {unreadable_text(endpoint, unreadable)}")


def show_rows(rows: Sequence[TableRow], settings: Settings, *, as_csv: bool, whole: bool = False) -> None:
    """Print rows as the flags ask. `--json` and `--csv` together are refused. A table leaves out what there is no room
    for, unless the `whole` of it is wanted.
    """
    screen = Screen(color=settings.color)
    if settings.json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    if settings.json:
        screen.document(json_text(rows))
    elif as_csv:
        screen.document(csv_text(rows))
    else:
        if not whole:
            rows, gone = fitting(rows, screen.width or NARROW)
            if gone:
                screen.error(
                    f"note: not shown for want of room: {', '.join(gone)}; --csv and --json show all"
                )
        screen.line(table_text(rows))
        screen.require_written()


def manifest_here(settings: Settings) -> Manifest | None:
    """The manifest that is named, or that lies here."""
    if not settings.manifest and manifest_in(Path()) is None:
        return None
    return open_manifest(settings)[0]
