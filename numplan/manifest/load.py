"""A file becomes a manifest: read, variables substituted, checked against the schema, then declared by the rules."""

import os
from pathlib import Path
from typing import Final

import msgspec

from numplan.manifest.declarations.backend import read_location
from numplan.manifest.declarations.declarations import declare
from numplan.manifest.files.names import FILE_NAMES
from numplan.manifest.folder import read_files
from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.mistaken import require_manifest
from numplan.manifest.validation.validate import validate
from numplan.manifest.variables.interpolation import substitute
from numplan.manifest.variables.variables import Given
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.errors import ManifestError
from numplan.model.location.state_location import StateLocation
from numplan.model.manifest import Manifest

NOTHING: Final = Given()


def read_manifest(path: Path, given: Given = NOTHING) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest in a file or a folder, with the values `given` to its variables, and the warnings about it,
    in the order of their places.

    Raises ManifestError with every finding, warnings too, if one of them is an error.
    """
    document = require_manifest(read_files(path, schema_node("manifest")))
    return declare(validate(substitute(document, given)))


def read_backend(path: Path, given: Given = NOTHING) -> StateLocation | None:
    """Where a manifest keeps state, by its `backend:` block alone: the rest of it may be wrong.

    Raises ManifestError with what is wrong with that block, or with reading the manifest at all.
    """
    document = read_files(path, schema_node("manifest"))
    root = document.root
    if not isinstance(root, LocatedMap) or "backend" not in root:
        return None
    own = tuple(slot for slot in document.references if slot.path[0] == "backend")
    document = msgspec.structs.replace(document, references=own, findings=Findings())
    if own:
        document = substitute(document, given)
    if not document.findings:
        alone = LocatedMap(root.files)
        alone.update(version=1, backend=root["backend"])
        alone.positions = dict.fromkeys(("version", "backend"), root.positions["backend"])
        # Nothing is silenced: the finding about a variable whose default is refused would be elsewhere.
        document = validate(msgspec.structs.replace(document, root=alone, findings=Findings()))
    place, more = (None, ()) if document.findings else read_location(alone.block("backend"))
    if wrong := (*document.findings.found, *more):
        raise ManifestError(wrong)
    return place


def find_manifest(folder: Path) -> Path:
    """The manifest of a folder: `numplan.yaml`, `.yml` or `.json`. Raises ManifestError unless one of them is there."""
    if (found := manifest_in(folder)) is not None:
        return found
    raise ManifestError(
        [
            error(
                f"{folder} holds no manifest",
                hint=f"looked for {', '.join(FILE_NAMES)}; `numplan init` writes one",
            )
        ]
    )


def manifest_in(folder: Path) -> Path | None:
    """The manifest of a folder, or None. Raises ManifestError where there are two: either may be meant."""
    found = [folder / name for name in FILE_NAMES if os.path.lexists(folder / name)]
    if len(found) > 1:
        names = " and ".join(map(str, found))
        hint = f"keep one of them, or name it with -f, such as -f {found[0]}"
        many = "both" if len(found) == 2 else "all"  # noqa: PLR2004 - as the word has it
        raise ManifestError([error(f"{names} are {many} here, and only one can be the manifest", hint=hint)])
    return found[0] if found else None
