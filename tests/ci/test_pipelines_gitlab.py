"""The pipeline, run from its real file."""

import signal
from collections.abc import Callable
from typing import Any

import pytest

from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from tests.ci.conftest import ROOT, Lab
from tests.ci.hostile import lay_traps


def results(jobs: dict[str, Any]) -> list[str]:
    return [f"{job.result} {job.code}" if job.code else job.result for job in jobs.values()]


def state_of(lab: Lab) -> State:
    path = lab.place.folder / "kept" / "acme-phones.state.json"
    return decode_state(path.read_bytes(), str(path))


def purchases(lab: Lab) -> int:
    return sum(
        len(post.numbers) for post in lab.place.account.ledger() if post.endpoint == "purchase-numbers"
    )


def test_a_merge_request_shows_the_figures_and_nothing_is_applied(lab: Lab) -> None:
    pipeline = lab.merge_request()
    assert results(pipeline.all()) == ["success", "success", "left out"]
    assert pipeline.jobs["numplan:plan"].report == {"create": 2, "update": 0, "delete": 0}
    assert not lab.place.account.ledger()
    assert not [*(lab.place.folder / "kept").iterdir()]


def test_the_artifacts_have_the_plan_in_every_form_and_no_token(lab: Lab) -> None:
    pipeline = lab.merge_request()
    pipeline.all()
    folder = pipeline.artifacts("numplan:plan") / "numplan-plan"
    files = {path.name: path.read_text() for path in folder.iterdir()}
    assert files.keys() == {"numplan.plan", "plan.json", "plan.md", "plan.html", "gitlab.json"}
    assert not [name for name, text in files.items() if lab.place.account.token in text]


def test_a_fork_is_validated_and_not_planned(lab: Lab) -> None:
    assert results(lab.merge_request(fork=True).all()) == ["success", "left out", "left out"]


def test_a_manifest_with_errors_ends_with_its_own_exit_code(lab: Lab) -> None:
    (lab.place.repository / "numplan.yaml").write_text("version: 1\nnumbers: {a: {number: 'x'}}\n")
    assert results(lab.merge_request().all()) == ["failed 1", "skipped", "left out"]


def test_a_refused_plan_fails_the_job_with_6_and_its_artifacts_are_kept(lab: Lab) -> None:
    """A plain last command would end with 1, whatever its own exit code, in the way GitLab's runner evaluates it."""
    assert results(lab.push().all()) == ["success", "success", "success"]
    lab.place.declare(2, support=False)
    pipeline = lab.merge_request()
    assert results(pipeline.all()) == ["success", "failed 6", "left out"]
    assert pipeline.jobs["numplan:plan"].report == {"create": 0, "update": 0, "delete": 1}


def test_a_merge_is_applied_as_planned_in_another_folder(lab: Lab) -> None:
    assert results(lab.push().all()) == ["success", "success", "success"]
    assert purchases(lab) == 2
    assert len(state_of(lab).numbers) == 3


def test_a_plan_is_refused_where_state_moved_before_the_manual_job(lab: Lab) -> None:
    lab.push().all()
    lab.place.declare(3)
    pipeline = lab.push()
    pipeline.perform("numplan:validate")
    pipeline.perform("numplan:plan")
    lab.place.apply_by_hand()
    bought = purchases(lab)
    job = pipeline.perform("numplan:apply")
    assert (job.result, job.code) == ("failed", 7)
    assert purchases(lab) == bought


def test_an_apply_that_was_killed_is_settled_by_the_next_pipeline(lab: Lab) -> None:
    lab.machine["NUMPLAN_FAILPOINT"] = "apply.before-save:1:kill"
    assert results(lab.push().all()) == ["success", "success", "failed 137"]
    assert state_of(lab).intents
    del lab.machine["NUMPLAN_FAILPOINT"]
    pipeline = lab.push()
    assert results(pipeline.all()) == ["success", "success", "success"]
    assert "Settle: 2 settled, 0 unknown." in pipeline.jobs["numplan:plan"].log
    assert purchases(lab) == 2
    assert not state_of(lab).intents


def test_what_stays_unknown_ends_the_plan_with_5(lab: Lab) -> None:
    """Nothing new is planned upon it."""
    path = lab.place.repository / "numplan.yaml"
    path.write_text(path.read_text() + "api: {settle_seconds: 0.2}\n")
    lab.machine["NUMPLAN_FAILPOINT"] = "apply.before-save:1:kill"
    lab.push().all()
    del lab.machine["NUMPLAN_FAILPOINT"]
    lab.place.account.faults(
        [
            {"fault": "empty_listing", "endpoint": "purchased-list", "params": {"lookups": True}, "count": 0},
        ]
    )
    assert results(lab.push().all()) == ["success", "failed 5", "skipped"]


def test_a_merge_request_settles_nothing(lab: Lab) -> None:
    lab.machine["NUMPLAN_FAILPOINT"] = "apply.before-save:1:kill"
    lab.push().all()
    del lab.machine["NUMPLAN_FAILPOINT"]
    before = state_of(lab)
    assert results(lab.merge_request().all()) == ["success", "success", "left out"]
    assert state_of(lab) == before


@pytest.mark.parametrize("group", [False, True], ids=["to the script", "to every process"])
def test_a_cancelled_apply_records_what_is_in_flight(
    lab: Lab, interrupt: Callable[..., Callable[[Any], None]], *, group: bool
) -> None:
    lab.place.account.faults(
        [{"fault": "stall", "endpoint": "purchase-numbers", "params": {"seconds": 1}, "count": 1}]
    )
    pipeline = lab.push()
    pipeline.perform("numplan:validate")
    pipeline.perform("numplan:plan")
    pipeline.perform("numplan:apply", interrupt(signal.SIGTERM, group=group))
    assert purchases(lab) == 2
    assert not state_of(lab).intents
    held = {str(one.number) for one in state_of(lab).numbers}
    assert {f"+{number}" for post in lab.place.account.ledger() for number in post.bought} <= held


@pytest.mark.slow
def test_numplan_is_installed_from_its_source_with_the_pipelines_in_it(lab: Lab) -> None:
    """And nothing of a merge request's checkout is imported, when it is installed and when it runs."""
    lab.install = True
    lab.variables["NUMPLAN_SOURCE"] = str(ROOT)
    mark = lab.place.folder / "mark"
    lay_traps(lab.place.repository, mark)
    lab.machine["PYTHONPATH"] = "."
    temporary = lab.place.folder / "temporary"
    temporary.mkdir()
    lab.machine["TMPDIR"] = str(temporary)
    file = lab.place.repository / ".gitlab-ci.yml"
    more = "exec numplan validate\n    - mkdir fresh && cd fresh && numplan init --ci gitlab"
    file.write_text(file.read_text().replace("exec numplan validate", more.removeprefix("exec ")))
    pipeline = lab.merge_request()
    job = pipeline.perform("numplan:validate")
    if "Could not find a version" in job.log:
        pytest.skip("no package index can be reached")
    assert not mark.exists(), mark.read_text()
    assert job.result == "success", job.log
    assert not [*temporary.iterdir()], "the environment was left behind"
    example = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
    [written] = pipeline.folder.glob("numplan-validate/fresh/.gitlab-ci.yml")
    assert written.read_bytes() == example.read_bytes()
