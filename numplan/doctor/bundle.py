"""A report for others: what was seen, without what is nobody else's business.

Numbers keep their calling code and their last two digits; ids, paths, and the names of hosts and people are replaced by
a hash whose salt is made anew for each report, so that one word has one hash there and nowhere else.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from numplan import __version__
from numplan.api.probe import Seen
from numplan.api.shapes import Shape, shape_of
from numplan.doctor.check import Check
from numplan.model.secrets import hidden
from numplan.numbering.calling_codes import calling_code

_NUMBER: Final = re.compile(r"\+?(?<![0-9A-Za-z.])[0-9]{7,15}(?![0-9A-Za-z])")
_LONG: Final = 4
"""Characters of a private word that is looked for in other texts than its own too."""


class Mask:
    """What a text of the report looks like."""

    def __init__(self, salt: bytes, private: Iterable[str]) -> None:
        self._salt = salt
        self._everywhere = sorted({one for one in private if len(one) >= _LONG}, key=len, reverse=True)

    def __call__(self, text: str, private: Sequence[str] = ()) -> str:
        """The text without what is private in it."""
        for word in (*sorted(filter(None, private), key=len, reverse=True), *self._everywhere):
            text = text.replace(word, self._hash(word))
        return _NUMBER.sub(_masked_number, hidden(text))

    def _hash(self, word: str) -> str:
        return "#" + hashlib.sha256(self._salt + word.encode(errors="replace")).hexdigest()[:8]


def report_of(
    checks: Sequence[Check],
    calls: Sequence[Seen],
    environment: Mapping[str, str],
    private: Iterable[str],
    salt: bytes,
) -> str:
    """The report, as JSON. `private` are words beyond those that the checks name."""
    mask = Mask(salt, [*private, *(word for check in checks for word in check.private)])
    document = {
        "numplan": __version__,
        "settings": sorted(name for name in environment if name.startswith("NUMPLAN_")),
        "checks": [_check(check, mask) for check in checks],
        "calls": [_call(seen, mask) for seen in calls],
    }
    return msgspec.json.format(msgspec.json.encode(document)).decode() + "\n"


def _check(check: Check, mask: Mask) -> dict[str, str]:
    return {
        "check": check.name,
        "verdict": check.verdict,
        "seen": mask(check.seen, check.private),
        "advice": mask(check.advice, check.private),
    }


def _call(seen: Seen, mask: Mask) -> dict[str, Any]:
    told: dict[str, Any] = {
        "endpoint": seen.endpoint,
        "query": {name: mask(value) for name, value in seen.query.items()},
        "status": seen.status,
        "milliseconds": round(seen.seconds * 1000),
        "bytes": len(seen.body),
    }
    if not seen.is_answered:
        return {**told, "reason": mask(seen.reason)}
    return {**told, "answer": _shape(shape_of(seen), mask)}


def _shape(shape: Shape, mask: Mask) -> dict[str, Any]:
    if shape.fault:
        return {"fault": mask(shape.fault)}
    return {
        "rows": shape.rows,
        "total": shape.total,
        "fields": {mask(name): kinds for name, kinds in shape.kinds.items()},
        "fields_unknown": [*map(mask, shape.unknown)],
        "fields_missing": shape.missing,
        "number_forms": shape.forms,
        "types": [*map(mask, shape.types)],
        "countries": [*map(mask, shape.countries)],
        "rows_unreadable": [{"row": one.row, "field": mask(one.field)} for one in shape.unreadable],
    }


def _masked_number(found: re.Match[str]) -> str:
    digits = found[0].removeprefix("+")
    code = calling_code(f"+{digits}")
    return f"+{code or ''}…{digits[-2:]}"
