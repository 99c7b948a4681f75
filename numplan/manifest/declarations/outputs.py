"""Read `outputs`: text in which `${number.NAME.number}` and the like stand for numbers."""

from collections.abc import Collection, Iterator

from numplan.manifest.reading.document import Values
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import dotted_path
from numplan.manifest.reading.templates import Reference, Template, TemplateError, parts_of
from numplan.manifest.variables.interpolation import value_of
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.outputs import NumbersOf, Output
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
                if part.kind != "number" and len(parts) > 1:
                    raise TemplateError(
                        f"the numbers of {resource} are a list, which stands alone",
                        "give the list an output of its own",
                    )
                yield NumbersOf(resource)
