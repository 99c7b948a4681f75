"""What a pull request loosens is the first thing that a plan says, until an apply has been bound by it."""

import json
import re

import pytest

from tests.cli.desk import STATE, Desk, run_of

A, B, C, D = run_of(16095550101, 4)
STRICT = "policy: {max_purchases: 2, required_labels: [owner]}\n"
ONE = f'numbers: {{support: {{number: "{A}", labels: {{owner: x}}}}}}\n'
TOLD = "Loosened since the last apply: policy.max_purchases 2 -> none"


@pytest.fixture
def bound(desk: Desk) -> Desk:
    """A desk whose last apply was bound by two purchases."""
    desk.stock(A, B, C, D)
    desk.manifest(STRICT + ONE)
    assert desk("apply", "--auto-approve").code == 0
    return desk


def loosen(desk: Desk, numbers: str = ONE) -> None:
    desk.manifest("policy: {required_labels: [owner]}\n" + numbers)


def test_it_is_the_first_line_of_the_plan_with_the_purchase_that_needs_it(bound):
    listed = f"{B}, {C}, {D}"
    loosen(bound, ONE + f"sets: {{s: {{numbers: [{listed}], labels: {{owner: x}}}}}}\n")
    ran = bound(
        "plan", "--out", "p.plan", "--markdown-out", "p.md", "--html-out", "p.html", "--json-out", "p.json"
    )
    assert ran.code == 0
    assert ran.out.splitlines()[0] == TOLD
    assert bound("show", "p.plan").out.splitlines()[0] == TOLD
    comment = (bound.folder / "p.md").read_text().splitlines()
    assert comment[0].startswith("<!-- numplan:")
    assert "Loosened since the last apply: `policy.max_purchases 2 -> none`" in comment[1]
    page = (bound.folder / "p.html").read_text()
    assert re.search(
        r"Loosened since the last apply</b> <code>policy\.max_purchases 2 -&gt; none</code>", page
    )
    assert page.index("Loosened since") < page.index("<h1>")
    document = json.loads((bound.folder / "p.json").read_text())
    assert document["numplan"]["loosened"] == [
        {"key": "policy.max_purchases", "before": "2", "after": "none"}
    ]
    applied = bound("apply", "p.plan")
    assert applied.out.splitlines()[0] == TOLD
    assert "Loosened" not in bound("plan").out


def test_machines_that_watch_are_told_before_anything_else_of_the_plan(bound):
    loosen(bound)
    lines = [json.loads(line) for line in bound("plan", "--json").out.splitlines()]
    after = [line["type"] for line in lines].index("refresh_complete")
    assert lines[after + 1]["diagnostic"]["severity"] == "warning"
    assert lines[after + 1]["diagnostic"]["summary"] == TOLD


def test_a_loosening_alone_is_no_change_and_is_told_until_an_apply_writes(bound):
    loosen(bound)
    for _ in range(2):
        ran = bound("plan", "--detailed-exitcode")
        assert ran.code == 0
        assert ran.out.startswith(f"{TOLD}\n\nNo changes.")
        assert bound("apply", "--auto-approve").code == 0
    loosen(bound, ONE.replace("owner: x", "owner: y"))
    assert TOLD in bound("apply", "--auto-approve").out
    assert "Loosened" not in bound("plan").out


def test_what_is_stricter_or_the_same_is_not_told(bound):
    bound.manifest("policy: {max_purchases: 1, max_releases: 5, required_labels: [owner]}\n" + ONE)
    assert "Loosened" not in bound("plan").out


def test_nothing_but_an_apply_that_is_carried_out_makes_it_the_measure(bound):
    before = bound.state.bound
    loosen(bound, ONE.replace("owner: x", "owner: y"))
    assert bound("apply", "--no-input").code == 9
    assert bound("state", "mv", "number.support", "number.other", "--auto-approve").code == 0
    assert bound("state", "mv", "number.other", "number.support", "--auto-approve").code == 0
    assert bound("state", "settle").code == 0
    bound.emulator.add_owned([B])
    assert bound("adopt", "--all", "--auto-approve", "--label", "owner=z").code == 0
    bound.manifest("numbers: {}\n")
    assert bound("apply", "--auto-approve").code == 6
    assert bound("state", "rm", B, "--auto-approve").code == 0
    assert bound.state.bound == before
    loosen(bound)
    assert bound("plan").out.startswith(TOLD)


def test_settling_what_a_dead_run_left_does_not_pass_over_it(bound):
    two = ONE + f'sets: {{s: {{numbers: ["{B}"], labels: {{owner: x}}}}}}\n'
    bound.manifest(STRICT + two)
    killed = {"NUMPLAN_FAILPOINT": "apply.after-intents:1:kill"}
    assert bound.process("apply", "--auto-approve", environment=killed).code == -9
    loosen(bound, two)
    ran = bound("apply", "--auto-approve")
    assert ran.code == 0
    assert TOLD in ran.out
    assert bound.managed == {A, B}


def test_a_state_of_an_earlier_version_says_nothing_of_it(bound):
    document = json.loads((bound.folder / STATE).read_bytes())
    del document["checksum"], document["bound"]
    document["version"] = 1
    (bound.folder / "old.json").write_text(json.dumps(document))
    assert bound("state", "push", "old.json", "--auto-approve").code == 0
    loosen(bound)
    assert "Loosened" not in bound("plan").out
