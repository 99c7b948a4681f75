"""What the pages about pipelines say is what the files do."""

import re
import shlex

import pytest
import yaml

from tests.ci.conftest import ROOT
from tests.cli.desk import Desk

GITHUB = (ROOT / "docs" / "ci-github.md").read_text(encoding="utf-8")
DETAILS = (ROOT / "docs" / "ci-github-details.md").read_text(encoding="utf-8")
OF_GITLAB = (ROOT / "docs" / "ci-gitlab-details.md").read_text(encoding="utf-8")
SELF_HOSTED = (ROOT / "docs" / "ci-self-hosted.md").read_text(encoding="utf-8")
GITLAB = (ROOT / "docs" / "ci-gitlab.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = yaml.safe_load((ROOT / "examples" / "github" / "numplan.yml").read_text(encoding="utf-8"))
PIPELINE = (ROOT / "examples" / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8")


def rows(page: str, header: str) -> list[list[str]]:
    """The cells of the table under a header."""
    table = page.partition(f"| {header} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def names(page: str, header: str) -> set[str]:
    return {name for row in rows(page, header) for name in re.findall(r"`([^`]+)`", row[0])}


def test_each_input_and_output_of_the_action_is_in_the_page() -> None:
    assert names(DETAILS, "input") == set(ACTION["inputs"])
    assert names(DETAILS, "output") == set(ACTION["outputs"])


def test_the_defaults_in_the_page_are_those_of_the_action() -> None:
    said = {row[0]: row[1] for row in rows(DETAILS, "input")}
    for name in ("command", "settle", "python-version"):
        assert said[f"`{name}`"] == f"`{ACTION['inputs'][name]['default']}`"


def test_each_permission_of_a_job_is_in_the_page() -> None:
    said = {row[0].strip("`"): row[1] for row in rows(DETAILS, "job")}
    for name, job in WORKFLOW["jobs"].items():
        granted = {f"`{scope}: {access}`" for scope, access in job["permissions"].items()}
        assert granted == set(said[name].split(", "))


@pytest.mark.parametrize(
    ("page", "source"), [(GITHUB, str(WORKFLOW)), (GITLAB, PIPELINE)], ids=["github", "gitlab"]
)
def test_each_name_that_the_page_asks_to_set_is_used_by_the_file(page: str, source: str) -> None:
    asked = names(page, "name")
    assert {"NUMPLAN_ACCOUNT_ID", "NUMPLAN_TOKEN"} <= asked
    for name in asked & asked:
        assert name in source


@pytest.mark.parametrize("page", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_each_exit_code_that_a_job_may_have_is_in_the_page(page: str) -> None:
    said = {int(code) for row in rows(page, "code") for code in row[0].split(",")}
    assert {0, 1, 4, 5, 6, 7, 8, 130, 143} <= said


@pytest.mark.parametrize("page", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_a_page_that_begins_with_a_pipeline_fits_on_two_screens(page: str) -> None:
    assert len(page.splitlines()) <= 100
    assert page.index("numplan init --ci") < page.index("## What happens")


@pytest.mark.parametrize("page", [GITHUB, GITLAB, SELF_HOSTED], ids=["github", "gitlab", "self-hosted"])
def test_each_command_that_writes_a_pipeline_writes_one(desk: Desk, page: str) -> None:
    commands = re.findall(r"^ *numplan (init --ci .*)$", page, re.MULTILINE)
    assert commands
    for command in commands:
        assert desk(*shlex.split(command)).code == 0


@pytest.mark.parametrize("page", [DETAILS, GITLAB, OF_GITLAB], ids=["github", "gitlab", "of gitlab"])
def test_each_yaml_block_of_a_page_can_be_read(page: str) -> None:
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    assert blocks
    for _, block in blocks:
        assert yaml.safe_load(block)
