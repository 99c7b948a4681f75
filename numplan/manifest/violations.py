"""Where a document breaks the schema: which values, each of them found by jsonschema."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from numplan.manifest.explain import explain
from numplan.manifest.located import Files, LocatedMap
from numplan.manifest.schema import schema
from numplan.manifest.soundness import Part, compile_part
from numplan.manifest.verdict import whole
from numplan.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_ENTRY_BLOCKS: Final = ("numbers", "sets", "pools")


def violations(document: object, files: Files, kind: str = "manifest") -> tuple[Diagnostic, ...]:
    """Everything in a manifest, or in a document of another `kind`, that its schema does not admit, in no particular
    order.
    """
    if _whole(kind).admits(document):
        return ()
    found = tuple(validator(kind).iter_errors(_suspects(document, _whole(kind))))
    # A value of the wrong type breaks most other rules too; only the type is worth saying.
    mistyped = {tuple(each.absolute_path) for each in found if each.validator == "type"}
    telling = (
        each for each in found if each.validator == "type" or tuple(each.absolute_path) not in mistyped
    )
    return tuple(
        dict.fromkeys(finding for each in telling for finding in explain(each, document, files, kind))
    )


def sound_part(document: object) -> LocatedMap:
    """What the schema admits of a manifest that it refuses."""
    return _whole("manifest").pruned(document) if isinstance(document, LocatedMap) else LocatedMap()


@cache
def validator(kind: str = "manifest") -> "Validator":
    """The jsonschema library with our reading of `$`, for documents of a kind.

    Imported late: most manifests are sound and never need it.
    """
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern_errors(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
        if isinstance(value, str) and not whole(pattern).search(value):
            yield ValidationError("does not match")

    extended = validators.extend(Draft202012Validator, {"pattern": pattern_errors})  # type: ignore[no-untyped-call]
    return cast("Validator", extended(schema(kind)))


@cache
def _whole(kind: str) -> Part:
    return compile_part(schema(kind))


def _suspects(document: object, whole: Part) -> Any:  # noqa: ANN401 - jsonschema takes any value
    """The document without its sound entries, so that one slip among 100,000 is quick to explain."""
    if not isinstance(document, dict):
        return document
    reduced = dict(document)
    for block in _ENTRY_BLOCKS:
        if block in whole.parts and isinstance(reduced.get(block), dict):
            reduced[block] = whole.parts[block].suspects(reduced[block])
    return reduced
