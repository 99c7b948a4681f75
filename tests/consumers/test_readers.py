"""One plan file, read by tools that were made for Terraform's plans: each counts what is there."""

import json
import re
from pathlib import Path
from typing import Any

from tests.consumers.conftest import Planned, Tool


def test_the_plan_has_every_kind_of_change(planned: Planned) -> None:
    counts = planned.document["numplan"]["counts"]
    assert counts == {
        "purchase": 3,
        "release": 2,
        "adopt": 1,
        "update": 1,
        "blocked": 1,
        "forget": 0,
        "keep": 4,
    }
    assert len(planned.document["resource_changes"]) == 11


def test_readtheplan_counts_each_action(planned: Planned, terraform: Tool) -> None:
    read = json.loads(
        terraform("readtheplan", "analyze", "--format", "json", planned.folder / "plan.json").stdout
    )
    assert read["resource_change_count"] == 11
    assert read["actions"] == {"create": 2, "delete": 1, "delete/create": 1, "no-op": 6, "update": 1}
    risks: dict[str, set[str]] = {}
    for one in read["changes"]:
        risks.setdefault(one["risk"], set()).add(one["address"])
    assert risks["irreversible"] == planned.actions("delete")
    assert risks["dangerous"] == planned.actions("delete", "create")


def test_preapply_counts_what_changes_and_what_goes(planned: Planned, terraform: Tool) -> None:
    ran = terraform("preapply", "analyze", "--json", "--quiet", planned.folder / "plan.json")
    assert "Failed to normalize" not in ran.stdout + ran.stderr
    read = json.loads(ran.stdout[ran.stdout.index("{") :])
    assert read["affected_count"] == 5
    assert read["deletion_count"] == 2
    assert set(read["risk_attributes"]["action_types"]) == {"CREATE", "DELETE", "UPDATE"}


def test_terraform_compliance_sees_each_number_that_will_be_there(
    planned: Planned, terraform: Tool, tmp_path: Path
) -> None:
    (tmp_path / "all.feature").write_text(
        "Feature: All\n  Scenario: Nobody has this\n    Given I have numplan_number defined\n"
        "    Then it must contain nothing_of_the_kind\n"
        "  Scenario: The one on the new trunk\n    Given I have numplan_number defined\n"
        "    When its sip_trunk_id is 170\n    Then it must contain nothing_of_the_kind\n"
    )
    ran = terraform(
        "terraform-compliance", "--features", tmp_path, "--planfile", planned.folder / "plan.json"
    )
    assert ran.returncode == 1
    everywhere, on_the_trunk = ran.stdout.split("The one on the new trunk")
    found = re.findall(r"Failure: (\S+) \(numplan_number\) does not have", everywhere)
    assert sorted(found) == sorted(planned_addresses(planned.document))
    assert len(found) == 10
    assert set(re.findall(r"Failure: (\S+) \(", on_the_trunk)) == planned.actions("delete", "create")


def planned_addresses(document: Any) -> list[str]:
    return [one["address"] for one in document["planned_values"]["root_module"]["resources"]]


def test_checkov_sees_each_number_that_will_be_there(planned: Planned, checkov: Tool, tmp_path: Path) -> None:
    def take_owner(values: dict[str, Any]) -> None:
        if values["number"] == "+16096294671":
            values["labels"] = {}

    ran = checkov(
        "checkov",
        *("--framework", "terraform_plan", "--skip-download", "--output", "json"),
        *("--check", "CKV_NUMPLAN_1", "--external-checks-dir", "examples/policy/checkov"),
        *("--file", planned.rewritten(take_owner, tmp_path)),
    )
    assert ran.returncode == 1, ran.stderr
    read = json.loads(ran.stdout)
    assert (read["summary"]["passed"], read["summary"]["failed"]) == (9, 1)
    passed, failed = (
        {one["resource"] for one in read["results"][key]} for key in ("passed_checks", "failed_checks")
    )
    assert failed == {"numplan_number.hotline"}
    assert passed | failed == set(planned_addresses(planned.document))
