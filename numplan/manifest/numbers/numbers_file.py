"""The files of numbers that a manifest names: where they may lie."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from numplan.files.read import FileError, read_straight
from numplan.manifest.files.repository import below
from numplan.manifest.reading.quoting import quote
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.errors import ManifestError

if TYPE_CHECKING:  # most manifests name no such file, and what reads one takes a while to load
    from numplan.manifest.numbers.number_list import NumberList


class NumbersFiles:
    """The numbers files that one manifest names. They must lie below its folder; the digest covers all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.contents: dict[str, bytes] = {}
        """The bytes of every file that was read, by its name."""
        self._real: dict[str, Path] = {}
        self._named: dict[Path, list[tuple[Source, str]]] = {}

    def read(
        self, name: str, country: str | None, named_at: Source, path: str, at: int, *, reasons: bool = False
    ) -> "NumberList":
        """The numbers of one file with their positions, and what is wrong with it. `country` is declared for them, `at`
        is the index of the file among the manifest's files. With `reasons`, a column of that name is read too,
        and there may be no numbers yet.

        `named_at` and `path` are where the manifest names the file: findings about the file as a whole go there.
        """
        from numplan.manifest.numbers.list_text import text_of
        from numplan.manifest.numbers.number_list import NumberList, parse_numbers
        from numplan.manifest.numbers.number_table import parse_with_terms

        file = str(self._folder / name)
        number_list = NumberList(file, at)
        try:
            raw = self._first_read(name, named_at, path)
            if raw is None:
                return number_list
            text, guess = text_of(raw, file)
        except FileError as failure:
            summary = f"the numbers file {quote(name)} {failure}"
            number_list.findings.append(error(summary, source=named_at, path=path))
            return number_list
        except ManifestError as failure:
            number_list.findings.extend(failure.diagnostics)
            return number_list
        self.contents[os.path.normpath(name)] = raw
        if reasons:
            number_list = parse_numbers(text, file, at, country, reasons=True)
        else:
            number_list = parse_with_terms(text, file, at, country)
        number_list.findings += [guess] if guess else []
        if not number_list.numbers and not number_list.findings and not reasons:
            summary = f"the numbers file {quote(name)} holds no numbers"
            hint = "write one number a line, or a CSV with a column named `number`"
            number_list.findings.append(error(summary, source=named_at, path=path, hint=hint))
        return number_list

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
