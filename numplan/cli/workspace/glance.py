"""A glance at the names in a state file, for a shell that waits for a word: nothing is checked, and no YAML is read."""

import json
import os
from pathlib import Path

from numplan.cli.settings import Settings
from numplan.files.read import FileError, read_straight
from numplan.manifest.files.names import FILE_NAMES
from numplan.model.location.file_name import STATE_FILE


def glance(settings: Settings) -> list[str] | None:
    """The resources and numbers of the state, in order. None where only a reader of the manifest can tell where it is,
    or only one of the state what is in it.
    """
    try:
        path = _state_file(settings)
        if path is None:
            return None
        document = json.loads(_read(path))
        if document.get("moved_to"):
            return None
        rows = document["numbers"]
        return sorted({*(row["resource"] for row in rows), *(row["attributes"]["number"] for row in rows)})
    except (OSError, FileError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _state_file(settings: Settings) -> Path | None:
    """Where the state is. None where it is no file, or the manifest may say where it is."""
    if settings.state:
        return None if "://" in settings.state else Path(settings.state)
    named = [settings.manifest] if settings.manifest else [*filter(os.path.lexists, FILE_NAMES)]
    if len(named) > 1 or any(map(os.path.isdir, named)) or any(_may_say(Path(one)) for one in named):
        return None
    return Path(named[0]).parent / STATE_FILE if named else Path(STATE_FILE)


def _may_say(manifest: Path) -> bool:
    """Whether a manifest may have a block `backend`: the word stands in it, or what may spell a word another way."""
    text = _read(manifest)
    return any(one in text for one in (b"backend", b"\\", b"\0"))


def _read(path: Path) -> bytes:
    return read_straight(Path(os.path.realpath(path)))
