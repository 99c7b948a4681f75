# ruff: noqa: S603 - what it runs is git, on a repository of its own
"""A pipeline of GitLab's, run on this machine job by job."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.gitlab_api import JOB_TOKEN, PROJECT, GitLabApi
from pipelines.shell import BIN, Started, bash

KEPT: Final = "/var/lib/numplan"
"""The folder of the runner's machine that outlives a job, as the pipeline names it."""
FIGURES: Final = {"create", "update", "delete"}
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_COMPARISON: Final = re.compile(r"\s*(\$\w+|\"[^\"]*\")\s*(==|!=)\s*(\$\w+|\"[^\"]*\")\s*")


@dataclass(frozen=True)
class Service:
    """What stays from pipeline to pipeline: a folder, the project's variables, and the runner's machine."""

    folder: Path
    variables: Mapping[str, str]
    machine: Mapping[str, str]
    """Variables of the runner's own machine, such as where the API is."""
    api: GitLabApi | None = None
    """GitLab itself, where a pipeline asks it anything."""
    install: bool = False
    """Whether numplan is really installed; otherwise the one of this Python is used."""

    @property
    def kept(self) -> Path:
        """The folder that outlives every job."""
        return self.folder / "kept"


@dataclass
class Job:
    """What came of one job."""

    result: str
    code: int = 0
    log: str = ""
    report: Mapping[str, int] | None = None
    """What the merge request shows, from `artifacts:reports:terraform`."""


@dataclass
class Pipeline:
    """One pipeline, for a merge request (with its number), or for the default branch, on a `schedule` or not."""

    service: Service
    source: Path
    """The repository as it is at the commit."""
    merge_request: int | None = None
    fork: bool = False
    schedule: bool = False
    file: str = ".gitlab-ci.yml"
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the pipeline of this commit. Its folder for kept things is ours."""
        self.id = str(1001 + len([*self.service.folder.glob("pipeline-*")]))
        self.folder = self.service.folder / f"pipeline-{self.id}"
        self.folder.mkdir(parents=True)
        self._origin = self.service.folder / "origin.git"
        _keep_default(self._origin, self.source if self.merge_request is None else None)
        text = (self.source / self.file).read_text(encoding="utf-8")
        self._file = yaml.safe_load(text.replace(KEPT, str(self.service.kept)))

    def perform(self, name: str, started: Started | None = None) -> Job:
        """Run a job, unless its rules or what it needs forbid that. A manual job is run as if somebody
        had started it.
        """
        described = self._described(name)
        variables = self._variables()
        if not any(_holds(rule["if"], variables) for rule in described["rules"]):
            self.jobs[name] = Job("left out")
        elif any(self.jobs[one].result != "success" for one in described.get("needs", [])):
            self.jobs[name] = Job("skipped")
        else:
            self.jobs[name] = self._work(name, described, variables, started)
        return self.jobs[name]

    def all(self) -> dict[str, Job]:
        """Every job, in the order of the file."""
        for name in self._file:
            if name != "variables" and not name.startswith("."):
                self.perform(name)
        return self.jobs

    def artifacts(self, name: str) -> Path:
        """Where the artifacts of a job are kept."""
        return self.folder / "artifacts" / name.replace(":", "-")

    def _described(self, name: str) -> dict[str, Any]:
        own = self._file[name]
        return {**self._file[own["extends"]], **own} if "extends" in own else own

    def _work(
        self, name: str, described: Mapping[str, Any], variables: Mapping[str, str], started: Started | None
    ) -> Job:
        project = self.folder / name.replace(":", "-")
        shutil.copytree(self.source, project)
        for one in described.get("needs", []):
            if self.artifacts(one).exists():
                shutil.copytree(self.artifacts(one), project, dirs_exist_ok=True)
        lines = [*described.get("before_script", []), *described["script"]]
        if not self.service.install:
            lines = without_installing(lines)
        home = self.folder / f"home-{name.replace(':', '-')}"
        home.mkdir()
        environment = {
            "TMPDIR": str(home),
            **self.service.machine,
            **_expanded({**variables, "CI_PROJECT_DIR": str(project)}),
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_JOB_ID": f"{self.id}{len(self.jobs)}",
            "CI_JOB_NAME": name,
            "CI_JOB_URL": f"https://gitlab.example/acme/phones/-/jobs/{self.id}{len(self.jobs)}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join([str(BIN), "/usr/bin", "/bin"]),
        }
        ran = bash(_script(lines), [], project, environment, started if name == "numplan:apply" else None)
        after = {**environment, "CI_JOB_STATUS": "failed" if ran.code else "success"}
        told = bash(_script(described.get("after_script", [])), [], project, after).log
        self._keep(described.get("artifacts", {}), project, name, well=ran.code == 0)
        report = self.artifacts(name) / str(
            described.get("artifacts", {}).get("reports", {}).get("terraform")
        )
        return Job(
            "failed" if ran.code else "success",
            ran.code,
            ran.log + told,
            _report(report) if report.is_file() else None,
        )

    def _keep(self, described: Mapping[str, Any], project: Path, name: str, *, well: bool) -> None:
        when = described.get("when", "on_success")
        if when != "always" and well != (when == "on_success"):
            return
        for path in described.get("paths", []):
            if (project / path).is_dir():
                shutil.copytree(project / path, self.artifacts(name) / path)

    @property
    def _cause(self) -> str:
        if self.schedule:
            return "schedule"
        return "push" if self.merge_request is None else "merge_request_event"

    def _variables(self) -> dict[str, str]:
        """The file's, the project's, and those that GitLab gives."""
        given = {
            "CI_DEFAULT_BRANCH": "main",
            "CI_PIPELINE_ID": self.id,
            "CI_PROJECT_ID": PROJECT,
            "CI_PROJECT_PATH_SLUG": "acme-phones",
            "CI_PIPELINE_SOURCE": self._cause,
            "CI_COMMIT_SHORT_SHA": "feed0123",
            "CI_JOB_TOKEN": JOB_TOKEN,
            **({"CI_API_V4_URL": self.service.api.url} if self.service.api else {}),
            "CI_REPOSITORY_URL": self._origin.as_uri(),
        }
        if self.merge_request is None:
            given["CI_COMMIT_BRANCH"] = "main"
        else:
            given["CI_MERGE_REQUEST_IID"] = str(self.merge_request)
            given["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] = "8" if self.fork else PROJECT
        return {**given, **self._file.get("variables", {}), **self.service.variables}


def _keep_default(origin: Path, source: Path | None) -> None:
    """Let the default branch hold what `source` does now; nothing, where it was never pushed."""
    if source is None and origin.exists():
        return
    work = f"--work-tree={source}" if source else f"--work-tree={origin.with_suffix('.empty')}"
    origin.with_suffix(".empty").mkdir(exist_ok=True)
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
    for command in (
        ("init", "--quiet", "--bare", "--initial-branch=main"),
        (work, "add", "--all", "--force"),
        (*who, work, "commit", "--quiet", "--allow-empty", "--no-verify", "--message=main"),
    ):
        words = ["git", f"--git-dir={origin}", *command]
        subprocess.run(words, check=True, capture_output=True)


def without_installing(lines: list[str]) -> list[str]:
    """The lines of a script, with this Python's numplan in the place of one that is installed."""
    stand_in = (
        'mkdir "$NUMPLAN_PLACE/bin"; cd "$NUMPLAN_PLACE/bin"; touch numplan; '
        f"""printf '#!/bin/sh\\nexec "{BIN / "python"}" "$@"\\n' > python; chmod +x python numplan"""
    )
    left = [line for line in lines if " -m pip " not in line]
    return [stand_in if " -m venv " in line else line for line in left]


def _script(lines: list[str]) -> str:
    """The lines as GitLab Runner has bash run them: each told, within one `eval` that stops at a failure."""
    told = "\n".join(f"echo {_quoted('$ ' + line.splitlines()[0])}\n{line}" for line in lines)
    return f"set -eo pipefail\nset +o noclobber\n: | eval {_quoted(told)}\nexit 0\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _holds(rule: str, variables: Mapping[str, str]) -> bool:
    return all(_compared(part, variables) for part in rule.split("&&"))


def _compared(text: str, variables: Mapping[str, str]) -> bool:
    """One comparison of a rule. A variable that is not set equals nothing but another such."""
    found = _COMPARISON.fullmatch(text)
    if not found:
        raise NotImplementedError(f"a rule that this cannot read: {text}")
    left, right = (
        side.strip('"') if side.startswith('"') else variables.get(side[1:]) for side in (found[1], found[3])
    )
    return (left == right) is (found[2] == "==")


def _expanded(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables with the variables in them."""

    def value(found: re.Match[str]) -> str:
        return variables.get(found[1] or found[2], "")

    return {name: _VARIABLE.sub(value, text) for name, text in variables.items()}


def _report(path: Path) -> Mapping[str, int]:
    """The figures as GitLab takes them. Raises ValueError for what it would call malformed."""
    figures: Mapping[str, int] = json.loads(path.read_text(encoding="utf-8"))
    if figures.keys() != FIGURES or not all(isinstance(one, int) for one in figures.values()):
        raise ValueError(f"no report that GitLab reads: {figures}")
    return figures
