"""New entries on disk: the manifest extended, or a new one, with the files of numbers that it names."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from numplan.engine.edit.adoption import NewEntry, flow_of
from numplan.files.read import FileError
from numplan.manifest.edit.insert import Addition, extended, remark
from numplan.manifest.files.names import folder_of
from numplan.manifest.files.repository import read_named
from numplan.manifest.files.text import decoded
from numplan.manifest.files.write import create_file, replace_file
from numplan.model.errors import NumplanError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.views.common.table import csv_text

LARGE: Final = 100
"""A set of more numbers than this has them in a file, unless told otherwise."""
ADDED: Final = "adopted.yaml"
"""The file that new entries go into where the manifest is a folder."""
_HEAD: Final = """\
# Numbers that account {account} owned already, as `numplan adopt` found them.
# Every key: `numplan schema manifest`.
version: 1
"""


class Target(NamedTuple):
    """Where entries go: the manifest as it was read, None where there is none yet, and its path."""

    path: Path
    manifest: Manifest | None

    @property
    def folder(self) -> Path:
        """Where the manifest's files lie."""
        return folder_of(self.path)


class Draft(NamedTuple):
    """What is about to be written: new files by name, and the manifest's text before and after."""

    path: Path
    before: bytes | None
    after: bytes
    files: Mapping[str, bytes]


def draft_entries(
    target: Target,
    entries: Sequence[NewEntry],
    account: str,
    *,
    originals: Mapping[E164, str],
    in_files: bool | None,
    protect: bool,
) -> Draft:
    """The manifest with these entries, the names that an inventory has for numbers in `originals` beside them.

    Raises NumplanError where it has no place for them.
    """
    files: dict[str, bytes] = {}
    additions = []
    for entry in sorted(entries, key=lambda one: one.form):
        keys: dict[str, object] = {"country": entry.country, "type": entry.type}
        keys["labels"], keys["protect"] = dict(entry.labels), protect
        numbers = [row.number for row in entry.rows]
        remarks = {row.number: _remark(originals.get(row.number, ""), flow_of(row)) for row in entry.rows}
        told = {number: text for number, text in remarks.items() if text}
        if entry.form == "numbers":
            keys = {"number": numbers[0], **keys}
        elif in_files or (in_files is None and len(numbers) > LARGE):
            name = _free_name(target.folder, entry.name, files)
            files[name] = _numbers_file(entry)
            keys["numbers_file"] = name
        else:
            keys["numbers"] = numbers
        said = {key: value for key, value in keys.items() if value}
        additions.append(Addition(entry.form, entry.name, said, told))
    return _draft(target, additions, account, files)


@contextmanager
def entries_written(draft: Draft, target: Target, load: Callable[[Path], Manifest]) -> Iterator[Manifest]:
    """Write the new files; yield the manifest as it will be; leave without an error, and it is in its place.

    What was there is replaced in one step, and only if it is still what it was. With an error, nothing of what
    was written is left. Raises NumplanError.
    """
    written: list[Path] = []
    try:
        for name, content in draft.files.items():
            create_file(target.folder / name, content)
            written.append(target.folder / name)
        if draft.before is None:
            create_file(draft.path, draft.after)
            written.append(draft.path)
            yield load(target.path)
        else:
            beside = draft.path.with_name(f".{draft.path.name}.{uuid.uuid4().hex}.tmp")
            create_file(beside, draft.after)
            try:
                manifest = load(beside)
            finally:
                beside.unlink()
            yield manifest
            replace_file(draft.path, draft.before, draft.after)
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


def _draft(target: Target, additions: list[Addition], account: str, files: Mapping[str, bytes]) -> Draft:
    if target.manifest is not None and not target.path.is_dir():
        before = _content(target.path)
        after = extended(_text(before, str(target.path)), additions, str(target.path))
        return Draft(target.path, before, after.encode(), files)
    text = _HEAD.format(account=account)
    path = target.path
    if target.manifest is not None:
        path = target.path / _free_name(target.path, Path(ADDED).stem, {}, Path(ADDED).suffix)
    else:
        text += f'account: "{account}"\n'
    return Draft(path, None, extended(text, additions, str(path)).encode(), files)


def _text(raw: bytes, file: str) -> str:
    mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    return mark + decoded(raw, file)


def _content(path: Path) -> bytes:
    try:
        return read_named(path)
    except FileError as problem:
        raise NumplanError(f"the manifest {path} {problem}") from None


def _remark(original: str, flow: str) -> str:
    return ", ".join(part for part in (remark(original), f"flow {remark(flow)}" if flow else "") if part)


def _numbers_file(entry: NewEntry) -> bytes:
    rows = [{"number": row.number, "flow": flow_of(row)} for row in entry.rows]
    return f"{csv_text(rows)}\n".encode()


def _free_name(folder: Path, stem: str, taken: Mapping[str, bytes], suffix: str = ".csv") -> str:
    """A name that no file in the folder has."""
    name, count = f"{stem}{suffix}", 1
    while name in taken or os.path.lexists(folder / name):
        count += 1
        name = f"{stem}_{count}{suffix}"
    return name
