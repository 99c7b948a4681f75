"""Manifests of tests, without what is found in them."""

from pathlib import Path

from numplan.manifest.load import NOTHING, read_manifest
from numplan.manifest.variables.variables import Given
from numplan.model.manifest import Manifest


def load_manifest(path: Path, given: Given = NOTHING) -> Manifest:
    """The manifest in a file or a folder. Raises ManifestError with every finding if one of them is an error."""
    return read_manifest(path, given)[0]
