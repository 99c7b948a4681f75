"""`numplan output`, outputs in plans, and Terraform that reads them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.desk import Desk

FLEET = """\
numbers: {support: {number: +12050000001}}
sets: {dialer: {numbers: [+12050000003, +12050000002]}}
outputs:
  support: ${number.support.number}
  uri: "sip:${number.support.number}@example.com"
  dialer: ${set.dialer.numbers}
"""
NUMBERS = ("+12050000001", "+12050000002", "+12050000003")


@pytest.fixture
def applied(desk: Desk) -> Desk:
    """A desk whose manifest is applied."""
    desk.manifest(FLEET)
    desk.stock(*NUMBERS)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0
    assert 'uri = "sip:+12050000001@example.com"' in ran.out
    return desk


def test_each_form(applied: Desk):
    assert applied("output").out == (
        'support = "+12050000001"\nuri = "sip:+12050000001@example.com"\n'
        'dialer = ["+12050000002","+12050000003"]\n'
    )
    assert applied("output", "--raw", "support").out == "+12050000001\n"
    assert applied("output", "--raw", "dialer").out == "+12050000002\n+12050000003\n"
    assert json.loads(applied("output", "dialer", "--json").out) == ["+12050000002", "+12050000003"]
    whole = json.loads(applied("output", "--json").out)
    assert whole["support"] == {"sensitive": False, "type": "string", "value": "+12050000001"}
    assert whole["dialer"]["type"] == ["list", "string"]


def test_selected_in_part_a_list_tells_what_is_selected(applied: Desk):
    ran = applied.process("output", "--exclude", "+12050000002", "--exclude", "number.support")
    assert (ran.code, ran.out) == (0, 'dialer = ["+12050000003"]\n')
    assert ran.err == "Not selected: 2 numbers, and the outputs support, uri.\n"
    ran = applied.process("output", "--target", "set.*", "--external")
    assert json.loads(ran.out) == {"dialer": "+12050000002,+12050000003"}
    ran = applied.process("output", "--target", "set.*", "support")
    assert (ran.code, ran.out) == (64, "")
    assert "support is not selected" in ran.err
    ran = applied.process("output", "--target", "set.diler")
    assert (ran.code, ran.out) == (64, "")
    assert "did you mean set.dialer?" in ran.err


def test_neither_token_nor_account_nor_api_is_needed(applied: Desk):
    ran = applied("output", "--raw", "uri", NUMPLAN_TOKEN=None, NUMPLAN_ACCOUNT_ID=None, NUMPLAN_API_URL=None)
    assert (ran.code, ran.out) == (0, "sip:+12050000001@example.com\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nope"], 1, "declares no output nope"),
        (["supprt"], 1, "did you mean support?"),
        (["--raw"], 64, "--raw prints one output"),
        (["--raw", "--json", "support"], 64, "exclude each other"),
        (["--external", "support"], 64, "--external prints all outputs"),
    ],
)
def test_what_cannot_be_printed_is_said(applied: Desk, arguments: list[str], code: int, words: str):
    ran = applied("output", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err


def test_a_number_that_is_not_managed_yet_has_no_value(desk: Desk):
    desk.manifest(FLEET)
    assert desk("output").out.startswith("support = null\n")
    for arguments in (["--raw", "support"], ["--external"]):
        ran = desk.process("output", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert "has no value yet" in ran.err


def test_plans_tell_how_outputs_change(desk: Desk):
    desk.manifest(FLEET)
    desk.stock(*NUMBERS)
    ran = desk("plan", "--json-out", "plan.json")
    assert "Outputs that change: 3" in ran.out
    assert "dialer: 0 numbers -> 2 numbers" in ran.out
    document = json.loads((desk.folder / "plan.json").read_text())
    change = document["output_changes"]["support"]
    assert (change["actions"], change["before"], change["after"]) == (["create"], None, "+12050000001")
    assert document["output_changes"]["dialer"]["actions"] == ["update"]
    assert document["planned_values"]["outputs"]["uri"]["value"] == "sip:+12050000001@example.com"
    stream = [json.loads(line) for line in desk("plan", "--json").out.splitlines()]
    (told,) = [line["outputs"] for line in stream if line["type"] == "outputs"]
    assert told["support"] == {
        "sensitive": False,
        "type": "string",
        "value": "+12050000001",
        "action": "create",
    }


def test_an_apply_streams_what_they_are(desk: Desk):
    desk.manifest(FLEET)
    desk.stock(*NUMBERS)
    stream = [json.loads(line) for line in desk("apply", "--auto-approve", "--json").out.splitlines()]
    last = [line["outputs"] for line in stream if line["type"] == "outputs"][-1]
    assert last["dialer"] == {"sensitive": False, "type": ["list", "string"], "value": list(NUMBERS[1:])}


# -- Terraform


def external(desk: Desk, query: str) -> subprocess.CompletedProcess[str]:
    """Run the program as Terraform's `external` data source does: the query on standard input, then its end."""
    process = desk.spawn("output", "--external", stdin=subprocess.PIPE)
    out, err = process.communicate(query.encode(), timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out.decode(), err.decode())


def test_the_contract_of_the_external_data_source_is_kept(applied: Desk):
    """One JSON object of texts on standard output, and 0; or words on standard error, and another code."""
    ran = external(applied, "{}")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == {
        "support": "+12050000001",
        "uri": "sip:+12050000001@example.com",
        "dialer": "+12050000002,+12050000003",
    }
    for query in ('{"env": "staging"}', "[]", '{"env": 1}', "{"):
        failed = external(applied, query)
        assert (failed.returncode, failed.stdout) == (64, ""), query
        assert "query" in failed.stderr


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
def test_terraform_uses_the_numbers(applied: Desk, tmp_path: Path):
    place = tmp_path / "terraform"
    place.mkdir()
    (place / "numplan.auto.tfvars.json").write_text(external(applied, "").stdout)
    (place / "outputs.json").write_text(applied("output", "--json").out)
    (place / "main.tf").write_text("""
variable "support" { type = string }
variable "uri" { type = string }
variable "dialer" { type = string }
locals { all = jsondecode(file("outputs.json")) }
resource "terraform_data" "route" {
  for_each = toset(split(",", var.dialer))
  input    = each.value
}
output "routes" { value = sort([for one in terraform_data.route : one.output]) }
output "support" { value = var.support == local.all.support.value ? var.support : "they differ" }
output "listed" { value = local.all.dialer.value }
""")

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=place, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color")
    found = {name: one["value"] for name, one in json.loads(terraform("output", "-json")).items()}
    assert found == {"routes": list(NUMBERS[1:]), "support": NUMBERS[0], "listed": list(NUMBERS[1:])}
