"""A file becomes a manifest: read, checked against the schema, then against the rules."""

import os
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final, cast

import msgspec

from numplan.manifest.declarations.backend import read_place
from numplan.manifest.declarations.declarations import Declarations
from numplan.manifest.declarations.known_words import in_known_words
from numplan.manifest.files.digest import digest
from numplan.manifest.files.names import folder_of
from numplan.manifest.folder import read_whole
from numplan.manifest.numbers.numbers_file import NumbersFiles
from numplan.manifest.reading.positions import LocatedMap, block
from numplan.manifest.reading.scalar_kinds import Shape, compile_shape
from numplan.manifest.schema.mistaken import mistaken
from numplan.manifest.schema.shipped import schema
from numplan.manifest.schema.violations import sound_part, violations
from numplan.manifest.variables.interpolation import interpolate
from numplan.manifest.variables.variables import Given, Variables
from numplan.model.diagnostics import Diagnostic, Source, error, warning
from numplan.model.errors import ManifestError
from numplan.model.location.state_location import Place
from numplan.model.manifest import Manifest

FILE_NAMES: Final = ("numplan.yaml", "numplan.yml", "numplan.json")


NOTHING: Final = Given()


def read_manifest(path: Path, given: Given = NOTHING) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest in a file or a folder, with the values `given` to its variables, and the warnings about it,
    in the order of their places.

    Raises ManifestError with every finding, warnings too, if one of them is an error.
    """
    whole = read_whole(path, manifest_shape())
    if found := mistaken(whole.document, whole.files):
        raise ManifestError([*whole.findings, found])
    variables = Variables(whole.document, whole.files, given)
    unreplaced = interpolate(whole.references, variables.values, whole.files)
    in_known_words(whole.document)
    findings = _besides((*variables.findings, *unreplaced.findings), whole.findings)
    findings = _besides(violations(whole.document, whole.files), findings, unreplaced.places)
    value = sound_part(whole.document) if findings else whole.document
    numbers_files = NumbersFiles(folder_of(path))
    declarations = Declarations(cast("LocatedMap", value), whole.files, numbers_files, variables.values)
    manifest = declarations.manifest(str(path))
    findings = _besides(tuple(declarations.findings), findings, unreplaced.places)
    if manifest.declares_nothing and not findings:
        hint = "add entries under `numbers`, `sets` or `pools`"
        source = Source(whole.files[0], 1)
        findings += (warning("the manifest declares no numbers", source=source, hint=hint),)
    findings = tuple(sorted(findings, key=_place))
    if any(finding.severity == "error" for finding in findings):
        raise ManifestError(findings)
    all_of_it = digest(whole.contents, numbers_files.contents, variables.values)
    return msgspec.structs.replace(manifest, digest=all_of_it), findings


def read_backend(path: Path, given: Given = NOTHING) -> Place | None:
    """Where a manifest says that state lives, whatever else it says, rightly or wrongly.

    Raises ManifestError with what is wrong with that block, or with reading the manifest at all.
    """
    whole = read_whole(path, manifest_shape())
    if not isinstance(whole.document, LocatedMap) or "backend" not in whole.document:
        return None
    alone = LocatedMap()
    alone.update(version=1, backend=whole.document["backend"])
    alone.marks = dict.fromkeys(("version", "backend"), whole.document.marks["backend"])
    slots = [slot for slot in whole.references if slot.path[0] == "backend"]
    variables = Variables(whole.document, whole.files, given) if slots else None
    unreplaced = interpolate(slots, variables.values if variables else {}, whole.files)
    findings = (*(variables.findings if variables else ()), *unreplaced.findings)
    findings = findings or violations(alone, whole.files)
    place, more = (None, findings) if findings else read_place(block(alone, "backend"), whole.files)
    if more:
        raise ManifestError(more)
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


@cache
def manifest_shape() -> Shape:
    """What kind of value the schema of the manifest admits at each place."""
    return compile_shape(schema("manifest"))


def _besides(
    found: tuple[Diagnostic, ...], known: tuple[Diagnostic, ...], silent: Collection[Source] = ()
) -> tuple[Diagnostic, ...]:
    """All findings, without those about places of which something else is known already, or that are silent."""
    places = {*(finding.source for finding in known), *silent}
    return known + tuple(finding for finding in found if finding.source not in places)


def _place(finding: Diagnostic) -> Source:
    """Findings are shown in the order of their places, those without one first."""
    return finding.source or Source("", 0, 0)
