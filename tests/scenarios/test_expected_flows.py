"""Expected flows, from outside: told where the account differs, and nothing is ever sent for it."""

import json

import pytest

from numplan.emulator.protocol.records import Flow
from tests.cli.desk import Desk

A, B = "+12125550100", "+12125550101"


def settled(desk: Desk, expected: str) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{line: {{numbers: ["{A}", "{B}"]{expected}}}}}\n')
    assert desk("apply", "--auto-approve").code == 0


def assign(desk: Desk, number: str, name: str, flow_id: str = "7") -> None:
    desk.emulator.assign(number, Flow(flow_id=flow_id, flow_name=name))


@pytest.mark.parametrize(
    ("expected", "flow", "fits"),
    [
        ("Support IVR", "Support IVR", True),
        ("7", "Support IVR", True),
        ("Support IVR", "Reception", False),
        ("Support IVR", None, False),
        ("none", None, True),
        ("none", "Reception", False),
    ],
)
def test_a_plan_warns_and_drift_counts_where_the_account_differs(
    desk: Desk, expected: str, flow: str | None, fits: bool
) -> None:
    settled(desk, f', flow: "{expected}"')
    for number in (A, B):
        if flow is not None:
            assign(desk, number, flow)
    posts = len(desk.emulator.ledger())
    ran = desk("plan", "--detailed-exitcode")
    assert ran.code == 0, "a warning is no change"
    assert ("as `flow` expects" in ran.out) is not fits
    drift = desk("drift", "--detailed-exitcode")
    assert drift.code == (0 if fits else 2)
    told = json.loads(desk("drift", "--json").out)
    assert told["counts"].get("flow", 0) == (0 if fits else 2)
    assert desk("apply", "--auto-approve").code == 0
    assert len(desk.emulator.ledger()) == posts


def test_the_warning_names_the_numbers_and_where_they_are(desk: Desk) -> None:
    settled(desk, ', flow: "Support IVR"')
    assign(desk, A, "Reception")
    out = " ".join(desk("plan").out.split())
    said = "set.line: 2 numbers are not in the flow 'Support IVR', as `flow` expects"
    assert f"{said}: {A} (in 'Reception'), {B} (in none)" in out
    drift = desk("drift").out
    assert "In another flow than expected, or in none: 2 numbers" in drift
    assert "flow: Support IVR -> Reception" in drift


def test_an_entry_that_expects_nothing_is_told_nothing(desk: Desk) -> None:
    settled(desk, "")
    assign(desk, A, "Reception")
    assert "flow" not in desk("plan").out
    assert "flow" not in json.loads(desk("drift", "--json").out)["counts"]


def test_what_leaves_is_expected_nowhere(desk: Desk) -> None:
    settled(desk, ', flow: "Support IVR", release_after: 30d')
    assign(desk, A, "Support IVR")
    desk.manifest(f'sets: {{line: {{numbers: ["{A}"], flow: "Support IVR", release_after: 30d}}}}\n')
    assert desk("apply", "--auto-approve").code == 0
    assert desk("drift", "--detailed-exitcode").code == 0


def test_explain_says_what_is_expected(desk: Desk) -> None:
    settled(desk, ', flow: "Support IVR"')
    assert json.loads(desk("explain", A, "--json").out)["declared"]["terms"]["flow"] == "Support IVR"
