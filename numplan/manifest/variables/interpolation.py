"""Put the values of variables where the manifest refers to them."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import Files, source_at
from numplan.manifest.reading.quoting import dotted
from numplan.manifest.reading.templates import Slot, Template, TemplateError, parts_of
from numplan.manifest.schema.scalar_kinds import ScalarKind, plain_value
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.text.spelling import Meant

MAX_LENGTH: Final = 65_536
"""Characters of one text once its variables are replaced."""
MAX_REPLACED: Final = 64 * 1024 * 1024
"""Characters of all such texts together: a few lines could otherwise stand for more than memory holds."""

Values = Mapping[str, str | None]
"""The values of variables by name; None where one has none, which was told."""


class Unreplaced(NamedTuple):
    """What stays as it is written: for reasons that are `findings`, or in `places` whose variable has no value,
    which was told.
    """

    findings: tuple[Diagnostic, ...]
    places: frozenset[Source]


def interpolate(slots: Iterable[Slot], values: Values, files: Files) -> Unreplaced:
    """Replace every `${var.NAME}` in its place, but for those in `outputs`, which are worked out later.

    A place that takes a number or a boolean gets one, quoted or not.
    """
    findings = Findings()
    meant = Meant()
    places: list[Source] = []
    left = MAX_REPLACED
    for slot in slots:
        template = slot.template
        if slot.path[0] == "outputs" or not isinstance(template, Template):
            continue
        try:
            text = _text(slot, template, values, left, meant)
        except TemplateError as failure:
            findings.append(finding(failure, slot, files))
            continue
        if text is None:
            places.append(source_at(files, slot.mark))
        else:
            left -= len(text)
            slot.put(text if template.kind is ScalarKind.TEXT else plain_value(text, template.kind))
    return Unreplaced(tuple(findings), frozenset(places))


def _text(slot: Slot, template: Template, values: Values, left: int, meant: Meant) -> str | None:
    if slot.path[0] == "variables":
        raise TemplateError("a variable cannot refer to anything", "write its value here")
    text = replaced(template, values, meant)
    if text is not None and len(text) > left:
        raise TemplateError(f"variables stand for more than {MAX_REPLACED:,} characters", "")
    return text


def replaced(template: str, values: Values, meant: Meant) -> str | None:
    """The text of a template; None where a variable has no value, which was told. Raises TemplateError."""
    pieces: list[str] = []
    length = 0
    for part in parts_of(template):
        if isinstance(part, str):
            piece: str | None = part
        elif part.kind == "var":
            piece = value_of(part.name, values, meant)
        else:
            raise TemplateError("only outputs refer to numbers", "write the number itself, or a variable")
        if piece is None:
            return None
        length += len(piece)
        if length > MAX_LENGTH:
            raise TemplateError(f"with its variables this is more than {MAX_LENGTH:,} characters", "")
        pieces.append(piece)
    return "".join(pieces)


def value_of(name: str, values: Values, meant: Meant) -> str | None:
    """The value of a variable, or None where it has none. Raises TemplateError for a name that is unknown."""
    if name not in values:
        near = meant.nearest(name, values)
        raise TemplateError(
            f"no variable is named {name}",
            f"did you mean `{near}`?" if near else "declare it under `variables`",
        )
    return values[name]


def finding(failure: TemplateError, slot: Slot, files: Files) -> Diagnostic:
    """What is wrong with a template, at its place."""
    return error(str(failure), source=source_at(files, slot.mark), path=dotted(slot.path), hint=failure.hint)
