"""Drift as a JSON document."""

from typing import Any

import msgspec

from numplan.engine.queries.drift_report import Deviation, DriftReport
from numplan.views.common.attributes import values
from numplan.views.common.sanitize import escaped
from numplan.views.text.planned_action import action_of, action_text


def drift_json(report: DriftReport) -> str:
    """Every number that drifted, and what a plan would do with it, on one line."""
    document = {
        "drift": report.matters,
        "unsettled": report.unsettled,
        "counts": report.counts,
        "at_least": report.at_least,
        "changed_charges": report.charges,
        "numbers": [_plain(one) for one in report.deviations],
        "unreadable": [
            {"number": one.number, "place": one.place, "problem": one.problem} for one in report.unreadable
        ],
    }
    return escaped(msgspec.json.encode(document).decode())


def _plain(one: Deviation) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "number": one.number,
        "address": one.address,
        "before": None if one.before is None else values(one.before),
        "after": None if one.after is None else values(one.after),
        "differences": [
            {"path": found.path, "before": found.before, "after": found.after} for found in one.differences
        ],
        "monthly_charge": None if one.monthly_charge is None else f"{one.monthly_charge:f}",
        "would": {"action": action_of(one.action), "text": action_text(one.action)},
    }
