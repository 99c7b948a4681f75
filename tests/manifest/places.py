"""What the tests of findings share: a manifest on disk, and its findings in few words."""

from pathlib import Path

from numplan.manifest.load import read_manifest
from numplan.model.diagnostics import Diagnostic
from numplan.model.errors import ManifestError


def written(folder: Path, text: str | bytes, name: str = "numplan.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def findings(path: Path) -> tuple[Diagnostic, ...]:
    """Every finding about a manifest, whether it loads or not."""
    try:
        return read_manifest(path)[1]
    except ManifestError as failure:
        return failure.diagnostics


def lines(path: Path) -> list[str]:
    """The findings as people read them, without the folder they are in."""
    return [str(found).replace(f"{path.parent}/", "") for found in findings(path)]


def require_slip(manifest: Path, place: str, path: str, summary: str, hint: str) -> None:
    """Require that a manifest has one finding, an error with these words at this place."""
    (found,) = findings(manifest)
    assert found.severity == "error"
    assert str(found.source) == f"{manifest}:{place}"
    assert found.path == path
    assert summary in found.summary.replace(f"{manifest.parent}/", "")
    assert hint in found.hint


ONE_SET = "version: 1\nsets:\n  dialer:\n    numbers_file: {name}\n"
"""A manifest with one set, whose numbers are in a file."""


def said_of_list(folder: Path, raw: bytes, name: str = "dialer.txt") -> str:
    """The one finding about a set whose numbers file holds these bytes, notes aside."""
    written(folder, raw, name)
    (line,) = (one for one in lines(written(folder, ONE_SET.format(name=name))) if ": note: " not in one)
    return line
