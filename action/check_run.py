# ruff: noqa: INP001, T201 - a script; what it prints is for the job's log
"""Refuse the plan of any run but one of this workflow, on this branch, of this repository.

A plan file is carried out as it is, so it may not come from a run whose code was somebody else's, such as a pull
request's. Exits with 1 where the run RUN is no such run, or that cannot be told.
"""

import json
import os
import re
import sys
from http.client import HTTPException
from typing import Any
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

SECONDS = 30
EVENTS = {"push", "schedule", "workflow_dispatch"}


class NoRedirects(HTTPRedirectHandler):
    """A redirect is no answer: the token goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - urllib's signature
        """Follow nothing."""


def main() -> int:
    """Say whether the run will do; returns the exit code."""
    number = os.environ["RUN"]
    why = "that is not the number of a run" if not re.fullmatch(r"[0-9]{1,20}", number) else judge(number)
    if why:
        print(f"::error title=numplan::The plan of that run is not applied: {why}.")
        return 1
    print(f"The plan is that of run {number}, of this workflow on this branch.")
    return 0


def judge(number: str) -> str:
    """What is wrong with a run; empty where nothing is."""
    try:
        run = fetch(number)
        workflow = str(run["path"]).partition("@")[0]
        repository = run["head_repository"]["full_name"]
        event, branch = run["event"], run["head_branch"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as problem:
        return (
            f"GitHub does not tell what run it is ({type(problem).__name__}); the job needs `actions: read`"
        )
    ours = os.environ["GITHUB_REPOSITORY"]
    if event not in EVENTS or repository != ours:
        return "it is not of a push, or not of this repository"
    if branch != os.environ["GITHUB_REF_NAME"] or os.environ.get("GITHUB_REF_TYPE") != "branch":
        return "it is of another branch"
    if os.environ["GITHUB_WORKFLOW_REF"].partition("@")[0] != f"{ours}/{workflow}":
        return "it is of another workflow"
    return ""


def fetch(number: str) -> dict[str, Any]:
    """What GitHub knows of a run. Raises OSError and ValueError."""
    url = os.environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    request = Request(  # noqa: S310 - the runner's own API URL
        f"{url}/repos/{quote(os.environ['GITHUB_REPOSITORY'])}/actions/runs/{number}",
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ.get('GITHUB_TOKEN', '')}",
            "User-Agent": "numplan",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with build_opener(NoRedirects).open(request, timeout=SECONDS) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    sys.exit(main())
