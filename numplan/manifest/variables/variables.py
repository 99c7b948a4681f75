"""Variables: what the manifest declares, what flags, files and the environment give, and the values they have."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from numplan.files.read import FileError
from numplan.manifest.files.repository import read_named
from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import Files, LocatedMap, block, source_at
from numplan.manifest.reading.quoting import described, dotted, shown
from numplan.manifest.reading.reader import EmptyError, read_document
from numplan.manifest.reading.scalar_kinds import ANYTHING
from numplan.model.diagnostics import Diagnostic, Source, error, warning
from numplan.model.errors import ManifestError
from numplan.model.text.spelling import Meant

ENVIRONMENT: Final = "NUMPLAN_VAR_"
"""What the names of environment variables start with that give a value."""

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Values from outside the manifest. `named` wins over `files`, and these over the `environment`; of two in
    one place the later wins.
    """

    named: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}


class _Value(msgspec.Struct, frozen=True):
    """A value and where it comes from, in words and, where it stands in a file, as a place."""

    text: str
    origin: str
    source: Source | None = None


class Variables:
    """The variables of one manifest. `values` has every declared name; None where it has no usable value, of
    which `findings` speak.
    """

    def __init__(self, document: object, files: Files, given: Given) -> None:
        self._files = files
        self.values: dict[str, str | None] = {}
        self.findings = Findings()
        self._meant = Meant()
        declared = block(document if isinstance(document, LocatedMap) else {}, "variables")
        offered = self._offered(given, declared)
        for name, entry in declared.items():
            place = source_at(files, declared.marks[name][0])
            details = entry if isinstance(entry, LocatedMap) else LocatedMap()
            self.values[name] = self._value(name, details, offered.get(name), place)

    def _value(self, name: str, details: LocatedMap, offered: _Value | None, place: Source) -> str | None:
        if offered is None and isinstance(default := details.get("default"), str):
            source = source_at(self._files, details.marks["default"][1])
            offered = _Value(str(default), dotted(("variables", name, "default")), source)
        if offered is None:
            if details.get("default", "") == "":  # a default of the wrong form has the schema's word
                self.findings.append(
                    error(
                        "this variable has no value",
                        source=place,
                        path=dotted(("variables", name)),
                        hint=f"give it by --var {name}=VALUE, {ENVIRONMENT}{name} or a --var-file, or declare a "
                        "default",
                    )
                )
            return None
        wrong = _wrong(offered.text, details.get("type", "string"))
        if wrong:
            self.findings.append(
                error(
                    f"{shown(offered.text)} {wrong}",
                    source=offered.source or place,
                    path=offered.origin,
                    hint=f"the variable {name} is declared at {place}",
                )
            )
            return None
        return offered.text

    def _offered(self, given: Given, declared: LocatedMap) -> dict[str, _Value]:
        """The values from outside for what is declared; those for anything else are findings."""
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
        return say(f"no variable is named {shown(name)}", source=value.source, path=value.origin, hint=hint)

    def _from_file(self, path: str) -> Iterator[tuple[str, _Value]]:
        try:
            raw = read_named(Path(path), alone=False)
            document = read_document(raw, path, ANYTHING, what="the variables file")
        except FileError as failure:
            self.findings.append(error(f"the variables file {path} {failure}"))
            return
        except EmptyError:
            return
        except ManifestError as failure:
            self.findings += failure.diagnostics
            return
        self.findings += document.findings
        held = document.value
        if not isinstance(held, LocatedMap):
            summary = f"wants a mapping of names to values, not {described(held)}"
            self.findings.append(error(summary, source=Source(path, 1), hint="such as `env: staging`"))
            return
        for name, value in held.items():
            source = source_at((path,), held.marks[name][1])
            if isinstance(value, str):
                yield name, _Value(str(value), name, source)
            else:
                self.findings.append(
                    error(
                        f"wants text, a number, true or false, not {described(value)}",
                        source=source,
                        path=name,
                    )
                )


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, _Value]]:
    for key in sorted(environment):
        if key.startswith(ENVIRONMENT):
            yield key.removeprefix(ENVIRONMENT), _Value(environment[key], key)


def _wrong(text: str, kind: object) -> str:
    """What is wrong with a value, or nothing."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    if kind == "number" and not _NUMBER.fullmatch(text):
        return "is no number"
    if kind == "bool" and text not in {"true", "false"}:
        return "is neither true nor false"
    return ""
