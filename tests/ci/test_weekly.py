"""The weekly look at the account, run from its real files."""

from tests.ci.conftest import Hub, Lab

SUPPORT = "+16096294649"


def test_on_github_a_week_without_drift_is_green_and_nothing_is_sent(hub: Hub) -> None:
    hub.push().all()
    posts = len(hub.place.account.ledger())
    drift = hub.weekly().all()["drift"]
    assert drift.result == "success", drift.log
    assert "No drift." in drift.summary
    assert len(hub.place.account.ledger()) == posts


def test_on_github_drift_fails_the_run_and_its_summary_says_what(hub: Hub) -> None:
    hub.push().all()
    hub.place.account.remove_owned([SUPPORT], to_stock=True)
    drift = hub.weekly().all()["drift"]
    assert (drift.result, drift.code) == ("failure", 2)
    assert "    Missing from the account: 1 number" in drift.summary
    assert SUPPORT in drift.summary
    assert hub.place.account.token not in drift.summary + drift.log


def test_on_gitlab_drift_fails_the_job_and_is_kept_as_an_artifact(lab: Lab) -> None:
    lab.push().all()
    quiet = lab.weekly()
    assert quiet.all()["numplan:drift"].result == "success", quiet.jobs
    lab.place.account.remove_owned([SUPPORT], to_stock=True)
    pipeline = lab.weekly()
    drift = pipeline.all()["numplan:drift"]
    assert (drift.result, drift.code) == ("failed", 2)
    kept = pipeline.artifacts("numplan:drift") / "numplan-drift" / "drift.txt"
    assert "Missing from the account: 1 number" in kept.read_text()


def test_on_gitlab_a_schedule_runs_no_job_of_the_other_file(lab: Lab) -> None:
    assert {job.result for job in lab.weekly(".gitlab-ci.yml").all().values()} == {"left out"}
