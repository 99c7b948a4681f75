"""Checks as people and machines read them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from numplan.doctor.check import Check, Verdict
from numplan.model.secrets import hidden
from numplan.model.text.printable import on_one_line, plural
from numplan.views.common.sanitize import escaped

_LONGEST: Final = 600
_WIDTH: Final = len("warning")


def line_of(check: Check) -> str:
    """One line: the verdict, what was looked at, what was seen, and what to do."""
    text = f"{check.name}: {check.seen}" + (f"; {check.advice}" if check.advice else "")
    return f"{check.verdict:{_WIDTH}}  {on_one_line(hidden(text), _LONGEST, '…')}"


def verdict_of(checks: Sequence[Check]) -> Verdict:
    """The worst of them."""
    verdicts = {check.verdict for check in checks}
    return "failed" if "failed" in verdicts else "warning" if "warning" in verdicts else "ok"


def summary(checks: Sequence[Check], calls: int) -> str:
    """The last line."""
    failures = sum(check.verdict == "failed" for check in checks)
    warnings = sum(check.verdict == "warning" for check in checks)
    return f"{plural(calls, 'call')}, {plural(warnings, 'warning')}, {failures} failed."


def checks_json(checks: Sequence[Check], calls: int) -> str:
    """The document."""
    document = {
        "verdict": verdict_of(checks),
        "calls": calls,
        "checks": [
            {
                "check": one.name,
                "verdict": one.verdict,
                "seen": hidden(one.seen),
                "advice": hidden(one.advice) or None,
            }
            for one in checks
        ],
    }
    return escaped(msgspec.json.format(msgspec.json.encode(document)).decode())
