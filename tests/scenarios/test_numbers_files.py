"""Numbers files with labels and protection, from outside: planned, applied, selected, explained, guarded."""

import json

import pytest

from tests.cli.desk import Desk

A, B, C = "+12125550100", "+12125550101", "+12125550102"
SET = "sets: {{dialer: {{numbers_file: list.csv, labels: {{owner: voice, site: ny}}{more}}}}}\n"
FILE = f"number,label.owner,protect\n{A},sales,true\n{B},,\n{C},support,\n"


@pytest.fixture
def filed(desk: Desk) -> Desk:
    desk.stock(A, B, C)
    (desk.folder / "list.csv").write_text(FILE)
    desk.manifest(SET.format(more=""))
    assert desk("apply", "--auto-approve").code == 0
    return desk


def test_a_row_adds_to_what_its_set_says_and_wins_over_it(filed: Desk) -> None:
    known = {one.number: one.attributes for one in filed.state.numbers}
    assert known[A].labels == {"owner": "sales", "site": "ny"}
    assert known[B].labels == {"owner": "voice", "site": "ny"}
    assert known[C].labels == {"owner": "support", "site": "ny"}
    assert [known[one].protect for one in (A, B, C)] == [True, False, False]
    assert filed("plan", "--detailed-exitcode").code == 0


def test_an_edit_of_the_file_is_an_update_without_a_call(filed: Desk) -> None:
    (filed.folder / "list.csv").write_text(FILE.replace("support", "sales"))
    ran = filed("plan")
    assert "labels.owner: support -> sales" in ran.out
    assert filed("apply", "--auto-approve").code == 0
    assert filed("plan", "--detailed-exitcode").code == 0


def test_selectors_explain_and_the_bill_go_by_the_row(filed: Desk) -> None:
    (filed.folder / "list.csv").write_text(FILE.replace("support", "sales"))
    ran = filed("plan", "--select", "owner=voice")
    assert "0 to update" in ran.out
    told = json.loads(filed("explain", A, "--json").out)
    assert told["declared"]["terms"]["labels"] == "owner=sales, site=ny"
    assert told["declared"]["terms"]["protect"] == "true"
    bill = json.loads(filed("cost", "--by", "label:owner", "--json").out)
    assert {one["group"] for one in bill["groups"]} == {"sales", "voice", "support"}


def test_what_a_row_protects_is_not_released(filed: Desk) -> None:
    (filed.folder / "list.csv").write_text(f"number\n{B}\n")
    ran = filed("apply", "--auto-approve")
    assert ran.code == 6
    assert A in filed.managed


def test_a_row_protects_from_a_move_to_another_trunk_in_the_same_edit(filed: Desk) -> None:
    (filed.folder / "list.csv").write_text(FILE.replace("sales,true", "sales,"))
    assert filed("apply", "--auto-approve").code == 0
    (filed.folder / "list.csv").write_text(FILE)
    filed.manifest(SET.format(more=", sip_trunk_id: 170, on_trunk_change: replace"))
    ran = filed("plan")
    assert ran.code == 6, ran.out
    assert f'set.dialer["{A}"]' in ran.out
    assert "protected" in ran.out


def test_a_required_label_may_stand_in_the_rows_and_must_stand_in_all(desk: Desk) -> None:
    desk.stock(A, B)
    policy = "policy: {required_labels: [owner]}\nsets: {s: {numbers_file: list.csv}}\n"
    desk.manifest(policy)
    (desk.folder / "list.csv").write_text(f"number,label.owner\n{A},sales\n{B},\n")
    ran = desk("plan")
    assert ran.code == 6
    assert "set.s lacks the required label owner" in ran.out
    (desk.folder / "list.csv").write_text(f"number,label.owner\n{A},sales\n{B},sales\n")
    assert desk("plan").code == 0


def test_a_set_with_a_last_day_protects_none_by_its_file(desk: Desk) -> None:
    (desk.folder / "list.csv").write_text(FILE)
    desk.manifest(SET.format(more=", until: 2099-12-31"))
    ran = desk("validate")
    assert ran.code == 1
    assert "the set has a last day, and its file says protect for some of its numbers" in ran.out + ran.err


def test_ranges_in_a_file_are_explained_as_ranges(desk: Desk) -> None:
    (desk.folder / "list.csv").write_text(f"first,last,label.owner\n{A},{C},sales\n")
    desk.stock(A, B, C)
    desk.manifest("sets: {s: {numbers_file: list.csv}}\n")
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {A, B, C}
    told = json.loads(desk("explain", B, "--json").out)
    assert told["declared"]["range"] == {"first": A, "last": C}
