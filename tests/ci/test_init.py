"""`numplan init --ci`."""

from pathlib import Path

import pytest
import yaml

from tests.ci.conftest import ROOT
from tests.ci.test_files import BIN, run, zizmor
from tests.cli.desk import Desk

FILES = {
    "github": (Path(".github/workflows/numplan.yml"), ROOT / "examples" / "github" / "numplan.yml"),
    "gitlab": (Path(".gitlab-ci.yml"), ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"),
}
BOTH = pytest.mark.parametrize("ci", FILES)
BUCKET = "s3://acme-numbers/prod/numplan.state.json?region=eu-central-1"
WORDS = {"github": ("init", "--ci", "github", "--state", BUCKET), "gitlab": ("init", "--ci", "gitlab")}
KEPT = {
    "github": ("/var/lib/numplan/numplan.state.json", "self-hosted.yml"),
    "gitlab": ("/var/lib/numplan/$CI_PROJECT_PATH_SLUG.state.json", "self-hosted.gitlab-ci.yml"),
}
PLACES = {
    BUCKET: "AWS_ROLE_ARN",
    "s3://acme-numbers/numplan.state.json": "AWS_REGION",
    "gs://acme-numbers/numplan.state.json": "GOOGLE_",
    "az://numbers/numplan.state.json?account=acmenumbers": "AZURE_CLIENT_ID",
    "postgresql://numplan@db.example.com/ops?sslmode=verify-full&state=prod": "PGPASSWORD",
    "https://state.example.com/numbers?a=b%20c": "NUMPLAN_STATE_PASSWORD",
    "/srv/numbers/numplan.state.json": "/srv/numbers",
}


def declared(desk: Desk, ci: str) -> dict[str, str]:
    """The variables of the pipeline that was written."""
    document = yaml.safe_load((desk.folder / FILES[ci][0]).read_text())
    variables: dict[str, str] = document["env"] if ci == "github" else document["variables"]
    return variables


@BOTH
def test_the_pipeline_is_the_example_byte_for_byte(desk: Desk, ci: str) -> None:
    written, example = FILES[ci]
    ran = desk(*WORDS[ci])
    assert ran.code == 0
    # The desk's own API is of this machine alone.
    assert "The pipeline calls the vendor's own API" in ran.out
    assert (desk.folder / written).read_bytes() == example.read_bytes()
    assert desk("validate").code == 0


@BOTH
def test_with_a_path_it_is_the_one_for_a_runner_of_ones_own(desk: Desk, ci: str) -> None:
    path, name = KEPT[ci]
    assert desk("init", "--ci", ci, "--state", path).code == 0
    example = FILES[ci][1].with_name(name)
    assert (desk.folder / FILES[ci][0]).read_bytes() == example.read_bytes()


@BOTH
def test_each_place_is_pinned_and_what_it_needs_is_named(desk: Desk, ci: str) -> None:
    written = []
    for state, needed in PLACES.items():
        folder = desk.folder / str(len(written))
        folder.mkdir()
        assert desk("init", "--chdir", str(folder), "--ci", ci, "--state", state).code == 0
        written.append(folder / FILES[ci][0])
        text = written[-1].read_text()
        document = yaml.safe_load(text)
        assert document["env" if ci == "github" else "variables"]["NUMPLAN_STATE"] == state
        assert needed in text
        assert "@{" not in text
        assert ("self-hosted, numplan" in text or "tags: [numplan]" in text) is state.startswith("/")
        assert "NUMPLAN_PLAN_KEY" in text
        assert "numplan.policy.yaml" in text
    schema = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}[ci]
    checked = run(BIN / "check-jsonschema", "--builtin-schema", schema, *written)
    assert checked.returncode == 0, checked.stdout
    if ci == "github":
        assert [found for path in written for found in zizmor(path)] == []


@BOTH
def test_an_api_that_is_not_the_vendors_is_pinned_too(desk: Desk, ci: str) -> None:
    api = {"NUMPLAN_API_URL": "http://emulator:8190/o", "NUMPLAN_PLAIN_HTTP": "emulator:8190"}
    assert desk(*WORDS[ci], **api).code == 0
    pinned = declared(desk, ci)
    assert pinned["NUMPLAN_API_URL"] == "http://emulator:8190/o/"
    assert pinned["NUMPLAN_PLAIN_HTTP"] == "emulator:8190"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--ci", "github"), 64, "--ci github needs --state URL"),
        (("--state", BUCKET), 64, "--state goes with --ci"),
        (("--ci", "github", "--state", "state.json"), 1, "is no full path"),
        (("--ci", "gitlab", "--state", "/state.json"), 1, "is no full path"),
        (("--ci", "github", "--state", "s3://b/${{ secrets.X }}"), 1, "an expression of GitHub's"),
        (("--ci", "gitlab", "--state", "ftp://b/k"), 1, "is not a place for state"),
        (("--ci", "github", "--state", "postgresql://a:secret@db/ops"), 1, "must not hold a password"),
        (("--ci", "github", "--state", "http://state.example.com/x"), 1, "in the clear"),
    ],
)
def test_what_would_be_no_pipeline_is_refused_and_nothing_is_written(
    desk: Desk, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = desk("init", *words)
    assert ran.code == code
    assert said in ran.err
    assert "secret@" not in ran.err
    assert not [*desk.folder.iterdir()]


@BOTH
def test_a_manifest_that_is_there_is_left_as_it_is(desk: Desk, ci: str) -> None:
    manifest = desk.folder / "numplan.yml"
    manifest.write_text("mine")
    ran = desk(*WORDS[ci])
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
    ran = desk(*WORDS[ci])
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
    ran = desk(*WORDS["github"])
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
