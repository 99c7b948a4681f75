"""The example of two environments that share a manifest, and Terraform that uses its numbers."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.desk import Desk, run_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "environments"
ENVIRONMENTS = {"staging": ("190", "+16096294671", 2), "production": ("191", "+12122223400", 5)}


def at(environment: str, *, state: str = "") -> list[str]:
    """The flags of one environment."""
    files = ["-f", str(EXAMPLE / "fleet"), "--var-file", str(EXAMPLE / f"{environment}.vars.yaml")]
    return [*files, "--state", f"{state or environment}.state.json"]


def open_for(environment: str, make_desk: Callable[..., Desk]) -> Desk:
    """A desk at the environment's account, with numbers for sale in its state."""
    account, support, _ = ENVIRONMENTS[environment]
    desk = make_desk(account=account)
    desk.stock(support, *({"number": one, "state": "New York"} for one in run_of(13155550100, 8)))
    return desk


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_is_validated_planned_and_applied(environment: str, make_desk: Callable[..., Desk]) -> None:
    _, support, sales = ENVIRONMENTS[environment]
    desk = open_for(environment, make_desk)
    flags = at(environment)
    assert desk(*flags[:4], "validate").code == 0
    assert f"Plan: {sales + 1} to purchase, 0 to release" in desk(*flags, "plan").last
    assert desk(*flags, "apply", "--auto-approve").code == 0
    assert desk(*flags, "plan", "--detailed-exitcode").code == 0
    assert desk.owned == {support, *run_of(13155550100, sales)}
    shown = desk(*flags, "state", "show", "number.support").out
    assert f"env={environment}" in shown
    assert desk(*flags, "output", "--raw", "support_number").out == f"{support}\n"
    assert not list(EXAMPLE.rglob("*.state.json"))


def test_they_cannot_be_mixed_up(make_desk: Callable[..., Desk]) -> None:
    desk = open_for("staging", make_desk)
    assert desk(*at("staging"), "apply", "--auto-approve").code == 0
    wrong_values = desk(*at("production"), "plan")
    assert wrong_values.code == 1
    assert "is for account 191" in wrong_values.err
    wrong_state = desk(*at("production", state="staging"), "plan", NUMPLAN_ACCOUNT_ID="191")
    assert wrong_state.code == 1
    assert "the state belongs to account 190" in wrong_state.err


def test_without_values_nothing_is_sent(make_desk: Callable[..., Desk]) -> None:
    desk = open_for("staging", make_desk)
    ran = desk("-f", str(EXAMPLE / "fleet"), "--state", "x.state.json", "apply", "--auto-approve")
    assert ran.code == 1
    for name in ("env", "account", "trunk", "support_number"):
        assert f"error: variables.{name}: this variable has no value" in ran.err
    assert not desk.posts


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
def test_terraform_uses_its_numbers(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = open_for("staging", make_desk)
    assert desk(*at("staging"), "apply", "--auto-approve").code == 0
    place = tmp_path / "terraform"
    place.mkdir()
    shutil.copy(EXAMPLE / "main.tf", place)
    (place / "numplan.auto.tfvars.json").write_text(desk.process(*at("staging"), "output", "--external").out)
    for arguments in (["init", "-input=false"], ["apply", "-auto-approve", "-input=false"]):
        done = subprocess.run(
            ["terraform", *arguments], cwd=place, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    resources = json.loads((place / "terraform.tfstate").read_text())["resources"]
    routes = {one["index_key"] for resource in resources for one in resource["instances"]}
    assert routes == {"+16096294671", *run_of(13155550100, 2)}
