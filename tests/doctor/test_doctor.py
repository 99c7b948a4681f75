"""`numplan doctor`: what it looks at beside the open points of the API, and what it says of it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.desk import STATE, Desk, Ran, run_of, until

OWNED = run_of(12125550100, 3)
MANIFEST = f'numbers:\n  front: {{number: "{OWNED[0]}"}}\n'


@pytest.fixture
def office(desk: Desk) -> Desk:
    desk.emulator.add_owned(OWNED)
    desk.stock("+12125550199", "+12125550198")
    return desk


def line(ran: Ran, name: str) -> str:
    """The line of a check."""
    (found,) = [one for one in ran.out.splitlines() if one[9:].startswith(f"{name}: ")]
    return found


def test_every_line_is_a_verdict_and_the_last_one_counts(office: Desk):
    ran = office("doctor")
    assert ran.code == 0
    *lines, last = ran.out.splitlines()
    assert all(re.match(r"(ok     |warning|failed )  [^:]+: .", one) for one in lines), ran.out
    calls = sum(office.emulator.calls().values())
    assert last == f"{calls} calls, {sum(one.startswith('warning') for one in lines)} warnings, 0 failed."
    assert calls <= 12
    assert not office.posts
    assert [*office.folder.iterdir()] == []


def test_the_json_says_the_same(office: Desk):
    text, ran = office("doctor"), office("doctor", "--json")
    document = json.loads(ran.out)
    assert document["verdict"] == "ok"
    assert [one["check"] for one in document["checks"]] == [
        one[9:].partition(": ")[0] for one in text.out.splitlines()[:-1]
    ]
    assert {"check", "verdict", "seen", "advice"} == {*document["checks"][0]}


def test_without_a_token_it_says_so_and_goes_on(office: Desk):
    ran = office("doctor", NUMPLAN_TOKEN=None)
    assert ran.code == 1
    assert line(ran, "token").startswith("failed   token: none is set; set NUMPLAN_TOKEN")
    assert line(ran, "state").startswith("ok")
    assert not office.emulator.calls()["regions"]


def test_a_token_file_that_others_can_read_is_a_warning(office: Desk):
    file = office.folder / "token"
    file.write_text(office.emulator.token)
    for mode, verdict in ((0o644, "warning"), (0o600, "ok")):
        file.chmod(mode)
        ran = office("doctor", NUMPLAN_TOKEN=None, NUMPLAN_TOKEN_FILE=str(file))
        assert line(ran, "token").startswith(verdict)
        assert ran.code == 0


def test_a_token_that_is_refused_is_asked_about_once(office: Desk):
    ran = office("doctor", NUMPLAN_TOKEN="another-token-entirely")
    assert ran.code == 1
    assert "check NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID" in line(ran, "regions")
    assert sum(office.emulator.calls().values()) == 1
    assert "because the first call failed" in line(ran, "open points")


def test_a_server_that_is_not_there_is_told_in_words(office: Desk):
    ran = office("doctor", NUMPLAN_API_URL="http://127.0.0.1:9/o/")
    assert ran.code == 1
    assert "no answer" in line(ran, "regions")
    assert "Traceback" not in ran.err


def test_another_server_is_told_by_its_status(office: Desk):
    ran = office("doctor", NUMPLAN_API_URL=f"{office.emulator.url}elsewhere/")
    assert ran.code == 1
    assert line(ran, "regions").startswith("failed   regions: 404")


def test_a_429_is_waited_for_once(office: Desk):
    office.fault("too_many", "*", count=1)
    ran = office("doctor")
    assert ran.code == 0, ran
    assert sum(office.emulator.calls().values()) <= 12
    office.fault("too_many", "*", count=0)
    assert "429" in line(office("doctor"), "regions")


def test_clocks_that_are_apart_are_a_warning(office: Desk):
    office.emulator.configure(date_shift_seconds=3600)
    assert re.search(
        "^warning  clock: this machine's is 3,[56][0-9]{2} seconds behind", line(office("doctor"), "clock")
    )
    office.emulator.configure(date_told=False)
    assert "tells no time" in line(office("doctor"), "clock")


def test_a_row_that_cannot_be_read_is_named_with_its_field(office: Desk):
    office.fault("odd_row", "purchased-list", count=0, field="country", value=None, of=[OWNED[1]])
    told = line(office("doctor"), "purchased-list")
    assert told.startswith("warning")
    assert "row 2, its country is null" in told


def test_a_broken_manifest_is_told_and_all_else_is_looked_at(office: Desk):
    office.manifest("numbers: {front: {numbr: 1}}\n")
    ran = office("doctor")
    assert ran.code == 1
    assert "`numplan validate` shows them all" in line(ran, "manifest")
    assert line(ran, "purchased-list").startswith("ok")


def test_the_state_is_read_and_its_account_compared(office: Desk):
    office.manifest(MANIFEST)
    assert office("apply", "--auto-approve").code == 0
    ran = office("doctor")
    assert line(ran, "state").endswith("1 number")
    assert line(ran, "state's account").startswith("ok")
    other = office("doctor", NUMPLAN_ACCOUNT_ID="191")
    assert line(other, "state's account").startswith(
        "failed   state's account: the state belongs to account 190"
    )


def test_a_lock_is_told_with_who_holds_it(office: Desk):
    office.manifest('numbers:\n  more: {number: "+12125550199"}\n')
    office.fault("stall", "purchase-numbers", seconds=20)
    process = office.spawn("apply", "--auto-approve", "--buy-beside-unmanaged")
    until(lambda: office.posts, "a purchase under way")
    told = line(office("doctor"), "state's lock")
    process.kill()
    assert told.startswith("warning  state's lock: held by ")
    assert "apply" in told


def test_a_folder_that_cannot_be_written_is_told(office: Desk, tmp_path: Path):
    ran = office("doctor", NUMPLAN_STATE=str(tmp_path / "nowhere" / STATE))
    assert ran.code == 1
    assert line(ran, "state").startswith("failed")


def test_a_state_that_git_would_take_along_is_a_warning(office: Desk):
    subprocess.run(["git", "init", "-q", str(office.folder)], check=True)
    assert "not ignored" in line(office("doctor"), "Git")
    (office.folder / ".gitignore").write_text(f"{STATE}*\n")
    assert "Git: " not in office("doctor").out


def test_a_report_holds_no_token_no_whole_number_and_no_name(office: Desk, tmp_path: Path):
    office.manifest(MANIFEST)
    office.emulator.assign(OWNED[1], {"flow_id": "77", "flow_name": "Secret Flow"})  # type: ignore[arg-type]
    file = tmp_path / "report.json"
    ran = office("doctor", "--report", str(file), NUMPLAN_ACTOR="ann.example")
    assert ran.code == 0, ran
    text = file.read_text()
    report = json.loads(text)
    for secret in (
        office.emulator.token,
        "Secret Flow",
        "ann.example",
        str(office.folder),
        *OWNED,
        "12125550",
    ):
        assert secret not in text, secret
    assert "+1…00" in text
    listed = next(one for one in report["calls"] if one["endpoint"] == "purchased-list")
    assert listed["status"] == 200
    assert listed["answer"]["rows"] == 3
    assert listed["answer"]["fields"]["accessNumber"] == ["text"]
    assert listed["answer"]["number_forms"] == ["plus"]
    assert "NUMPLAN_TOKEN" in report["settings"]


@pytest.mark.parametrize("fault", ["redirect", "html"])
def test_another_server_is_not_called_a_fault_of_the_vendor(office: Desk, fault: str):
    details = {"location": "https://login.example/"} if fault == "redirect" else {}
    office.fault(fault, "*", count=0, **details)
    assert "another server answers: check NUMPLAN_API_URL" in line(office("doctor"), "regions")
