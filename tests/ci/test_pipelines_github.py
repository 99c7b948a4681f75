"""The workflow and the action, run from their real files."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import run_pipeline
from pipelines.comments import BOT

from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from tests.ci.conftest import ROOT, Hub
from tests.ci.hostile import lay_traps

SUPPORT = '  support: {number: "+16096294649", protect: true}'


def results(jobs: dict[str, Any]) -> list[str]:
    return [f"{job.result} {job.code}" if job.code else job.result for job in jobs.values()]


def state_of(hub: Hub) -> State:
    path = hub.place.folder / "kept" / "numplan.state.json"
    return decode_state(path.read_bytes(), str(path))


def purchases(hub: Hub) -> int:
    return sum(
        len(post.numbers) for post in hub.place.account.ledger() if post.endpoint == "purchase-numbers"
    )


@pytest.mark.parametrize("service", ["github", "gitlab"])
@pytest.mark.usefixtures("commands")
def test_the_story_of_a_service_ends_as_it_should(
    service: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """As a script of its own it is run for the pages that quote it."""
    code = run_pipeline.main([service, str(tmp_path)])
    assert code == 0, capfd.readouterr()


# -- a pull request


def test_a_pull_request_is_planned_and_nothing_is_applied(hub: Hub) -> None:
    run = hub.pull_request()
    assert results(run.all()) == ["success", "success", "skipped"]
    assert not hub.place.account.ledger()
    assert not [*(hub.place.folder / "kept").iterdir()]


def test_the_plan_is_a_comment_and_the_next_commit_updates_it(hub: Hub) -> None:
    hub.pull_request().all()
    [first] = hub.comments.by()
    assert first.startswith("<!-- numplan: numplan.yaml -->\n")
    assert "2 to purchase" in first
    hub.place.declare(3)
    hub.pull_request().all()
    [second] = hub.comments.by()
    assert "3 to purchase" in second
    assert [call.split()[0] for call in hub.comments.calls] == ["GET", "POST", "GET", "PATCH"]


def test_the_comment_says_which_commit_and_run_it_is_of(hub: Hub) -> None:
    run = hub.pull_request()
    run.all()
    assert (
        hub.comments.by()[0]
        .rstrip()
        .endswith(
            f"<sub>[This run](https://github.example/acme/phones/actions/runs/{run.id}), "
            "commit feed01234567, exit code 2.</sub>"
        )
    )


def test_a_second_manifest_has_a_comment_of_its_own(hub: Hub) -> None:
    other = hub.place.repository / "phones" / "numplan.yaml"
    other.parent.mkdir()
    other.write_text((hub.place.repository / "numplan.yaml").read_text())
    hub.pull_request().all()
    hub.replace(
        "        with:\n          settle",
        "        with:\n          working-directory: phones\n          settle",
    )
    hub.pull_request().all()
    hub.pull_request().all()
    assert [body.splitlines()[0] for body in hub.comments.by()] == [
        "<!-- numplan: numplan.yaml -->",
        "<!-- numplan: phones/numplan.yaml -->",
    ]


def test_another_pull_request_has_a_comment_of_its_own(hub: Hub) -> None:
    hub.pull_request(1).all()
    hub.pull_request(2).all()
    assert [one["pull_request"] for one in hub.comments.kept] == [1, 2]


def test_the_comment_is_found_behind_a_hundred_others(hub: Hub) -> None:
    for number in range(130):
        hub.comments.add(1, f"remark {number}", "somebody")
    hub.pull_request().all()
    for number in range(130):
        hub.comments.add(1, f"remark {number}", "somebody")
    hub.place.declare(3)
    hub.pull_request().all()
    [only] = hub.comments.by()
    assert "3 to purchase" in only


def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(hub: Hub) -> None:
    planted = hub.comments.add(1, "<!-- numplan: numplan.yaml -->\nmine", "somebody")
    hub.pull_request().all()
    assert planted["body"] == "<!-- numplan: numplan.yaml -->\nmine"
    assert len(hub.comments.by(BOT)) == 1


def test_a_comment_of_the_bot_that_only_mentions_the_marker_is_left_alone(hub: Hub) -> None:
    other = hub.comments.add(1, "See\n<!-- numplan: numplan.yaml -->", BOT)
    hub.pull_request().all()
    assert other["body"].startswith("See")
    assert len(hub.comments.by(BOT)) == 2


def test_a_token_that_may_not_comment_is_a_warning_and_the_plan_decides(hub: Hub) -> None:
    hub.comments.may_write = False
    job = [*hub.pull_request().all().values()][1]
    assert job.result == "success"
    assert "::warning title=numplan::The plan was not posted as a comment: GitHub answered 403" in job.log


@pytest.mark.parametrize("status", [500, 502, 302])
def test_an_answer_that_fails_is_asked_for_again(hub: Hub, status: int) -> None:
    hub.comments.answers = [status]
    job = [*hub.pull_request().all().values()][1]
    assert job.result == "success"
    assert len(hub.comments.by()) == 1


def test_a_service_that_stays_broken_is_a_warning(hub: Hub) -> None:
    hub.comments.answers = [500, 500, 500]
    job = [*hub.pull_request().all().values()][1]
    assert job.result == "success"
    assert "GitHub answered 500, 3 times" in job.log


def test_the_plan_is_in_the_job_summary(hub: Hub) -> None:
    job = [*hub.pull_request().all().values()][1]
    assert "2 to purchase" in job.summary


def test_the_artifact_has_the_plan_in_every_form_and_no_token(hub: Hub) -> None:
    run = hub.pull_request()
    run.all()
    files = {path.name: path.read_text() for path in run.artifact("numplan-plan").iterdir()}
    assert files.keys() == {"numplan.plan", "plan.json", "plan.md", "plan.html"}
    assert json.loads(files["plan.json"])["format_version"]
    assert not [name for name, text in files.items() if hub.place.account.token in text]


def test_a_fork_is_validated_without_secrets_and_not_planned(hub: Hub) -> None:
    run = hub.pull_request(repository="somebody/phones")
    assert results(run.all()) == ["success", "skipped", "skipped"]
    assert not hub.comments.calls


def test_a_refused_plan_fails_the_job_with_6_after_comment_and_artifact(hub: Hub) -> None:
    assert results(hub.push().all()) == ["success", "success", "success"]
    hub.place.declare(2, support=False)
    run = hub.pull_request()
    assert results(run.all()) == ["success", "failure 6", "skipped"]
    assert "this plan cannot be applied" in hub.comments.by()[0]
    assert run.artifact("numplan-plan").is_dir()
    assert "::error title=numplan::A guard refuses this plan" in run.jobs["plan"].log


def test_a_manifest_with_errors_puts_that_in_the_place_of_the_older_plan(hub: Hub) -> None:
    hub.replace("      - name: Validate\n        run: exec numplan validate", "      - run: echo skipped")
    hub.pull_request().all()
    (hub.place.repository / "numplan.yaml").write_text("version: 1\nnumbers: {a: {number: '<b>@acme'}}\n")
    assert results(hub.pull_request().all()) == ["success", "failure 1", "skipped"]
    [only] = hub.comments.by()
    assert only.startswith("<!-- numplan: numplan.yaml -->\n### numplan: no plan could be made")
    assert "numplan.yaml:2" in only
    assert "<b>" not in only
    assert "@acme" not in only


def test_a_manifest_with_errors_fails_before_any_secret_is_used(hub: Hub) -> None:
    (hub.place.repository / "numplan.yaml").write_text("version: 1\nnumbers: {a: {number: 'x'}}\n")
    assert results(hub.pull_request().all()) == ["failure 1", "skipped", "skipped"]


# -- the action's inputs and outputs


def with_inputs(hub: Hub, **inputs: str) -> Any:
    """The plan job of a pull request, with more inputs; its outputs are all of the action's."""
    given = "".join(
        f"          {name.replace('_', '-')}: {json.dumps(text)}\n" for name, text in inputs.items()
    )
    hub.replace("        with:\n          settle", f"        with:\n{given}          settle")
    names = ("exitcode", "changes", "purchases", "releases", "adoptions", "updates", "blocked", "refused")
    outputs = "".join(
        f"      {name}: ${{{{ steps.plan.outputs.{name} }}}}\n" for name in (*names, "comment-url")
    )
    hub.replace("      changes: ${{ steps.plan.outputs.changes }}\n", outputs)
    run = hub.pull_request()
    run.all()
    return run.jobs["plan"]


def test_the_outputs_are_the_figures_of_the_plan(hub: Hub) -> None:
    assert with_inputs(hub).outputs == {
        "exitcode": "2",
        "changes": "true",
        "purchases": "2",
        "releases": "0",
        "adoptions": "1",
        "updates": "0",
        "blocked": "0",
        "refused": "0",
        "comment-url": "https://github.example/pull/1#issuecomment-1001",
    }


def test_a_plan_without_changes_says_so_and_succeeds(hub: Hub) -> None:
    assert results(hub.push().all()) == ["success", "success", "success"]
    job = with_inputs(hub)
    assert job.result == "success"
    assert (job.outputs["exitcode"], job.outputs["changes"]) == ("0", "false")


def test_arguments_are_taken_one_a_line(hub: Hub) -> None:
    hub.push().all()
    hub.place.declare(2, support=False)
    job = with_inputs(hub, arguments="--allow-release\nnumber.support\n\n--max-releases=20\n")
    assert job.result == "success", job.log
    assert job.outputs["releases"] == "1"


@pytest.mark.parametrize(
    "inputs",
    [
        {"arguments": "$(touch hacked)"},
        {"arguments": "; touch hacked"},
        {"manifest": '"; touch hacked; echo "'},
        {"working_directory": "$(touch hacked)"},
        {"state": "`touch hacked`"},
    ],
)
def test_no_input_is_ever_run(hub: Hub, inputs: dict[str, str]) -> None:
    job = with_inputs(hub, **inputs)
    assert job.result == "failure" or "state" in inputs
    assert not [*hub.place.folder.rglob("hacked")]


def test_what_numplan_prints_is_no_command_to_the_runner(hub: Hub) -> None:
    lines = [*hub.pull_request().all().values()][1].log.splitlines()
    stops = [line for line in lines if line.startswith("::stop-commands::")]
    assert len(stops) == 1
    begin, end = lines.index(stops[0]), lines.index(f"::{stops[0].removeprefix('::stop-commands::')}::")
    assert begin < next(number for number, line in enumerate(lines) if line.startswith("Plan: ")) < end


def test_where_github_does_not_tell_the_policy_nothing_is_planned(hub: Hub) -> None:
    """What may not be read is not found either: that is no word that there are no limits."""
    hub.comments.may_read = False
    run = hub.pull_request()
    assert results(run.all()) == ["success", "failure 1", "skipped"]
    assert "The default branch does not tell its policy" in run.jobs["plan"].log
    assert "no plan could be made" in hub.comments.by()[0]


def test_a_policy_of_the_machine_itself_goes_before_the_default_branchs(hub: Hub) -> None:
    policy = hub.place.folder / "policy.yaml"
    policy.write_text("max_purchases: 1\n")
    hub.machine["NUMPLAN_POLICY"] = str(policy)
    hub.comments.files["numplan.policy.yaml"] = "max_purchases: 100\n"
    assert results(hub.pull_request().all()) == ["success", "failure 6", "skipped"]


def test_no_comment_and_no_artifact_where_none_is_wanted(hub: Hub) -> None:
    assert with_inputs(hub, comment="false", artifact="").result == "success"
    assert not hub.comments.calls
    assert not [*hub.place.folder.rglob("artifacts")]


# -- the branch that applies


def test_a_merge_is_applied_exactly_as_planned_in_another_folder(hub: Hub) -> None:
    run = hub.push()
    assert results(run.all()) == ["success", "success", "success"]
    planned = json.loads((run.artifact("numplan-plan") / "plan.json").read_text())
    wanted = {
        one["change"]["after"]["number"]
        for one in planned["resource_changes"]
        if one["change"]["actions"] == ["create"]
    }
    assert wanted <= {one.number for one in hub.place.account.owned()}
    assert purchases(hub) == 2


def test_without_an_approval_a_merge_is_only_planned(hub: Hub) -> None:
    hub.approval = ""
    assert results(hub.push().all()) == ["success", "success", "skipped"]
    assert not hub.place.account.ledger()


def test_somebody_applies_the_plan_of_a_run_that_they_have_read(hub: Hub) -> None:
    hub.approval = ""
    planned = hub.push()
    planned.all()
    assert results(hub.by_hand(planned.id).all()) == ["success", "skipped", "success"]
    assert purchases(hub) == 2


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"event": "pull_request"}, "not of a push"),
        ({"head_repository": {"full_name": "somebody/phones"}}, "not of this repository"),
        ({"head_branch": "feature"}, "of another branch"),
        ({"path": ".github/workflows/other.yml"}, "of another workflow"),
        ({"head_repository": None}, "does not tell"),
    ],
)
def test_the_plan_of_any_other_run_is_refused(hub: Hub, known: dict[str, Any], why: str) -> None:
    """A plan file is carried out as it is; one that a stranger's run has left may say anything."""
    planned = hub.push()
    planned.perform("validate")
    planned.perform("plan")
    hub.comments.runs[planned.id].update(known)
    run = hub.by_hand(planned.id)
    assert results(run.all()) == ["success", "skipped", "failure 1"]
    assert why in run.jobs["apply"].log
    assert not hub.place.account.ledger()


@pytest.mark.parametrize("number", ["1/../../issues/1", "x y", "999"])
def test_what_is_no_number_of_a_run_is_refused(hub: Hub, number: str) -> None:
    assert results(hub.by_hand(number).all()) == ["success", "skipped", "failure 1"]


def test_nothing_is_applied_from_another_branch(hub: Hub) -> None:
    planned = hub.push()
    planned.perform("validate")
    planned.perform("plan")
    run = hub.by_hand(planned.id, ref="refs/heads/feature")
    assert results(run.all()) == ["success", "skipped", "skipped"]


def test_a_plan_without_changes_needs_no_approval(hub: Hub) -> None:
    hub.push().all()
    assert results(hub.push().all()) == ["success", "success", "skipped"]


def test_a_refused_plan_is_not_applied(hub: Hub) -> None:
    hub.push().all()
    hub.place.declare(2, support=False)
    assert results(hub.push().all()) == ["success", "failure 6", "skipped"]


def test_a_plan_is_refused_where_state_moved_before_the_approval(hub: Hub) -> None:
    hub.push().all()
    hub.place.declare(3)
    run = hub.push()
    run.perform("validate")
    run.perform("plan")
    hub.place.apply_by_hand()
    bought = purchases(hub)
    job = run.perform("apply")
    assert (job.result, job.code) == ("failure", 7)
    assert purchases(hub) == bought


def test_an_old_run_that_is_started_again_brings_no_old_manifest_back(hub: Hub) -> None:
    hub.place.declare(4)
    old = hub.push()
    hub.place.declare(2)
    assert results(old.all()) == ["success", "success", "success"]
    assert purchases(hub) == 2


def test_a_plan_is_refused_where_the_branch_has_moved_on_before_the_approval(hub: Hub) -> None:
    run = hub.push()
    run.perform("validate")
    run.perform("plan")
    hub.place.declare(3)
    job = run.perform("apply")
    assert (job.result, job.code) == ("failure", 7)
    assert "the manifest has changed" in job.log
    assert not hub.place.account.ledger()


def test_an_apply_that_was_killed_is_settled_by_the_next_run_and_nothing_is_bought_twice(hub: Hub) -> None:
    hub.machine["NUMPLAN_FAILPOINT"] = "apply.before-save:1:kill"
    assert results(hub.push().all()) == ["success", "success", "failure 137"]
    assert state_of(hub).intents
    del hub.machine["NUMPLAN_FAILPOINT"]
    run = hub.push()
    assert results(run.all()) == ["success", "success", "skipped"]
    assert "Settle: 2 settled, 0 unknown." in run.jobs["plan"].log
    assert purchases(hub) == 2
    assert not state_of(hub).intents


def test_a_cancelled_apply_gets_the_signal_itself_and_records_what_is_in_flight(
    hub: Hub, interrupt: Callable[..., Callable[[Any], None]]
) -> None:
    """GitHub sends SIGINT to the process that it started, and to no other."""
    hub.place.account.faults(
        [{"fault": "stall", "endpoint": "purchase-numbers", "params": {"seconds": 1}, "count": 1}]
    )
    run = hub.push()
    run.perform("validate")
    run.perform("plan")
    job = run.perform("apply", interrupt(signal.SIGINT))
    assert (job.result, job.code) == ("failure", 130), job.log
    assert not state_of(hub).intents
    held = {str(one.number) for one in state_of(hub).numbers}
    assert {f"+{number}" for post in hub.place.account.ledger() for number in post.bought} <= held
    assert purchases(hub)


def test_a_runner_without_the_kept_folder_plans_nothing(hub: Hub) -> None:
    """Such as one of GitHub's own: a run without state is no first run by accident."""
    (hub.place.folder / "kept").rmdir()
    run = hub.push()
    assert results(run.all()) == ["success", "failure 1", "skipped"]
    assert "cannot open the folder" in run.jobs["plan"].log


@pytest.mark.slow
def test_numplan_is_installed_from_the_actions_own_checkout(hub: Hub) -> None:
    """And nothing of a pull request's checkout is imported, when it is installed and when it runs."""
    hub.install = True
    # Installed twice: what the first job has fetched is there for the second.
    hub.machine["PIP_CACHE_DIR"] = str(hub.place.folder / "wheels")
    mark = hub.place.folder / "mark"
    lay_traps(hub.place.repository, mark)
    hub.machine["PYTHONPATH"] = "."
    run = hub.pull_request()
    run.perform("validate")
    if "Could not find a version" in run.jobs["validate"].log:
        pytest.skip("no package index can be reached")
    run.perform("plan")
    assert not mark.exists(), mark.read_text()
    assert results(run.jobs) == ["success", "success"], run.jobs["validate"].log


def test_a_version_that_is_none_is_refused_before_pip_sees_it(tmp_path: Path) -> None:
    refused = subprocess.run(
        [ROOT / "action" / "install.sh"],
        env={
            "PATH": "/usr/bin:/bin",
            "VERSION": "0.1 --index-url=http://evil.example",
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_PATH": str(tmp_path / "path"),
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 64
    assert not [*tmp_path.iterdir()]
