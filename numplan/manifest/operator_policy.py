"""An operator's policy from its file: read as strictly as a manifest, with the same findings."""

import os
from pathlib import Path
from typing import Final, NoReturn

from numplan.files.read import FileError, read_straight
from numplan.manifest.declarations.blocks import policy
from numplan.manifest.declarations.budgets import check_budgets
from numplan.manifest.declarations.retired import check_rebuy
from numplan.manifest.reading.document import Document
from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import LocatedList, LocatedMap, positions_of, source_at
from numplan.manifest.reading.quoting import dotted_path
from numplan.manifest.reading.reader import read_yaml
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.validate import validate
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.errors import ManifestError, PolicyError
from numplan.model.operator import Operator
from numplan.model.policy import NO_LIMITS, Policy

_LISTS: Final = ("api_urls", "accounts", "state_places")


def read_operator(file: str) -> Operator:
    """The policy in a file. Raises PolicyError with every finding; there is none that could be passed over."""
    try:
        raw = read_straight(Path(os.path.realpath(file)))
        content = read_yaml(raw, (file,), schema_node("policy"), what=PolicyError.what)
    except FileError as failure:
        _refuse(error(f"the operator's policy {file} {failure}", hint="NUMPLAN_POLICY names a YAML file"))
    except ManifestError as failure:
        _refuse(*failure.diagnostics)
    references = [
        error(
            "variables are a manifest's; an operator's policy has none",
            source=source_at((file,), positions_of(content.value, slot.path)[1]),
            path=dotted_path(slot.path),
            hint="write the value itself",
        )
        for slot in content.references
    ]
    findings = Findings((*content.findings, *references))
    document = Document(
        Path(file), Path(file).parent, (file,), {file: raw}, content.value, content.references, findings
    )
    if not references:
        document = validate(document, "policy")
    root = document.root
    if document.findings or not isinstance(root, LocatedMap):
        _refuse(*sorted(document.findings.found, key=lambda found: str(found.source)))
    if wrong := [*check_rebuy(root), *check_budgets(root)]:
        _refuse(*wrong)
    limits = {key: value for key, value in root.items() if key in Policy.__struct_fields__}
    lists = {key: _texts(root[key]) for key in _LISTS if key in root}
    return Operator(file=file, policy=policy(limits, NO_LIMITS), **lists)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, LocatedList) else ()


def _refuse(*findings: Diagnostic) -> NoReturn:
    raise PolicyError(findings)
