"""Pipelines that need no machine of one's own: state in a shared place, plans sealed, limits of the default branch.

Each story is a life from the first change to an apply, and then a change that means harm.
"""

import html
import http.server
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pipelines import github
from pipelines.comments import Comments
from pipelines.gitlab_api import GitLabApi
from run_pipeline import KEY, Place

from numplan.cli.commands.pipelines.written import pipeline
from numplan.model.stored.state_document import decode_state
from tests.ci import gitlab_runner
from tests.ci.gitlab_runner import Project
from tests.services.serving import serving
from tests.services.state_server import StateServer

POLICY = "max_purchases: 2\n"
BUCKET = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test-secret"}
SUPPORT = '  support: {number: "+16096294649", protect: true}'


class Elsewhere(http.server.ThreadingHTTPServer):
    """A server of somebody who means harm, and what it is sent."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        calls = self.calls

        class Handler(http.server.BaseHTTPRequestHandler):
            def do(self) -> None:
                calls.append(f"{self.command} {self.path}")
                self.send_response(404)
                self.end_headers()

            do_GET = do_POST = do_PUT = do_LOCK = do  # noqa: N815 - as its base calls them

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    with serving(server):
        yield server


def mean_harm(place: Place, elsewhere: Elsewhere) -> None:
    """Change what a pull request can: the manifest moves state and API, and the policy allows anything."""
    place.declare(7)
    url = f"http://127.0.0.1:{elsewhere.server_port}"
    manifest = place.repository / "numplan.yaml"
    manifest.write_text(
        f"{manifest.read_text()}"
        f"backend: {{type: http, address: '{url}/state'}}\n"
        f"api: {{url: '{url}/o/'}}\n"
        "policy: {max_purchases: 100}\n"
    )
    (place.repository / "numplan.policy.yaml").write_text("max_purchases: 100\n")
    (place.repository / ".env").write_text(f"NUMPLAN_API_URL={url}/o/\nNUMPLAN_PLAIN_HTTP=evil:80\n")
    planted = place.repository / "numplan-plan"
    planted.mkdir(exist_ok=True)
    (planted / "plan.md").write_text("<!-- numplan: numplan.yaml -->\nall is well\n")


def bought(place: Place) -> int:
    return sum(len(post.numbers) for post in place.account.ledger() if post.endpoint == "purchase-numbers")


@pytest.mark.parametrize("kind", ["gitlab", "s3"])
def test_on_gitlab_by_a_runner_of_others(
    place: Place, elsewhere: Elsewhere, s3_port: int, kind: str, tmp_path: Path
) -> None:
    gitlab_runner.require()
    state = "" if kind == "gitlab" else f"s3://states/{tmp_path.name}/numplan.state.json?region=us-east-1"
    with GitLabApi() as api:
        project = Project(tmp_path, place.repository, api, state)
        project.variables = {
            **place.machine,
            "NUMPLAN_TOKEN": place.account.token,
            "NUMPLAN_ACCOUNT_ID": place.account.account,
            **({} if kind == "gitlab" else {**BUCKET, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3_port}"}),
        }
        unsealed = project.merge_request()
        assert unsealed.get("numplan:plan") not in {None, "success"}, project.log
        assert "NUMPLAN_PLAN_KEY: is not set" in project.log
        project.variables["NUMPLAN_PLAN_KEY"] = KEY

        both = {"numplan:validate": "success", "numplan:plan": "success"}
        assert project.merge_request() == both, project.log
        [note] = api.by()
        assert "2 to purchase" in note, project.log
        assert json.loads(project.artifact("gitlab.json")) == {"create": 2, "update": 0, "delete": 0}
        assert not place.account.ledger()

        (place.repository / "numplan.policy.yaml").write_text(POLICY)
        assert project.merge() == both, project.log
        assert json.loads(project.artifact("numplan.plan"))["hmac"]
        assert project.apply() == {"numplan:apply": "success"}, project.log
        assert bought(place) == 2
        if kind == "gitlab":
            assert len(decode_state(api.states["numplan"], "GitLab").numbers) == 3
            assert not api.locks

        mean_harm(place, elsewhere)
        assert project.merge_request()["numplan:plan"] == "failed 6", project.log
        [note] = api.by()
        assert "this plan cannot be applied" in note
        assert "NUMPLAN_POLICY allows 2" in html.unescape(note)
        assert not elsewhere.calls
        assert bought(place) == 2
        secrets = (place.account.token, KEY, BUCKET["AWS_SECRET_ACCESS_KEY"])
        assert not [one for one in secrets if one in project.log + note]


@pytest.mark.parametrize("kind", ["s3", "http"])
def test_on_github_without_a_runner_of_ones_own(
    place: Place, comments: Comments, elsewhere: Elsewhere, s3_port: int, server: StateServer, kind: str
) -> None:
    name = place.folder.name
    cloud: Mapping[str, str] = BUCKET if kind == "s3" else {}
    url = (
        f"s3://states/{name}/numplan.state.json?region=us-east-1" if kind == "s3" else f"{server.url}/{name}"
    )
    secrets = {"NUMPLAN_TOKEN": place.account.token}
    if kind == "http":
        server.require("jane", "a-password-of-hers")
        secrets |= {"NUMPLAN_STATE_USERNAME": "jane", "NUMPLAN_STATE_PASSWORD": "a-password-of-hers"}
    workflow = place.repository / github.WORKFLOW
    workflow.parent.mkdir(parents=True)
    workflow.write_text(pipeline("github", url, {})[0])
    machine = {**place.machine, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3_port}"}

    def run(event: str, number: int = 0) -> github.Run:
        variables = {"NUMPLAN_ACCOUNT_ID": place.account.account, "NUMPLAN_APPROVAL": "environment"}
        variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/numplan"
        service = github.Service(place.folder, secrets, variables, machine, comments, cloud)
        head = {"sha": "feed0123456789abcdef", "repo": {"full_name": github.REPOSITORY}}
        told = {"pull_request": {"number": number, "head": head}} if number else {}
        ref = f"refs/pull/{number}/merge" if number else "refs/heads/main"
        return github.Run(service, place.repository, event, told, ref)

    def results(ran: github.Run) -> list[str]:
        jobs = ran.all().values()
        return [f"{job.result} {job.code}" if job.code else job.result for job in jobs]

    unsealed = run("pull_request", 1)
    assert results(unsealed) == ["success", "failure 1", "skipped"]
    assert "NUMPLAN_PLAN_KEY is not set" in comments.by()[0]
    secrets["NUMPLAN_PLAN_KEY"] = KEY

    planned = run("pull_request", 1)
    assert results(planned) == ["success", "success", "skipped"], planned.jobs["plan"].log
    [comment] = comments.by()
    assert "2 to purchase" in comment
    merged = run("push")
    assert results(merged) == ["success", "success", "success"], merged.jobs
    assert bought(place) == 2

    comments.files["numplan.policy.yaml"] = POLICY
    mean_harm(place, elsewhere)
    attacked = run("pull_request", 1)
    assert results(attacked) == ["success", "failure 6", "skipped"], attacked.jobs["plan"].log
    [comment] = comments.by()
    assert "NUMPLAN_POLICY allows 2" in html.unescape(comment)
    assert not elsewhere.calls
    assert bought(place) == 2
    log = "".join(job.log for job in attacked.jobs.values())
    assert not [one for one in secrets.values() if len(one) > len("jane") and one in log + comment]
