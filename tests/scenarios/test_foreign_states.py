"""What is no state lies where the state should be: it is named as what it is, left as it is, and nothing is sent."""

import json
import uuid

import pytest

from tests.cli.desk import STATE, Desk
from tests.services.state_server import StateServer

A = "+16095550101"
TERRAFORM = json.dumps(
    {"version": 4, "terraform_version": "1.9.5", "serial": 3, "lineage": "x", "outputs": {}, "resources": []}
)
PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in\n to GitLab</title></head></html>"
DOCUMENTS = [
    pytest.param(TERRAFORM, "it is a state of Terraform 1.9.5, not of numplan", "adopt", id="terraform"),
    pytest.param(
        TERRAFORM.replace('"terraform_version": "1.9.5", ', ""),
        "it is a state of Terraform",
        "",
        id="opentofu",
    ),
    pytest.param(PAGE, "it is a web page, 'Sign in to GitLab'", "check the address", id="page"),
    pytest.param("\ufeff  <HTML>", "it is a web page", "check the address", id="page without a title"),
    pytest.param("<?xml version='1.0'?><Error/>", "it is an XML document", "check the address", id="xml"),
    pytest.param('{"hello": "world"}', "it is JSON of something else", "", id="json"),
    pytest.param("\n", "it is empty", "take it away", id="empty"),
]


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
    return desk


@pytest.mark.parametrize(("document", "named", "hint"), DOCUMENTS)
@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"], ["show"], ["state", "list"]])
def test_in_a_file_it_is_named(ready: Desk, command: list[str], document: str, named: str, hint: str) -> None:
    (ready.folder / STATE).write_text(document)
    ran = ready(*command)
    assert ran.code == 1, ran
    first, *others = ran.err.splitlines()
    assert first.startswith(f"error: {STATE} cannot be used as state: {named}")
    assert hint in "\n".join(others)
    assert (ready.folder / STATE).read_text() == document
    assert not ready.posts


@pytest.mark.parametrize(("document", "named", "hint"), DOCUMENTS)
def test_at_a_server_it_is_named(
    ready: Desk, server: StateServer, document: str, named: str, hint: str
) -> None:
    path = f"/{uuid.uuid4().hex}"
    server.states[path] = document.encode()
    for command in (["plan"], ["apply", "--auto-approve"], ["state", "pull"]):
        ran = ready(*command, "--state", f"{server.url}{path}")
        assert ran.code == 1, ran
        assert f"cannot be used as state: {named}" in ran.err
        assert hint in ran.err
    assert server.states[path] == document.encode()
    assert path not in server.locks
    assert not ready.posts


def test_where_a_state_was_before_the_way_back_is_told_too(ready: Desk) -> None:
    assert ready("apply", "--auto-approve").code == 0
    (ready.folder / STATE).write_text(PAGE)
    ran = ready("plan")
    assert ran.code == 1
    assert "it is a web page" in ran.err
    assert f"cp {STATE}.backup {STATE}" in ran.err


def test_a_saved_plan_is_no_state(ready: Desk) -> None:
    assert ready("plan", "--out", "p.plan").code == 0
    ran = ready("plan", "--state", "p.plan")
    assert ran.code == 1
    assert "it is a saved plan of numplan, not its state" in ran.err


def test_a_state_of_terraform_cannot_be_pushed(ready: Desk) -> None:
    assert ready("apply", "--auto-approve").code == 0
    before = (ready.folder / STATE).read_bytes()
    (ready.folder / "terraform.tfstate").write_text(TERRAFORM)
    ran = ready("state", "push", "terraform.tfstate", "--auto-approve")
    assert ran.code == 1
    assert "it is a state of Terraform 1.9.5" in ran.err
    assert (ready.folder / STATE).read_bytes() == before
