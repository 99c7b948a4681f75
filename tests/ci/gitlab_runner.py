"""A runner of GitLab's pipelines that is not ours: gitlab-ci-local, with its shell executor."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml
from pipelines.gitlab import without_installing
from pipelines.gitlab_api import JOB_TOKEN, PROJECT, TOKEN, GitLabApi
from pipelines.shell import BIN

from numplan.cli.commands.pipelines.written import pipeline
from tests.services.fixtures import missing

RUNNER = Path(__file__).parents[1] / "services" / "gitlab" / "node_modules" / ".bin" / "gitlab-ci-local"
_ENDED = re.compile(r"^(numplan:\w+) +finished in .*?(?:(FAIL) (\d+))? *$", re.MULTILINE)


def require() -> None:
    """Skip the test, or fail it in CI, where the runner or what it needs is not installed."""
    if not RUNNER.exists() or shutil.which("node") is None:
        missing("gitlab-ci-local is not installed: npm install --prefix tests/services/gitlab")
    if shutil.which("rsync") is None:
        missing("gitlab-ci-local needs rsync: apt-get install rsync")


class Project:
    """A project with its pipeline, for this place of state: a Git repository, and the default branch in another."""

    def __init__(self, folder: Path, repository: Path, api: GitLabApi, state: str) -> None:
        self.folder, self.repository, self.api = folder, repository, api
        self.variables: dict[str, str] = {}
        self.log = ""
        self._origin = folder / "origin.git"
        for name in ("home", "temporary"):
            (folder / name).mkdir()
        text, _ = pipeline("gitlab", state, {})
        (repository / ".gitlab-ci.yml").write_text(_runnable(text))
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._origin))
        self._git("remote", "add", "origin", "git@gitlab.example:acme/phones.git")
        self._push()

    def merge_request(self) -> Mapping[str, str]:
        """How `numplan:validate` and `numplan:plan` end for what the repository holds now, as a merge request."""
        self._git("add", "--all")
        more = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_BRANCH": "",
            "CI_MERGE_REQUEST_IID": "1",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": PROJECT,
        }
        return self._run("--needs", "numplan:plan", **more)

    def merge(self) -> Mapping[str, str]:
        """The same for the default branch, which holds what the repository does from now on."""
        self._push()
        return self._run("--needs", "numplan:plan")

    def apply(self) -> Mapping[str, str]:
        """Somebody starts the manual job."""
        return self._run("numplan:apply")

    def artifact(self, name: str) -> str:
        """A file that the last plan has left."""
        return (self.repository / "numplan-plan" / name).read_text()

    def _run(self, *words: str, **variables: str) -> Mapping[str, str]:
        given = {
            "CI_API_V4_URL": self.api.url,
            "CI_JOB_TOKEN": JOB_TOKEN,
            "CI_PROJECT_ID": PROJECT,
            "CI_REPOSITORY_URL": self._origin.as_uri(),
            "NUMPLAN_GITLAB_TOKEN": TOKEN,
            **self.variables,
            **variables,
        }
        told = [word for name, text in given.items() for word in ("--variable", f"{name}={text}")]
        ran = subprocess.run(
            [RUNNER, "--no-color", "--no-json-schema-validation", *told, *words],
            cwd=self.repository,
            env={
                "HOME": str(self.folder / "home"),
                "TMPDIR": str(self.folder / "temporary"),
                "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
                "LANG": "C.UTF-8",
            },
            check=False,
            capture_output=True,
            text=True,
            timeout=240,
        )
        self.log = ran.stdout + ran.stderr
        return {
            name: f"failed {code}" if failed else "success" for name, failed, code in _ENDED.findall(self.log)
        }

    def _push(self) -> None:
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message=main")
        self._git("push", "--quiet", str(self._origin), "main")

    def _git(self, *words: str) -> None:
        who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
        subprocess.run(
            ["git", *who, *words], cwd=self.repository, check=True, capture_output=True, timeout=60
        )


def _runnable(text: str) -> str:
    """The pipeline without the image, for which there is no engine here, and with this Python's numplan."""
    file = yaml.safe_load(text)
    template = file[".numplan"]
    del template["image"]
    template["before_script"] = without_installing(template["before_script"])
    shown: str = yaml.safe_dump(file, sort_keys=False, width=10_000)
    return shown
