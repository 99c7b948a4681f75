"""A workflow of GitHub's, run on this machine job by job."""

import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.comments import TOKEN, Comments
from pipelines.expressions import Context, Functions, condition, fill
from pipelines.shell import BIN, Started, bash

ACTION: Final = Path(__file__).parents[2]
"""numplan's own checkout, where action.yml is."""
REPOSITORY: Final = "acme/phones"
WORKFLOW: Final = ".github/workflows/numplan.yml"
KEPT: Final = "/var/lib/numplan"
"""The folder of the runner's machine that outlives a job, as the workflow names it."""
BASH: Final = {"bash": ("--noprofile", "--norc", "-eo", "pipefail"), None: ("-e",)}


@dataclass(frozen=True)
class Service:
    """What stays from run to run: a folder, the secrets and variables, and the runner's machine."""

    folder: Path
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    machine: Mapping[str, str]
    """Variables of the runner's own machine, such as where the API is."""
    api: Comments
    cloud: Mapping[str, str] = field(default_factory=dict)
    """The credentials that a cloud's action gives a job which shows its identity."""
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
    outputs: dict[str, str] = field(default_factory=dict)
    code: int = 0
    """Of the step that failed it."""
    log: str = ""
    summary: str = ""


@dataclass
class Run:
    """One run of a workflow, for one event. Jobs are performed by name, in any order that `needs` allows."""

    service: Service
    source: Path
    """The repository as the branch has it, which may move on; the run's own commit is as it is now."""
    event_name: str
    event: Mapping[str, Any]
    ref: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What was filled in where the workflow was started by hand."""
    file: str = WORKFLOW
    sha: str = "0123456789abcdef0123456789abcdef01234567"
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the workflow of this commit. Its folder for kept things is ours."""
        self.id = str(1001 + len(self.service.api.runs))
        self.folder = self.service.folder / f"run-{self.id}"
        self.folder.mkdir(parents=True)
        self.commit = self.folder / "commit"
        shutil.copytree(self.source, self.commit)
        head = self.event.get("pull_request", {}).get("head", {}).get("repo", {})
        self.service.api.runs[self.id] = {
            "event": self.event_name,
            "head_branch": self.ref.rpartition("/")[2],
            "head_repository": {"full_name": head.get("full_name", REPOSITORY)},
            "path": self.file,
        }
        text = (self.source / self.file).read_text(encoding="utf-8")
        self.workflow = yaml.safe_load(text.replace(KEPT, str(self.service.kept)))

    def perform(self, name: str, started: Started | None = None) -> Job:
        """Run a job, unless its `if` or what it needs forbids that."""
        described = self.workflow["jobs"][name]
        needs = described.get("needs", [])
        needed = {one: self.jobs[one] for one in ([needs] if isinstance(needs, str) else needs)}
        context: Context = {
            "github": self._github(),
            "inputs": self.inputs,
            "vars": self.service.variables,
            "needs": {one: {"result": job.result, "outputs": job.outputs} for one, job in needed.items()},
        }
        if condition(
            described.get("if"), context, _status(all(job.result == "success" for job in needed.values()))
        ):
            self.jobs[name] = _Worker(self, name, described, context, started).work()
        else:
            self.jobs[name] = Job("skipped")
        return self.jobs[name]

    def all(self) -> dict[str, Job]:
        """Every job, in the order of the file."""
        for name in self.workflow["jobs"]:
            self.perform(name)
        return self.jobs

    def artifact(self, name: str) -> Path:
        """Where this run keeps an artifact."""
        return self.folder / "artifacts" / name

    def _github(self) -> dict[str, Any]:
        return {
            "event_name": self.event_name,
            "event": self.event,
            "ref": self.ref,
            "sha": self.sha,
            "repository": REPOSITORY,
            "run_id": self.id,
            "token": TOKEN,
        }


class _Worker:
    """A runner with one job."""

    def __init__(
        self, run: Run, name: str, described: Mapping[str, Any], context: Context, started: Started | None
    ) -> None:
        self._run = run
        self._described = described
        self._started = started
        self._folder = run.folder / name
        self._workspace = self._folder / "workspace"
        self._temp = self._folder / "temp"
        for folder in (self._workspace, self._temp):
            folder.mkdir(parents=True)
        self._event = self._folder / "event.json"
        self._event.write_text(json.dumps(run.event), encoding="utf-8")
        self._path = [*([] if run.service.install else [str(BIN)]), "/usr/bin", "/bin"]
        self._job = Job("success")
        self._exported: dict[str, str] = {}
        self._context = {
            **context,
            "secrets": run.service.secrets,
            "runner": {"temp": str(self._temp)},
        }

    def work(self) -> Job:
        """Every step; then the job's outputs."""
        environment = {
            **self._given(),
            **self._filled(self._run.workflow.get("env")),
            **self._filled(self._described.get("env")),
        }
        steps = self._steps(self._described["steps"], self._context, environment)
        for name, text in self._described.get("outputs", {}).items():
            self._job.outputs[name] = fill(text, {**self._context, "steps": steps})
        return self._job

    def _steps(
        self, described: list[dict[str, Any]], context: Context, environment: Mapping[str, str]
    ) -> dict[str, Any]:
        """Run a list of steps; gives the context `steps` that they leave."""
        left: dict[str, Any] = {}
        for step in described:
            here = {**context, "steps": left}
            if not condition(step.get("if"), here, _status(self._job.result == "success")):
                continue
            own = {
                **environment,
                **self._exported,
                **{name: fill(text, here) for name, text in step.get("env", {}).items()},
            }
            given = {name: fill(text, here) for name, text in step.get("with", {}).items()}
            outputs = self._one(step, given, own)
            if "id" in step:
                left[step["id"]] = {"outputs": outputs}
        return left

    def _one(
        self, step: dict[str, Any], given: dict[str, str], environment: dict[str, str]
    ) -> dict[str, str]:
        """Run one step; gives its outputs."""
        match step.get("uses", "").partition("@")[0].split("/"):
            case [""] if step.get("id") == "install" and not self._run.service.install:
                return {}
            case [""]:
                return self._script(step, environment)
            case ["actions", "checkout"]:
                branch = given.get("ref") == self._run.ref
                wanted = self._run.source if branch else self._run.commit
                shutil.copytree(wanted, self._workspace, dirs_exist_ok=True)
            case ["actions", "setup-python"]:
                return {"python-path": str(BIN / "python")}
            case ["actions", "upload-artifact"]:
                if given["path"]:
                    shutil.copytree(given["path"], self._run.artifact(given["name"]), dirs_exist_ok=True)
            case ["actions", "download-artifact"]:
                kept = self._run.service.folder / f"run-{given['run-id']}" / "artifacts" / given["name"]
                if kept.exists():
                    shutil.copytree(kept, given["path"], dirs_exist_ok=True)
                else:
                    self._fail(1, f"there is no artifact {given['name']}\n")
            case ["aws-actions" | "azure" | "google-github-actions", _]:
                return self._log_in(given)
            case [_, "numplan"]:
                return self._composite(given, environment)
            case _:
                raise NotImplementedError(step["uses"])
        return {}

    def _log_in(self, given: Mapping[str, str]) -> dict[str, str]:
        """What a cloud's own action does: it leaves credentials for the steps that follow."""
        if "" in given.values() or self._described["permissions"].get("id-token") != "write":
            self._fail(1, "no role to take, or no token of an identity to take it with\n")
        self._exported.update(self._run.service.cloud)
        return {"access_token": "a-token-of-an-hour"}

    def _composite(self, given: dict[str, str], environment: dict[str, str]) -> dict[str, str]:
        """The action of numplan itself: its steps, with their own inputs and outputs."""
        action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
        unknown = given.keys() - action["inputs"].keys()
        if unknown:
            raise NotImplementedError(f"the action has no input {', '.join(sorted(unknown))}")
        github = self._context["github"]
        inputs = {
            name: given.get(name, fill(details.get("default", ""), {"github": github}))
            for name, details in action["inputs"].items()
        }
        context = {"github": github, "inputs": inputs, "runner": self._context["runner"]}
        own = {**environment, "GITHUB_ACTION_PATH": str(ACTION)}
        steps = self._steps(action["runs"]["steps"], context, own)
        return {name: fill(details["value"], {"steps": steps}) for name, details in action["outputs"].items()}

    def _script(self, step: dict[str, Any], environment: dict[str, str]) -> dict[str, str]:
        """Run a step's script in bash, with the files that it may write to."""
        if "${{" in step["run"]:
            raise NotImplementedError(f"an expression within a script: {step['run']}")
        files = {name: self._folder / uuid.uuid4().hex for name in ("output", "env", "path", "step_summary")}
        for path in files.values():
            path.touch()
        ran = bash(
            step["run"],
            BASH[step.get("shell")],
            self._workspace,
            {
                **environment,
                "PATH": os.pathsep.join(self._path),
                **{f"GITHUB_{name.upper()}": str(path) for name, path in files.items()},
            },
            self._started if step.get("name") == "Apply" else None,
        )
        self._job.log += ran.log
        self._job.summary += files["step_summary"].read_text(encoding="utf-8")
        self._path[:0] = files["path"].read_text(encoding="utf-8").split()
        if ran.code:
            self._fail(ran.code)
        lines = files["output"].read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _fail(self, code: int, why: str = "") -> None:
        self._job.result = "failure"
        self._job.code = code
        self._job.log += why

    def _filled(self, variables: Mapping[str, str] | None) -> dict[str, str]:
        return {name: fill(text, self._context) for name, text in (variables or {}).items()}

    def _given(self) -> dict[str, str]:
        """What a runner sets in every step."""
        home = self._folder / "home"
        home.mkdir()
        return {
            **self._run.service.machine,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self._run.service.api.url,
            "GITHUB_EVENT_NAME": self._run.event_name,
            "GITHUB_EVENT_PATH": str(self._event),
            "GITHUB_REF": self._run.ref,
            "GITHUB_REF_NAME": self._run.ref.rpartition("/")[2],
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": self._run.id,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_SHA": self._run.sha,
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/{self._run.file}@{self._run.ref}",
            "GITHUB_WORKSPACE": str(self._workspace),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "RUNNER_TEMP": str(self._temp),
        }


def _status(well: bool) -> Functions:
    return {
        "success": lambda: well,
        "failure": lambda: not well,
        "always": lambda: True,
        "cancelled": lambda: False,
    }
