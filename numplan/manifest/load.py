"""A file becomes a manifest: read, checked against the schema, then against the rules."""

from functools import cache
from pathlib import Path
from typing import Final, cast

import msgspec

from numplan.manifest.events import read_document
from numplan.manifest.files import FileError, read_regular
from numplan.manifest.located import LocatedMap
from numplan.manifest.numbers_file import NumbersFiles
from numplan.manifest.rules import Declarations
from numplan.manifest.schema import schema
from numplan.manifest.shapes import Shape, compile_shape
from numplan.manifest.violations import sound_part, violations
from numplan.model.diagnostics import Diagnostic, Source, error, warning
from numplan.model.errors import ManifestError
from numplan.model.manifest import Manifest

FILE_NAMES: Final = ("numplan.yaml", "numplan.yml", "numplan.json")


def load_manifest(path: Path) -> Manifest:
    """The manifest in a file. Raises ManifestError with every finding if one of them is an error."""
    return read_manifest(path)[0]


def read_manifest(path: Path) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest in a file, and the warnings about it, in the order of their places.

    Raises ManifestError with every finding, warnings too, if one of them is an error.
    """
    file = str(path)
    try:
        raw = read_regular(path)
    except FileError as failure:
        raise ManifestError([error(f"the manifest {file} {failure}")]) from None
    document = read_document(raw, file, _shape())
    findings = _besides(violations(document.value, file), document.findings)
    value = sound_part(document.value) if findings else document.value
    files = NumbersFiles(path.parent)
    declarations = Declarations(cast("LocatedMap", value), file, files)
    manifest = declarations.manifest()
    findings = _besides(tuple(declarations.findings), findings)
    if manifest.declares_nothing and not findings:
        hint = "add entries under `numbers`, `sets` or `pools`"
        findings += (warning("the manifest declares no numbers", source=Source(file, 1), hint=hint),)
    findings = tuple(sorted(findings, key=_place))
    if any(finding.severity == "error" for finding in findings):
        raise ManifestError(findings)
    return msgspec.structs.replace(manifest, digest=files.digest(path.name, raw)), findings


def find_manifest(folder: Path) -> Path:
    """The manifest of a folder: `numplan.yaml`, else `.yml`, else `.json`.

    Raises ManifestError if none is there.
    """
    for name in FILE_NAMES:
        if (folder / name).exists():
            return folder / name
    raise ManifestError(
        [
            error(
                f"{folder} holds no manifest",
                hint=f"looked for {', '.join(FILE_NAMES)}; `numplan init` writes one",
            )
        ]
    )


@cache
def _shape() -> Shape:
    return compile_shape(schema("manifest"))


def _besides(found: tuple[Diagnostic, ...], known: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """All findings, without those about places of which something else is known already."""
    places = {finding.source for finding in known}
    return known + tuple(finding for finding in found if finding.source not in places)


def _place(finding: Diagnostic) -> Source:
    """Findings are shown in the order of their places, those without one first."""
    return finding.source or Source("", 0, 0)
