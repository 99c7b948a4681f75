"""`numplan history`: what was done to numbers, as a team reads it."""

import csv
import io
import json
from pathlib import Path

import pytest

from numplan.model.history.record import Fact, Origin, Tip, line_of, read_line, sealed
from numplan.model.number import E164
from tests.cli.desk import Desk, run_of

A, B, C, D = run_of(16465550101, 4)
POOL = "pools:\n  sales: {{count: {count}, digits: '646555'}}\n"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Two numbers were bought for a pool."""
    desk.stock(A, B, C, D)
    desk.manifest(POOL.format(count=2))
    assert desk("apply", "--auto-approve", NUMPLAN_ACTOR="ann").code == 0
    return desk


def place(office: Desk) -> Path:
    return office.folder / "numplan.state.json.history.jsonl"


def records(office: Desk, *arguments: str) -> list[dict]:
    ran = office("history", "--json", *arguments)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_purchase_is_recorded_with_who_and_what_and_why(office: Desk):
    first, second = records(office)
    assert (first["number"], second["number"]) == (A, B)
    assert first["outcome"] == "purchased"
    assert first["address"] == f'pool.sales["{A}"]'
    assert (first["setup_charge"], first["monthly_charge"]) == ("0.10", "0.10")
    assert first["actor"] == "ann"
    assert first["run"] == second["run"]
    assert len(first["plan"]) == 64
    assert second["previous"] == first["hash"]
    assert office("history", "verify").code == 0
    assert office.emulator.token not in place(office).read_text()


def test_what_is_released_adopted_and_forgotten_is_recorded(office: Desk):
    office.emulator.add_owned([D])
    office.manifest(POOL.format(count=1) + f"numbers:\n  own: {{number: '{D}'}}\n")
    assert office("apply", "--auto-approve").code == 0
    assert office("state", "rm", D, "--auto-approve").code == 0
    told = [(one["outcome"], one["number"]) for one in records(office)]
    assert told[:2] == [("purchased", A), ("purchased", B)]
    assert sorted(told[2:4]) == [("adopted", D), ("released", B)]
    assert told[4] == ("forgotten", D)
    assert records(office)[4]["reason"] == "numplan state rm"
    assert office("history", "verify").code == 0


def test_many_that_are_adopted_at_once_are_recorded_once(desk: Desk):
    """State has no room for so many records, and the next run asks the history what became of them."""
    many = run_of(12055500000, 4000)
    desk.emulator.add_owned(many)
    desk.stock(A)
    block = f"sets:\n  all: {{ranges: [{{first: '{many[0]}', last: '{many[-1]}'}}]}}\n"
    desk.manifest(block)
    assert desk("apply", "--auto-approve", "--buy-beside-unmanaged").code == 0
    desk.manifest(f"{block}numbers:\n  own: {{number: '{A}'}}\n")
    ran = desk("apply", "--auto-approve")
    assert (ran.code, ran.err) == (0, "")
    assert [one["number"] for one in records(desk)] == [*many, A]
    assert desk("history", "verify").code == 0


def test_a_number_that_moves_is_released_and_bought_back(desk: Desk):
    desk.stock(A)
    desk.emulator.configure(released_to_stock=True)
    desk.manifest(f"numbers:\n  own: {{number: '{A}', on_trunk_change: replace}}\n")
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(f"numbers:\n  own: {{number: '{A}', on_trunk_change: replace, sip_trunk_id: 170}}\n")
    assert desk("apply", "--auto-approve").code == 0
    assert [(one["outcome"], one.get("replaces")) for one in records(desk)] == [
        ("purchased", None),
        ("released", None),
        ("purchased", A),
    ]
    assert "bought back" in desk("history").out


def test_a_refused_number_and_what_took_its_place_are_recorded(desk: Desk):
    desk.stock(A, B, C)
    desk.manifest(POOL.format(count=1))
    desk.fault("refuse", "purchase-numbers", every=1, nth=1)
    assert desk("apply", "--auto-approve").code == 0
    first, second = records(desk)
    assert (first["outcome"], first["number"]) == ("refused", A)
    assert first["reason"]
    assert second["outcome"] == "purchased"


def test_a_doubt_that_was_settled_says_how(desk: Desk):
    desk.stock(A)
    desk.manifest(POOL.format(count=1))
    desk.fault("lose_reply", "purchase-numbers")
    assert desk("apply", "--auto-approve").code == 0
    (one,) = records(desk)
    assert (one["outcome"], one["settled"]) == ("purchased", True)
    assert one["reason"].endswith("found in the account")


@pytest.mark.parametrize("name", ["(646) 555-0101", "646-555-0101", A, f"pool.sales[{A}]", "*0101*"])
def test_records_are_found_by_number_address_and_pattern(office: Desk, name: str):
    assert [one["number"] for one in records(office, name)] == [A]


def test_records_are_found_by_day_and_by_span(office: Desk):
    assert len(records(office, "--since", "30d")) == 2
    assert len(records(office, "--since", "2w")) == 2
    assert records(office, "--since", "2099-01-01") == []
    office.days(40)
    assert records(office, "--since", "30d") == []
    ran = office("history", "--since", "yesterday")
    assert ran.code == 64
    assert "30d" in ran.err


def test_the_table_fits_80_columns_and_the_newest_stands_last(office: Desk):
    out = office("history").out
    assert [line.split()[3] for line in out.splitlines()[1:]] == [A, B]
    assert max(map(len, out.splitlines())) <= 80


def test_csv_holds_no_formula(office: Desk):
    office.manifest(POOL.format(count=3))
    assert office("apply", "--auto-approve", NUMPLAN_ACTOR="=HYPERLINK(1)").code == 0
    rows = [*csv.DictReader(io.StringIO(office("history", "--csv").out))]
    assert [row["number"] for row in rows] == [A, B, C]
    assert rows[2]["actor"] == "'=HYPERLINK(1)"


def test_no_actor_is_kept_anywhere_where_the_manifest_says_so(desk: Desk):
    desk.stock(A, B)
    desk.manifest("history: {actor: none}\n" + POOL.format(count=2))
    assert desk("apply", "--auto-approve", NUMPLAN_ACTOR="ann-the-operator").code == 0
    assert desk("state", "rm", A, "--auto-approve", NUMPLAN_ACTOR="ann-the-operator").code == 0
    assert [one.get("actor") for one in records(desk)] == [None] * 3
    assert not any(b"ann-the-operator" in one.read_bytes() for one in desk.folder.iterdir() if one.is_file())


def test_the_commit_and_the_job_are_those_of_the_ci(desk: Desk):
    desk.stock(A)
    desk.manifest(POOL.format(count=1))
    ci = {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_COMMIT_SHA": "c0ffee",
        "CI_JOB_URL": "https://gitlab.example/jobs/9",
        "GITLAB_USER_LOGIN": "cid",
    }
    assert desk("apply", "--auto-approve", **ci).code == 0
    (one,) = records(desk)
    assert (one["commit"], one["ci_job"], one["actor"]) == ("c0ffee", "https://gitlab.example/jobs/9", "cid")


# -- what somebody did to it


def test_an_altered_record_is_named(office: Desk):
    place(office).write_text(place(office).read_text().replace("0.10", "0.01", 1))
    ran = office("history", "verify")
    assert ran.code == 1
    assert f"record 1 ({A}, purchased) was altered" in ran.err


def test_a_cut_tail_is_found_and_an_apply_makes_it_good_from_state(office: Desk):
    whole = place(office).read_bytes()
    place(office).write_bytes(whole.splitlines(keepends=True)[0])
    ran = office("history", "verify")
    assert ran.code == 1
    assert "record 2 is not there, at the end" in ran.err
    assert len(records(office)) == 2, "state holds it still"
    ran = office("apply", "--auto-approve")
    assert ran.code == 0
    assert "1 record of an earlier run was not in " in ran.err
    assert place(office).read_bytes() == whole


def test_an_older_state_that_was_accepted_is_told_and_a_record_put_in_stays_a_finding(office: Desk):
    state = office.folder / "numplan.state.json"
    older = state.read_bytes()
    office.manifest(POOL.format(count=3))
    assert office("apply", "--auto-approve").code == 0
    state.write_bytes(older)
    assert office("apply", "--auto-approve", "--accept-older-state").code == 0
    verdict = office("history", "verify")
    assert verdict.code == 0, verdict
    assert "somebody accepted that" in verdict.out + verdict.err
    assert "restored" in [one["outcome"] for one in records(office)]
    assert "state was put back, or begun anew" in office("history").out

    last = read_line(place(office).read_bytes().splitlines()[-1])
    tip = Tip(last=last.record, hash=records(office)[-1]["hash"])
    _, forged = sealed(tip, [Fact(outcome="released", number=E164(A))], Origin(actor="eve"), 99, last.time)
    with place(office).open("ab") as file:
        file.write(line_of(forged[0]) + b"\n")
    office.manifest(POOL.format(count=1))
    applied = office("apply", "--auto-approve")
    assert (applied.code, "`numplan history verify` says more" in applied.err) == (0, True)
    verdict = office("history", "verify")
    assert verdict.code == 1
    assert "though nobody accepted a state that was put back" in verdict.out + verdict.err


def test_a_history_that_is_gone_stops_no_apply_and_is_told(office: Desk):
    office.manifest(POOL.format(count=3))
    assert office("apply", "--auto-approve").code == 0
    place(office).unlink()
    office.manifest(POOL.format(count=4))
    ran = office("apply", "--auto-approve")
    assert ran.code == 0
    assert "does not end with record 2" in ran.err
    ran = office("history", "verify")
    assert ran.code == 1
    assert "records 1 to 2 are missing" in ran.err


def test_what_is_in_its_place_is_in_the_way_of_no_apply_and_the_next_run_makes_it_good(office: Desk):
    kept = place(office).read_bytes()
    place(office).unlink()
    place(office).mkdir()
    office.manifest(POOL.format(count=3))
    ran = office("apply", "--auto-approve")
    assert ran.code == 0
    assert office.owned == {A, B, C}
    assert "warning: the history lacks" in ran.err
    told = office("history")
    assert told.code == 1
    assert "this is what state alone holds as yet" in told.err
    assert C in told.out
    place(office).rmdir()
    place(office).write_bytes(kept)
    assert office("apply", "--auto-approve").code == 0
    assert [one["number"] for one in records(office)] == [A, B, C]
    assert office("history", "verify").code == 0


def test_of_more_than_1000_records_that_could_not_be_written_the_count_remains(desk: Desk):
    numbers = run_of(16465550000, 1200)
    desk.emulator.add_owned(numbers)
    desk.manifest("", head="version: 1\n")
    place(desk).mkdir()
    assert desk("adopt", "--all", "--auto-approve").code == 0
    assert len(desk.state.to_record) == 1000
    assert desk.state.history is not None
    assert (desk.state.history.last, desk.state.history.more) == (1200, 200)
    place(desk).rmdir()
    assert desk("state", "rm", numbers[0], "--auto-approve").code == 0
    ran = desk("history", "verify")
    assert ran.code == 0, ran.err
    assert "records 1001 to 1200 are not there: record 1201 says that" in ran.out


def test_a_no_op_apply_writes_neither_state_nor_history(office: Desk):
    before = {one.name: one.read_bytes() for one in office.folder.iterdir() if one.suffix != ".lock"}
    assert office("apply", "--auto-approve").code == 0
    assert {one.name: one.read_bytes() for one in office.folder.iterdir() if one.suffix != ".lock"} == before


def test_a_state_that_has_nothing_to_tell_has_no_word_of_a_history(desk: Desk):
    desk.emulator.add_owned([A])
    desk.manifest(f"numbers:\n  own: {{number: '{A}'}}\n")
    assert desk("plan").code == 0
    assert not place(desk).exists()
    assert desk("history").out == "no records\n"
    assert desk("history", "verify").code == 0


def test_a_move_takes_the_history_along(office: Desk):
    whole = place(office).read_bytes()
    assert office("state", "migrate", "--to", "elsewhere.json", "--auto-approve").code == 0
    moved = office.folder / "elsewhere.json.history.jsonl"
    assert moved.read_bytes() == whole
    assert office("history", "verify", "--state", "elsewhere.json").code == 0
    office.manifest(POOL.format(count=3))
    assert office("apply", "--auto-approve", "--state", "elsewhere.json").code == 0
    assert moved.read_bytes().startswith(whole)
    assert office("history", "verify", "--state", "elsewhere.json").code == 0


def test_a_state_pushed_in_its_place_keeps_the_chain(office: Desk):
    (office.folder / "old.json").write_text(office("state", "pull").out)
    office.manifest(POOL.format(count=3))
    assert office("apply", "--auto-approve").code == 0
    newer = json.loads(office("state", "pull").out)
    newer["numbers"] = [one for one in newer["numbers"] if one["attributes"]["number"] != C]
    del newer["checksum"]
    (office.folder / "edited.json").write_text(json.dumps(newer))
    assert office("state", "push", "edited.json", "--auto-approve").code == 0
    assert [(one["outcome"], one["number"]) for one in records(office)][3:] == [("forgotten", C)]
    assert office("history", "verify").code == 0


def test_the_one_word_takes_nothing_beside(office: Desk):
    assert office("history", "verify", A).code == 64
    assert office("history", "verify", "--json").code == 64
    assert office("history", "--json", "--csv").code == 64
    assert office("history", "nonsense").code == 64
