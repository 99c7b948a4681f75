"""The manifest, checked offline."""

import msgspec

from numplan.cli.terminal.run import Run
from numplan.cli.workspace.open import open_manifest
from numplan.manifest.declarations.days import ended
from numplan.manifest.declarations.plausibility import plausibility
from numplan.model.diagnostics import Diagnostic, told
from numplan.model.errors import ManifestError
from numplan.model.text.printable import numbers, plural
from numplan.views.common.sanitize import escaped


def run_validate() -> int:
    """Carry out `numplan validate`; returns the exit code."""
    run = Run.current()
    settings, screen = run.settings, run.screen
    try:
        manifest, findings = open_manifest(settings)
    except ManifestError as refused:
        if not settings.json:
            raise
        screen.document(_json(refused.diagnostics))
        return refused.exit_code
    findings = (*findings, *ended(manifest, run.today), *plausibility(manifest))
    problem = ManifestError(findings) if any(one.severity == "error" for one in findings) else None
    if settings.json:
        screen.document(_json(findings))
        return problem.exit_code if problem else 0
    if problem:
        raise problem
    screen.findings(findings)
    declared = sum(1 for _ in manifest.explicit())
    retired = f"; {numbers(len(manifest.retire))} retired" if manifest.retire else ""
    screen.line(
        f"{manifest.path} is valid: {numbers(declared)} declared, and "
        f"{plural(len(manifest.pools), 'pool')} of {numbers(sum(pool.count for pool in manifest.pools))}{retired}."
    )
    screen.require_written()
    return 0


def _json(findings: tuple[Diagnostic, ...]) -> str:
    first = told(findings)
    errors = sum(1 for found in findings if found.severity == "error")
    report = {
        "valid": not errors,
        "error_count": errors,
        "warning_count": sum(1 for found in findings if found.severity == "warning"),
        "diagnostics": first.findings,
        "omitted_count": first.more,
    }
    return escaped(msgspec.json.format(msgspec.json.encode(report)).decode())
