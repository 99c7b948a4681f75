"""The step of loading that makes the manifest's values, and checks the rules that a schema cannot say."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, repeat
from typing import Any, Final, TypeVar, cast

import msgspec

from numplan.manifest.declarations.api_url import ApiUrlError, parse_api_url
from numplan.manifest.declarations.backend import read_place
from numplan.manifest.declarations.blocks import api_settings, entries, policy, terms_of, with_charges
from numplan.manifest.declarations.first_declared import FirstPlaces
from numplan.manifest.declarations.moved import check_moves, forgotten_of, moves_of
from numplan.manifest.declarations.outputs import outputs_of
from numplan.manifest.files.digest import digest
from numplan.manifest.files.names import folder_of
from numplan.manifest.numbers.numbers_file import NumbersFiles
from numplan.manifest.reading.document import Document
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import (
    LocatedList,
    LocatedMap,
    Position,
    Sources,
    Step,
    source_at,
)
from numplan.manifest.reading.quoting import dotted, shown, taken
from numplan.model.diagnostics import Diagnostic, Source, error, warning
from numplan.model.errors import ManifestError
from numplan.model.location.state_location import Place
from numplan.model.manifest import (
    DEFAULT_API_URL,
    Manifest,
    NumberEntry,
    PoolEntry,
    SetEntry,
    Terms,
)
from numplan.model.number import E164, NumberError
from numplan.model.policy import Policy
from numplan.numbering.reading import are_plain, read_number

Value = TypeVar("Value")
Numbers = tuple[Sequence[E164], Sequence[Position]]
"""Numbers of a set, and the place of each."""

MAX_LABELS: Final = 4_000_000
"""Labels of all entries together that take more from the defaults: a few lines can otherwise stand for billions."""
_NONE: Final[Numbers] = ((), ())
_POOL_KEYS: Final = frozenset(PoolEntry.__struct_fields__) - {"name", "country", "terms", "source"}


def declare(document: Document) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest that a document declares, and the warnings about it in the order of their places.

    Raises ManifestError with every finding, those of the steps before too, if one of them is an error.
    """
    declaring = _Declaring(document)
    manifest = declaring.manifest()
    findings = document.findings.add(declaring.findings)
    if manifest.declares_nothing and not findings:
        hint = "add entries under `numbers`, `sets` or `pools`"
        source = Source(document.files[0], 1)
        findings = findings.add([warning("the manifest declares no numbers", source=source, hint=hint)])
    in_order = findings.in_order()
    whole = digest(document.contents, declaring.numbers_files.contents, document.variables)
    return msgspec.structs.replace(manifest, digest=whole), in_order


class _Declaring:
    """One pass over a document that the schema admits; its values are of use only if no finding is an error."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root = cast("LocatedMap", document.root)
        self.files = [*document.files]
        self.numbers_files = NumbersFiles(folder_of(document.path))
        self.findings = Collector()
        self._firsts = FirstPlaces(self.files)
        self._labels_left = MAX_LABELS

    def manifest(self) -> Manifest:
        """Everything that the document declares, without a digest; the numbers files are read on the way."""
        root = self.root
        defaults = terms_of(root.block("defaults"), Terms())
        manifest = Manifest(
            path=str(self.document.path),
            digest="",
            account=cast("str | None", root.get("account")),
            currency=cast("str | None", root.get("currency")),
            api=api_settings(root, self._api_url()),
            policy=policy(root.block("policy"), Policy()),
            backend=self._backend(),
            numbers=tuple(self._numbers(defaults)),
            sets=tuple(self._sets(defaults)),
            pools=tuple(self._pools(defaults)),
            moved=tuple(moves_of(root)),
        )
        self.findings += self.numbers_files.repeated()
        refers = manifest.moved or "forget" in root or "outputs" in root
        declared = {entry.resource for entry in manifest.entries()} if refers else set()
        self.findings += check_moves(manifest.moved, declared)
        forget = forgotten_of(root, declared, self._firsts)
        outputs = outputs_of(root, self.document.variables, declared)
        return msgspec.structs.replace(
            manifest, forget=tuple(self._sound(forget)), outputs=tuple(self._sound(outputs))
        )

    def _sound(self, values: Iterable[Value | Diagnostic]) -> Iterator[Value]:
        """The values of one block, without what is wrong among them, which is collected."""
        for found in values:
            if isinstance(found, Diagnostic):
                self.findings.append(found)
            else:
                yield found

    def _numbers(self, defaults: Terms) -> Iterator[NumberEntry]:
        positions = self.root.block("numbers").positions
        places: list[Position] = []
        sources = Sources(self.files, places)
        for name, entry in entries(self.root, "numbers"):
            place = entry.positions["number"][1]
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
                places.append(positions[name][0])

    def _sets(self, defaults: Terms) -> Iterator[SetEntry]:
        block = self.root.block("sets")
        for name, entry in entries(self.root, "sets"):
            numbers: list[E164] = []
            places: list[Position] = []
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
                sources=Sources(self.files, places),
                terms=terms,
                source=block.key_source(name),
            )

    def _listed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        listed = entry.get("numbers")
        if not isinstance(listed, LocatedList):
            return _NONE
        texts = [*map(str, listed)]
        if are_plain(texts) and self._firsts.add_all(texts, listed.positions):  # nearly always
            return texts, listed.positions
        paths = (("sets", name, "numbers", at) for at in count())
        return self._one_by_one(texts, country, listed.positions, paths)

    def _filed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        if "numbers_file" not in entry:
            return _NONE
        named_at = entry.source("numbers_file")
        path = ("sets", name, "numbers_file")
        listing = self.numbers_files.read(
            str(entry["numbers_file"]), country, named_at, dotted(path), len(self.files)
        )
        self.files.append(listing.file)
        self.findings += listing.findings
        if self._firsts.add_all(listing.numbers, listing.positions):  # nearly always
            return listing.numbers, listing.positions
        return self._one_by_one(listing.numbers, country, listing.positions, repeat(path))

    def _one_by_one(
        self,
        texts: Sequence[str],
        country: str | None,
        positions: Sequence[Position],
        paths: Iterable[tuple[Step, ...]],
    ) -> Numbers:
        """Those that are numbers and the first of their kind, and a finding for each other."""
        numbers: list[E164] = []
        places: list[Position] = []
        for text, place, path in zip(texts, positions, paths):  # noqa: B905 - paths have no end
            number = self._number(text, country, place, path)
            if number is not None:
                numbers.append(number)
                places.append(place)
        return numbers, places

    def _pools(self, defaults: Terms) -> Iterator[PoolEntry]:
        block = self.root.block("pools")
        for name, entry in entries(self.root, "pools"):
            source = block.key_source(name)
            terms = self._terms(entry, defaults)
            if terms.country is None:
                # A country that is given and refused has its own finding.
                if "country" in entry.positions or "country" in self.root.block("defaults").positions:
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
            self.findings += _adoption_warnings(pool, entry)
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
                            source=entry.key_source("labels"),
                            path="defaults.labels",
                            hint="declare fewer labels under `defaults`",
                        )
                    ]
                )
        return terms_of(entry, defaults)

    def _number(self, text: str, country: str | None, place: Position, path: tuple[Step, ...]) -> E164 | None:
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
                f"{number} is already declared at {self._firsts[number]}",
                source=source_at(self.files, place),
                path=dotted(path),
                hint="a number is declared once in the whole manifest",
            )
        )
        return None

    def _backend(self) -> Place | None:
        place, findings = read_place(self.root.block("backend"))
        self.findings += findings
        return place

    def _api_url(self) -> str:
        held = self.root.block("api")
        if "url" not in held:
            return DEFAULT_API_URL
        try:
            return parse_api_url(str(held["url"]))
        except ApiUrlError as failure:
            source = held.source("url")
            self.findings.append(error(str(failure), source=source, path="api.url"))
            return DEFAULT_API_URL


def _adoption_warnings(pool: PoolEntry, entry: LocatedMap) -> Iterator[Diagnostic]:
    """The account's listing shows no category, so a pool that asks for one cannot tell what would fit."""
    if pool.adopt and pool.terms.category is not None:
        yield warning(
            "adopts nothing, since the account's listing does not show categories",
            source=entry.source("adopt"),
            path=dotted(("pools", pool.name, "adopt")),
            hint="remove `category` if any number of the pool's country and type may be adopted",
        )
