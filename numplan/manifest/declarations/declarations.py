"""The rules that a schema cannot say, checked while the manifest's values are made."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, repeat
from typing import Any, Final, cast

import msgspec

from numplan.manifest.declarations.backend import read_place
from numplan.manifest.declarations.blocks import api_settings, entries, policy, terms_of, with_charges
from numplan.manifest.declarations.first_declared import FirstPlaces
from numplan.manifest.declarations.moved import check_moves, forgotten_of, moves_of
from numplan.manifest.declarations.outputs import outputs_of
from numplan.manifest.numbers.numbers_file import NumbersFiles
from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import (
    Files,
    LocatedList,
    LocatedMap,
    Mark,
    Places,
    Step,
    block,
    source_at,
)
from numplan.manifest.reading.quoting import dotted, shown, taken
from numplan.manifest.variables.interpolation import Values
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, error, warning
from numplan.model.errors import ManifestError
from numplan.model.location.state_location import Place
from numplan.model.location.urls import UrlError, api_url
from numplan.model.manifest import (
    DEFAULT_API_URL,
    Forgotten,
    Manifest,
    NumberEntry,
    Output,
    PoolEntry,
    SetEntry,
    Terms,
)
from numplan.model.number import E164, NumberError
from numplan.model.policy import Policy
from numplan.numbering.reading import are_plain, read_number

Numbers = tuple[Sequence[E164], Sequence[Mark]]
"""Numbers of a set, and the place of each."""

MAX_LABELS: Final = 4_000_000
"""Labels of all entries together that take more from the defaults: a few lines can otherwise stand for billions."""
_NONE: Final[Numbers] = ((), ())
_POOL_KEYS: Final = frozenset(PoolEntry.__struct_fields__) - {"name", "country", "terms", "source"}


class Declarations:
    """One pass over an admitted document; its values are of use only if no finding is an error."""

    def __init__(
        self, document: LocatedMap, files: Files, numbers_files: NumbersFiles, values: Values
    ) -> None:
        self.document = document
        self.files = [*files]
        self.numbers_files = numbers_files
        self.values = values
        self.findings = Findings()
        self._firsts = FirstPlaces()
        self._labels_left = MAX_LABELS

    def manifest(self, path: str) -> Manifest:
        """Everything that the document declares, without a digest; the numbers files are read on the way."""
        defaults = terms_of(block(self.document, "defaults"), Terms())
        manifest = Manifest(
            path=path,
            digest="",
            account=cast("str | None", self.document.get("account")),
            currency=cast("str | None", self.document.get("currency")),
            api=api_settings(self.document, self._api_url()),
            policy=policy(block(self.document, "policy"), Policy()),
            backend=self._backend(),
            numbers=tuple(self._numbers(defaults)),
            sets=tuple(self._sets(defaults)),
            pools=tuple(self._pools(defaults)),
            moved=tuple(moves_of(self.document, self.files)),
        )
        self.findings += self.numbers_files.repeated()
        refers = manifest.moved or "forget" in self.document or "outputs" in self.document
        declared = {entry.resource for entry in manifest.entries()} if refers else set()
        self.findings += check_moves(manifest.moved, declared)
        return msgspec.structs.replace(
            manifest, forget=tuple(self._forgotten(declared)), outputs=tuple(self._outputs(declared))
        )

    def _outputs(self, declared: set[Resource]) -> Iterator[Output]:
        for found in outputs_of(self.document, self.files, self.values, declared):
            match found:
                case Diagnostic():
                    self.findings.append(found)
                case Output():
                    yield found

    def _forgotten(self, declared: set[Resource]) -> Iterator[Forgotten]:
        for found in forgotten_of(self.document, self.files, declared, self._firsts):
            match found:
                case Diagnostic():
                    self.findings.append(found)
                case Forgotten():
                    yield found

    def _numbers(self, defaults: Terms) -> Iterator[NumberEntry]:
        marks = block(self.document, "numbers").marks
        places: list[Mark] = []
        sources = Places(self.files, places)
        for name, entry in entries(self.document, "numbers"):
            place = entry.marks["number"][1]
            terms = self._terms(entry, defaults)
            number = self._number(str(entry["number"]), terms.country, place, ("numbers", name, "number"))
            if number is not None:
                yield NumberEntry(
                    name=name,
                    number=number,
                    terms=terms,
                    sources=sources,
                    at=len(places),
                )
                places.append(marks[name][0])

    def _sets(self, defaults: Terms) -> Iterator[SetEntry]:
        marks = block(self.document, "sets").marks
        for name, entry in entries(self.document, "sets"):
            numbers: list[E164] = []
            places: list[Mark] = []
            terms = self._terms(entry, defaults)
            for more, their_places in (
                self._listed(name, entry, terms.country),
                self._filed(name, entry, terms.country),
            ):
                numbers += more
                places += their_places
            yield SetEntry(
                name=name,
                numbers=tuple(numbers),
                sources=Places(self.files, places),
                terms=terms,
                source=source_at(self.files, marks[name][0]),
            )

    def _listed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        listed = entry.get("numbers")
        if not isinstance(listed, LocatedList):
            return _NONE
        texts = [*map(str, listed)]
        if are_plain(texts) and self._firsts.add_all(texts, listed.marks):  # nearly always
            return texts, listed.marks
        paths = (("sets", name, "numbers", at) for at in count())
        return self._one_by_one(texts, country, listed.marks, paths)

    def _filed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        if "numbers_file" not in entry:
            return _NONE
        named_at = source_at(self.files, entry.marks["numbers_file"][1])
        path = ("sets", name, "numbers_file")
        listing = self.numbers_files.read(
            str(entry["numbers_file"]), country, named_at, dotted(path), len(self.files)
        )
        self.files.append(listing.file)
        self.findings += listing.findings
        if self._firsts.add_all(listing.numbers, listing.marks):  # nearly always
            return listing.numbers, listing.marks
        return self._one_by_one(listing.numbers, country, listing.marks, repeat(path))

    def _one_by_one(
        self,
        texts: Sequence[str],
        country: str | None,
        marks: Sequence[Mark],
        paths: Iterable[tuple[Step, ...]],
    ) -> Numbers:
        """Those that are numbers and the first of their kind, and a finding for each other."""
        numbers: list[E164] = []
        places: list[Mark] = []
        for text, place, path in zip(texts, marks, paths):  # noqa: B905 - paths have no end
            number = self._number(text, country, place, path)
            if number is not None:
                numbers.append(number)
                places.append(place)
        return numbers, places

    def _pools(self, defaults: Terms) -> Iterator[PoolEntry]:
        marks = block(self.document, "pools").marks
        for name, entry in entries(self.document, "pools"):
            source = source_at(self.files, marks[name][0])
            terms = self._terms(entry, defaults)
            if terms.country is None:
                # A country that is given and refused has its own finding.
                if "country" in entry.marks or "country" in block(self.document, "defaults").marks:
                    continue
                self.findings.append(
                    error(
                        "a pool needs a country",
                        source=source,
                        path=dotted(("pools", name)),
                        hint="write `country:` here or under `defaults`",
                    )
                )
                continue
            criteria: dict[str, Any] = {
                key: value for key, value in with_charges(entry).items() if key in _POOL_KEYS
            }
            pool = PoolEntry(name=name, country=terms.country, terms=terms, source=source, **criteria)
            self.findings += _adoption_doubts(pool, entry, self.files)
            yield pool

    def _terms(self, entry: LocatedMap, defaults: Terms) -> Terms:
        """The terms of one entry. Raises ManifestError where labels are merged into more than memory holds."""
        if defaults.labels and "labels" in entry:
            self._labels_left -= len(defaults.labels)
            if self._labels_left < 0:
                raise ManifestError(
                    [
                        error(
                            f"with those of `defaults`, entries have more than {MAX_LABELS:,} labels",
                            source=source_at(self.files, entry.marks["labels"][0]),
                            path="defaults.labels",
                            hint="declare fewer labels under `defaults`",
                        )
                    ]
                )
        return terms_of(entry, defaults)

    def _number(self, text: str, country: str | None, place: Mark, path: tuple[Step, ...]) -> E164 | None:
        """The number that a text says, if it is one and the first of its kind; else a finding."""
        try:
            number, taken_for = read_number(text, country)
        except NumberError as failure:
            self.findings.append(
                error(
                    f"{shown(text)} is no phone number",
                    source=source_at(self.files, place),
                    path=dotted(path),
                    hint=str(failure),
                )
            )
            return None
        if taken_for:
            self.findings.append(
                taken(number, taken_for, source=source_at(self.files, place), path=dotted(path))
            )
        if self._firsts.add(number, place):
            return number
        self.findings.append(
            error(
                f"{number} is already declared at {source_at(self.files, self._firsts[number])}",
                source=source_at(self.files, place),
                path=dotted(path),
                hint="a number is declared once in the whole manifest",
            )
        )
        return None

    def _backend(self) -> Place | None:
        place, findings = read_place(block(self.document, "backend"), self.files)
        self.findings += findings
        return place

    def _api_url(self) -> str:
        held = block(self.document, "api")
        if "url" not in held:
            return DEFAULT_API_URL
        try:
            return api_url(str(held["url"]))
        except UrlError as failure:
            source = source_at(self.files, held.marks["url"][1])
            self.findings.append(error(str(failure), source=source, path="api.url"))
            return DEFAULT_API_URL


def _adoption_doubts(pool: PoolEntry, entry: LocatedMap, files: Files) -> Iterator[Diagnostic]:
    """The account's listing shows no category, so a pool that asks for one cannot tell what would fit."""
    if pool.adopt and pool.terms.category is not None:
        yield warning(
            "adopts nothing, since the account's listing does not show categories",
            source=source_at(files, entry.marks["adopt"][1]),
            path=dotted(("pools", pool.name, "adopt")),
            hint="remove `category` if any number of the pool's country and type may be adopted",
        )
