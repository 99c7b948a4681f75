"""Read `outputs`: text in which `${number.NAME.number}` and the like stand for numbers."""

from collections.abc import Collection, Iterator

from numplan.manifest.reading.document import Values
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import dotted_path
from numplan.manifest.reading.templates import Reference, Template, TemplateError, parts_of
from numplan.manifest.variables.interpolation import value_of
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.outputs import FIELDS, NO_TEXT, NUMBER, RECORD, NumbersOf, Output
from numplan.model.text.spelling import Meant


def outputs_of(
    document: LocatedMap, values: Values, declared: Collection[Resource]
) -> Iterator[Output | Diagnostic]:
    """The outputs of a valid document, in their order, and a finding for each that cannot be worked out."""
    held, meant = document.block("outputs"), Meant()
    for name, text in held.items():
        source = held.source(name)
        try:
            parts = (
                tuple(_parts(str(text), values, declared, meant))
                if isinstance(text, Template)
                else (str(text),)
            )
        except TemplateError as failure:
            path = dotted_path(("outputs", name))
            yield error(str(failure), source=source, path=path, hint=failure.hint)
        else:
            yield Output(name=name, parts=parts, source=source)


def _parts(
    text: str, values: Values, declared: Collection[Resource], meant: Meant
) -> Iterator[str | NumbersOf]:
    parts = list(parts_of(text))
    for part in parts:
        match part:
            case str():
                yield part
            case Reference(kind="var"):
                yield value_of(part.name, values, meant) or ""
            case Reference():
                resource = Resource(f"{part.kind}.{part.name}")
                if resource not in declared:
                    near = meant.nearest(resource, declared)
                    raise TemplateError(
                        f"nothing declares {resource}", f"did you mean `{near}`?" if near else "declare it"
                    )
                field = _field_of(part, resource)
                if len(parts) > 1 and (part.kind != "number" or field == RECORD):
                    what = f"{resource} is a record" if field == RECORD else f"what {resource} has is a list"
                    if part.kind != "number" and field == NUMBER:
                        what = f"the numbers of {resource} are a list"
                    raise TemplateError(f"{what}, which stands alone", "give it an output of its own")
                yield NumbersOf(resource, field)


def _field_of(part: Reference, resource: Resource) -> str:
    """The field that a reference means. Raises TemplateError for one that there is not, or not alone."""
    if part.field in {RECORD, "number" if part.kind == "number" else "numbers"}:
        return part.field and NUMBER
    if part.field in NO_TEXT:
        raise TemplateError(
            f"{part.field} stands in a record alone", f"write ${{{resource}}}, which has all fields"
        )
    if part.field not in FIELDS or part.field == NUMBER:
        told = [one for one in FIELDS if one not in NO_TEXT | {NUMBER}]
        first = "number" if part.kind == "number" else "numbers"
        raise TemplateError(f"{resource} has no field {part.field}", f"there are {', '.join((first, *told))}")
    return part.field
