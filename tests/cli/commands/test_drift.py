"""`numplan drift`: what others changed, each number with what numplan would do."""

import json

import pytest

from tests.cli.desk import HEAD, Desk, run_of

A, B, C, D, E, F = run_of(16095550101, 6)
PROMPT = HEAD.replace("0.6", "0.6, hold_minutes: 0")  # the second look may follow at once
MANIFEST = f"""\
numbers:
  support: {{number: "{A}", labels: {{team: voice}}}}
  sales: {{number: "{B}"}}
sets:
  dialer: {{numbers: ["{C}", "{D}"]}}
"""


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Four numbers are managed, as the account has them; two more are nobody's."""
    desk.emulator.add_owned([A, B, C, D, E, F])
    desk.manifest(MANIFEST, head=PROMPT)
    assert desk("apply", "--auto-approve").code == 0
    return desk


def note(office: Desk) -> None:
    """Let an apply see what is missing for the first time."""
    assert office("apply", "--refresh-only", "--auto-approve", "--target", "number.support").code == 0


def test_an_account_as_state_remembers_it_has_no_drift(office: Desk):
    ran = office("drift", "--detailed-exitcode")
    assert ran.code == 0
    assert ran.last == "No drift. Drift: 0 missing, 0 changed, 0 overcharged, 0 surplus, 2 unmanaged."
    assert E in ran.out


def test_each_number_is_told_with_what_numplan_would_do(office: Desk):
    office.emulator.remove_owned([A], to_stock=True)
    note(office)
    office.emulator.remove_owned([B])
    office.emulator.add_owned([{"number": B, "number_type": "Mobile"}])
    state = (office.folder / "numplan.state.json").read_bytes()
    ran = office("drift", "--detailed-exitcode")
    assert ran.code == 2
    told = ran.out.splitlines()
    at = told.index("Missing from the account: 1 number")
    assert told[at + 1].startswith("    would purchase it for number.support, 0.")
    assert told[at + 2] == f"  number.support  {A}"
    assert f"  number.sales  {B}  type: Geographic -> Mobile" in told
    assert ran.last == "Drift: 1 missing, 1 changed, 0 overcharged, 0 surplus, 2 unmanaged."
    assert not office.posts
    assert (office.folder / "numplan.state.json").read_bytes() == state


def test_a_number_that_cannot_be_had_back_is_told_as_such(office: Desk):
    office.emulator.remove_owned([A])
    note(office)
    assert "would nothing: it is gone; managed until now" in office("drift").out


def test_many_missing_at_once_are_told_with_the_guard_that_refuses(office: Desk):
    office.emulator.remove_owned([C, D], to_stock=True)
    ran = office("drift")
    assert ran.code == 0
    assert "refused by the guard missing" in " ".join(ran.out.split())


def test_charges_are_counted_and_make_no_drift(office: Desk):
    office.emulator.change_charge(A, "9.99")
    ran = office("drift", "--detailed-exitcode")
    assert ran.code == 0
    assert ran.last.startswith("No drift.")
    assert "The monthly charges of 1 number are not what state remembers" in ran.out


def test_unmanaged_numbers_are_amiss_where_the_policy_warns_of_them(office: Desk):
    office.manifest(MANIFEST + "policy: {unmanaged: warn}\n", head=PROMPT)
    ran = office("drift", "--detailed-exitcode")
    assert ran.code == 2
    assert ran.last == "Drift: 0 missing, 0 changed, 0 overcharged, 0 surplus, 2 unmanaged."


def test_a_part_can_be_selected(office: Desk):
    office.emulator.remove_owned([A], to_stock=True)
    assert office("drift", "--select", "team=voice").last.startswith("Drift: 1 missing")
    assert office("drift", "--exclude", "number.*").last.startswith("No drift.")
    assert office("drift", "--target", E).last.endswith("1 unmanaged.")
    assert office("drift", "--target", "number.nobody").code == 64


def test_the_document_has_every_number_with_both_sides(office: Desk):
    office.emulator.remove_owned([A], to_stock=True)
    note(office)
    document = json.loads(office("drift", "--json").out)
    assert document["drift"] is True
    assert document["counts"] == {
        "missing": 1,
        "changed": 0,
        "overcharged": 0,
        "surplus": 0,
        "unmanaged": 2,
    }
    missing, *unmanaged = document["numbers"]
    assert (missing["kind"], missing["address"], missing["number"]) == ("missing", "number.support", A)
    assert missing["before"]["labels"] == {"team": "voice"}
    assert missing["after"] is None
    assert missing["would"]["action"] == "purchase"
    assert [(one["number"], one["address"], one["would"]["action"]) for one in unmanaged] == [
        (E, None, "none"),
        (F, None, "none"),
    ]


def test_it_is_taken_into_state_by_a_refresh_alone(office: Desk):
    office.emulator.remove_owned([A], to_stock=True)
    note(office)
    assert office("drift", "--detailed-exitcode").code == 2, "one look proves little"
    assert office("apply", "--refresh-only", "--auto-approve").code == 0
    assert office("drift", "--detailed-exitcode").code == 0
    assert not office.posts
