"""Explain one violation of the schema to people."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from numplan.manifest.reading.document import Document
from numplan.manifest.reading.positions import Step, positions_of, source_at
from numplan.manifest.reading.quoting import described, dotted_path, one_of, quote
from numplan.manifest.schema.shipped import schema
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.text.spelling import Meant

if TYPE_CHECKING:
    from jsonschema import ValidationError

_ENTRIES: Final = (("numbers", "number_entry"), ("sets", "set_entry"), ("pools", "pool_entry"))
_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")
_SPELLED_BOOLEAN: Final = frozenset(("yes", "no", "on", "off", "y", "n"))


class _Case(NamedTuple):
    """What a violation is about; `wanted` is the value of the keyword in the schema."""

    path: tuple[Step, ...]
    value: Any
    wanted: Any
    rule: Mapping[str, Any]
    document: Document
    kind: str
    meant: Meant

    def source(self, *steps: Step) -> Source:
        """Where the key is named that these steps lead to from here."""
        return source_at(self.document.files, positions_of(self.document.root, (*self.path, *steps))[0])

    def about_value(self, summary: str, hint: str) -> Diagnostic:
        """A finding at the value itself."""
        source = source_at(self.document.files, positions_of(self.document.root, self.path)[1])
        return error(summary, source=source, path=dotted_path(self.path), hint=hint)

    def about_key(self, summary: str, hint: str, *steps: Step) -> Diagnostic:
        """A finding at the key of the value, or at that of something inside it."""
        return error(summary, source=self.source(*steps), path=dotted_path((*self.path, *steps)), hint=hint)


def explain(
    found: "ValidationError", document: Document, meant: Meant, kind: str = "manifest"
) -> Iterator[Diagnostic]:
    """What one violation found in `document`, of this `kind`, means; unknown and missing keys make a finding each."""
    rule = found.schema if isinstance(found.schema, dict) else {}
    case = _Case(
        tuple(found.absolute_path),
        found.instance,
        found.validator_value,
        rule,
        document,
        kind,
        meant,
    )
    if "propertyNames" in found.absolute_schema_path:
        hint = rule.get("patternErrorMessage", "")
        yield case.about_key(f"{quote(case.value)} cannot be a name here", hint, str(case.value))
        return
    words = _WORDS.get(str(found.validator))
    if words is None:
        yield case.about_value(found.message, "")
    else:
        yield from words(case)


def _unknown_keys(case: _Case) -> Iterator[Diagnostic]:
    known = tuple(case.rule.get("properties", ()))
    for name in case.value:
        if name not in known:
            yield case.about_key(f"unknown key {quote(name)}", _key_hint(case, name, known), name)


def _key_hint(case: _Case, name: str, known: tuple[str, ...]) -> str:
    definitions = schema(case.kind)["$defs"]
    owners = [
        f"`{block}`"
        for block, entry in _ENTRIES
        if name in definitions.get(entry, {"properties": ()})["properties"]
    ]
    if owners:
        return f"it belongs to entries of {one_of(owners)}"
    if meant := case.meant.nearest(name, known):
        return f"did you mean `{meant}`?"
    return f"known here: {', '.join(known)}"


def _missing_keys(case: _Case) -> Iterator[Diagnostic]:
    for name in case.wanted:
        if name not in case.value:
            hint = "write `version: 1`" if name == "version" else f"write `{name}:` and its value"
            yield case.about_key(f"the key `{name}` is missing", hint)


def _missing_choice(case: _Case) -> Iterator[Diagnostic]:
    names = [f"`{name}`" for option in case.wanted for name in option["required"]]
    hint = "list the numbers, name their file, or write ranges of them"
    yield case.about_key(f"none of {one_of(names)} is given", hint)


def _wrong_type(case: _Case) -> Iterator[Diagnostic]:
    names = [case.wanted] if isinstance(case.wanted, str) else case.wanted
    # Where text is admitted every scalar is read as text, so the other types are there for editors alone.
    kinds = ["text"] if "string" in names else [_KINDS[name] for name in names if name != "null"]
    if case.value is None:
        yield case.about_value(f"{one_of(kinds)} is missing here", "give a value, or remove the key")
    else:
        yield case.about_value(f"wants {one_of(kinds)}, not {_told(case)}", _type_hint(case, names))


def _told(case: _Case) -> str:
    """The value, but for a file that is one text: it was hardly meant as a manifest, and may be a secret."""
    return quote(case.value) if case.path else described(case.value)


def _type_hint(case: _Case, names: list[str]) -> str:
    if isinstance(case.value, str):
        text = case.value
        if "boolean" in names and text.casefold() in _SPELLED_BOOLEAN:
            return "write true or false"
        if "boolean" in names and text.casefold() in {"true", "false"}:
            return "remove the quotes"
        if {"integer", "number"} & set(names) and _DIGITS.fullmatch(text):
            return "remove the quotes" if not text.lstrip("-").startswith("0") else "remove the leading zero"
    examples = case.rule.get("examples")
    return f"such as {json.dumps(examples[0])}" if examples else ""


def _no_choice(case: _Case) -> Iterator[Diagnostic]:
    choices = case.wanted if isinstance(case.wanted, list) else [case.wanted]
    meant = case.meant.nearest(case.value, choices) if isinstance(case.value, str) else None
    hint = f"did you mean `{meant}`?" if meant else f"write {one_of([str(choice) for choice in choices])}"
    yield case.about_value(f"{quote(case.value)} is not known here", hint)


def _bad_pattern(case: _Case) -> Iterator[Diagnostic]:
    yield case.about_value(f"{quote(case.value)} cannot stand here", case.rule.get("patternErrorMessage", ""))


def _too_little(case: _Case) -> Iterator[Diagnostic]:
    yield case.about_value(f"{quote(case.value)} is too little", f"at least {case.wanted}")


def _too_much(case: _Case) -> Iterator[Diagnostic]:
    yield case.about_value(f"{quote(case.value)} is too much", f"at most {case.wanted}")


def _too_long(case: _Case) -> Iterator[Diagnostic]:
    yield case.about_value("this text is too long", f"at most {case.wanted} characters")


_WORDS: Final[Mapping[str, Callable[[_Case], Iterator[Diagnostic]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "anyOf": _missing_choice,
    "type": _wrong_type,
    "enum": _no_choice,
    "const": _no_choice,
    "pattern": _bad_pattern,
    "minimum": _too_little,
    "maximum": _too_much,
    "maxLength": _too_long,
}
