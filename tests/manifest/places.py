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
