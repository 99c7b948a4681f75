"""The forms of one plan beside what is printed, and the stream that machines read."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import HEAD, Desk, Ran, run_of, yaml_list

NUMBERS = run_of(16095550101, 6)
OUTS = ("--json-out", "p.json", "--markdown-out", "p.md", "--gitlab-out", "p.gitlab")


def sets(numbers: list[str], more: str = "") -> str:
    return f"sets: {{dialer: {{numbers: {yaml_list(numbers)}}}}}\n{more}"


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(*NUMBERS)
    desk.manifest(sets(NUMBERS[:3]))
    return desk


def lines(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def kinds(ran: Ran) -> list[str]:
    return [line["type"] for line in lines(ran)]


def test_one_run_writes_every_form_of_one_plan(ready: Desk) -> None:
    ran = ready("plan", "--out", "p.plan", *OUTS)
    assert ran.code == 0, ran
    document = json.loads((ready.folder / "p.json").read_text())
    assert [one["change"]["actions"] for one in document["resource_changes"]] == [["create"]] * 3
    assert (ready.folder / "p.gitlab").read_text() == '{"create":3,"update":0,"delete":0}\n'
    assert (ready.folder / "p.md").read_text().startswith("<!-- numplan: numplan.yaml -->\n")
    for form, path in (("json", "p.json"), ("markdown", "p.md"), ("gitlab", "p.gitlab")):
        again = ready("show", "p.plan", "--format", form)
        assert again.out.rstrip("\n") == (ready.folder / path).read_text().rstrip("\n")
    assert ready("show", "p.plan").out == ran.out
    assert ready("show", "p.plan", "--json").out == ready("show", "p.plan", "--format", "json").out


def test_a_refused_plan_is_printed_and_written_all_the_same(ready: Desk) -> None:
    ready.manifest(sets(NUMBERS[:3], "policy: {max_purchases: 2}"))
    ran = ready("plan", *OUTS)
    assert ran.code == 6
    document = json.loads((ready.folder / "p.json").read_text())
    assert document["numplan"]["guards"][0]["guard"] == "purchases"
    assert "cannot be applied" in (ready.folder / "p.md").read_text()
    applied = ready("apply", "--auto-approve", *OUTS)
    assert applied.code == 6
    assert ready.left_alone()


def test_a_plan_with_errors_is_written_too(ready: Desk) -> None:
    ready.manifest(sets([*NUMBERS, "+16095559999"]))
    ran = ready("plan", *OUTS)
    assert ran.code == 1
    assert json.loads((ready.folder / "p.json").read_text())["errored"] is True


def test_apply_writes_what_it_is_about_to_do(ready: Desk) -> None:
    ran = ready("apply", "--auto-approve", *OUTS)
    assert ran.code == 0
    assert (ready.folder / "p.gitlab").read_text() == '{"create":3,"update":0,"delete":0}\n'


@pytest.mark.parametrize("path", ["numplan.yaml", "numplan.state.json", "numplan.state.json.lock", "."])
def test_no_document_takes_the_place_of_manifest_or_state(ready: Desk, path: str) -> None:
    before = (ready.folder / "numplan.yaml").read_bytes()
    ran = ready("plan", "--json-out", path)
    assert ran.code == 64
    assert "--json-out" in ran.err
    assert (ready.folder / "numplan.yaml").read_bytes() == before
    assert ready.left_alone()


def test_two_documents_need_two_files(ready: Desk) -> None:
    ran = ready("plan", "--json-out", "x", "--markdown-out", "./x")
    assert ran.code == 64
    assert "name the same file" in ran.err


@pytest.mark.parametrize("way", ["spelling", "link", "folder", "hard link", "the plan"])
def test_two_names_of_one_file_are_one_file(ready: Desk, way: str) -> None:
    (ready.folder / "x").write_text("before")
    other = {"link": "y", "hard link": "y", "folder": "way/x", "spelling": f"../{ready.folder.name}//x"}.get(
        way, "x"
    )
    match way:
        case "link":
            (ready.folder / "y").symlink_to("x")
        case "hard link":
            (ready.folder / "y").hardlink_to(ready.folder / "x")
        case "folder":
            (ready.folder / "way").symlink_to(".")
    first = "--out" if way == "the plan" else "--json-out"
    ran = ready("plan", first, "x", "--html-out", other, "--gitlab-out", "z")
    assert ran.code == 64
    assert "name the same file; nothing was written" in ran.err
    assert (ready.folder / "x").read_text() == "before"
    assert not (ready.folder / "z").exists()
    assert ready.left_alone()


def test_a_document_that_cannot_be_written_says_which_flag(ready: Desk) -> None:
    ran = ready("apply", "--auto-approve", "--markdown-out", "nowhere/p.md")
    assert ran.code == 1
    assert "--markdown-out" in ran.err
    assert ready.left_alone()


def test_the_summary_of_a_github_job_gets_the_markdown(ready: Desk) -> None:
    summary = ready.folder / "summary.md"
    summary.write_text("before\n")
    ran = ready("plan", GITHUB_STEP_SUMMARY=str(summary))
    assert ran.code == 0
    assert summary.read_text().startswith("before\n<!-- numplan: numplan.yaml -->\n")


def test_a_summary_that_cannot_be_written_is_no_reason_to_fail(ready: Desk) -> None:
    ran = ready("plan", GITHUB_STEP_SUMMARY=str(ready.folder / "no" / "summary.md"))
    assert ran.code == 0
    assert "warning: the job's summary" in ran.err


def test_the_marker_names_the_manifest_from_the_root_of_the_repository(ready: Desk) -> None:
    root = ready.folder.parent
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        ready("plan", "--markdown-out", "p.md", **{variable: str(root)})
        first = (ready.folder / "p.md").read_text().splitlines()[0]
        assert first == f"<!-- numplan: {ready.folder.name}/numplan.yaml -->"


def test_state_has_two_forms(ready: Desk) -> None:
    ready("apply", "--auto-approve")
    shown = json.loads(ready("show", "--format", "json").out)
    assert len(shown["values"]["root_module"]["resources"]) == 3
    assert ready("show", "--format", "html").code == 64


def test_a_plan_streams_what_terraform_does(ready: Desk) -> None:
    ran = ready("plan", "--json")
    assert ran.code == 0
    assert kinds(ran) == [
        "version",
        "refresh_start",
        "refresh_complete",
        *["planned_change"] * 3,
        "change_summary",
        "outputs",
    ]
    first, *_ = lines(ran)
    assert first["ui"] == "1.2"
    assert first["@module"] == "terraform.ui"
    planned = lines(ran)[3]
    assert planned["change"] == {
        "resource": {
            "addr": f'set.dialer["{NUMBERS[0]}"]',
            "module": "",
            "resource": f'set.dialer["{NUMBERS[0]}"]',
            "implied_provider": "numplan",
            "resource_type": "numplan_number",
            "resource_name": "dialer",
            "resource_key": NUMBERS[0],
        },
        "action": "create",
    }
    summary = lines(ran)[-2]
    assert summary["changes"] == {"add": 3, "change": 0, "import": 0, "remove": 0, "operation": "plan"}
    assert summary["@message"].startswith("Plan: 3 to purchase")


def test_an_apply_streams_each_number_and_ends_with_what_was_done(ready: Desk) -> None:
    ran = ready("apply", "--auto-approve", "--json")
    assert ran.code == 0
    assert kinds(ran).count("apply_start") == kinds(ran).count("apply_complete") == 3
    last = lines(ran)[-1]
    assert last["changes"] == {"add": 3, "change": 0, "import": 0, "remove": 0, "operation": "apply"}
    complete = next(line for line in lines(ran) if line["type"] == "apply_complete")
    assert complete["hook"]["id_value"] in NUMBERS


def test_the_stream_of_an_apply_done_in_part_ends_with_what_was_done(ready: Desk) -> None:
    ready.fault("refuse", "purchase-numbers", every=3, message="Gone, sorry")
    ran = ready("apply", "--auto-approve", "--json")
    assert ran.code == 4, ran
    assert "apply_errored" in kinds(ran)
    said = [line["diagnostic"] for line in lines(ran) if line["type"] == "diagnostic"]
    assert any("Gone, sorry" in one["detail"] and one["severity"] == "error" for one in said)
    assert lines(ran)[-1]["type"] == "change_summary"
    assert lines(ran)[-1]["changes"]["add"] == len(ready.owned) < 3


def test_the_stream_of_an_apply_that_is_not_sure_ends_with_it_too(ready: Desk) -> None:
    ready.manifest(sets(NUMBERS[:3]), head=HEAD.replace("settle_seconds: 0.6", "settle_seconds: 0.2"))
    ready.fault("late_commit", "purchase-numbers", seconds=3600)
    ready.emulator.remove_stock([])
    ran = ready("apply", "--auto-approve", "--json")
    assert ran.code in {4, 5}, ran
    assert lines(ran)[-1]["changes"]["operation"] == "apply"
    assert lines(ran)[-1]["changes"]["add"] == 0


def test_a_refused_apply_still_ends_with_a_summary(ready: Desk) -> None:
    ready.manifest(sets(NUMBERS[:3], "policy: {max_purchases: 2}"))
    ran = ready("apply", "--auto-approve", "--json")
    assert ran.code == 6
    assert [line["changes"]["operation"] for line in lines(ran) if line["type"] == "change_summary"] == [
        "plan",
        "apply",
    ]
    errors = [line["diagnostic"]["summary"] for line in lines(ran) if line["type"] == "diagnostic"]
    assert any("purchases" in one for one in errors)


def test_what_is_wrong_with_a_manifest_is_a_diagnostic_with_its_place(ready: Desk) -> None:
    ready.manifest("numbers: {a: {number: nonsense}, b: {nomber: 1}}")
    ran = ready("plan", "--json")
    assert ran.code == 1
    found = [line["diagnostic"] for line in lines(ran) if line["type"] == "diagnostic"]
    assert len(found) >= 2
    assert found[0]["range"]["filename"] == "numplan.yaml"
    assert found[0]["range"]["start"]["line"] == 4


def test_a_stream_asks_nothing(ready: Desk) -> None:
    ran = ready("apply", "--json")
    assert ran.code == 64
    assert "--auto-approve" in ran.err


def test_what_an_earlier_run_left_is_told_and_not_counted(ready: Desk) -> None:
    ready.process("apply", "--auto-approve", environment={"NUMPLAN_FAILPOINT": "purchase.answered:1:kill"})
    ran = ready("apply", "--auto-approve", "--json")
    assert ran.code == 0, ran
    assert kinds(ran).count("apply_complete") == 3
    assert lines(ran)[-1]["changes"]["add"] == 0
    assert json.loads(Path(ready.folder, "numplan.state.json").read_text())["intents"] == []
