# ruff: noqa: INP001, T201 - a script; what it prints is for the job's log
"""Take the operator's policy from the default branch: what a pull request has in its place decides nothing.

Writes the file POLICY into a fresh folder and its path to the step's outputs; nothing where the default branch has no
such file. Exits with 1 where that cannot be told: limits that cannot be read are not left out.
"""

import json
import os
import sys
import tempfile
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

SECONDS = 30
MOST = 1_000_000
NOT_FOUND = 404


class NoRedirects(HTTPRedirectHandler):
    """A redirect is no answer: the token goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - urllib's signature
        """Follow nothing."""


def main() -> int:
    """Write the file, or say why not; returns the exit code."""
    name, policy = os.environ["POLICY"], None
    try:
        policy = fetch(f"contents/{quote(name)}", "application/vnd.github.raw+json")
        readable = policy is not None or known()
    except (OSError, HTTPException, ValueError) as problem:
        print(f"GitHub gave no usable answer: {type(problem).__name__}.")
        readable = False
    if not readable:
        print(
            "::error title=numplan::The default branch does not tell its policy; the job needs `contents: read`."
        )
        return 1
    if policy is None:
        print("The default branch has no such file.")
        return 0
    file = Path(tempfile.mkdtemp(prefix="numplan-policy.", dir=os.environ["RUNNER_TEMP"]), "policy.yaml")
    file.write_bytes(policy)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"file={file}\n")
    print("The policy is the default branch's.")
    return 0


def known() -> bool:
    """Whether the default branch can be read at all: what may not be read is not found either."""
    found = fetch("commits?per_page=1", "application/vnd.github+json")
    return found is not None and isinstance(json.loads(found), list)


def fetch(path: str, kind: str) -> bytes | None:
    """What GitHub has there on the default branch; None where it finds nothing. Raises OSError and ValueError."""
    url = os.environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    request = Request(  # noqa: S310 - the runner's own API URL
        f"{url}/repos/{quote(os.environ['GITHUB_REPOSITORY'])}/{path}",
        headers={
            "Accept": kind,
            "Authorization": f"Bearer {os.environ.get('GITHUB_TOKEN', '')}",
            "User-Agent": "numplan",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with build_opener(NoRedirects).open(request, timeout=SECONDS) as answer:
            body: bytes = answer.read(MOST + 1)
    except HTTPError as problem:
        if problem.code == NOT_FOUND:
            return None
        raise
    if len(body) > MOST:
        raise ValueError
    return body


if __name__ == "__main__":
    sys.exit(main())
