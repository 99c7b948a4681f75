"""Where a document breaks the schema: which values, each of them found by jsonschema."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from numplan.manifest.reading.document import Document
from numplan.manifest.reading.positions import Step
from numplan.manifest.schema.node import Compiler, compiler, schema_node, whole
from numplan.manifest.schema.shipped import schema
from numplan.model.diagnostics import LOOKED_FOR, Diagnostic
from numplan.model.text.spelling import Meant

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


def violations(document: Document, kind: str = "manifest") -> tuple[Diagnostic, ...]:
    """Everything in a document that the schema of its `kind` does not admit, in no particular order."""
    if schema_node(kind).check(document.root):
        return ()
    from numplan.manifest.validation.messages import explain

    meant = Meant()
    found = tuple(islice(validator(kind).iter_errors(cast("Any", document.root)), LOOKED_FOR))
    # A value of the wrong type breaks most other rules too; only the type is worth saying.
    mistyped = {tuple(each.absolute_path) for each in found if each.validator == "type"}
    telling = (
        each for each in found if each.validator == "type" or tuple(each.absolute_path) not in mistyped
    )
    findings = (finding for each in telling for finding in explain(each, document, meant, kind))
    return tuple(dict.fromkeys(islice(findings, LOOKED_FOR)))


@cache
def validator(kind: str = "manifest") -> "Validator":
    """The jsonschema library for documents of a kind, with our reading of `$`. It skips the valid members of a mapping
    or a list, which would take it a second for each 10,000 entries.

    The library is imported late: most manifests are valid and never need it.
    """
    from jsonschema import Draft202012Validator, validators

    nodes = compiler(kind)
    words = {
        "pattern": _pattern_errors,
        "items": _Members(nodes, lambda value, _: enumerate(value) if isinstance(value, list) else ()),
        "additionalProperties": _Members(nodes, _additional),
        "propertyNames": _Members(nodes, lambda value, _: _names(value)),
    }
    extended = validators.extend(Draft202012Validator, words)  # type: ignore[no-untyped-call]
    return cast("Validator", extended(schema(kind)))


class _Members:
    """A keyword about the members of a value, applied only to those that are not valid. `members` takes a value and the
    schema that the keyword stands in, and gives each member with the step to it.
    """

    def __init__(
        self, nodes: Compiler, members: Callable[[Any, Any], Iterable[tuple[Step | None, Any]]]
    ) -> None:
        self._nodes = nodes
        self._members = members

    def __call__(self, validator: Any, wanted: Any, value: Any, rule: Any) -> Iterator["ValidationError"]:  # noqa: ANN401
        """What is wrong with the members; jsonschema calls every keyword in this form."""
        from jsonschema import ValidationError

        if isinstance(wanted, bool):
            if not wanted and any(True for _ in self._members(value, rule)):
                yield ValidationError("has keys that are not known")
            return
        admits = self._nodes.node(wanted).check
        for step, member in self._members(value, rule):
            if not admits(member):
                yield from validator.descend(member, wanted, path=step)


def _additional(value: object, rule: Mapping[str, Any]) -> Iterable[tuple[Step, object]]:
    known = rule.get("properties", {})
    return (one for one in value.items() if one[0] not in known) if isinstance(value, dict) else ()


def _names(value: object) -> Iterable[tuple[None, str]]:
    return ((None, name) for name in value) if isinstance(value, dict) else ()


def _pattern_errors(_: object, pattern: str, value: object, __: object) -> Iterator["ValidationError"]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not whole(pattern).search(value):
        yield ValidationError("does not match")
