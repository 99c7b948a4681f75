"""The files of numbers that a manifest names: where they may lie."""

import os
from collections.abc import Mapping
from pathlib import Path

from numplan.manifest.files import FileError, decoded
from numplan.manifest.number_lines import Listing, parse_numbers
from numplan.manifest.repository import read_below
from numplan.manifest.words import shown
from numplan.model.diagnostics import Source, error
from numplan.model.errors import ManifestError


class NumbersFiles:
    """The files that one manifest names. They must lie under its folder; all of them go into the digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, bytes] = {}

    def read(self, name: str, named_at: Source, path: str, at: int) -> Listing:
        """The numbers of one file with their places, and what is wrong with it. `at` is the file's place among
        the manifest's files.

        `named_at` and `path` are where the manifest names the file: what is wrong with the file as a whole is
        said of there.
        """
        file = str(self._folder / name)
        listing = Listing(file, at)
        try:
            raw = read_below(self._folder, name)
            text = decoded(raw, file)
        except FileError as failure:
            summary = f"the numbers file {shown(name)} {failure}"
            listing.findings.append(error(summary, source=named_at, path=path))
            return listing
        except ManifestError as failure:
            listing.findings.extend(failure.diagnostics)
            return listing
        self._read[os.path.normpath(name)] = raw
        listing = parse_numbers(text, file, at)
        if not listing.numbers and not listing.findings:
            summary = f"the numbers file {shown(name)} holds no numbers"
            hint = "write one number a line, or a CSV with a column named `number`"
            listing.findings.append(error(summary, source=named_at, path=path, hint=hint))
        return listing

    @property
    def contents(self) -> Mapping[str, bytes]:
        """The bytes of every file that was read, by its name."""
        return self._read
