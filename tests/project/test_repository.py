"""What a forge reads of this repository: workflows, forms, updates, and the page on security."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from numplan import __version__

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GITHUB = ROOT / ".github"
CI = GITHUB / "workflows" / "ci.yml"
RELEASE = GITHUB / "workflows" / "release.yml"
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CHOSEN = ("anonymous-definition", "adhoc-packages", "self-repository")
"""What zizmor says of things that are so on purpose: jobs named by their key; npm's packages, whose versions stand in
package.json; `./`, which every runner knows.
"""


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def run(*command: str | Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, input=given, capture_output=True, text=True, timeout=120, check=False)


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job.get("steps", [])]


def against(schema: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths)


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows", [CI, RELEASE]),
        ("github-issue-forms", FORMS),
        ("github-issue-config", [GITHUB / "ISSUE_TEMPLATE" / "config.yml"]),
        ("dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_files_are_sound_by_their_published_schemas(schema: str, paths: list[Path]) -> None:
    assert paths
    checked = against(schema, *paths)
    assert checked.returncode == 0, checked.stdout


def test_a_mistake_in_a_form_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "bug.yml"
    wrong.write_text(FORMS[0].read_text(encoding="utf-8").replace("type: textarea", "type: textfield"))
    assert against("github-issue-forms", wrong).returncode != 0


def zizmor(path: Path) -> list[str]:
    told = run(
        BIN / "zizmor", "--offline", "--no-progress", "--color=never", "--persona=auditor", path
    ).stdout
    found = re.findall(r"^(?:error|warning|help|info)\[([a-z-]+)\]", told, re.MULTILINE)
    return [name for name in found if name not in CHOSEN]


def test_no_weakness_is_found_by_zizmor() -> None:
    assert zizmor(GITHUB) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("@dc37677b2e1c63e2034f94d8a5b11f265b73ba33", "@release/v1", "unpinned-uses"),
        ("          persist-credentials: false\n", "          fetch-depth: 1\n", "artipacked"),
        ('$GITHUB_REF_NAME" = ', '${{ github.ref_name }}" = ', "template-injection"),
    ],
)
def test_a_weakness_is_found_by_zizmor(old: str, new: str, what: str, tmp_path: Path) -> None:
    text = RELEASE.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / ".github" / "workflows" / "release.yml"
    copy.parent.mkdir(parents=True)
    copy.write_text(text.replace(old, new), encoding="utf-8")
    assert what in zizmor(copy)


def test_actions_are_pinned_to_commits_and_each_to_one_version() -> None:
    places = [*GITHUB.rglob("*.yml"), *(ROOT / "examples" / "github").glob("*.yml"), ROOT / "action.yml"]
    used = {
        found
        for path in places
        for found in re.findall(r"uses: ([\w./-]+)@(\S+) # (v[\d.]+)$", path.read_text(), re.MULTILINE)
        if not found[0].startswith("OWNER/")
    }
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for _, commit, _ in used)
    assert len({name for name, _, _ in used}) == len(used)
    assert {step["uses"] for path in (CI, RELEASE) for step in steps(path) if "uses" in step} <= {
        f"{name}@{commit}" for name, commit, _ in used
    }


@pytest.mark.parametrize("path", [CI, RELEASE], ids=lambda path: path.stem)
def test_scripts_of_a_workflow_are_sound_and_hold_no_expression(path: Path) -> None:
    scripts = [step["run"] for step in steps(path) if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []
    whole = "set -eo pipefail\n" + "\n".join(f"(\n{script}\n)" for script in scripts)
    checked = run(BIN / "shellcheck", "--shell=bash", "-", given=whole)
    assert checked.returncode == 0, checked.stdout


def test_only_the_release_may_write_and_only_its_upload_says_who_it_is() -> None:
    written = {
        (path.stem, name, scope)
        for path in (CI, RELEASE)
        for name, job in load(path)["jobs"].items()
        for scope, access in job["permissions"].items()
        if access == "write"
    }
    assert written == {
        ("release", "index", "id-token"),
        ("release", "image", "packages"),
        ("release", "release", "contents"),
    }
    assert load(CI)["permissions"] == load(RELEASE)["permissions"] == {}
    assert "secrets." not in CI.read_text() + RELEASE.read_text()
    assert load(RELEASE)["jobs"]["index"]["environment"]["name"] == "pypi"


def test_nothing_is_published_that_was_not_checked() -> None:
    jobs = load(RELEASE)["jobs"]
    needed = {name: job.get("needs") for name, job in jobs.items()}
    assert needed == {
        "version": None,
        "ci": "version",
        "index": "ci",
        "image": "index",
        "release": "index",
    }
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    kept = [step["with"]["name"] for step in steps(CI) if "upload-artifact" in step.get("uses", "")]
    fetched = [step["with"]["name"] for step in steps(RELEASE) if "download-artifact" in step.get("uses", "")]
    assert set(fetched) == {"dist"} <= set(kept)


def test_ci_makes_what_there_is_to_make_on_each_python_that_is_promised() -> None:
    made = {
        word
        for step in steps(CI)
        for line in re.findall(r"^make (.*)$", step.get("run", ""))
        for word in line.split()
    }
    assert {"check", "test", "lowest", "docs", "dist", "dist-check"} <= made
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert {word for word in made if word.isidentifier() or "-" in word} <= targets
    pythons = load(CI)["jobs"]["test"]["strategy"]["matrix"]["python"]
    told = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r"Python :: 3\.", one)]
    assert pythons == told
    assert PROJECT["requires-python"] == f">={pythons[0]}"


def test_every_job_has_a_time_limit() -> None:
    jobs = [job for path in (CI, RELEASE) for job in load(path)["jobs"].values()]
    assert all("timeout-minutes" in job for job in jobs if "steps" in job)


def release_step(name: str) -> str:
    (script,) = (step["run"] for step in steps(RELEASE) if step.get("name", "").startswith(name))
    return str(script)


@pytest.mark.parametrize(("tag", "heading", "goes"), [
    (f"v{__version__}", f"## [{__version__}] - 2026-12-01", True),
    ("v9.9.9", f"## [{__version__}] - 2026-12-01", False),
    (f"v{__version__}", "## [Unreleased]", False),
])  # fmt: skip
def test_a_tag_goes_out_only_as_the_version_that_the_changelog_has(
    tag: str, heading: str, goes: bool, tmp_path: Path
) -> None:
    (tmp_path / "numplan").mkdir()
    (tmp_path / "numplan" / "__init__.py").write_text((ROOT / "numplan" / "__init__.py").read_text())
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\n- new\n")
    script = release_step("The tag is the version")
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "GITHUB_REF_NAME": tag},
        timeout=60,
        check=False,
    )
    assert (done.returncode == 0) is goes


def test_the_notes_of_a_release_are_its_part_of_the_changelog(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text('#!/bin/sh\necho "$@" >called\n')
    (tmp_path / "gh").chmod(0o755)
    parts = ("[Unreleased]\n\n- later", "[0.2.0] - 2027-01-01\n\n- this", "[0.1.0] - 2026-12-01\n\n- before")
    changelog = "\n\n".join(["# Changelog", *(f"## {part}" for part in parts)]) + "\n"
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", release_step("Write the release")],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_REF_NAME": "v0.2.0"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert (tmp_path / "notes.md").read_text().strip() == "- this"
    assert "release create v0.2.0 --verify-tag" in (tmp_path / "called").read_text()


def test_a_bug_report_asks_for_what_the_doctor_writes_and_sends_secrets_elsewhere() -> None:
    form = (GITHUB / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    assert "numplan doctor --report" in form
    assert "SECURITY.md" in form
    ids = [field["id"] for field in yaml.safe_load(form)["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids))


def test_security_names_a_private_way_and_no_address_that_nobody_reads() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "Report a vulnerability" in page
    assert not re.search(r"[\w.]+@[\w.]+", page)


# -- the archive


def test_the_archive_holds_all_that_its_own_tests_read() -> None:
    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "sdist"
    ]["include"]
    tracked = run("git", "-C", ROOT, "ls-files").stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    top = {name.partition("/")[0] for name in tracked}
    missing = {name for name in top if f"/{name}" not in include and not name.endswith(".md")}
    # .ci is what one runner starts; pyproject.toml is always there.
    assert missing - {".ci", "pyproject.toml"} == set()


def test_all_that_mutants_are_made_of_and_tried_against_is_there() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    tests = [one for one in tool["pytest_add_cli_args_test_selection"] if not one.startswith("--")]
    left_out = [
        one.removeprefix("--deselect=")
        for one in tool["pytest_add_cli_args_test_selection"]
        if one.startswith("--")
    ]
    named = {one.partition("::")[0] for one in [*tool["only_mutate"], *tests, *left_out]}
    assert {one for one in named if not (ROOT / one).is_file()} == set()
    page = (ROOT / "docs" / "internals" / "mutation.md").read_text(encoding="utf-8")
    assert {one for one in tool["only_mutate"] if one.removeprefix("numplan/") not in page} == set()
