"""Variables and folders from the command line."""

import pytest

from tests.cli.desk import HEAD, Desk

SALES = """\
variables:
  env: {default: staging}
  first:
numbers:
  first: {number: "${var.first}", labels: {env: "${var.env}"}}
"""


def test_flags_stand_before_or_after_the_command_and_add_up(desk: Desk):
    desk.manifest(SALES)
    desk.stock("+12050000001")
    ran = desk("--var", "env=production", "plan", "--var", "first=+12050000001")
    assert ran.code == 0
    assert "1 to purchase" in ran.last
    assert "env=production" in ran.out


def test_files_and_the_environment_give_values_too(desk: Desk):
    desk.manifest(SALES)
    desk.stock("+12050000001")
    (desk.folder / "here.vars").write_text('{"env": "file"}')
    ran = desk("plan", "--var-file", "here.vars", NUMPLAN_VAR_first="12050000001", NUMPLAN_VAR_env="outside")
    assert ran.code == 0
    assert "env=file" in ran.out


def test_an_unset_variable_fails_with_its_place_before_any_call(desk: Desk):
    desk.manifest(SALES)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 1
    assert "numplan.yaml:6:3: error: variables.first: this variable has no value" in ran.err
    assert desk.left_alone()


@pytest.mark.parametrize("flag", ["first", "=x", ""])
def test_a_flag_without_a_name_or_a_value_is_wrong_usage(desk: Desk, flag: str):
    desk.manifest(SALES)
    ran = desk("plan", "--var", flag)
    assert ran.code == 64
    assert "write NAME=VALUE" in ran.err


def test_a_saved_plan_is_stale_once_a_value_changes(desk: Desk):
    desk.manifest(SALES)
    desk.stock("+12050000001")
    first = ("--var", "first=+12050000001")
    assert desk("plan", "--out", "a.plan", *first).code == 0
    assert b"staging" in (desk.folder / "a.plan").read_bytes()  # where it is used: a label
    changed = desk("apply", "a.plan", *first, "--var", "env=production")
    assert (changed.code, desk.left_alone()) == (7, True)
    assert desk("apply", "a.plan", *first).code == 0
    assert desk.owned == {"+12050000001"}


def test_a_folder_is_planned_and_applied_with_its_state_in_it(desk: Desk):
    fleet = desk.folder / "fleet"
    fleet.mkdir()
    (fleet / "common.yaml").write_text(HEAD)
    (fleet / "sales.json").write_text('{"sets": {"s": {"numbers": ["+12050000001"]}}}')
    desk.stock("+12050000001")
    assert desk("validate", "-f", "fleet").out.startswith("fleet is valid: 1 number declared")
    assert desk("apply", "-f", "fleet", "--auto-approve").code == 0
    assert (fleet / "numplan.state.json").exists()
    assert desk("plan", "-f", "fleet", "--detailed-exitcode").code == 0
    assert "set.s" in desk("state", "list", "-f", "fleet").out


def test_a_plan_is_not_saved_where_it_would_be_part_of_the_manifest(desk: Desk):
    fleet = desk.folder / "fleet"
    fleet.mkdir()
    (fleet / "common.yaml").write_text(HEAD)
    ran = desk("plan", "-f", "fleet", "--json-out", "fleet/plan.json")
    assert ran.code == 64
    assert "would be part of the manifest" in ran.err
    assert desk("plan", "-f", "fleet", "--out", "fleet/tonight.plan").code == 0
