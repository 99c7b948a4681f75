"""Who runs numplan and where, as the environment tells."""

import pytest

from numplan.model import secrets
from numplan.model.history.origin import MOST, job_page, origin_of, user_at_host

GITHUB = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/numbers",
    "GITHUB_RUN_ID": "77",
    "GITHUB_ACTOR": "ann",
    "GITHUB_TRIGGERING_ACTOR": "bob",
}
GITLAB = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_COMMIT_SHA": "b" * 40,
    "CI_JOB_URL": "https://gitlab.example/acme/-/jobs/9",
    "GITLAB_USER_LOGIN": "cid",
}
AZURE = {
    "TF_BUILD": "True",
    "BUILD_SOURCEVERSION": "c" * 40,
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/",
    "SYSTEM_TEAMPROJECTID": "p1",
    "BUILD_BUILDID": "12",
    "BUILD_REQUESTEDFOR": "Dan",
}
JENKINS = {
    "JENKINS_URL": "https://j.example/",
    "GIT_COMMIT": "d" * 40,
    "BUILD_URL": "https://j.example/job/1/",
}
CIRCLE = {"CIRCLECI": "true", "CIRCLE_SHA1": "e" * 40, "CIRCLE_JOB": "apply", "CIRCLE_USERNAME": "eve"}


@pytest.mark.parametrize(
    ("environment", "commit", "job", "actor"),
    [
        (GITHUB, "a" * 40, "https://github.com/acme/numbers/actions/runs/77", "bob"),
        (GITLAB, "b" * 40, "https://gitlab.example/acme/-/jobs/9", "cid"),
        (AZURE, "c" * 40, "https://dev.azure.com/acme/p1/_build/results?buildId=12", "Dan"),
        (JENKINS, "d" * 40, "https://j.example/job/1/", user_at_host()),
        (CIRCLE, "e" * 40, "apply", "eve"),
        ({}, "", "", user_at_host()),
    ],
    ids=["github", "gitlab", "azure", "jenkins", "circleci", "none"],
)
def test_each_service_tells_commit_job_and_actor_in_its_own_variables(environment, commit, job, actor):
    found = origin_of(environment, "run-1", actor=True)
    assert (found.run, found.commit, found.ci_job, found.actor) == ("run-1", commit, job, actor)


def test_an_actor_that_is_named_goes_before_what_the_job_says():
    assert origin_of({**GITHUB, "NUMPLAN_ACTOR": "ops"}, "run-1", actor=True).actor == "ops"


def test_no_actor_is_told_where_none_is_to_be_not_even_one_that_is_named():
    found = origin_of({**GITHUB, "NUMPLAN_ACTOR": "ops"}, "run-1", actor=False)
    assert found.actor == ""
    assert found.commit == "a" * 40


def test_an_address_that_may_hold_a_password_is_no_page():
    assert job_page({"CI_JOB_URL": "https://user:word@ci.example/1"}) == ""


def test_what_is_told_is_one_line_of_bounded_length_without_a_secret():
    secrets.know("the API token", "canary-token-0123456789")
    try:
        told = origin_of(
            {"NUMPLAN_ACTOR": "a\x1b[2J\nb canary-token-0123456789 " + "x" * 1000}, "r", actor=True
        )
    finally:
        secrets.forget()
    assert told.actor.startswith("a [2J b *** x")
    assert len(told.actor) == MOST
    assert origin_of({"NUMPLAN_ACTOR": "\udcff"}, "r", actor=True).actor.isprintable()
