"""What `--json` prints is what the table in docs/cli.md says of each command."""

import json

import pytest

from tests.cli.desk import Desk

A, B = "+16095550101", "+16095550102"
ONE = f'numbers: {{support: {{number: "{A}"}}}}\noutputs: {{desk: "${{number.support.number}}"}}\n'


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A, B)
    desk.manifest(ONE)
    return desk


def stream_of(ready: Desk, *arguments: str) -> list[dict[str, object]]:
    ran = ready(*arguments, "--json")
    assert ran.code == 0, ran
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert all(line["@module"] == "terraform.ui" and line["type"] for line in lines)
    return lines


def one_of(ready: Desk, *arguments: str) -> dict[str, object]:
    ran = ready(*arguments, "--json")
    assert ran.code == 0, ran
    found: dict[str, object] = json.loads(ran.out)
    return found


def test_plan_apply_adopt_and_destroy_tell_the_run_as_terraforms_ui(ready: Desk) -> None:
    assert {"version", "planned_change", "change_summary"} <= {
        one["type"] for one in stream_of(ready, "plan")
    }
    applied = [one["type"] for one in stream_of(ready, "apply", "--auto-approve")]
    assert {"apply_start", "apply_complete", "outputs"} <= {*applied}
    assert applied[-1] == "change_summary"
    assert stream_of(ready, "adopt", "--all", "--auto-approve")[-1]["type"] == "change_summary"
    assert stream_of(ready, "destroy", "--auto-approve")[-1]["type"] == "change_summary"


def test_show_prints_plan_and_state_in_terraforms_form_on_one_line(ready: Desk) -> None:
    assert ready("plan", "--out", "p.plan", "--json-out", "plan.json").code == 0
    plan = one_of(ready, "show", "p.plan")
    assert plan == json.loads((ready.folder / "plan.json").read_text())
    assert {"format_version", "resource_changes"} <= plan.keys()
    assert ready("show", "p.plan", "--format", "json").out == ready("show", "p.plan", "--json").out
    assert ready("apply", "p.plan").code == 0
    assert {"format_version", "values"} <= one_of(ready, "show").keys()
    assert ready("show", "--json").out.count("\n") == 1


def test_the_others_print_one_document_of_their_own(ready: Desk) -> None:
    assert ready("apply", "--auto-approve").code == 0
    assert {"drift", "counts", "numbers"} <= one_of(ready, "drift").keys()
    assert {"valid", "diagnostics"} <= one_of(ready, "validate").keys()
    assert "desk" in one_of(ready, "output")
    assert one_of(ready, "explain", A)
    for rows in (one_of(ready, "numbers"), one_of(ready, "find", B), one_of(ready, "regions")):
        assert isinstance(rows, list)
        assert rows
