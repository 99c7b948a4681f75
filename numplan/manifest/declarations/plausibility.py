"""Check offline that declared numbers are plausible: that their calling code fits the declared country, and that some
numbering plan allows them. The latter is only a warning: the vendor sells numbers that libphonenumber does not know.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from numplan.manifest.declarations.digits_hint import digits_hints
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, Severity, note
from numplan.model.manifest import Declared, Manifest
from numplan.numbering.plausible import Plans

FEW: Final = 3
"""Up to this many implausible numbers of one entry and reason have findings of their own; more share one."""
MOST: Final = 200_000
"""How many numbers are compared with the numbering plans of the world: half a second."""
_HINTS: Final[dict[Severity, str]] = {
    "error": "check its digits, or the country of its entry",
    "warning": "check its digits; if the vendor sells this number, it is right",
}


class _Doubt(NamedTuple):
    severity: Severity
    reason: str
    resource: Resource


def plausibility(manifest: Manifest) -> tuple[Diagnostic, ...]:
    """An error for each explicit number whose calling code is another country's than the declared one, and a warning
    for each that no numbering plan known to libphonenumber allows, and for each pool whose `digits` are an area code.
    Many of one kind share a finding.

    Takes some 2 µs a number, and loads libphonenumber, so it is for `validate` alone.
    """
    found: dict[_Doubt, list[Declared]] = {}
    for kind, declared in _found(manifest):
        found.setdefault(kind, []).append(declared)
    told = tuple(finding for kind, ones in found.items() for finding in _told(kind, ones))
    told = (*told, *digits_hints(manifest))
    if next(islice(manifest.explicit(), MOST, None), None) is None:
        return told
    return (
        *told,
        note(f"only the first {MOST:,} numbers were compared with the numbering plans of the world"),
    )


def _found(manifest: Manifest) -> Iterator[tuple[_Doubt, Declared]]:
    plans = Plans()
    for at, declared in enumerate(manifest.explicit()):
        country = declared.terms.country
        if country is not None and (other := plans.other_country(declared.number, country)):
            yield _Doubt("error", other, declared.resource), declared
        elif at < MOST and (doubt := plans.doubt(declared.number)):
            yield _Doubt("warning", doubt, declared.resource), declared


def _told(kind: _Doubt, ones: list[Declared]) -> Iterator[Diagnostic]:
    many = len(ones) > FEW
    for declared in ones[:1] if many else ones:
        more = f", and {len(ones) - 1:,} more like it" if many else ""
        yield Diagnostic(
            severity=kind.severity,
            summary=f"{declared.number} {kind.reason}{more}",
            source=declared.source,
            path=_path(kind.resource),
            hint=_HINTS[kind.severity],
        )


def _path(resource: Resource) -> str:
    kind, _, name = resource.partition(".")
    return f"{kind}s.{name}"
