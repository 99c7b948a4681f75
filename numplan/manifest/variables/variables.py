"""The variables that a manifest declares, and their values from flags, files and the environment."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from numplan.files.read import FileError
from numplan.manifest.files.repository import read_named
from numplan.manifest.reading.document import Document, Values
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import described, dotted_path, quote
from numplan.manifest.reading.reader import EmptyError, read_yaml
from numplan.manifest.schema.node import ANYTHING
from numplan.model.diagnostics import Diagnostic, Source, error, warning
from numplan.model.errors import ManifestError
from numplan.model.text.spelling import Meant

ENVIRONMENT: Final = "NUMPLAN_VAR_"
"""The prefix of environment variables that give a value."""

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Values from outside the manifest. `named` wins over `files`, and `files` over the `environment`; within each,
    the later value wins.
    """

    named: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}


class _Value(msgspec.Struct, frozen=True):
    """A value and where it comes from, in words and, where it stands in a file, as a place."""

    text: str
    origin: str
    source: Source | None = None


class Variables(NamedTuple):
    """The variables of one manifest: a value, or None, for every name that is declared, and what is wrong with them."""

    values: Values
    findings: tuple[Diagnostic, ...]


def variables_of(document: Document, given: Given) -> Variables:
    """The variables that a document declares, with their values from outside and their defaults."""
    declared = document.root.block("variables") if isinstance(document.root, LocatedMap) else LocatedMap()
    lookup = _Lookup()
    values = dict(lookup.values(declared, given))
    return Variables(values, tuple(lookup.findings))


class _Lookup:
    """One pass over the variables of a document."""

    def __init__(self) -> None:
        self.findings = Collector()
        self._meant = Meant()

    def values(self, declared: LocatedMap, given: Given) -> Iterator[tuple[str, str | None]]:
        """The value of each variable that is declared."""
        offered = self._offered(given, declared)
        for name, entry in declared.items():
            source = declared.key_source(name)
            details = entry if isinstance(entry, LocatedMap) else LocatedMap()
            yield name, self._value(name, details, offered.get(name), source)

    def _value(self, name: str, details: LocatedMap, offered: _Value | None, source: Source) -> str | None:
        if offered is None and isinstance(default := details.get("default"), str):
            source = details.source("default")
            offered = _Value(str(default), dotted_path(("variables", name, "default")), source)
        if offered is None:
            if details.get("default", "") == "":  # a default of the wrong form has the schema's word
                self.findings.append(
                    error(
                        "this variable has no value",
                        source=source,
                        path=dotted_path(("variables", name)),
                        hint=f"give it by --var {name}=VALUE, {ENVIRONMENT}{name} or a --var-file, or declare a "
                        "default",
                    )
                )
            return None
        wrong = _wrong(offered.text, details.get("type", "string"))
        if wrong:
            self.findings.append(
                error(
                    f"{quote(offered.text)} {wrong}",
                    source=offered.source or source,
                    path=offered.origin,
                    hint=f"the variable {name} is declared at {source}",
                )
            )
            return None
        return offered.text

    def _offered(self, given: Given, declared: LocatedMap) -> dict[str, _Value]:
        """The values from outside for declared variables; any other value is a finding."""
        found: dict[str, _Value] = {}
        for name, value in (
            *_from_environment(given.environment),
            *(pair for path in given.files for pair in self._from_file(path)),
            *((name, _Value(text, f"--var {name}")) for name, text in given.named),
        ):
            if name in declared:
                found[name] = value
            elif value.origin.startswith(ENVIRONMENT):
                self.findings.append(self._undeclared(warning, name, value, declared))
            else:
                self.findings.append(self._undeclared(error, name, value, declared))
        return found

    def _undeclared(
        self, say: Callable[..., Diagnostic], name: str, value: _Value, declared: LocatedMap
    ) -> Diagnostic:
        meant = self._meant.nearest(name, declared)
        hint = f"did you mean `{meant}`?" if meant else "declare it under `variables`, or remove it"
        return say(f"no variable is named {quote(name)}", source=value.source, path=value.origin, hint=hint)

    def _from_file(self, path: str) -> Iterator[tuple[str, _Value]]:
        try:
            raw = read_named(Path(path), alone=False)
            content = read_yaml(raw, (path,), ANYTHING, what="the variables file")
        except FileError as failure:
            self.findings.append(error(f"the variables file {path} {failure}"))
            return
        except EmptyError:
            return
        except ManifestError as failure:
            self.findings += failure.diagnostics
            return
        self.findings += content.findings
        held = content.value
        if not isinstance(held, LocatedMap):
            summary = f"wants a mapping of names to values, not {described(held)}"
            self.findings.append(error(summary, source=Source(path, 1), hint="such as `env: staging`"))
            return
        for name, value in held.items():
            source = held.source(name)
            if isinstance(value, str):
                yield name, _Value(str(value), name, source)
            else:
                self.findings.append(
                    error(
                        f"must be text, a number, true or false, not {described(value)}",
                        source=source,
                        path=name,
                    )
                )


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, _Value]]:
    for key in sorted(environment):
        if key.startswith(ENVIRONMENT):
            yield key.removeprefix(ENVIRONMENT), _Value(environment[key], key)


def _wrong(text: str, kind: object) -> str:
    """What is wrong with a value; empty if nothing is."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    if kind == "number" and not _NUMBER.fullmatch(text):
        return "is no number"
    if kind == "bool" and text not in {"true", "false"}:
        return "is neither true nor false"
    return ""
