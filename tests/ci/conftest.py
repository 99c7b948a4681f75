"""A repository with its pipeline, an emulated account, and what stands for GitHub and GitLab."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from numplan.emulator.server import Emulator, EmulatorSettings

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

import run_pipeline
from pipelines import github, gitlab
from pipelines.comments import Comments
from run_pipeline import Place

from tests.ci import gitlab_runner

ROOT = Path(__file__).parents[2]


@pytest.fixture
def commands(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts find a `numplan` that is loaded already; where they are interrupted, the real one."""
    if "interrupt" not in request.fixturenames:
        folder = request.getfixturevalue("loaded_numplan")
        for runner in (github, gitlab, gitlab_runner, run_pipeline):
            monkeypatch.setattr(runner, "BIN", folder)


@pytest.fixture
def place(tmp_path: Path, commands: None) -> Iterator[Place]:  # noqa: ARG001 - for what it changes
    """A repository without a pipeline, with a manifest of one adoption and two purchases."""
    repository = tmp_path / "repository"
    repository.mkdir()
    (tmp_path / "kept").mkdir()
    with Emulator(EmulatorSettings(owned=3)) as account:
        place = Place(repository, tmp_path, account)
        place.declare(2)
        yield place


@pytest.fixture
def comments() -> Iterator[Comments]:
    """The comments of every pull request."""
    with Comments() as server:
        yield server


class Hub:
    """The repository on GitHub, with its workflow."""

    def __init__(self, place: Place, comments: Comments, approval: str) -> None:
        self.place = place
        self.comments = comments
        self.workflow = place.repository / ".github" / "workflows" / "numplan.yml"
        self.workflow.parent.mkdir(parents=True)
        self.workflow.write_text((ROOT / "examples" / "github" / "self-hosted.yml").read_text())
        self.machine = dict(place.machine)
        self.approval = approval
        self.install = False

    def run(
        self, event_name: str, event: dict[str, Any], ref: str, *, file: str = github.WORKFLOW, **inputs: str
    ) -> github.Run:
        """A run of a workflow as it is now."""
        service = github.Service(
            self.place.folder,
            {"NUMPLAN_TOKEN": self.place.account.token},
            {"NUMPLAN_ACCOUNT_ID": self.place.account.account, "NUMPLAN_APPROVAL": self.approval},
            self.machine,
            self.comments,
            install=self.install,
        )
        return github.Run(service, self.place.repository, event_name, event, ref, inputs, file)

    def pull_request(self, number: int = 1, repository: str = github.REPOSITORY) -> github.Run:
        """Of a pull request; of a fork's, with another repository."""
        head = {"sha": "feed0123456789abcdef", "repo": {"full_name": repository}}
        event = {"pull_request": {"number": number, "head": head}}
        return self.run("pull_request", event, f"refs/pull/{number}/merge")

    def push(self) -> github.Run:
        """Of a merge."""
        return self.run("push", {}, "refs/heads/main")

    def by_hand(self, run: str = "", ref: str = "refs/heads/main") -> github.Run:
        """Of somebody who filled in a run's number."""
        return self.run("workflow_dispatch", {}, ref, run=run)

    def weekly(self) -> github.Run:
        """Of the schedule of the other workflow."""
        file = ".github/workflows/numplan-drift.yml"
        text = (ROOT / "examples" / "github" / "numplan-drift.yml").read_text()
        (self.place.repository / file).write_text(text)
        return self.run("schedule", {}, "refs/heads/main", file=file)

    def replace(self, old: str, new: str) -> None:
        """Change the workflow."""
        text = self.workflow.read_text()
        assert old in text
        self.workflow.write_text(text.replace(old, new))


@pytest.fixture
def hub(place: Place, comments: Comments) -> Hub:
    """The repository on GitHub; reviewers of the environment approve."""
    return Hub(place, comments, "environment")


class Lab:
    """The project on GitLab, with its pipeline."""

    def __init__(self, place: Place) -> None:
        self.place = place
        text = (ROOT / "examples" / "gitlab" / "self-hosted.gitlab-ci.yml").read_text()
        (place.repository / ".gitlab-ci.yml").write_text(text)
        self.machine = dict(place.machine)
        self.variables = {
            "NUMPLAN_TOKEN": place.account.token,
            "NUMPLAN_ACCOUNT_ID": place.account.account,
        }
        self.install = False

    def merge_request(self, *, fork: bool = False) -> gitlab.Pipeline:
        """Of a merge request."""
        return gitlab.Pipeline(self._service, self.place.repository, merge_request=1, fork=fork)

    def push(self) -> gitlab.Pipeline:
        """Of a merge."""
        return gitlab.Pipeline(self._service, self.place.repository)

    def weekly(self, file: str = "drift.gitlab-ci.yml") -> gitlab.Pipeline:
        """Of the schedule, as one of the two files has it, with the state of the other."""
        text = (ROOT / "examples" / "gitlab" / file).read_text()
        other = re.search(r"NUMPLAN_STATE: (.*)", (self.place.repository / ".gitlab-ci.yml").read_text())
        assert other
        text = re.sub(r"(NUMPLAN_STATE: ).*", rf"\g<1>{other[1]}", text)
        (self.place.repository / file).write_text(text)
        return gitlab.Pipeline(self._service, self.place.repository, schedule=True, file=file)

    @property
    def _service(self) -> gitlab.Service:
        return gitlab.Service(self.place.folder, self.variables, self.machine, install=self.install)


@pytest.fixture
def lab(place: Place) -> Lab:
    """The project on GitLab."""
    return Lab(place)


@pytest.fixture
def interrupt(place: Place) -> Iterator[Callable[[int], Callable[[Any], None]]]:
    """Gives what sends a signal to a started process as soon as a purchase has reached the vendor."""
    import os
    import threading

    from tests.cli.desk import until

    threads = []

    def prepare(number: int, *, group: bool = False) -> Callable[[Any], None]:
        def started(process: Any) -> None:
            def send() -> None:
                until(lambda: bool(place.account.ledger()), "a purchase")
                (os.killpg if group else os.kill)(process.pid, number)

            threads.append(threading.Thread(target=send))
            threads[-1].start()

        return started

    yield prepare
    for thread in threads:
        thread.join(30)
