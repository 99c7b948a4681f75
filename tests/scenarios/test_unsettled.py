"""What a dead run left unsettled is something to do: no command and no document says that nothing is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import HEAD, Desk, Ran, run_of

NUMBERS = run_of(16095550101, 8)
FIRST = "6 calls of an earlier run to settle first"
ZERO = "Plan: 0 to purchase, 0 to release, 0 to adopt, 0 to update, 0 blocked."
LISTED = ", ".join(f'"{number}"' for number in NUMBERS)
ONE_BY_ONE = HEAD.replace("50", "1, parallelism: 1")


@pytest.fixture
def killed(desk: Desk) -> Desk:
    """A desk whose last run was killed after two of eight purchases."""
    desk.stock(*NUMBERS)
    desk.manifest(f"sets: {{dialer: {{numbers: [{LISTED}]}}}}\n", head=ONE_BY_ONE)
    after_two = {"NUMPLAN_FAILPOINT": "purchase.before-send:3:kill"}
    assert desk.process("apply", "--auto-approve", environment=after_two).code == -9
    assert (len(desk.managed), len(desk.state.intents)) == (2, 6)
    return desk


def documents(desk: Desk, *flags: str) -> tuple[Ran, dict[str, str]]:
    """A plan in every form."""
    files = {form: f"p.{form}" for form in ("json", "markdown", "html", "gitlab")}
    outs = [word for form, file in files.items() for word in (f"--{form}-out", file)]
    ran = desk("plan", "--detailed-exitcode", "--out", "p.plan", *outs, *flags)
    return ran, {form: (desk.folder / file).read_text() for form, file in files.items()}


def test_a_plan_of_nothing_else_exits_2_and_says_how_many_in_every_form(killed: Desk):
    ran, told = documents(killed)
    assert ran.code == 2
    assert f"account 190: {FIRST};" in ran.out
    assert ran.last.startswith(f"{FIRST}. {ZERO}")
    assert f"**{FIRST}**" in told["markdown"]
    assert f"`{FIRST}. {ZERO}" in told["markdown"]
    assert f"<h1>{FIRST}</h1>" in told["html"]
    assert "found out first" in told["html"]
    assert told["gitlab"] == '{"create":0,"update":6,"delete":0}\n'
    document = json.loads(told["json"])
    assert document["numplan"]["unsettled"] == 6
    assert document["applyable"] is True
    assert document["complete"] is False
    for text in (ran.out, *told.values()):
        assert "o changes" not in text
        assert "as the manifest declares it" not in text


def test_a_saved_plan_says_it_in_every_form(killed: Desk):
    _, told = documents(killed)
    assert killed("show", "p.plan").last.startswith(f"{FIRST}. {ZERO}")
    shown = {form: killed("show", "p.plan", "--format", form).out for form in told}
    assert {form: shown[form] for form in ("markdown", "gitlab")} == {
        form: told[form] for form in ("markdown", "gitlab")
    }
    assert f"<h1>{FIRST}</h1>" in shown["html"]
    saved, whole = json.loads(shown["json"]), json.loads(told["json"])
    stays = [one for one in whole["resource_changes"] if one["change"]["actions"] == ["no-op"]]
    assert saved["numplan"].pop("kept")["count"] == len(stays)
    assert saved["numplan"] == whole["numplan"]
    assert saved["resource_changes"] == [one for one in whole["resource_changes"] if one not in stays]


@pytest.mark.parametrize(
    "flags",
    [["--refresh-only"], ["--target", NUMBERS[0]], ["--exclude", "set.dialer"]],
    ids=" ".join,
)
def test_whatever_is_selected_it_is_settled_first(killed: Desk, flags: list[str]):
    ran, told = documents(killed, *flags)
    assert ran.code == 2
    assert ran.last.startswith(f"{FIRST}. {ZERO}")
    assert json.loads(told["json"])["numplan"]["unsettled"] == 6


def test_beside_what_is_to_be_done_it_comes_first(killed: Desk):
    ran = killed("plan", "--destroy", "--detailed-exitcode", "--max-releases", "9")
    assert ran.code == 2
    assert f"{FIRST}, 2 to release" in " ".join(ran.out.split())
    assert ran.last.startswith(f"{FIRST}. Plan: 0 to purchase, 2 to release,")


def test_what_is_held_back_has_no_calls_to_settle(killed: Desk):
    killed.manifest(f"sets: {{dialer: {{numbers: [{LISTED}], labels: {{owner: x}}}}}}\n", head=ONE_BY_ONE)
    ran = killed("plan", "--target", NUMBERS[0])
    assert "Held back, not selected: 1 change: 1 to update\n" in ran.out


def test_the_stream_tells_the_figure(killed: Desk):
    lines = [json.loads(line) for line in killed("plan", "--json").out.splitlines()]
    (summary,) = (line for line in lines if line["type"] == "change_summary")
    assert summary["@message"].startswith(f"{FIRST}. {ZERO}")
    assert summary["unsettled"] == 6


def test_one_call_is_told_as_one(killed: Desk):
    killed.fault("status", "purchased-list", status=503, count=0)
    assert killed("apply", "--auto-approve").code == 5
    killed.emulator.clear_faults()
    assert killed("apply", "--auto-approve").code == 0
    killed.manifest("sets: {}\n", head=ONE_BY_ONE)
    environment = {"NUMPLAN_FAILPOINT": "release.after-send:1:kill"}
    last = ["--target", NUMBERS[0], "--allow-empty", "--auto-approve"]
    assert killed.process("apply", *last, environment=environment).code == -9
    assert killed("plan", "--target", NUMBERS[0], "--allow-empty").last.startswith(
        "1 call of an earlier run to settle first. Plan:"
    )


def test_drift_exits_2_and_says_how_many(killed: Desk):
    ran = killed("drift", "--detailed-exitcode")
    assert ran.code == 2
    assert ran.last == f"{FIRST}. Drift: 0 missing, 0 changed, 0 overcharged, 0 surplus, 0 unmanaged."
    document = json.loads(killed("drift", "--json").out)
    assert (document["unsettled"], document["drift"]) == (6, True)


def test_an_apply_settles_them_and_from_then_on_nothing_is_to_be_done(killed: Desk):
    killed.emulator.remove_stock(NUMBERS[2:])
    killed.emulator.add_owned(NUMBERS[2:])  # the calls were carried out after all
    ran = killed("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert "Settled from an earlier run: 6 purchased" in ran.out
    assert ran.last.startswith("6 calls of an earlier run settled. Apply: 0 purchased, 0 released,")
    assert killed.managed == set(NUMBERS)
    again = killed("plan", "--detailed-exitcode")
    assert (again.code, again.last[:12]) == (0, "No changes. ")
    assert killed("drift", "--detailed-exitcode").code == 0
    assert killed("apply", "--auto-approve").last.startswith("No changes. Apply:")


def test_a_saved_plan_of_nothing_else_is_carried_out_by_settling(killed: Desk):
    documents(killed)
    ran = killed("apply", "p.plan")
    assert ran.code == 0, ran
    assert "6 not carried out" in ran.out
    assert not killed.state.intents
    assert len(killed.posts) == 2, "what settling opens the way for was reviewed by nobody"


def test_settling_makes_a_saved_plan_stale_that_holds_more(killed: Desk):
    killed.manifest(f"sets: {{dialer: {{numbers: [{LISTED}], labels: {{owner: x}}}}}}\n", head=ONE_BY_ONE)
    documents(killed)
    assert killed("apply", "p.plan").code == 7


def test_another_apply_in_between_makes_a_saved_plan_stale_that_only_settles(killed: Desk):
    documents(killed)
    assert killed("state", "settle").code == 0
    assert killed("apply", "p.plan").code == 7


def test_the_actions_outputs_say_that_there_is_something_to_do(killed: Desk):
    documents(killed)
    script = Path(__file__).parents[2] / "action" / "outputs.py"
    for code in ("2", "6"):
        ran = subprocess.run(
            [sys.executable, "-I", script, code, killed.folder / "p.json"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ},
        )
        told = dict(line.split("=") for line in ran.stdout.splitlines())
        assert (told["changes"], told["unsettled"], told["updates"]) == ("true", "6", "0")
