"""What makes the first hour shorter: completion, a manifest from a search, editors that know the keys."""

import json
import os

import pytest
import yaml

from tests.cli.desk import run_of
from tests.loading import load_manifest

MEMBERS = run_of(16465550101, 3)


@pytest.fixture
def fleet(desk):
    desk.stock("+16095550101", *MEMBERS)
    desk.manifest(
        'numbers: {hotline: {number: "+16095550101"}}\npools: {sales: {count: 3, digits: "646555"}}\n'
    )
    assert desk("apply", "--auto-approve").code == 0
    return desk


def completed(desk, *words: str) -> list[str]:
    """What bash would offer for the last word."""
    typed = {"_NUMPLAN_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["numplan", *words])}
    told = desk.process(environment={**typed, "COMP_CWORD": str(len(words))})
    return [line.partition(",")[2] for line in told.out.splitlines() if line]


def test_a_shell_completes_what_state_holds(fleet):
    assert completed(fleet, "state", "show", "p") == ["pool.sales"]
    assert completed(fleet, "state", "rm", "+1646") == MEMBERS
    assert completed(fleet, "plan", "--target", "num") == ["number.hotline"]
    assert completed(fleet, "state", "show", "--state", "gone.json", "p") == []


def test_without_a_state_a_shell_completes_nothing_and_says_nothing(desk):
    assert completed(desk, "state", "show", "p") == []
    desk.manifest("", head="version: [\n")
    assert completed(desk, "state", "show", "p") == []


def test_what_a_search_finds_is_a_manifest(desk):
    desk.stock(*MEMBERS)
    found = desk("search", "--country", "United States", "--as-manifest")
    assert found.code == 0, found
    (desk.folder / "numplan.yaml").write_text(found.out)
    assert {one.number for one in load_manifest(desk.folder / "numplan.yaml").explicit()} == {*MEMBERS}
    assert desk("fmt", "--check").code == 0
    assert desk("apply", "--auto-approve").code == 0
    assert desk.owned == {*MEMBERS}
    assert desk("search", "--country", "United States", "--as-manifest", "--csv").code == 64


def test_editors_find_the_schema_that_init_points_to(desk):
    assert desk("init").code == 0
    first = (desk.folder / "numplan.yaml").read_text().partition("\n")[0]
    path = desk.folder / first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(path.read_text()) == json.loads(desk("schema", "manifest").out)
    assert desk("-f", ".", "validate").code == 0
    assert yaml.safe_load((desk.folder / "numplan.yaml").read_text())["version"] == 1
    assert os.listdir(path.parent) == ["manifest.schema.json"]  # noqa: PTH208
