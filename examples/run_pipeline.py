# ruff: noqa: INP001, S603 - a script; what it runs is numplan itself
"""The pipelines at work, on this machine: `python examples/run_pipeline.py github|gitlab [FOLDER]`.

Reads the real files (`action.yml`, `examples/github/`, `examples/gitlab/`), runs their scripts in bash as a runner
would, against an emulated account, and shows what came of each job. Every result is checked. Needs no account on
any service, and no network beyond this machine.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from pipelines import github, gitlab
from pipelines.comments import Comments
from pipelines.gitlab_api import JOB_TOKEN, PROJECT, TOKEN, GitLabApi
from pipelines.shell import BIN

from numplan.emulator.server import Emulator, EmulatorSettings

MANIFEST: Final = """\
version: 1
currency: USD
defaults: {country: United States, sip_trunk_id: 169, labels: {owner: voice-team}}
numbers:
  support: {number: "+16096294649", protect: true}
pools:
  ny_sales: {count: COUNT, state: New York, type: Geographic, max_monthly_charge: "0.50"}
"""
KEY: Final = "a key that seals the plans of this story alone"
SUPPORT: Final = '  support: {number: "+16096294649", protect: true}'


class PipelineError(Exception):
    """A job ended otherwise than it should."""


class Place(NamedTuple):
    """Where everything happens: the repository, the services' folder, and the account."""

    repository: Path
    folder: Path
    account: Emulator

    @property
    def machine(self) -> dict[str, str]:
        """What the runner's machine knows by itself: that the API is the emulator."""
        return {"NUMPLAN_API_URL": self.account.url}

    def declare(self, count: int, *, support: bool = True) -> None:
        """Write the manifest."""
        text = MANIFEST.replace("COUNT", str(count))
        (self.repository / "numplan.yaml").write_text(
            text if support else text.replace(SUPPORT, "  {}"), encoding="utf-8"
        )

    def apply_by_hand(self, state: str = "", **credentials: str) -> None:
        """What nobody should do beside a pipeline: apply from a shell, with the same state."""
        environment = {
            **self.machine,
            "NUMPLAN_TOKEN": self.account.token,
            "NUMPLAN_ACCOUNT_ID": self.account.account,
            "NUMPLAN_STATE": state or str(next(iter((self.folder / "kept").glob("*.state.json")))),
            **credentials,
        }
        subprocess.run(
            [BIN / "numplan", "apply", "--auto-approve"],
            cwd=self.repository,
            env=environment,
            check=True,
            capture_output=True,
        )


def main(arguments: list[str]) -> int:
    """Run one story; returns the exit code."""
    stories: dict[str, Callable[[Place], None]] = {"github": on_github, "gitlab": on_gitlab}
    if not arguments or arguments[0] not in stories:
        sys.stderr.write(__doc__ or "")
        return 64
    try:
        if arguments[1:]:
            tell(stories[arguments[0]], Path(arguments[1]).absolute())
        else:
            with tempfile.TemporaryDirectory() as folder:
                tell(stories[arguments[0]], Path(folder))
    except PipelineError as problem:
        say(f"\nThe pipeline failed: {problem}")
        return 1
    return 0


def tell(story: Callable[[Place], None], folder: Path) -> None:
    """Set up a repository with its pipeline, as a user would, and live through the story."""
    repository = folder / "repository"
    (repository / ".git").mkdir(parents=True)
    (folder / "kept").mkdir(mode=0o700)
    with Emulator(EmulatorSettings(owned=3)) as account:
        place = Place(repository, folder, account)
        place.declare(2)
        story(place)


def init(place: Place, *words: str) -> None:
    """Write the pipeline."""
    say(f"$ numplan init --ci {' '.join(words)}")
    subprocess.run([BIN / "numplan", "init", "--ci", *words], cwd=place.repository, check=True)


def on_github(place: Place) -> None:
    """Pull request, review, merge, approval, apply."""
    account = place.account
    init(place, "github", "--state", f"{github.KEPT}/numplan.state.json")
    with Comments() as comments:
        service = github.Service(
            place.folder,
            {"NUMPLAN_TOKEN": account.token, "NUMPLAN_PLAN_KEY": KEY},
            {"NUMPLAN_ACCOUNT_ID": account.account, "NUMPLAN_APPROVAL": "environment"},
            place.machine,
            comments,
        )

        def pull_request() -> github.Run:
            head = {"sha": "feed0123456789abcdef", "repo": {"full_name": github.REPOSITORY}}
            event = {"pull_request": {"number": 1, "head": head}}
            return github.Run(service, place.repository, "pull_request", event, "refs/pull/1/merge")

        def merged() -> github.Run:
            return github.Run(service, place.repository, "push", {}, "refs/heads/main")

        say("\n# A pull request declares one number and a pool of two.")
        expect(pull_request().all(), validate="success", plan="success", apply="skipped")
        say(f"\nThe comment on the pull request:\n\n{comments.by()[0]}")

        say("\n# Another commit makes it three. The same comment is updated.")
        place.declare(3)
        expect(pull_request().all(), validate="success", plan="success", apply="skipped")
        if len(comments.kept) != 1:
            raise PipelineError(f"{len(comments.kept)} comments instead of one")

        say("\n# It is merged, planned once more, approved, and applied as approved.")
        expect(merged().all(), validate="success", plan="success", apply="success")
        say(f"The account now holds {len(account.owned())} numbers.")

        say("\n# State moves between plan and approval: the plan is refused, exit code 7.")
        place.declare(4)
        run = merged()
        for name in ("validate", "plan"):
            run.perform(name)
        place.apply_by_hand()
        run.perform("apply")
        expect(run.jobs, validate="success", plan="success", apply="failure 7")

        say("\n# A pull request deletes the protected number: refused, exit code 6, and the comment says so.")
        place.declare(4, support=False)
        expect(pull_request().all(), validate="success", plan="failure 6", apply="skipped")
        say(comments.by()[0].partition("\n")[2].partition("\n")[0])


def on_gitlab(place: Place) -> None:
    """Merge request, review, merge, the manual job; state is with GitLab."""
    account = place.account
    init(place, "gitlab")
    variables = {
        "NUMPLAN_TOKEN": account.token,
        "NUMPLAN_ACCOUNT_ID": account.account,
        "NUMPLAN_PLAN_KEY": KEY,
        "NUMPLAN_GITLAB_TOKEN": TOKEN,
    }
    with GitLabApi() as api:
        service = gitlab.Service(place.folder, variables, place.machine, api)

        say("\n# A merge request declares one number and a pool of two.")
        pipeline = gitlab.Pipeline(service, place.repository, merge_request=1)
        check(pipeline, "success", "success", "left out")
        say(f"The merge request shows {json.dumps(pipeline.jobs['numplan:plan'].report)}")
        say(f"and the comment: {api.by()[0].splitlines()[3]}")

        say("\n# It is merged, planned once more, and applied by whoever starts the manual job.")
        check(gitlab.Pipeline(service, place.repository), "success", "success", "success")
        say(f"The account now holds {len(account.owned())} numbers.")

        say("\n# State moves between plan and apply: the plan is refused, exit code 7.")
        place.declare(3)
        pipeline = gitlab.Pipeline(service, place.repository)
        for name in ("validate", "plan"):
            pipeline.perform(f"numplan:{name}")
        place.apply_by_hand(
            f"{api.url}/projects/{PROJECT}/terraform/state/numplan",
            NUMPLAN_STATE_USERNAME="gitlab-ci-token",
            NUMPLAN_STATE_PASSWORD=JOB_TOKEN,
        )
        pipeline.perform("numplan:apply")
        check(pipeline, "success", "success", "failed 7")

        say(
            "\n# A merge request deletes the protected number: refused, exit code 6, and the comment says so."
        )
        place.declare(3, support=False)
        pipeline = gitlab.Pipeline(service, place.repository, merge_request=1)
        check(pipeline, "success", "failed 6", "left out")
        say(api.by()[0].splitlines()[1])


def check(pipeline: gitlab.Pipeline, *results: str) -> None:
    """Show how each job of a pipeline ended, having run those that were not. Raises PipelineError."""
    if not pipeline.jobs:
        pipeline.all()
    names = ("validate", "plan", "apply")
    expected = {f"numplan:{name}": result for name, result in zip(names, results, strict=True)}
    expect(pipeline.jobs, **expected)


def expect(jobs: dict[str, github.Job] | dict[str, gitlab.Job], **results: str) -> None:
    """Show how each job ended. Raises PipelineError where one ended otherwise, with its log."""
    for name, job in jobs.items():
        told = f"{job.result} {job.code}" if job.code else job.result
        say(f"  {name:18} {told}")
        if told != results[name]:
            raise PipelineError(f"{name} ended with {told}, not with {results[name]}:\n{job.log}")


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
