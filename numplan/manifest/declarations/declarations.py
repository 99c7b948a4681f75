"""The step of loading that makes the manifest's values, and checks the rules that a schema cannot say."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec

from numplan.manifest.declarations.backend import read_location
from numplan.manifest.declarations.blocks import (
    api_settings,
    entries,
    own_terms,
    policy,
    terms_of,
    with_charges,
)
from numplan.manifest.declarations.budgets import check_budgets, check_values
from numplan.manifest.declarations.days import check_days
from numplan.manifest.declarations.declared_numbers import DeclaredNumbers
from numplan.manifest.declarations.moved import check_moves, forgotten_of, moves_of
from numplan.manifest.declarations.other_states import other_states_of
from numplan.manifest.declarations.outputs import outputs_of
from numplan.manifest.declarations.pool_rules import check_pool, spread_of
from numplan.manifest.declarations.retired import check_rebuy, retired_of
from numplan.manifest.declarations.waiting import check_wait
from numplan.manifest.files.digest import digest
from numplan.manifest.reading.document import Document
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import LocatedMap, Position
from numplan.manifest.reading.quoting import dotted_path
from numplan.model.diagnostics import Diagnostic, Source, error, warning
from numplan.model.errors import ManifestError
from numplan.model.location.api_settings import DEFAULT_API_URL
from numplan.model.location.state_location import StateLocation
from numplan.model.location.urls import UrlError, api_url
from numplan.model.manifest import Manifest, NumberEntry, PoolEntry, SetEntry, Terms
from numplan.model.number import E164
from numplan.model.policy import Policy

if TYPE_CHECKING:  # rows of numbers files, which most manifests do not name
    from numplan.manifest.numbers.row_terms import RowTerms

Value = TypeVar("Value")

MAX_LABELS: Final = 4_000_000
"""How many labels entries may take from the defaults, and rows of a file from their set, all together: a few lines
could otherwise stand for billions.
"""
_POOL_KEYS: Final = frozenset(PoolEntry.__struct_fields__) - {"name", "country", "terms", "source"}


def declare(document: Document) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """The manifest that a document declares, and the warnings about it in the order of their places.

    Raises ManifestError with every finding, also of earlier steps, if any is an error.
    """
    declaring = _Declaring(document)
    manifest = declaring.manifest()
    findings = document.findings.add(declaring.findings)
    if manifest.declares_nothing and not findings:
        hint = "add entries under `numbers`, `sets` or `pools`"
        source = Source(document.files[0], 1)
        findings = findings.add([warning("the manifest declares no numbers", source=source, hint=hint)])
    in_order = findings.in_order()
    whole = digest(document.contents, declaring.numbers.numbers_files.contents, document.variables)
    return msgspec.structs.replace(manifest, digest=whole), in_order


class _Declaring:
    """One pass over a valid document; its values are of use only if no finding is an error."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root = cast("LocatedMap", document.root)
        self.findings = Collector()
        self.numbers = DeclaredNumbers(document, self.findings)
        self._labels_left = MAX_LABELS

    def manifest(self) -> Manifest:
        """Everything that the document declares, without a digest; the numbers files are read on the way."""
        root = self.root
        defaults = self._terms(root.block("defaults"), Terms(), "defaults")
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
            tells_actor=root.block("history").get("actor") != "none",
        )
        retire = tuple(self._usable(retired_of(root, self.numbers)))
        self.findings += self.numbers.numbers_files.repeated()
        self.findings += check_rebuy(root.block("policy"), ("policy",))
        self.findings += check_budgets(root.block("policy"), ("policy",))
        self.findings += check_values(manifest, root.block("policy"))
        refers = manifest.moved or "forget" in root or "outputs" in root
        declared = {entry.resource for entry in manifest.entries()} if refers else set()
        self.findings += check_moves(manifest.moved, declared)
        forget = forgotten_of(root, declared, self.numbers.first_declared)
        outputs = outputs_of(root, self.document.variables, declared)
        return msgspec.structs.replace(
            manifest,
            forget=tuple(self._usable(forget)),
            retire=retire,
            outputs=tuple(self._usable(outputs)),
            other_states=tuple(self._usable(other_states_of(root))),
        )

    def _usable(self, values: Iterable[Value | Diagnostic]) -> Iterator[Value]:
        """The values of one block; the findings among them are collected."""
        for found in values:
            if isinstance(found, Diagnostic):
                self.findings.append(found)
            else:
                yield found

    def _numbers(self, defaults: Terms) -> Iterator[NumberEntry]:
        block = self.root.block("numbers")
        positions: list[Position] = []
        sources = self.numbers.sources(positions)
        for name, entry in entries(block):
            terms = self._terms(entry, defaults, "numbers", name)
            path = ("numbers", name, "number")
            number = self.numbers.one(str(entry["number"]), terms.country, entry.positions["number"][1], path)
            if number is not None:
                yield NumberEntry(name=name, number=number, terms=terms, sources=sources, at=len(positions))
                positions.append(block.positions[name][0])

    def _sets(self, defaults: Terms) -> Iterator[SetEntry]:
        block = self.root.block("sets")
        for name, entry in entries(block):
            terms = self._terms(entry, defaults, "sets", name)
            numbers, positions, ranges, said = self.numbers.of_set(name, entry, terms.country)
            yield SetEntry(
                name=name,
                numbers=tuple(numbers),
                sources=self.numbers.sources(positions),
                terms=terms,
                source=block.key_source(name),
                ranges=tuple(ranges),
                own=self._own_terms(said, terms, entry, name) if said else {},
            )

    def _own_terms(
        self, said: "Mapping[E164, RowTerms]", terms: Terms, entry: LocatedMap, name: str
    ) -> Mapping[E164, Terms]:
        """The terms of numbers whose rows in a file say something. Rows that say the same share them."""
        made: dict[RowTerms, Terms] = {}
        for row in said.values():
            if row not in made:
                self._count_labels(
                    terms.labels, entry.key_source("numbers_file"), f"sets.{name}.numbers_file"
                )
                made[row] = own_terms(terms, row)
        if terms.ends is not None and any(row.protect for row in made):
            self.findings.append(
                error(
                    "the set has a last day, and its file says protect for some of its numbers",
                    source=entry.source("numbers_file"),
                    path=dotted_path(("sets", name, "numbers_file")),
                    hint="what is protected never ends: declare these numbers in a set of their own",
                )
            )
        return {number: made[row] for number, row in said.items()}

    def _pools(self, defaults: Terms) -> Iterator[PoolEntry]:
        block = self.root.block("pools")
        for name, entry in entries(block):
            source = block.key_source(name)
            terms = self._terms(entry, defaults, "pools", name)
            if terms.country is None:
                # A country that is given and refused has its own finding.
                if "country" in entry.positions or "country" in self.root.block("defaults").positions:
                    continue
                self.findings.append(
                    error(
                        "a pool needs a country",
                        source=source,
                        path=dotted_path(("pools", name)),
                        hint="write `country:` here or under `defaults`",
                    )
                )
                continue
            criteria: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in with_charges(entry).items()
                if key in _POOL_KEYS
            }
            criteria["spread"] = spread_of(entry)
            pool = PoolEntry(name=name, country=terms.country, terms=terms, source=source, **criteria)
            self.findings += check_pool(pool, entry)
            self.findings += _adoption_warnings(pool, entry)
            yield pool

    def _terms(self, entry: LocatedMap, defaults: Terms, *path: str) -> Terms:
        """The terms of one entry, or of the defaults. Raises ManifestError where labels are merged into more than
        memory holds.
        """
        if "release_after" in entry:
            self.findings += check_wait(entry, path)
        if defaults.labels and "labels" in entry:
            self._count_labels(defaults.labels, entry.key_source("labels"), "defaults.labels")
        terms = terms_of(entry, defaults)
        self.findings += check_days(entry, terms, path)
        return terms

    def _count_labels(self, shared: Mapping[str, str], source: Source, path: str) -> None:
        """Raise ManifestError where labels that many share are more, all together, than memory holds."""
        self._labels_left -= len(shared)
        if self._labels_left < 0:
            raise ManifestError(
                [
                    error(
                        f"with those that they share, entries and rows have more than {MAX_LABELS:,} labels",
                        source=source,
                        path=path,
                        hint="declare fewer labels under `defaults`, or in the set",
                    )
                ]
            )

    def _backend(self) -> StateLocation | None:
        place, findings = read_location(self.root.block("backend"))
        self.findings += findings
        return place

    def _api_url(self) -> str:
        held = self.root.block("api")
        if "url" not in held:
            return DEFAULT_API_URL
        try:
            return api_url(str(held["url"]))
        except UrlError as failure:
            source = held.source("url")
            self.findings.append(error(str(failure), source=source, path="api.url"))
            return DEFAULT_API_URL


def _adoption_warnings(pool: PoolEntry, entry: LocatedMap) -> Iterator[Diagnostic]:
    """The account's listing shows no category, so a pool that asks for one cannot tell what would fit."""
    if pool.adopt and pool.terms.category is not None:
        yield warning(
            "adopts nothing, since the account's listing does not show categories",
            source=entry.source("adopt"),
            path=dotted_path(("pools", pool.name, "adopt")),
            hint="remove `category` if any number of the pool's country and type may be adopted",
        )
