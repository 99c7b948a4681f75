"""`numplan cost`, from outside: its rows are the account's bill, to the cent."""

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.cli.desk import Desk

SALES = ["+12125550100", "+12125550101"]
SUPPORT = "+12125550200"
THEIRS = "+12125550300"
LOOSE = "+12125550400"
TEAMS = f"""\
currency: EUR
other_states: {{emea: other/numplan.state.json}}
sets: {{dialer: {{numbers: {json.dumps(SALES)}, labels: {{owner: sales}}, usage: {{minutes: 400}}}}}}
"""


def told(desk: Desk, *flags: str, **environment: str | None) -> Mapping[str, Any]:
    ran = desk("cost", "--json", *flags, **environment)
    assert ran.code == 0, ran.err
    document: Mapping[str, Any] = json.loads(ran.out)
    return document


def groups(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{one['kind']} {one['group'] or ''}".strip(): one["monthly_charge"] for one in document["groups"]
    }


@pytest.fixture
def billed(desk: Desk) -> Desk:
    """Numbers of two teams, of another state, and of nobody's, at prices of their own."""
    for number, monthly in zip([*SALES, SUPPORT, THEIRS], ("0.10", "0.255", "1", "20"), strict=True):
        desk.stock({"number": number, "recurring_charge": monthly, "rate": "0.02", "sms_rate": "0.001"})
    (desk.folder / "other").mkdir()
    desk.manifest(f'numbers: {{them: {{number: "{THEIRS}"}}}}\n', name="other/numplan.yaml")
    assert desk("apply", "--auto-approve", "--chdir", "other").code == 0
    desk.emulator.add_owned([{"number": LOOSE, "recurring_charge": "300"}])
    desk.manifest(
        f'{TEAMS}numbers: {{desk: {{number: "{SUPPORT}", labels: {{owner: support}}, release_after: 30d}}}}\n'
    )
    ran = desk("apply", "--auto-approve", "--buy-beside-unmanaged")
    assert ran.code == 0, ran.out + ran.err
    return desk


def test_the_rows_add_up_to_the_bill_of_the_account(billed: Desk) -> None:
    for by in (
        (),
        *(("--by", word) for word in ("label:owner", "resource", "country", "state", "type", "city")),
    ):
        document = told(billed, *by)
        assert document["total"] == {"numbers": 5, "monthly_charge": "321.355", "unknown": 0}
        assert sum(Decimal(one["monthly_charge"]) for one in document["groups"]) == Decimal("321.355")
        assert sum(one["numbers"] for one in document["groups"]) == 5
        assert groups(document).items() >= {("state emea", "20.00"), ("unmanaged unmanaged", "300.00")}


def test_by_a_label_each_team_has_a_row(billed: Desk) -> None:
    assert groups(told(billed, "--by", "label:owner")) == {
        "managed support": "1.00",
        "managed sales": "0.355",
        "state emea": "20.00",
        "unmanaged unmanaged": "300.00",
    }
    assert groups(told(billed, "--by", "label:site")).keys() == {
        "without",
        "state emea",
        "unmanaged unmanaged",
    }


def test_what_leaves_is_paid_for_and_stands_apart(billed: Desk) -> None:
    billed.manifest(TEAMS)
    ran = billed("apply", "--auto-approve")
    assert ran.code == 0, ran.out + ran.err
    assert groups(told(billed, "--by", "label:owner"))["leaving leaving"] == "1.00"
    assert told(billed)["total"]["monthly_charge"] == "321.355"


def test_a_charge_that_the_account_does_not_say_is_counted_apart(billed: Desk) -> None:
    billed.fault("odd_row", "purchased-list", of=[LOOSE], field="mrc", missing=True, count=0)
    document = told(billed)
    assert document["total"] == {"numbers": 5, "monthly_charge": "21.355", "unknown": 1}
    lines = billed("cost").out.splitlines()
    assert lines[0] == "5 numbers, 21.355 + 1? EUR a month"
    assert lines[-2].split() == ["unmanaged", "1", "0.00", "+", "1?"]


def test_a_bill_that_lacks_a_managed_number_does_not_call_itself_whole(billed: Desk) -> None:
    assert told(billed)["complete"] is True
    billed.emulator.remove_owned([SUPPORT])
    assert told(billed)["complete"] is False
    assert "warning: 1 number of the state is not in the account" in billed("cost", "--csv").err


def test_usage_is_shown_beside_the_charges_and_in_no_sum_of_them(billed: Desk) -> None:
    document = told(billed, "--by", "resource", "--usage")
    [dialer] = [one for one in document["groups"] if one["group"] == "set.dialer"]
    assert dialer["usage"] == {"monthly_charge": "16.00", "unknown": 0}
    assert dialer["monthly_charge"] == "0.355"
    assert document["total"]["usage"]["monthly_charge"] == "16.00"
    assert "about 16.00 for what they are used for" in billed("cost", "--usage").out


def test_offline_it_asks_nobody_and_needs_no_token(billed: Desk) -> None:
    before = billed.emulator.calls()
    document = told(billed, "--offline", NUMPLAN_TOKEN=None, NUMPLAN_ACCOUNT_ID=None)
    assert groups(document) == {"managed here": "1.355"}
    assert billed.emulator.calls() == before


def test_a_table_has_sums_in_columns_and_the_currency_once(billed: Desk) -> None:
    assert billed("cost", "--by", "label:owner").out.splitlines() == [
        "5 numbers, 321.355 EUR a month",
        "",
        "owner       numbers  monthly",
        "support           1     1.00",
        "sales             2    0.355",
        "state emea        1    20.00",
        "unmanaged         1   300.00",
        "total             5  321.355",
    ]


def test_csv_has_a_row_a_group_and_the_total(billed: Desk) -> None:
    read = list(csv.DictReader(io.StringIO(billed("cost", "--by", "label:owner", "--csv").out)))
    assert [(one["group"], one["kind"], one["numbers"], one["monthly_charge"]) for one in read][-1] == (
        "",
        "total",
        "5",
        "321.355",
    )
    assert sum(Decimal(one["monthly_charge"]) for one in read[:-1]) == Decimal("321.355")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--by", "owner"), "nor label:NAME; did you mean label:owner?"),
        (("--by", "label:"), "nor label:NAME"),
        (("--json", "--csv"), "exclude each other"),
    ],
)
def test_wrong_usage_is_64(billed: Desk, flags: tuple[str, ...], said: str) -> None:
    ran = billed("cost", *flags)
    assert ran.code == 64
    assert said in ran.err


def test_without_a_manifest_and_a_state_all_of_it_is_nobodys(desk: Desk) -> None:
    desk.emulator.add_owned([{"number": LOOSE, "recurring_charge": "3"}])
    assert groups(told(desk)) == {"unmanaged unmanaged": "3.00"}
    ran = desk("cost", "--usage")
    assert ran.code == 64
    assert "--usage needs a manifest" in ran.err
    assert desk("cost", "--offline").code == 1
