"""Label values that look alike are one team, for budgets and for the bill; what cannot be told apart is refused."""

import json

import pytest

from tests.cli.desk import Desk, run_of

BODY = """\
pools: {{line: {{count: {count}, labels: {{owner: "{owner}"}}}}, other: {{count: 0, labels: {{owner: sales}}}}}}
policy: {{budgets: {{by: owner, each: {{sales: "0.20"}}}}}}
"""


@pytest.mark.parametrize(
    "owner", ["sales\\u200b", "sales\\u00ad", "sales ", " sales", "sa\\u2060les", "\\uff53ales"]
)
def test_a_value_that_only_looks_like_a_team_is_that_teams(desk: Desk, owner: str) -> None:
    desk.stock(*run_of(12125550100, 3))
    desk.manifest(BODY.format(count=2, owner="sales"))
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(BODY.format(count=3, owner=owner))
    ran = desk("plan")
    assert ran.code == 6, ran.out
    assert "guard budget" in ran.out
    desk.manifest(BODY.format(count=2, owner=owner))
    assert desk("apply", "--auto-approve").code == 0
    bill = json.loads(desk("cost", "--by", "label:owner", "--json").out)
    assert [one["group"] for one in bill["groups"]] == ["sales"]


@pytest.mark.parametrize("name", ["owner\\u200b", "own\\u00ader", "owner "])
def test_a_label_whose_name_only_looks_like_it_is_that_label(desk: Desk, name: str) -> None:
    desk.stock(*run_of(12125550100, 3))
    desk.manifest(BODY.format(count=2, owner="sales"))
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(BODY.format(count=3, owner="sales").replace('{owner: "sales"}', f'{{"{name}": sales}}'))
    ran = desk("plan")
    assert ran.code == 6, ran.out
    assert "guard budget" in ran.out


@pytest.mark.parametrize("name", ["here", "leaving", "unmanaged", "unreadable"])
def test_another_state_is_called_nothing_that_the_list_says_otherwise(desk: Desk, name: str) -> None:
    desk.manifest(f"other_states: {{{name}: ../x.state.json}}\n")
    ran = desk("validate")
    assert ran.code == 1
    assert f"a state cannot be called {name}" in ran.out + ran.err


@pytest.mark.parametrize("column", ["protected", "protekt", "Protection"])
def test_a_column_that_was_meant_to_protect_is_no_note(desk: Desk, column: str) -> None:
    (desk.folder / "list.csv").write_text(f"number,{column}\n+12125550100,true\n")
    desk.manifest("sets: {s: {numbers_file: list.csv}}\n")
    ran = desk("validate")
    assert ran.code == 1
    assert "is `protect` meant?" in ran.out + ran.err


def test_a_value_that_only_a_row_carries_can_have_a_budget(desk: Desk) -> None:
    (desk.folder / "list.csv").write_text("number,label.owner\n+12125550100,support\n")
    desk.manifest(
        'sets: {s: {numbers_file: list.csv}}\npolicy: {budgets: {by: owner, each: {support: "1"}}}\n'
    )
    assert desk("validate").code == 0
