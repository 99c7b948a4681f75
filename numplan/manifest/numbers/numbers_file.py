"""The files of numbers that a manifest names: where they may lie."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from numplan.files.read import FileError, read_straight
from numplan.manifest.files.repository import below
from numplan.manifest.numbers.list_text import text_of
from numplan.manifest.numbers.number_list import Listing, parse_numbers
from numplan.manifest.reading.quoting import shown
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.errors import ManifestError


class NumbersFiles:
    """The files that one manifest names. They must lie under its folder; all of them go into the digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, bytes] = {}
        self._real: dict[str, Path] = {}
        self._named: dict[Path, list[tuple[Source, str]]] = {}

    def read(self, name: str, country: str | None, named_at: Source, path: str, at: int) -> Listing:
        """The numbers of one file with their places, and what is wrong with it. `country` is what is declared for
        them, `at` the file's place among the manifest's files.

        `named_at` and `path` are where the manifest names the file: what is wrong with the file as a whole is
        said of there.
        """
        file = str(self._folder / name)
        listing = Listing(file, at)
        try:
            raw = self._first_read(name, named_at, path)
            if raw is None:
                return listing
            text, guess = text_of(raw, file)
        except FileError as failure:
            summary = f"the numbers file {shown(name)} {failure}"
            listing.findings.append(error(summary, source=named_at, path=path))
            return listing
        except ManifestError as failure:
            listing.findings.extend(failure.diagnostics)
            return listing
        self._read[os.path.normpath(name)] = raw
        listing = parse_numbers(text, file, at, country)
        listing.findings += [guess] if guess else []
        if not listing.numbers and not listing.findings:
            summary = f"the numbers file {shown(name)} holds no numbers"
            hint = "write one number a line, or a CSV with a column named `number`"
            listing.findings.append(error(summary, source=named_at, path=path, hint=hint))
        return listing

    def _first_read(self, name: str, named_at: Source, path: str) -> bytes | None:
        """The bytes of a file, or None where it was named before. Raises FileError."""
        real = self._real.get(name) or below(self._folder, name)
        self._real[name] = real
        places = self._named.setdefault(real, [])
        places.append((named_at, path))
        return read_straight(real) if len(places) == 1 else None

    def repeated(self) -> Iterator[Diagnostic]:
        """A finding for each file that is named more than once, at the second place."""
        for places in self._named.values():
            if len(places) > 1:
                (first, _), (second, path), *_ = places
                yield error(
                    f"this numbers file is named {len(places):,} times, first at {first}",
                    source=second,
                    path=path,
                    hint="a numbers file is named once, for a number is declared once in the whole manifest",
                )

    @property
    def contents(self) -> Mapping[str, bytes]:
        """The bytes of every file that was read, by its name."""
        return self._read
