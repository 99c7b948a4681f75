"""The step of loading that puts the values of variables where the manifest refers to them."""

from typing import Final

import msgspec

from numplan.manifest.reading.document import Document, Values
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.quoting import dotted_path
from numplan.manifest.reading.templates import Slot, Template, TemplateError, parts_of
from numplan.manifest.schema.scalar_kinds import ScalarKind, plain_value
from numplan.manifest.variables.variables import Given, variables_of
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.text.spelling import Meant

MAX_LENGTH: Final = 65_536
"""Characters of one text once its variables are replaced."""
MAX_REPLACED: Final = 64 * 1024 * 1024
"""Characters of all such texts together: a few lines could otherwise stand for more than memory holds."""


def substitute(document: Document, given: Given) -> Document:
    """The document with the values of its variables, and with each `${var.NAME}` replaced by its value, except in
    `outputs`, which are worked out later.

    Where the schema takes a number or a boolean, the value becomes one, quoted or not. A text whose variable has no
    value stays as written, and no step has a finding there: there is one about the variable.
    """
    values, wrong = variables_of(document, given)
    findings = Collector()
    meant = Meant()
    without_value: list[Source] = []
    left = MAX_REPLACED
    for slot in document.references:
        template = slot.template
        if slot.path[0] == "outputs" or not isinstance(template, Template):
            continue
        try:
            text = _text(slot, template, values, left, meant)
        except TemplateError as failure:
            findings.append(_finding(failure, slot))
            continue
        if text is None:
            without_value.append(slot.source)
        else:
            left -= len(text)
            slot.put(text if template.kind is ScalarKind.TEXT else plain_value(text, template.kind))
    found = document.findings.add((*wrong, *findings), silenced=without_value)
    return msgspec.structs.replace(document, findings=found, variables=values)


def _text(slot: Slot, template: Template, values: Values, left: int, meant: Meant) -> str | None:
    if slot.path[0] == "variables":
        raise TemplateError("a variable cannot refer to anything", "write its value here")
    text = _replaced(template, values, meant)
    if text is not None and len(text) > left:
        raise TemplateError(f"variables stand for more than {MAX_REPLACED:,} characters", "")
    return text


def _replaced(template: str, values: Values, meant: Meant) -> str | None:
    """The text of a template; None where a variable has no value. Raises TemplateError."""
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
    """The value of a variable, or None if it has none. Raises TemplateError for an unknown name."""
    if name not in values:
        near = meant.nearest(name, values)
        raise TemplateError(
            f"no variable is named {name}",
            f"did you mean `{near}`?" if near else "declare it under `variables`",
        )
    return values[name]


def _finding(failure: TemplateError, slot: Slot) -> Diagnostic:
    """What is wrong with a template, at its place."""
    return error(str(failure), source=slot.source, path=dotted_path(slot.path), hint=failure.hint)
