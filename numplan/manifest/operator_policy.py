"""An operator's policy from its file: read as strictly as a manifest, with the same findings."""

import os
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from numplan.files.read import FileError, read_straight
from numplan.manifest.declarations.blocks import policy
from numplan.manifest.reading.positions import LocatedList, LocatedMap, places, source_at
from numplan.manifest.reading.quoting import dotted
from numplan.manifest.reading.reader import read_document
from numplan.manifest.reading.scalar_kinds import Shape, compile_shape
from numplan.manifest.schema.shipped import schema
from numplan.manifest.schema.violations import violations
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.errors import ManifestError, PolicyError
from numplan.model.operator import Operator
from numplan.model.policy import NO_LIMITS, Policy

_LISTS: Final = ("api_urls", "accounts", "state_places")


def read_operator(file: str) -> Operator:
    """The policy in a file. Raises PolicyError with every finding; there is none that could be passed over."""
    try:
        read = read_document(
            read_straight(Path(os.path.realpath(file))), file, _shape(), what=PolicyError.what
        )
    except FileError as failure:
        _refuse(error(f"the operator's policy {file} {failure}", hint="NUMPLAN_POLICY names a YAML file"))
    except ManifestError as failure:
        _refuse(*failure.diagnostics)
    document, files = read.value, (file,)
    references = [
        error(
            "variables are a manifest's; an operator's policy has none",
            source=source_at(files, places(document, slot.path)[1]),
            path=dotted(slot.path),
            hint="write the value itself",
        )
        for slot in read.references
    ]
    findings = (*read.findings, *references)
    if not references:
        known = {found.source for found in findings}
        more = violations(document, files, "policy")
        findings = (*findings, *(found for found in more if found.source not in known))
    if findings or not isinstance(document, LocatedMap):
        _refuse(*sorted(findings, key=lambda found: str(found.source)))
    limits = {key: value for key, value in document.items() if key in Policy.__struct_fields__}
    lists = {key: _texts(document[key]) for key in _LISTS if key in document}
    return Operator(file=file, policy=policy(limits, NO_LIMITS), **lists)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, LocatedList) else ()


def _refuse(*findings: Diagnostic) -> NoReturn:
    raise PolicyError(findings)


@cache
def _shape() -> Shape:
    return compile_shape(schema("policy"))
