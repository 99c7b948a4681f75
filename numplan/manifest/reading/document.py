"""A manifest on its way from files to values."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import Files
from numplan.manifest.reading.templates import Slot

Values = Mapping[str, str | None]
"""The values of variables by name; None where one has none, of which there is a finding."""


class Document(msgspec.Struct, frozen=True):
    """What each step of loading takes and returns: a manifest as one document, and what is wrong with it so far.

    What lies below `root` is changed in its place, for a copy would take as long as reading it.
    """

    path: Path
    """The file or the folder that was asked for."""
    folder: Path
    """The folder that it is, or that it lies in: numbers files lie below."""
    files: Files
    """The names of its files, in the order in which positions count them."""
    contents: Mapping[str, bytes]
    """Their bytes, by their names within the folder."""
    root: object
    """What they say, as one value."""
    references: tuple[Slot, ...] = ()
    """Where it refers to something else."""
    findings: Findings = Findings()
    variables: Values = {}
