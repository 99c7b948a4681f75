"""`--target`, `--exclude` and `--select`: what is held back is told, saved and left alone."""

import json

import pytest

from numplan.model.stored.plan_document import decode_plan
from tests.cli.desk import Desk, run_of

A, B, C, D = run_of(16095550101, 4)
MANIFEST = f"""\
numbers:
  support: {{number: "{A}", labels: {{team: voice}}}}
sets:
  dialer: {{numbers: ["{B}", "{C}"], labels: {{team: sales}}}}
"""


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Three numbers are declared and for sale, one more is neither managed nor declared."""
    desk.stock(A, B, C)
    desk.emulator.add_owned([D])
    desk.manifest(MANIFEST)
    return desk


def test_only_what_is_selected_is_done_and_the_rest_is_counted_and_named(office: Desk):
    ran = office("apply", "--auto-approve", "--target", "set.*", "--exclude", C)
    assert ran.code == 0
    assert office.managed == {B}
    assert "Held back, not selected: 2 changes: 2 to purchase" in ran.out
    assert f"+ number.support  {A}" in ran.out
    assert f'+ set.dialer["{C}"]' in ran.out
    assert ran.last.startswith("Apply: 1 purchased, 0 released")
    rest = office("apply", "--auto-approve")
    assert rest.last.startswith("Apply: 2 purchased, 0 released")
    assert office.managed == {A, B, C}


def test_a_label_selects_and_destroy_takes_a_part(office: Desk):
    assert office("apply", "--auto-approve").code == 0
    ran = office("destroy", "--auto-approve", "--select", "team=sales")
    assert ran.code == 0
    assert office.managed == {A}
    assert office.owned == {A, D}
    assert "Held back, not selected: 1 change: 1 to release" in ran.out


def test_a_saved_plan_keeps_its_selection_and_what_it_holds_back(office: Desk):
    assert office("plan", "--target", "16095550101", "--out", "p.plan").code == 0
    saved = decode_plan((office.folder / "p.plan").read_bytes(), "p.plan")
    assert saved.selection.targets == (A,)
    assert len(saved.unselected) == 2
    shown = office("show", "p.plan").out
    assert "Held back, not selected: 2 changes: 2 to purchase" in shown
    assert f"selected by --target {A}" in shown
    assert office("apply", "p.plan").code == 0
    assert office.managed == {A}


def test_a_saved_plan_takes_no_selection_of_its_own(office: Desk):
    assert office("plan", "--out", "p.plan").code == 0
    ran = office("apply", "p.plan", "--target", A)
    assert ran.code == 64
    assert "numplan plan --out" in ran.err
    assert office.left_alone()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--target", "number.suport"), "did you mean number.support?"),
        (("--exclude", "+4420*"), "--exclude +4420* matches no address"),
        (("--select", "team=sale"), "values of team: sales, voice"),
        (("--select", "team"), "has not the form label=value"),
        (("--target", "Support Desk"), "is neither an address nor a number"),
        (("--target", ""), "a pattern is missing"),
    ],
)
def test_a_selector_that_names_nothing_is_wrong_usage(office: Desk, flags: tuple[str, ...], told: str):
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = office(*command, *flags)
        assert ran.code == 64
        assert told in ran.err
    assert office.left_alone()


def test_with_nothing_selected_to_do_the_exit_code_says_no_changes(office: Desk):
    assert office("apply", "--auto-approve", "--target", "number.*").code == 0
    ran = office("plan", "--detailed-exitcode", "--target", "number.*")
    assert ran.code == 0
    assert ran.last.startswith("No changes.")
    assert "Held back, not selected: 2 changes" in ran.out
    assert office("plan", "--detailed-exitcode").code == 2


def test_every_document_says_what_is_held_back(office: Desk):
    flags = ("--json-out", "p.json", "--markdown-out", "p.md", "--html-out", "p.html", "--gitlab-out", "p.gl")
    assert office("plan", "--target", "number.*", *flags).code == 0
    read = {name: (office.folder / f"p.{name}").read_text() for name in ("json", "md", "html", "gl")}
    document = json.loads(read["json"])
    assert document["complete"] is False
    assert document["numplan"]["selection"]["target"] == ["number.*"]
    assert [one["number"] for one in document["numplan"]["unselected"]] == [B, C]
    assert [one["index"] for one in document["resource_changes"] if "index" in one] == []
    assert "Held back, not selected: 2 changes: 2 to purchase" in read["md"]
    assert B in read["md"]
    assert "Held back: not selected" in read["html"]
    assert B in read["html"]
    assert json.loads(read["gl"]) == {"create": 1, "update": 0, "delete": 0}
    stream = [json.loads(line) for line in office("plan", "--json", "--target", "number.*").out.splitlines()]
    told = [one["diagnostic"]["summary"] for one in stream if one["type"] == "diagnostic"]
    assert told == ["Held back, not selected: 2 changes: 2 to purchase"]
    assert next(one for one in stream if one["type"] == "change_summary")["changes"]["add"] == 1


def test_what_an_earlier_run_left_uncertain_is_settled_whatever_is_selected(office: Desk):
    office.fault("lose_reply", "purchase-numbers")
    office.fault("status", "purchased-list", nth=2, count=0, status=503)
    assert office("apply", "--auto-approve", "--target", B).code == 5
    office.emulator.clear_faults()
    ran = office("apply", "--auto-approve", "--target", "number.support")
    assert office.managed == {A, B}
    assert "Settled from an earlier run: 1 purchased" in ran.out
    assert "Held back, not selected: 1 change: 1 to purchase" in ran.out
