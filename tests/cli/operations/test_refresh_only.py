"""`--refresh-only`: state takes in what the account shows, and nothing is sent."""

import json

import pytest

from numplan.model.stored.plan_document import decode_plan
from numplan.state.local.backend import LocalBackend
from tests.cli.desk import HEAD, STATE, Desk, run_of

A, B, C, D, E = run_of(16095550101, 5)
PROMPT = HEAD.replace("0.6", "0.6, hold_minutes: 0")  # the second look may follow at once
MANIFEST = f"""\
numbers:
  support: {{number: "{A}"}}
  sales: {{number: "{B}"}}
"""


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Two numbers are managed, and one of them was released in the portal, as an apply has noted."""
    desk.emulator.add_owned([A, B])
    desk.manifest(MANIFEST, head=PROMPT)
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.remove_owned([A])
    assert desk("apply", "--refresh-only", "--auto-approve").code == 0
    assert desk.managed == {A, B}
    return desk


def test_what_is_missing_is_forgotten_and_nothing_is_sent(office: Desk):
    posts = len(office.posts)
    shown = office("plan", "--refresh-only", "--detailed-exitcode")
    assert shown.code == 2
    assert "state only; 1 to forget" in shown.out
    assert office.managed == {A, B}
    ran = office("apply", "--refresh-only", "--auto-approve")
    assert ran.code == 0
    assert office.managed == {B}
    assert len(office.posts) == posts
    again = office("plan", "--refresh-only", "--detailed-exitcode")
    assert again.code == 0
    assert again.last.startswith("No changes.")


def test_it_asks_as_apply_does(office: Desk):
    ran = office("apply", "--refresh-only")
    assert ran.code == 9
    assert office.managed == {A, B}


def test_it_locks_the_state(office: Desk):
    with LocalBackend(office.folder / STATE, environment={}).lock("another"):
        assert office("apply", "--refresh-only", "--auto-approve").code == 8
    assert office.managed == {A, B}


def test_what_others_changed_is_recorded_with_its_charge(office: Desk):
    office.emulator.remove_owned([B])
    office.emulator.add_owned([{"number": B, "number_type": "Mobile", "recurring_charge": "0.90"}])
    ran = office("apply", "--refresh-only", "--auto-approve", "--target", "number.sales")
    assert ran.code == 0
    assert "type: Geographic -> Mobile" in ran.out
    (sales,) = [one.attributes for one in office.state.numbers if one.number == B]
    assert (sales.type, str(sales.monthly_charge)) == ("Mobile", "0.90")


def test_a_saved_one_is_carried_out_unless_the_number_is_back(office: Desk):
    assert office("plan", "--refresh-only", "--out", "r.plan").code == 0
    assert decode_plan((office.folder / "r.plan").read_bytes(), "r.plan").refresh_only
    office.emulator.add_owned([A])
    stale = office("apply", "r.plan")
    assert stale.code == 7
    assert "it is back in the account" in stale.err
    office.emulator.remove_owned([A])
    assert office("apply", "r.plan").code == 0
    assert office.managed == {B}


def test_many_missing_at_once_are_refused(desk: Desk):
    desk.emulator.add_owned([A, B, C, D, E])
    desk.manifest(f'sets: {{s: {{numbers: ["{A}", "{B}", "{C}", "{D}", "{E}"]}}}}')
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.remove_owned([A, B])
    ran = desk("apply", "--refresh-only", "--auto-approve")
    assert ran.code == 6
    assert "--accept-missing" in ran.err
    assert desk.managed == {A, B, C, D, E}
    assert desk("apply", "--refresh-only", "--auto-approve", "--accept-missing").code == 0
    assert desk.managed == {C, D, E}


def test_a_part_can_be_selected(office: Desk):
    ran = office("apply", "--refresh-only", "--auto-approve", "--exclude", "number.support")
    assert ran.code == 0
    assert ran.last.startswith("No changes.")
    assert "Held back, not selected: 1 change: 1 to forget" in ran.out
    assert office.managed == {A, B}


def test_the_stream_and_the_document_show_the_drift(office: Desk):
    ran = office("plan", "--refresh-only", "--json", "--json-out", "r.json")
    types = [json.loads(line)["type"] for line in ran.out.splitlines()]
    assert types.count("resource_drift") == 1
    document = json.loads((office.folder / "r.json").read_text())
    assert document["numplan"]["refresh_only"] is True
    assert [one["change"]["actions"] for one in document["resource_changes"]] == [["forget"]]
    assert [one["address"] for one in document["resource_drift"]] == ["numplan_number.support"]


def test_it_excludes_destroy_and_a_saved_plan(office: Desk):
    assert office("plan", "--refresh-only", "--destroy").code == 64
    assert office("plan", "--refresh-only", "--out", "p.plan").code == 0
    assert office("apply", "p.plan", "--refresh-only").code == 64
