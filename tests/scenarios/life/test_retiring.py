"""Numbers that are flagged as spam, from outside: they are replaced, and never come back."""

import json

import pytest

from numplan.emulator.protocol.records import Flow
from tests.cli.desk import Desk, run_of

POOL = "pools: {dialer: {count: 3}}\n"
FIRST, SECOND, THIRD, *OTHERS = run_of(12125550100, 8)
ADDRESS = f'pool.dialer["{FIRST}"]'


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Three numbers are managed, and five more are for sale."""
    desk.stock(FIRST, SECOND, THIRD, *OTHERS)
    desk.manifest(POOL)
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {FIRST, SECOND, THIRD}
    return desk


def retire(desk: Desk, *numbers: str, more: str = "") -> None:
    lines = [f'  - {{number: "{number}", reason: spam label}}\n' for number in numbers]
    desk.manifest(f"{POOL}retire:\n{''.join(lines)}{more}")


def test_a_flagged_number_is_replaced_and_never_comes_back(office: Desk) -> None:
    retire(office, FIRST)
    assert office("apply", "--auto-approve").code == 0
    assert office.managed == office.owned == {SECOND, THIRD, OTHERS[0]}
    assert [post.endpoint for post in office.posts][-2:] == ["purchase-numbers", "release-numbers"]
    retire(office, FIRST, more="policy: {rebuy_after: 0d}\n")
    office.manifest((office.folder / "numplan.yaml").read_text().replace("count: 3", "count: 7"), head="")
    assert office("apply", "--auto-approve").code == 0, "seven are left, and it is the cheapest of all"
    assert FIRST not in office.owned
    assert office("plan").last.startswith("No changes.")


def test_every_form_of_a_plan_says_why(office: Desk) -> None:
    retire(office, FIRST)
    files = {name: f"plan.{name}" for name in ("json", "markdown", "html", "gitlab")}
    flags = [part for name, file in files.items() for part in (f"--{name}-out", file)]
    shown = office("plan", *flags)
    told = {name: (office.folder / file).read_text() for name, file in files.items()}
    assert "retired, because: spam label" in shown.out
    assert "spam label" in told["markdown"]
    assert "retired, because: spam label" in told["html"]
    (change,) = (
        one for one in json.loads(told["json"])["resource_changes"] if one["change"]["actions"] != ["no-op"]
    )
    assert change["change"]["actions"] == ["create", "delete"]
    assert change["action_reason"] == "replace_by_request"
    assert change["numplan"]["reason"].startswith("retired, because: spam label")
    assert json.loads(told["gitlab"]) == {"create": 1, "update": 0, "delete": 1}
    stream = [json.loads(line) for line in office("plan", "--json").out.splitlines()]
    (planned,) = (one["change"] for one in stream if one["type"] == "planned_change")
    assert (planned["action"], planned["reason"]) == ("replace", "requested")


def test_one_that_a_flow_uses_goes_once_it_is_free_and_one_successor_is_bought(office: Desk) -> None:
    office.emulator.assign(FIRST, Flow())
    retire(office, FIRST)
    assert "retired, because: spam label" in " ".join(office("plan").out.split())
    assert office("apply", "--auto-approve").code == 4, "its release is blocked"
    assert office.managed == {FIRST, SECOND, THIRD, OTHERS[0]}
    assert office("plan").last.startswith("Plan: 0 to purchase, 0 to release")
    office.emulator.assign(FIRST, "null")
    assert office("apply", "--auto-approve").code == 0
    assert office.managed == office.owned == {SECOND, THIRD, OTHERS[0]}


def test_a_file_of_flagged_numbers_grows_and_belongs_to_what_was_reviewed(office: Desk) -> None:
    flagged = office.folder / "flagged.csv"
    flagged.write_text("number,reason\n")
    office.manifest(f"{POOL}retire_file: flagged.csv\n")
    assert office("plan").last.startswith("No changes.")
    flagged.write_text(f'number,reason\n{FIRST},"spam, says one\ncarrier"\n')
    shown = office("plan", "--out", "p.plan")
    assert "retired, because: spam, says one carrier" in " ".join(shown.out.split())
    flagged.write_text(f"number,reason\n{FIRST},spam\n{SECOND},spam\n")
    ran = office("apply", "p.plan")
    assert ran.code == 7
    assert "the manifest has changed since the plan was made" in ran.err


def test_a_list_of_most_of_what_there_is_is_refused(office: Desk) -> None:
    retire(office, FIRST, SECOND, THIRD)
    ran = office("apply", "--auto-approve")
    assert ran.code == 6
    assert "guard release-share" in ran.out
    assert office.owned == {FIRST, SECOND, THIRD}


def test_replace_exchanges_members_once_and_is_part_of_a_saved_plan(office: Desk) -> None:
    assert office("plan", "--replace", FIRST, "--replace", SECOND, "--out", "p.plan").code == 0
    assert office("apply", "p.plan").code == 0
    assert office.managed == {THIRD, OTHERS[0], OTHERS[1]}
    assert office("plan").last.startswith("No changes.")
    office.manifest(POOL.replace("3", "5"))
    assert office("apply", "--auto-approve").code == 0
    assert office.owned.isdisjoint({FIRST, SECOND}), "what was released is not bought again for 90 days"
    office.manifest(POOL.replace("3", "7"))
    short = office("plan")
    assert short.code == 1
    assert (
        "2 more are for sale that this state released less than 90 days ago: policy.rebuy_after" in short.out
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--destroy", "--replace", "pool.dialer"),
        ("plan", "--refresh-only", "--replace", "pool.dialer"),
        ("apply", "--refresh-only", "--replace", "pool.dialer"),
        ("destroy", "--replace", "pool.dialer"),
        ("plan", "--replace", "pool.other"),
        ("plan", "--replace", ""),
        ("apply", "--replace", "pool.dialer", "p.plan"),
    ],
)
def test_where_replace_means_nothing_it_is_wrong_usage(office: Desk, arguments: tuple[str, ...]) -> None:
    assert office(*arguments).code == 64
    assert office.owned == {FIRST, SECOND, THIRD}


def test_explain_and_state_tell_what_was_retired_and_released(office: Desk) -> None:
    retire(office, FIRST)
    assert "why: retired, because: spam label" in office("explain", ADDRESS).out
    assert office("apply", "--auto-approve").code == 0
    text = " ".join(office("explain", FIRST).out.split())
    assert "retired at numplan.yaml:6:14, because: spam label; no pool takes it" in text
    assert "no pool buys it again before" in text
    document = json.loads(office("explain", FIRST, "--json").out)
    assert document["retired"] == {"reason": "spam label", "file": "numplan.yaml", "line": 6, "column": 14}
    assert set(document["released"]) == {"at", "again_from"}
    assert "1 number released; no pool buys it again" in " ".join(office("state", "show").out.split())
    assert json.loads(office("explain", SECOND, "--json").out)["retired"] is None
    assert office("validate").out.endswith("1 pool of 3 numbers; 1 number retired.\n")


def test_adopt_leaves_out_what_is_retired(office: Desk) -> None:
    retire(office, OTHERS[0])
    office.emulator.remove_stock(OTHERS[:2])
    office.emulator.add_owned(OTHERS[:2])
    assert office("adopt", "--all", "--auto-approve").code == 0
    assert office.managed == {FIRST, SECOND, THIRD, OTHERS[1]}


def test_a_state_that_is_copied_remembers_what_it_released(office: Desk) -> None:
    retire(office, FIRST)
    assert office("apply", "--auto-approve").code == 0
    before = office.state.released
    pulled = office("state", "pull").out
    (office.folder / "copy.json").write_text(pulled)
    assert office("state", "push", "copy.json", "--auto-approve").code == 0
    assert office.state.released == before
    assert [one.number for one in before] == [FIRST]


def test_adopt_says_that_nothing_takes_in_what_is_retired(office: Desk) -> None:
    retire(office, OTHERS[0])
    office.emulator.remove_stock(OTHERS[:1])
    office.emulator.add_owned(OTHERS[:1])
    ran = office("adopt", "--number", OTHERS[0], "--auto-approve")
    assert ran.code == 0
    assert f"nothing takes in what the manifest retires: {OTHERS[0]}; left out" in ran.err
    assert OTHERS[0] not in office.managed


def test_a_pool_that_begins_later_says_that_it_replaces_nothing_before(office: Desk) -> None:
    office.manifest("pools: {dialer: {count: 3, from: 2999-01-01}}\n")
    ran = office("plan", "--replace", ADDRESS)
    assert "pool.dialer begins on 2999-01-01: 1 number that --replace names is not replaced before" in ran.out
