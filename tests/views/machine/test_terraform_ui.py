"""Plan and apply as Terraform's machine-readable UI."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from numplan.engine.apply.events import (
    Done,
    Event,
    Failed,
    NotSaved,
    Recorded,
    Saved,
    Sending,
    Settled,
    Stopped,
    Substituted,
    Uncertain,
    Unsettled,
)
from numplan.engine.apply.result import ApplyResult
from numplan.model.account import Assignment
from numplan.model.changes import Adopt, Blocked, Change, Difference, Forget, Keep, Release, Replace, Update
from numplan.model.diagnostics import Source, error
from numplan.model.plan import Drift, Plan, Refusal
from numplan.views.machine.terraform_ui import encoded
from numplan.views.machine.terraform_ui_apply import applied, done
from numplan.views.machine.terraform_ui_plan import planned
from tests.model.made_up import plans
from tests.views.plans import at, plan_of, pool

NOON = datetime(2026, 1, 2, 12, 30, 1, 5, tzinfo=UTC)
ONE = {"resource": "pool.p", "number": "+16095550001"}
PLACE = {
    "addr": 'pool.p["+16095550001"]',
    "module": "",
    "resource": 'pool.p["+16095550001"]',
    "implied_provider": "numplan",
    "resource_type": "numplan_number",
    "resource_name": "p",
    "resource_key": "+16095550001",
}


def read(messages: Any) -> list[dict[str, Any]]:
    return [json.loads(encoded(message, NOON)) for message in messages]


def of_plan(*changes: Change, **more: Any) -> list[dict[str, Any]]:
    return read(planned(plan_of(*changes, **more)))


def test_every_line_has_the_head_that_terraform_gives_it() -> None:
    first, *_ = of_plan(*pool(1))
    assert {name: first[name] for name in first if name.startswith("@")} == {
        "@level": "info",
        "@message": 'pool.sales["+16095550000"]: Plan to create',
        "@module": "terraform.ui",
        "@timestamp": "2026-01-02T12:30:01.000005Z",
    }


@pytest.mark.parametrize(
    ("change", "action", "reason"),
    [
        (pool(1)[0], "create", None),
        (Release(resource="pool.p", before=at(1)), "delete", "delete_because_no_resource_config"),
        (Replace(resource="pool.p", before=at(1), after=at(2)), "replace", "cannot_update"),
        (Adopt(resource="pool.p", after=at(1)), "import", None),
        (Forget(resource="pool.p", before=at(1)), "remove", None),
        (
            Update(
                resource="pool.p",
                before=at(1),
                after=at(1),
                previous_resource="pool.q",
                differences=(Difference("a", "b", "c"),),
            ),
            "update",
            None,
        ),
        (Update(resource="pool.p", before=at(1), after=at(1), previous_resource="pool.q"), "move", None),
    ],
)
def test_what_each_change_is_called(change: Change, action: str, reason: str | None) -> None:
    (line,) = (one for one in of_plan(change) if one["type"] == "planned_change")
    assert (line["change"]["action"], line["change"].get("reason")) == (action, reason)


def test_what_stays_is_not_told_and_what_is_blocked_is_a_warning() -> None:
    blocked = Blocked(resource="number.b", before=at(1), assignment=Assignment("Flow Builder", "7", "ivr"))
    told = of_plan(Keep(resource="pool.p", after=at(2)), blocked)
    assert [one["type"] for one in told] == ["diagnostic", "change_summary", "outputs"]
    assert told[0]["@level"] == "warn"
    assert told[0]["diagnostic"]["address"] == "number.b"
    assert "ivr" in told[0]["diagnostic"]["detail"]


def test_drift_stands_before_changes() -> None:
    told = of_plan(
        *pool(1),
        drift=(
            Drift(resource="pool.p", kind="missing", before=at(1)),
            Drift(resource="pool.p", kind="changed", before=at(2), after=at(2)),
        ),
    )
    assert [(one["type"], one["change"]["action"]) for one in told[:3]] == [
        ("resource_drift", "delete"),
        ("resource_drift", "update"),
        ("planned_change", "create"),
    ]


def test_findings_and_refusals_have_their_place_in_the_manifest() -> None:
    source = Source("numplan.yaml", 3, 5)
    told = of_plan(
        diagnostics=(error("odd", source=source, path="pools.p", hint="mend it"),),
        refusals=(
            Refusal(guard="labels", summary="none", subjects=("pool.p",), lifted_by="x", source=source),
        ),
    )
    start = {"line": 3, "column": 5, "byte": 0}
    where = {"filename": "numplan.yaml", "start": start, "end": start}
    assert [one["diagnostic"] for one in told[:2]] == [
        {"severity": "error", "summary": "pools.p: odd", "detail": "mend it", "range": where},
        {
            "severity": "error",
            "summary": "Refused by the guard labels: none",
            "detail": "pool.p\nallowed by: x",
            "range": where,
        },
    ]


def test_a_call_starts_and_completes() -> None:
    start, complete = read(
        [*applied(Sending(call="purchase", **ONE), 0), *applied(Done(call="purchase", **ONE), 7)]
    )
    assert (start["type"], start["hook"]) == ("apply_start", {"resource": PLACE, "action": "create"})
    assert (complete["type"], complete["hook"]) == (
        "apply_complete",
        {
            "resource": PLACE,
            "action": "create",
            "id_key": "number",
            "id_value": "+16095550001",
            "elapsed_seconds": 7,
        },
    )


@pytest.mark.parametrize(
    ("event", "types", "level"),
    [
        (Failed(call="release", reason="why", **ONE), ["apply_errored", "diagnostic"], "error"),
        (
            Settled(call="purchase", verdict="unknown", reason="why", **ONE),
            ["apply_errored", "diagnostic"],
            "error",
        ),
        (
            Settled(call="release", verdict="not released", reason="why", **ONE),
            ["apply_errored", "diagnostic"],
            "error",
        ),
        (Settled(call="release", verdict="released", reason="why", **ONE), ["apply_complete"], "info"),
        (Uncertain(call="purchase", reason="why", **ONE), ["diagnostic"], "warn"),
        (Substituted(substitute="+16095550002", reason="why", **ONE), ["diagnostic"], "warn"),
        (Unsettled(reason="why"), ["diagnostic"], "warn"),
        (NotSaved(reason="why"), ["diagnostic"], "error"),
        (Stopped(reason="why"), ["diagnostic"], "error"),
        (Saved(serial=3), [], ""),
        (Recorded(change=Adopt(resource="pool.p", after=at(1))), ["apply_start", "apply_complete"], "info"),
    ],
)
def test_each_event_is_told(event: Event, types: list[str], level: str) -> None:
    told = read(applied(event, 0))
    assert [one["type"] for one in told] == types
    if told:
        assert told[-1]["@level"] == level
    if level in {"warn", "error"}:
        assert "why" in told[-1]["diagnostic"]["detail"]


def test_the_end_counts_what_was_done() -> None:
    (last,) = read([done(ApplyResult(purchased=2, released=1, adopted=3, updated=4), "Apply: …")])
    assert last["changes"] == {"add": 2, "change": 4, "import": 3, "remove": 1, "operation": "apply"}
    assert last["@message"] == "Apply: …"


@given(plans)
def test_any_plan_is_told_in_lines_of_json_that_a_terminal_does_not_obey(plan: Plan) -> None:
    for message in planned(plan):
        line = encoded(message, NOON)
        json.loads(line)
        assert not any(ord(one) < 32 or 0x7F <= ord(one) <= 0x9F for one in line)
