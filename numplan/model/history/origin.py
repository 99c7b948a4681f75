"""Who runs numplan and where, as the environment tells: the CI job, its commit, its actor."""

import os
import pwd
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from numplan.model.history.record import Origin
from numplan.model.secrets import hidden
from numplan.model.text.printable import on_one_line

MOST: Final = 300
"""Characters of what a record takes from the environment."""

_PAGE: Final = re.compile(r"https?://[^\s@]{1,2000}")


class _Service(NamedTuple):
    """The name of one CI service, and its variables by what they tell; the first that is set counts."""

    name: str = ""
    commit: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    job: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()


_SERVICES: Final[Mapping[str, _Service]] = {
    "GITHUB_ACTIONS": _Service(
        "GitHub Actions", ("GITHUB_SHA",), (), ("GITHUB_JOB",), ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR")
    ),
    "GITLAB_CI": _Service(
        "GitLab CI",
        ("CI_COMMIT_SHA",),
        ("CI_JOB_URL",),
        ("CI_JOB_ID",),
        ("GITLAB_USER_LOGIN", "GITLAB_USER_NAME"),
    ),
    "CIRCLECI": _Service(
        "CircleCI", ("CIRCLE_SHA1",), ("CIRCLE_BUILD_URL",), ("CIRCLE_JOB",), ("CIRCLE_USERNAME",)
    ),
    "BUILDKITE": _Service(
        "Buildkite",
        ("BUILDKITE_COMMIT",),
        ("BUILDKITE_BUILD_URL",),
        ("BUILDKITE_JOB_ID",),
        ("BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_AUTHOR"),
    ),
    "JENKINS_URL": _Service(
        "Jenkins", ("GIT_COMMIT",), ("BUILD_URL",), ("BUILD_TAG",), ("BUILD_USER_ID", "BUILD_USER")
    ),
    "TF_BUILD": _Service(
        "Azure Pipelines", ("BUILD_SOURCEVERSION",), (), ("BUILD_BUILDNUMBER",), ("BUILD_REQUESTEDFOR",)
    ),
    "BITBUCKET_BUILD_NUMBER": _Service(
        "Bitbucket Pipelines",
        ("BITBUCKET_COMMIT",),
        (),
        ("BITBUCKET_BUILD_NUMBER",),
        ("BITBUCKET_STEP_TRIGGERER_UUID",),
    ),
    "TRAVIS": _Service("Travis CI", ("TRAVIS_COMMIT",), ("TRAVIS_JOB_WEB_URL",), ("TRAVIS_JOB_ID",)),
    "DRONE": _Service(
        "Drone",
        ("DRONE_COMMIT_SHA", "DRONE_COMMIT"),
        ("DRONE_BUILD_LINK",),
        ("DRONE_BUILD_NUMBER",),
        ("DRONE_BUILD_TRIGGER",),
    ),
    "TEAMCITY_VERSION": _Service("TeamCity", ("BUILD_VCS_NUMBER",), ("BUILD_URL",), ("BUILD_NUMBER",)),
    "CODEBUILD_BUILD_ID": _Service(
        "AWS CodeBuild",
        ("CODEBUILD_RESOLVED_SOURCE_VERSION",),
        ("CODEBUILD_PUBLIC_BUILD_URL",),
        ("CODEBUILD_BUILD_ID",),
        ("CODEBUILD_INITIATOR",),
    ),
    "SEMAPHORE": _Service(
        "Semaphore", ("SEMAPHORE_GIT_SHA",), (), ("SEMAPHORE_JOB_ID",), ("SEMAPHORE_WORKFLOW_TRIGGERED_BY",)
    ),
    "APPVEYOR": _Service(
        "AppVeyor", ("APPVEYOR_REPO_COMMIT",), (), ("APPVEYOR_JOB_ID",), ("APPVEYOR_REPO_COMMIT_AUTHOR",)
    ),
}
"""The services, each by a variable that it sets and no other does."""
_UNKNOWN: Final = _Service(
    "a CI job",
    ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"),
    ("CI_JOB_URL", "CI_PIPELINE_URL", "BUILD_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL"),
    (),
    ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"),
)
"""Of what says what a job is without the word of whose it is: Gitea, Forgejo and Woodpecker use others' names."""


def origin_of(environment: Mapping[str, str], run: str, *, actor: bool) -> Origin:
    """Who does it, from what the environment tells; without the `actor` where that is not to be told."""
    service = _service(environment)
    who = environment.get("NUMPLAN_ACTOR", "").strip() or _first(environment, service.actor) or user_at_host()
    return Origin(
        run=run,
        commit=_told(_first(environment, service.commit)),
        ci_job=_told(job_page(environment) or _first(environment, service.job)),
        actor=_told(who) if actor else "",
    )


def service_of(environment: Mapping[str, str]) -> str:
    """The name of the CI service whose job this is; an empty text where it is none."""
    service = _service(environment)
    return service.name if service is not _UNKNOWN or in_ci(environment) else ""


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether this is a CI job, as they all say in the variable CI."""
    return environment.get("CI", "").strip().lower() not in {"", "0", "false"}


def job_page(environment: Mapping[str, str]) -> str:
    """The page of the CI job that this is, or an empty text. An address with an @ may carry a password, and this one is
    shown to others, so it is none.
    """
    service = _service(environment)
    names = dict.fromkeys((*service.page, *_UNKNOWN.page))
    for page in (*_composed(environment), *(environment.get(name, "") for name in names)):
        if _PAGE.fullmatch(page):
            return page
    return ""


def user_at_host() -> str:
    """The user and the machine."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # a container that runs under a bare uid
        name = f"uid-{uid}"
    return f"{name}@{os.uname().nodename}"


def _service(environment: Mapping[str, str]) -> _Service:
    return next((one for mark, one in _SERVICES.items() if environment.get(mark)), _UNKNOWN)


def _composed(environment: Mapping[str, str]) -> list[str]:
    """Pages that no one variable tells."""
    forms = (
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
        "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECTID}/_build/results?buildId={BUILD_BUILDID}",
        "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
        "{SEMAPHORE_ORGANIZATION_URL}/jobs/{SEMAPHORE_JOB_ID}",
    )
    return [_filled(form, environment) for form in forms]


def _filled(form: str, environment: Mapping[str, str]) -> str:
    names = re.findall(r"{(\w+)}", form)
    if not all(environment.get(name) for name in names):
        return ""
    return form.format_map({name: environment[name] for name in names})


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := environment.get(name, "").strip())), "")


def _told(text: str) -> str:
    """On one line, bounded, and without a secret, which no state may hold."""
    return on_one_line(hidden(text), MOST)
