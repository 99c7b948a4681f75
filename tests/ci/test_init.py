"""`numplan init --ci`."""

from pathlib import Path

import pytest

from tests.ci.conftest import ROOT
from tests.cli.desk import Desk

FILES = {
    "github": (Path(".github/workflows/numplan.yml"), ROOT / "examples" / "github" / "numplan.yml"),
    "gitlab": (Path(".gitlab-ci.yml"), ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"),
}
BOTH = pytest.mark.parametrize("ci", FILES)


@BOTH
def test_the_pipeline_is_the_example_byte_for_byte(desk: Desk, ci: str) -> None:
    written, example = FILES[ci]
    assert desk("init", "--ci", ci).code == 0
    assert (desk.folder / written).read_bytes() == example.read_bytes()
    assert desk("validate").code == 0


@BOTH
def test_a_manifest_that_is_there_is_left_as_it_is(desk: Desk, ci: str) -> None:
    manifest = desk.folder / "numplan.yml"
    manifest.write_text("mine")
    ran = desk("init", "--ci", ci)
    assert ran.code == 0
    assert manifest.read_text() == "mine"
    assert not (desk.folder / "numplan.yaml").exists()
    assert (desk.folder / FILES[ci][0]).exists()


@BOTH
def test_a_pipeline_that_is_there_is_never_overwritten_and_nothing_else_is_written(
    desk: Desk, ci: str
) -> None:
    path = desk.folder / FILES[ci][0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    ran = desk("init", "--ci", ci)
    assert ran.code == 1
    assert "already exists; nothing was written" in ran.err
    assert path.read_text() == "mine"
    assert not (desk.folder / "numplan.yaml").exists()


def test_a_link_that_leads_nowhere_is_not_followed(desk: Desk) -> None:
    (desk.folder / ".gitlab-ci.yml").symlink_to(desk.folder / "elsewhere")
    assert desk("init", "--ci", "gitlab").code == 1
    assert not (desk.folder / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_told(desk: Desk) -> None:
    (desk.folder / ".github").write_text("a file")
    ran = desk("init", "--ci", "github")
    assert ran.code == 1
    assert ".github/workflows/numplan.yml cannot be written" in ran.err


def test_below_the_root_of_a_repository_it_says_where_the_pipeline_belongs(desk: Desk) -> None:
    (desk.folder / ".git").mkdir()
    below = desk.folder / "telephony" / "numbers"
    below.mkdir(parents=True)
    ran = desk("init", "--ci", "gitlab", "--chdir", str(below))
    assert ran.code == 0
    assert "the root of the repository" in ran.out
    assert "telephony/numbers" in ran.out
    assert "root" not in desk("init", "--ci", "gitlab").out
