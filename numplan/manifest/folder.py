"""The step of loading that reads one file, or all files of a folder, as one document."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from numplan.files.read import FileError
from numplan.manifest.files.names import SUFFIXES, folder_of, is_part
from numplan.manifest.files.repository import followed, read_below, read_named
from numplan.manifest.reading.document import Document
from numplan.manifest.reading.findings import Collector, Findings
from numplan.manifest.reading.positions import Files, LocatedList, LocatedMap, Step
from numplan.manifest.reading.quoting import described
from numplan.manifest.reading.reader import MAX_VALUES, EmptyError, FileContent, read_yaml
from numplan.manifest.reading.templates import Slot
from numplan.manifest.schema.node import Node
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.errors import ManifestError

_Form = type[LocatedMap] | type[LocatedList]
_FORMS: Final[Mapping[str, _Form]] = {
    "variables": LocatedMap,
    "numbers": LocatedMap,
    "sets": LocatedMap,
    "pools": LocatedMap,
    "outputs": LocatedMap,
    "moved": LocatedList,
    "forget": LocatedList,
    "retire": LocatedList,
}
"""The blocks that each file of a folder may add to, and what they are; all other keys stand in one of them."""


def read_files(path: Path, node: Node) -> Document:
    """The manifest in a file, or in all files of a folder. Raises ManifestError with everything that is wrong
    with any file that cannot be read.
    """
    folder = folder_of(path)
    is_folder = path == folder
    names = files_of(path) if is_folder else (path.name,)
    files = tuple(str(path / name) for name in names) if is_folder else (str(path),)
    contents: dict[str, bytes] = {}
    read: list[FileContent] = []
    fatal: list[Diagnostic] = []
    for at, (name, file) in enumerate(zip(names, files, strict=True)):
        try:
            contents[name] = read_below(path, name) if is_folder else read_named(path)
            left = MAX_VALUES - sum(one.size for one in read)
            read.append(read_yaml(contents[name], files, node, at, most=left))
        except FileError as failure:
            fatal.append(error(f"the manifest {file} {failure}"))
        except EmptyError as failure:
            fatal += failure.diagnostics if len(files) == 1 else [_empty_part(file)]
        except ManifestError as failure:
            fatal += failure.diagnostics
    found = tuple(each for one in read for each in one.findings)
    if fatal:
        raise ManifestError([*found, *fatal])
    references = tuple(slot for one in read for slot in one.references)
    if len(read) == 1:
        return Document(path, folder, files, contents, read[0].value, references, Findings(found))
    merging = _Merging(files)
    for file, one in zip(files, read, strict=True):
        merging.add_all(one.value, file)
    references = tuple(merging.home_of(slot) for slot in references)
    return Document(
        path, folder, files, contents, merging.whole, references, Findings((*found, *merging.findings))
    )


def _empty_part(file: str) -> Diagnostic:
    return error(
        "is empty, and every file of this folder is part of the manifest",
        source=Source(file, 1),
        hint="take it away; a file with values of variables goes elsewhere, and with --var-file",
    )


def files_of(folder: Path) -> tuple[str, ...]:
    """The names of the files in a folder that make its manifest, in their order. Raises ManifestError where
    there are none.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(followed(folder)) if is_part(entry.name))
    except FileError as failure:
        raise ManifestError([error(f"the manifest's folder {folder} {failure}")]) from None
    except OSError as failure:
        raise ManifestError(
            [error(f"the manifest's folder {folder} cannot be read: {failure.strerror}")]
        ) from None
    if not names:
        raise ManifestError(
            [
                error(
                    f"{folder} holds no manifest",
                    hint=f"a folder's manifest is every file in it whose name ends in {', '.join(SUFFIXES)}",
                )
            ]
        )
    return tuple(names)


class _Merging:
    """The document that the files of a folder make together. A value of the wrong form wins over those of the right
    form, so that the schema refuses it.
    """

    def __init__(self, files: Files) -> None:
        self.whole = LocatedMap(files)
        self.findings = Collector()
        self._homes: dict[tuple[int, Step], tuple[LocatedMap | LocatedList, Step]] = {}

    def add_all(self, document: object, file: str) -> None:
        """Add what a file says."""
        if isinstance(document, LocatedMap):
            for key in document:
                self.add(key, document)
        else:
            summary, hint = f"wants a mapping, not {described(document)}", "it needs at least `version: 1`"
            self.findings.append(error(summary, source=Source(file, 1), hint=hint))

    def home_of(self, slot: Slot) -> Slot:
        """Where what stood in a file's own mapping or list stands in the whole."""
        holder, step = self._homes.get((id(slot.holder), slot.step), (slot.holder, slot.step))
        return Slot(holder, step, slot.path)

    def add(self, key: str, document: LocatedMap) -> None:
        """Add one top-level key of a file."""
        if key not in self.whole or (key == "version" and self.whole[key] == 1):
            self.put(key, document)
        elif key in _FORMS:
            self.join(key, document, _FORMS[key])
        elif key != "version":
            self.clash(key, key, document, self.whole)

    def put(self, key: str, document: LocatedMap) -> None:
        """Let this file's value be that of the whole."""
        self.whole[key], self.whole.positions[key] = document[key], document.positions[key]
        self._homes[id(document), key] = (self.whole, key)

    def join(self, key: str, document: LocatedMap, form: _Form) -> None:
        """Add what a file holds in a block to what others hold there."""
        held, more = self.whole[key], document[key]
        if held is None or (isinstance(held, form) and not isinstance(more, form | None)):
            self.put(key, document)
        elif isinstance(held, LocatedList) and isinstance(more, LocatedList):
            self._homes.update({(id(more), at): (held, len(held) + at) for at in range(len(more))})
            held.positions.extend(more.positions)
            held.extend(more)
        elif isinstance(held, LocatedMap) and isinstance(more, LocatedMap):
            for name, entry in more.items():
                if name in held.positions:
                    self.clash(f"{key}.{name}", name, more, held)
                else:
                    held[name], held.positions[name] = entry, more.positions[name]

    def clash(self, path: str, name: str, second: LocatedMap, first: LocatedMap) -> None:
        """Report what two files give."""
        self.findings.append(
            error(
                f"is already given at {first.key_source(name)}",
                source=second.key_source(name),
                path=path,
                hint="keep one of the two",
            )
        )
