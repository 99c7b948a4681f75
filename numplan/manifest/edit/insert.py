"""Add entries to a manifest as text, between its lines: what is there stays as it is, byte for byte."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from numplan.manifest.reading.yaml_events import yaml_loader
from numplan.manifest.schema.scalar_kinds import ScalarKind, plain_value
from numplan.model.account import Offer
from numplan.model.errors import NumplanError
from numplan.model.number import E164
from numplan.model.text.printable import on_one_line, printable

STEP: Final = "  "
_SAFE: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ._-]*[A-Za-z0-9])?")
_COMMAND: Final = re.compile(r"#(?=#)")
"""How a command to a CI runner begins: `##[error]`, `##vso[...]`."""
_WORDS: Final = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Words that other YAML readers do not take for text, in upper or lower case."""


class Addition(NamedTuple):
    """An entry to be added to the block `block`: its name, its keys, and remarks for some of its numbers."""

    block: str
    name: str
    keys: Mapping[str, Any]
    remarks: Mapping[E164, str] = {}


class _BlockSpan(NamedTuple):
    """Where a block at the top of a document stands: where its value begins, where its last part ends, the column of
    its entries if it has any, and whether it is written in brackets.
    """

    start: int
    end: int
    column: int | None
    is_flow: bool
    is_empty: bool


def extended(text: str, additions: Sequence[Addition], file: str) -> str:
    """The text of a manifest with these entries added. Raises NumplanError where there is no place for them."""
    if text.removeprefix("\ufeff").lstrip().startswith("{"):
        return _extended_json(text, additions, file)
    line_end = "\r\n" if "\r\n" in text else "\n"
    for name in dict.fromkeys(one.block for one in additions):
        added = [one for one in additions if one.block == name]
        text = _with_block(text, name, added, line_end)
    return text


def manifest_of(offers: Sequence[Offer], country: str) -> str:
    """A manifest that declares numbers for sale, in a set for each type, with what each costs beside it."""
    types = sorted({one.type for one in offers})
    sets: list[Addition] = []
    for kind in types:
        of_kind = [one for one in offers if one.type == kind]
        beside = {
            one.number: remark(
                f"{one.state} {one.city}  {one.setup_charge} once, {one.monthly_charge} a month"
            )
            for one in of_kind
        }
        keys = {"country": country, "type": kind, "numbers": [one.number for one in of_kind]}
        name = re.sub(r"[^a-z]+", "_", f"found_{kind}".lower())[:60]
        taken = {one.name for one in sets}
        name = next(one for one in chain([name], (f"{name}_{at}" for at in count(2))) if one not in taken)
        sets.append(Addition("sets", name, keys, beside))
    return extended("version: 1\n", sets, "")


def remark(text: str) -> str:
    """A text that is safe in a comment: printable, short, on one line, and no command to a CI runner."""
    return _COMMAND.sub("# ", on_one_line(text, 60).strip())


def _with_block(text: str, name: str, added: Sequence[Addition], line_end: str) -> str:
    found = _blocks(text.removeprefix("\ufeff")).get(name)
    bom = len(text) - len(text.removeprefix("\ufeff"))
    if found is None:
        body = _joined(added, STEP, line_end)
        gap = line_end if text.endswith("\n") or not text else line_end * 2
        return f"{text}{gap}{name}:{line_end}{body}"
    start, end = found.start + bom, found.end + bom
    if found.is_flow and not found.is_empty:
        comma = "" if text[: end - 1].rstrip().endswith(",") else ","
        inside = ", ".join(f"{one.name}: {_flow(one.keys)}" for one in added)
        return f"{text[: end - 1].rstrip(' ')}{comma} {inside}{text[end - 1 :]}"
    if found.is_empty:
        text = text[:start].rstrip(" ") + text[end:]
        end = len(text[:start].rstrip(" "))
    at = end if text[end - 1] == "\n" else text.find("\n", end) + 1
    if not at:
        text, at = text + line_end, len(text) + len(line_end)
    return text[:at] + _joined(added, " " * (found.column or len(STEP)), line_end) + text[at:]


def _blocks(text: str) -> dict[str, _BlockSpan]:
    """The blocks at the top of a document in block style, by name."""
    found: dict[str, _BlockSpan] = {}
    events = yaml.parse(text, Loader=yaml_loader())
    depth = 0
    key: str | None = None
    begun: Event | None = None
    column: int | None = None
    last = 0
    for event in events:
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth == 2:  # noqa: PLR2004 - the value of a key at the top
                begun, column, last = event, None, _index(event)
            continue
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
            if event.end_mark.index > event.start_mark.index:  # type: ignore[union-attr]
                last = event.end_mark.index  # type: ignore[union-attr]  # a closing bracket; a block has no end
            if depth == 1 and key is not None and begun is not None:
                is_flow = bool(begun.flow_style)  # type: ignore[attr-defined]
                is_empty = isinstance(begun, MappingStartEvent) and column is None
                found[key] = _BlockSpan(_index(begun), last, None if is_flow else column, is_flow, is_empty)
                key = None
        elif isinstance(event, ScalarEvent | AliasEvent):
            last = event.end_mark.index  # type: ignore[union-attr]
            if depth == 1 and key is None:
                key = event.value if isinstance(event, ScalarEvent) else ""
            elif depth == 1:
                found[str(key)] = _BlockSpan(_index(event), last, None, is_flow=False, is_empty=True)
                key = None
            elif depth == 2 and column is None:  # noqa: PLR2004
                column = event.start_mark.column  # type: ignore[union-attr]
    return found


def _index(event: Event) -> int:
    return int(event.start_mark.index)  # type: ignore[union-attr]


def _joined(added: Sequence[Addition], indent: str, line_end: str) -> str:
    return "".join(f"{line}{line_end}" for one in added for line in _lines(one, indent))


def _lines(one: Addition, indent: str) -> Iterable[str]:
    yield f"{indent}{one.name}:"
    inner = indent + STEP
    for key, value in one.keys.items():
        if isinstance(value, list):
            yield f"{inner}{key}:"
            for number in value:
                yield f"{inner}{STEP}- {scalar(number)}{_beside(one, number)}"
        else:
            yield f"{inner}{key}: {_flow(value)}{_beside(one, value)}"


def _beside(one: Addition, value: object) -> str:
    said = one.remarks.get(value) if isinstance(value, str) else None  # type: ignore[call-overload]
    return f"  # {said}" if said else ""


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return scalar(str(value))


def scalar(text: str) -> str:
    """A text as a YAML scalar that every YAML reader takes for this text, and none for a reference."""
    escaped = text.replace("${", "$${")
    is_plain = _SAFE.fullmatch(escaped) and escaped.casefold() not in _WORDS
    if is_plain and plain_value(escaped, ScalarKind.TEXT) is not None:
        return escaped
    quoted = _COMMAND.sub(r"\\x23", json.dumps(escaped, ensure_ascii=False))
    return printable(quoted, _code)


def _code(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _extended_json(text: str, additions: Sequence[Addition], file: str) -> str:
    """The text of a JSON manifest with these entries added; JSON has no comments to lose."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
        for one in additions:
            document[one.block] = {**(document.get(one.block) or {}), one.name: _escaped(one.keys)}
    except (ValueError, TypeError, AttributeError):
        raise NumplanError(
            f"{file} is one mapping in brackets and no plain JSON, so nothing can be added to it safely",
            hint="write its blocks on lines of their own, as `numplan init` does",
        ) from None
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _escaped(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return {key: _escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    return value.replace("${", "$${") if isinstance(value, str) else value
