"""`numplan numbers`: one list of the account, with whose each number is."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk, run_of

OURS = "+12125550100"
THEIRS = "+12125550200"
LOOSE = "+12125550300"
OTHER = "other/numplan.state.json"


def rows(desk: Desk, *flags: str) -> list[Mapping[str, Any]]:
    ran = desk("numbers", "--json", *flags)
    assert ran.code == 0, ran.err
    found: list[Mapping[str, Any]] = json.loads(ran.out)
    return found


@pytest.fixture
def shared(desk: Desk) -> Desk:
    """An account with a number of ours, one of another state, and one of nobody's."""
    desk.stock(OURS, THEIRS)
    other = desk.folder / "other"
    other.mkdir()
    desk.manifest(f'numbers: {{them: {{number: "{THEIRS}"}}}}\n', name="other/numplan.yaml")
    assert desk("apply", "--chdir", "other", "--auto-approve").code == 0
    desk.emulator.add_owned([LOOSE])
    desk.manifest(
        f"other_states: {{emea: {OTHER}}}\n"
        f'numbers: {{line: {{number: "{OURS}", labels: {{owner: sales, site: berlin}}, protect: true}}}}\n'
    )
    ran = desk("apply", "--auto-approve", "--buy-beside-unmanaged")
    assert ran.code == 0, ran.out + ran.err
    return desk


def test_each_number_says_whose_it_is_and_what_is_known_of_it(shared: Desk) -> None:
    ours, theirs, loose = rows(shared)
    assert [one["whose"] for one in (ours, theirs, loose)] == ["here", "emea", "unmanaged"]
    assert (ours["resource"], ours["address"]) == ("number.line", "number.line")
    assert (theirs["resource"], theirs["address"]) == (None, "number.them")
    assert loose["address"] is None
    assert (ours["state"], ours["city"], ours["category"]) == ("New Jersey", "Birmingham", "Voice+SMS")
    assert (ours["sip_trunk_id"], ours["labels"]) == (169, {"owner": "sales", "site": "berlin"})
    assert ours["protect"] is True
    assert ours["bought_at"].endswith("Z")
    assert (theirs["labels"], theirs["state"], theirs["bought_at"]) == ({}, None, None)
    for one in (ours, theirs, loose):
        assert (one["voice_rate"], one["sms_rate"]) == ("0.7000", "0.0013")
        assert one["area_code"] == "212"


def test_the_keys_of_before_are_there_still(shared: Desk) -> None:
    for one in rows(shared):
        assert one.keys() >= {"number", "country", "type", "setup_charge", "monthly_charge", "area_code"}
        assert one.keys() >= {"assigned_to", "flow_id", "flow_name"}


def test_unmanaged_leaves_out_what_another_state_manages(shared: Desk) -> None:
    assert [one["number"] for one in rows(shared, "--unmanaged")] == [LOOSE]


def test_a_number_that_leaves_is_listed_as_leaving(desk: Desk) -> None:
    desk.stock(OURS)
    entry = f'numbers: {{line: {{number: "{OURS}", release_after: 30d}}}}\n'
    desk.manifest(entry)
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest("numbers: {}\n")
    assert desk("apply", "--auto-approve", "--allow-empty").code == 0
    [one] = rows(desk)
    assert one["whose"] == "leaving"
    assert one["leaving_at"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("whose=unmanaged", [LOOSE]),
        ("whose=EMEA", [THEIRS]),
        ("number=+1212*0200", [THEIRS]),
        ("label.owner=sa*", [OURS]),
        ("label.owner=", [THEIRS, LOOSE]),
        ("labels=*berlin*", [OURS]),
        ("voice_rate=0.7*", [OURS, THEIRS, LOOSE]),
        ("city=", [THEIRS, LOOSE]),
        ("resource=pool.*", []),
    ],
)
def test_where_keeps_the_rows_whose_column_fits(shared: Desk, condition: str, found: list[str]) -> None:
    assert [one["number"] for one in rows(shared, "--where", condition)] == found


def test_each_where_must_fit(shared: Desk) -> None:
    assert [one["number"] for one in rows(shared, "--where", "number=+1*", "--where", "whose=here")] == [OURS]


def test_columns_are_those_that_are_named_in_that_order_in_every_form(shared: Desk) -> None:
    named = ("--columns", "label.owner, number,whose")
    assert list(rows(shared, *named)[0]) == ["label.owner", "number", "whose"]
    read = list(csv.reader(io.StringIO(shared("numbers", *named, "--csv").out)))
    assert read == [
        ["label.owner", "number", "whose"],
        ["sales", OURS, "here"],
        ["", THEIRS, "emea"],
        ["", LOOSE, "unmanaged"],
    ]
    assert shared("numbers", *named).out.splitlines()[0].split() == ["label.owner", "number", "whose"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--columns", "numbr"), "did you mean number?"),
        (("--columns", "number,"), "there is no column ''"),
        (("--columns", "label."), "there is no column 'label.'"),
        (("--columns", "types"), "there is no column 'types'"),
        (("--where", "whose"), "write COLUMN=GLOB"),
        (("--where", "ower=x"), "there is no column 'ower'"),
    ],
)
def test_a_column_that_does_not_exist_is_wrong_usage(desk: Desk, flags: tuple[str, ...], said: str) -> None:
    ran = desk("numbers", *flags)
    assert ran.code == 64
    assert said in ran.err


def test_a_table_fits_80_columns_and_says_what_it_left_out(shared: Desk) -> None:
    ran = shared("numbers")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split()[:3] == ["number", "whose", "resource"]
    assert "flow" not in lines[0].split(), "no number is in a flow, so nothing is said of it"
    assert "not shown for want of room: setup_charge" in ran.err


def test_a_csv_goes_back_in_as_a_list_of_numbers(shared: Desk) -> None:
    (shared.folder / "list.csv").write_text(shared("numbers", "--csv").out)
    shared.manifest("sets: {all: {numbers_file: list.csv}}\n")
    ran = shared("validate")
    assert ran.code == 0, ran.out + ran.err
    assert "not read" not in ran.out + ran.err


def test_it_works_without_a_manifest_and_without_a_state(desk: Desk) -> None:
    desk.emulator.add_owned([LOOSE])
    [one] = rows(desk)
    assert (one["number"], one["whose"]) == (LOOSE, "unmanaged")
    assert not list(Path(desk.folder).iterdir()), "and it writes nothing"


def test_a_state_of_another_account_is_no_word_on_this_one(shared: Desk) -> None:
    ran = shared("numbers", NUMPLAN_ACCOUNT_ID="191")
    assert ran.code == 1


def test_managed_numbers_that_the_account_lacks_are_counted(shared: Desk) -> None:
    shared.emulator.remove_owned([OURS])
    ran = shared("numbers")
    assert ran.code == 0
    assert "warning: 1 number of the state is not in the account" in ran.err


def test_ten_numbers_of_one_pool_say_which(desk: Desk) -> None:
    desk.stock(*run_of(12125550100, 10))
    desk.manifest("pools: {p: {count: 10}}\n")
    assert desk("apply", "--auto-approve").code == 0
    assert {one["resource"] for one in rows(desk)} == {"pool.p"}
    assert {one["address"] for one in rows(desk)} == {
        f'pool.p["+{n}"]' for n in range(12125550100, 12125550110)
    }
