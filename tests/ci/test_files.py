"""The files themselves: sound by their schemas, their scripts by shellcheck, their permissions by zizmor."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pipelines.expressions import ExpressionError, condition, evaluate, fill

from tests.ci.conftest import ROOT

BIN = Path(sys.executable).parent
ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / "examples" / "github" / "numplan.yml"
PIPELINE = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
OWN_WORKFLOW = ROOT / "examples" / "github" / "self-hosted.yml"
OWN_PIPELINE = ROOT / "examples" / "gitlab" / "self-hosted.gitlab-ci.yml"
WEEKLY_WORKFLOW = ROOT / "examples" / "github" / "numplan-drift.yml"
WEEKLY_PIPELINE = ROOT / "examples" / "gitlab" / "drift.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SCRIPTS = sorted((ROOT / "action").glob("*.sh"))
SCHEMAS = [
    (ACTION, "vendor.github-actions"),
    (WORKFLOW, "vendor.github-workflows"),
    (WEEKLY_WORKFLOW, "vendor.github-workflows"),
    (OWN_WORKFLOW, "vendor.github-workflows"),
    (PIPELINE, "vendor.gitlab-ci"),
    (OWN_PIPELINE, "vendor.gitlab-ci"),
    (WEEKLY_PIPELINE, "vendor.gitlab-ci"),
]
OURS = "OWNER/numplan@"


def run(*command: str | Path, **details: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], check=False, capture_output=True, text=True, timeout=120, **details
    )


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def changed(path: Path, old: str, new: str, tmp_path: Path) -> Path:
    """A copy with a mistake in it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / path.name
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


# -- schemas


def against_schema(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    return run(BIN / "check-jsonschema", "--builtin-schema", schema, path)


@pytest.mark.parametrize(("path", "schema"), SCHEMAS, ids=lambda value: getattr(value, "name", ""))
def test_a_file_is_sound_by_its_published_schema(path: Path, schema: str) -> None:
    checked = against_schema(path, schema)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("path", "schema", "old", "new"),
    [
        (ACTION, "vendor.github-actions", "using: composite", "using: compost"),
        (WORKFLOW, "vendor.github-workflows", "timeout-minutes: 120", "timeout-minutes: long"),
        (WORKFLOW, "vendor.github-workflows", "contents: read", "contents: reed"),
        (PIPELINE, "vendor.gitlab-ci", "interruptible: false", "interruptible: never"),
        (PIPELINE, "vendor.gitlab-ci", "when: manual", "when: asked"),
    ],
)
def test_a_mistake_is_found_by_the_schema(
    path: Path, schema: str, old: str, new: str, tmp_path: Path
) -> None:
    assert against_schema(changed(path, old, new, tmp_path), schema).returncode != 0


# -- scripts


def embedded() -> Iterator[Any]:
    """Every script within the YAML files, as bash would get it."""
    for step in load(ACTION)["runs"]["steps"]:
        if "run" in step:
            yield pytest.param(step["run"], id=f"action: {step['name']}")
    for name, job in [*load(WORKFLOW)["jobs"].items(), *load(WEEKLY_WORKFLOW)["jobs"].items()]:
        for step in job["steps"]:
            if "run" in step:
                yield pytest.param(step["run"], id=f"workflow: {name}")
    for name, job in [*load(PIPELINE).items(), *load(WEEKLY_PIPELINE).items()]:
        if name != "variables":
            lines = [*job.get("before_script", []), *job.get("script", [])]
            yield pytest.param("\n".join(lines), id=f"pipeline: {name}")


def shellcheck(script: str) -> subprocess.CompletedProcess[str]:
    """What shellcheck says, with the options that both runners give bash."""
    whole = f"set -eo pipefail\n{script}"
    return run(BIN / "shellcheck", "--shell=bash", "--severity=style", "-", input=whole)


@pytest.mark.parametrize("script", [*embedded()])
def test_a_script_within_a_file_is_sound(script: str) -> None:
    checked = shellcheck(script)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_of_the_action_is_sound_strict_and_executable(path: Path) -> None:
    checked = run(BIN / "shellcheck", path)
    assert checked.returncode == 0, checked.stdout
    assert "\nset -euo pipefail\n" in path.read_text(encoding="utf-8")
    assert os.access(path, os.X_OK)


def test_a_mistake_is_found_by_shellcheck() -> None:
    assert shellcheck("cd $FOLDER\n").returncode != 0


# -- security


def zizmor(path: Path) -> list[str]:
    """What zizmor finds, but for numplan's own action, whose home is for the reader to fill in."""
    # Each finding is a few lines, closed by an empty one.
    told = run(
        BIN / "zizmor", "--offline", "--no-progress", "--color=never", "--persona=auditor", path
    ).stdout
    found = [part for part in re.split(r"\n\n+", told) if re.match(r"(error|warning|help|info)\[", part)]
    known = ("self-hosted-runner", "anonymous-definition", "concurrency-limits", "secrets-outside-env")
    return [part for part in found if OURS not in part and not part.split("[")[1].startswith(known)]


@pytest.mark.parametrize(
    "path", [ACTION, WORKFLOW, OWN_WORKFLOW, WEEKLY_WORKFLOW], ids=lambda path: path.name
)
def test_no_weakness_is_found_by_zizmor(path: Path) -> None:
    assert zizmor(path) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "what"),
    [
        (
            WORKFLOW,
            "run: exec numplan validate",
            "run: echo ${{ github.event.pull_request.title }}",
            "template-injection",
        ),
        (WORKFLOW, "permissions: {}", "permissions: write-all", "excessive-permissions"),
        (WORKFLOW, "          persist-credentials: false\n", "          fetch-depth: 1\n", "artipacked"),
        (
            WORKFLOW,
            "actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8",
            "actions/checkout@v6",
            "unpinned",
        ),
        (WORKFLOW, "  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
    ],
)
def test_a_weakness_is_found_by_zizmor(path: Path, old: str, new: str, what: str, tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    assert any(what in found for found in zizmor(changed(path, old, new, folder)))


def test_no_script_has_an_expression_in_it() -> None:
    steps = [
        *load(ACTION)["runs"]["steps"],
        *(s for j in load(WORKFLOW)["jobs"].values() for s in j["steps"]),
        *(s for j in load(WEEKLY_WORKFLOW)["jobs"].values() for s in j["steps"]),
    ]
    assert not [step for step in steps if "${{" in step.get("run", "")]


def test_every_action_of_others_is_pinned_to_a_commit() -> None:
    used = re.findall(
        r"uses: (\S+)(.*)", ACTION.read_text() + WORKFLOW.read_text() + WEEKLY_WORKFLOW.read_text()
    )
    others = [(name, comment) for name, comment in used if not name.startswith(OURS)]
    assert others
    for name, comment in others:
        assert re.fullmatch(
            r"(actions|aws-actions|azure|google-github-actions)/[a-z-]+@[0-9a-f]{40}", name
        ), name
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), name


# -- what the workflows promise


def test_only_the_job_that_comments_may_write_anything() -> None:
    workflow = load(WORKFLOW)
    assert workflow["permissions"] == {}
    written = {
        (job, scope)
        for job, described in workflow["jobs"].items()
        for scope, access in described["permissions"].items()
        if access == "write"
    }
    # An identity lets the job prove what it is; it writes nothing here.
    assert written == {("plan", "pull-requests"), ("plan", "id-token"), ("apply", "id-token")}


def test_the_token_is_given_to_the_steps_that_need_it_alone() -> None:
    workflow = load(WORKFLOW)
    holders = [
        (name, step.get("id") or step.get("name"))
        for name, job in workflow["jobs"].items()
        for step in job["steps"]
        if "secrets." in str(step)
    ]
    assert holders == [("plan", "plan"), ("apply", "Apply")]
    outside = {name: {**job, "steps": []} for name, job in workflow["jobs"].items()}
    assert "secrets." not in str({**workflow, "jobs": outside})


def test_the_weekly_run_may_write_nothing_and_only_the_step_that_looks_has_the_token() -> None:
    workflow = load(WEEKLY_WORKFLOW)
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    assert [step.get("name") for step in job["steps"] if "secrets." in str(step)] == ["Drift"]
    assert "secrets." not in str({**workflow, "jobs": {**job, "steps": []}})


def test_an_apply_is_never_cancelled_by_another_run() -> None:
    apply = load(WORKFLOW)["jobs"]["apply"]
    assert apply["concurrency"] == {"group": "numplan-apply", "cancel-in-progress": False}
    assert apply["environment"] == "numplan"
    on_gitlab = load(PIPELINE)["numplan:apply"]
    assert on_gitlab["interruptible"] is False
    assert on_gitlab["resource_group"] == "numplan"
    assert "retry" not in on_gitlab


@pytest.mark.parametrize("path", [WORKFLOW, PIPELINE], ids=lambda path: path.name)
def test_numplan_takes_the_place_of_the_shell_so_that_signals_and_exit_codes_are_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for command in ("validate", "apply"):
        assert re.search(rf"(?:run: |- |^ +)exec numplan {command}\b", text, re.MULTILINE)


def test_every_job_has_a_time_limit() -> None:
    workflows = [*load(WORKFLOW)["jobs"].values(), *load(WEEKLY_WORKFLOW)["jobs"].values()]
    assert all("timeout-minutes" in job for job in workflows)
    pipelines = [*load(PIPELINE).items(), *load(WEEKLY_PIPELINE).items()]
    assert all("timeout" in job for name, job in pipelines if name.startswith("numplan:"))


@pytest.mark.skipif(not shutil.which("actionlint"), reason="actionlint is not on the path")
@pytest.mark.parametrize("path", [WORKFLOW, WEEKLY_WORKFLOW], ids=lambda path: path.name)
def test_the_workflow_is_sound_by_actionlint(path: Path) -> None:
    checked = run("actionlint", "-ignore", 'label "numplan" is unknown', path)
    assert checked.returncode == 0, checked.stdout


# -- the pre-commit hook


def test_the_hook_has_the_form_that_pre_commit_reads() -> None:
    hooks = load(HOOKS)
    assert [hook["id"] for hook in hooks] == ["numplan-validate", "numplan-fmt"]
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python"
        assert re.search(hook["files"], "telephony/numplan.yml")
        assert not re.search(hook["files"], "notnumplan.yaml")


def test_the_hooks_command_checks_each_file_it_is_given(tmp_path: Path) -> None:
    import shlex

    hook, lays_out = load(HOOKS)
    words = shlex.split(hook["entry"])
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("version: 1\nnumbers: {}\n")
    bad.write_text("version: 2\n")
    environment = {"PATH": f"{BIN}:/usr/bin:/bin"}
    assert run(*words, good, good, env=environment).returncode == 0
    assert run(*words, bad, good, env=environment).returncode == 1
    assert run(*words, good, bad, env=environment).returncode == 1
    good.write_text("version:   1\nnumbers: {}\n")
    assert run(*shlex.split(lays_out["entry"]), good, env=environment).returncode == 0
    assert good.read_text() == "version: 1\nnumbers: {}\n"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pre-commit"), reason="pre-commit is not on the path")
def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    run("git", "init", "-q", repository)
    for body, expected in (("numbers: {}", 0), ("nmbers: {}", 1)):
        (repository / "numplan.yaml").write_text(f"version: 1\n{body}\n")
        run("git", "add", "numplan.yaml", cwd=repository)
        tried = run("pre-commit", "try-repo", ROOT, "numplan-validate", cwd=repository, env=environment)
        if "Could not find a version" in tried.stdout:
            pytest.skip("no package index can be reached")
        assert tried.returncode == expected, tried.stdout + tried.stderr


# -- the reader of expressions, on which the other tests here rest


CONTEXT = {"github": {"ref": "refs/heads/main", "event": {}}, "inputs": {"a": "", "b": "x"}}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("github.ref == 'refs/heads/main'", True),
        ("github.ref == 'REFS/heads/main'", True),
        ("github.event.pull_request.number", None),
        ("inputs.a || inputs.b", "x"),
        ("!inputs.a && inputs.b", "x"),
        ("inputs.b && (inputs.a || 'it''s')", "it's"),
        ("inputs.a != '' || false", False),
        ("github.event.x == ''", True),
    ],
)
def test_an_expression_has_the_value_that_github_gives_it(source: str, value: object) -> None:
    assert evaluate(source, CONTEXT) == value


@pytest.mark.parametrize("source", ["secrets.TOKEN", "github.ref ==", "(inputs.a", "hashFiles()", "a ? b"])
def test_what_cannot_be_read_is_an_error_and_never_empty(source: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(source, CONTEXT)


def test_a_condition_without_a_status_holds_only_where_all_went_well() -> None:
    failed = {"success": lambda: False, "always": lambda: True}
    assert not condition("inputs.b == 'x'", CONTEXT, failed)
    assert condition("always() && inputs.b == 'x'", CONTEXT, failed)
    assert condition("${{ always() }}", CONTEXT, failed)
    assert not condition(None, CONTEXT, failed)


def test_a_text_is_filled_in() -> None:
    assert (
        fill("on ${{ github.ref }}, ${{ github.event.x }}${{ true }}", CONTEXT) == "on refs/heads/main, true"
    )


# -- the action's own scripts


@pytest.mark.parametrize(
    "name", ["numplan.yaml", "tele phony/numplan.yml", "a--b/ñ/numplan.json", "x/<!-- y -->/numplan.yaml"]
)
def test_the_marker_where_there_is_no_plan_is_the_one_of_the_plan(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    from numplan.views.markdown import marker

    spec = spec_from_file_location("comment", ROOT / "action" / "comment.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.delenv("NUMPLAN_MANIFEST", raising=False)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("WORKING_DIRECTORY", str(Path(name).parent))
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert script.no_plan("").splitlines()[0] == marker(name)
    assert script.marker_of(script.no_plan("")) == marker(name)
