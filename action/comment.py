# ruff: noqa: INP001, T201 - a script; what it prints is for the job's log
"""Show the plan on the pull request: one comment for each manifest, updated from then on.

Reads what the action's step gives in the environment. Only a comment of COMMENT_AUTHOR that begins with the
manifest's marker is ever updated. Whatever goes wrong is a warning: the plan's exit code decides the job.
"""

import html
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
TAIL = 20_000
"""Characters of the log that are shown where there is no plan."""
PAGE = 100
MOST_PAGES = 100
SECONDS = 30
TRIES = 3
FORBIDDEN = {401, 403, 404}
MARKER = re.compile(r"<!-- numplan: [^\n]* -->")
DEFAULT_MANIFESTS = ("numplan.yaml", "numplan.yml", "numplan.json")


class CommentError(Exception):
    """The comment could not be written; the message says why."""


class NoRedirects(HTTPRedirectHandler):
    """A redirect is an answer like any other: the token goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - urllib's signature
        """Follow nothing."""


class Api:
    """GitHub's REST API, as far as comments need it."""

    def __init__(self, url: str, repository: str, token: str) -> None:
        self._root = f"{url.rstrip('/')}/repos/{quote(repository)}/issues"
        self._token = token
        self._opener = build_opener(NoRedirects)

    def comments(self, pull_request: int) -> Iterator[dict[str, Any]]:
        """Every comment of a pull request, page by page."""
        for page in range(1, MOST_PAGES + 1):
            found, more = self._call("GET", f"{pull_request}/comments?per_page={PAGE}&page={page}")
            yield from found
            if not more:
                return

    def create(self, pull_request: int, body: str) -> str:
        """Write a new comment; returns its address."""
        return str(self._call("POST", f"{pull_request}/comments", body)[0]["html_url"])

    def update(self, comment: int, body: str) -> str:
        """Put a new text in the place of a comment's; returns its address."""
        return str(self._call("PATCH", f"comments/{comment}", body)[0]["html_url"])

    def _call(self, method: str, path: str, body: str | None = None) -> tuple[Any, bool]:
        """The answer, and whether there is a further page. Raises URLError and ValueError."""
        request = Request(  # noqa: S310 - the runner's own API URL
            f"{self._root}/{path}",
            data=None if body is None else json.dumps({"body": body}).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "User-Agent": "numplan",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        with self._opener.open(request, timeout=SECONDS) as answer:
            more = 'rel="next"' in (answer.headers.get("Link") or "")
            return json.load(answer), more


def main() -> None:
    """Write the comment where there is a pull request to write it on."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    pull_request = event.get("pull_request")
    if not pull_request:
        print("There is no pull request to comment on.")
        return
    try:
        url = publish(int(pull_request["number"]), body_of(pull_request))
    except CommentError as problem:
        print(f"::warning title=numplan::The plan was not posted as a comment: {problem}")
        return
    print(url)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.write(f"comment-url={url}\n")


def publish(pull_request: int, body: str) -> str:
    """Update our comment or write one; returns its address. Raises CommentError."""
    author = os.environ.get("COMMENT_AUTHOR", "")
    api = Api(
        os.environ.get("GITHUB_API_URL", "https://api.github.com"),
        os.environ["GITHUB_REPOSITORY"],
        os.environ.get("GITHUB_TOKEN", ""),
    )
    why = ""
    for attempt in range(TRIES):
        time.sleep(attempt)
        try:
            # Looked for again each time: a comment whose answer was lost is there, and is not written twice.
            ours = find(api.comments(pull_request), marker_of(body), author)
            return api.create(pull_request, body) if ours is None else api.update(ours, body)
        except HTTPError as problem:
            if problem.code in FORBIDDEN:
                raise CommentError(
                    f"GitHub answered {problem.code}; the job needs the permission `pull-requests: write`, "
                    "which runs for forks never have"
                ) from None
            why = f"GitHub answered {problem.code}"
        except (URLError, HTTPException, OSError, ValueError, KeyError, TypeError) as problem:
            why = f"GitHub's API gave no usable answer ({type(problem).__name__})"
    raise CommentError(f"{why}, {TRIES} times")


def find(comments: Iterator[dict[str, Any]], marker: str, author: str) -> int | None:
    """The first comment of `author` whose first line is `marker`."""
    for comment in comments:
        first, _, _ = str(comment.get("body") or "").partition("\n")
        login = (comment.get("user") or {}).get("login")
        if first.rstrip() == marker and login == author:
            return int(comment["id"])
    return None


def marker_of(body: str) -> str:
    """The first line, which is the marker. Raises CommentError where it is none."""
    first, _, _ = body.partition("\n")
    if not MARKER.fullmatch(first.rstrip()):
        raise CommentError("the plan's text has no marker on its first line")
    return first.rstrip()


def body_of(pull_request: dict[str, Any]) -> str:
    """The plan as the comment shows it, or that there is none, and where it comes from."""
    folder = os.environ.get("FOLDER", "")
    page = Path(folder) / "plan.md"
    text = page.read_text(encoding="utf-8") if folder and page.is_file() else no_plan(folder)
    run = "/".join(
        (
            os.environ.get("GITHUB_SERVER_URL", "https://github.com"),
            os.environ["GITHUB_REPOSITORY"],
            "actions/runs",
            os.environ.get("GITHUB_RUN_ID", ""),
        )
    )
    commit = str((pull_request.get("head") or {}).get("sha") or "")[:12]
    code = os.environ.get("EXITCODE") or "none"
    source = f"\n<sub>[This run]({run}), commit {commit}, exit code {code}.</sub>\n"
    return text if len(text) + len(source) > LIMIT else text + source


def no_plan(folder: str) -> str:
    """What stands in the place of an older plan, so that nobody takes that for this commit's."""
    log = Path(f"{os.environ.get('RUNNER_TEMP', '')}/{Path(folder).name}.log")
    told = log.read_text(encoding="utf-8", errors="replace") if folder and log.is_file() else ""
    lines = [line for line in told.splitlines() if not line.startswith("::")]
    shown = html.escape("\n".join(lines)[-TAIL:]).replace("@", "&#64;")[: LIMIT // 2]
    return (
        f"<!-- numplan: {quote(manifest(), safe='/._')} -->\n"
        "### numplan: no plan could be made\n\n"
        "Nothing was changed. What numplan said:\n\n"
        f"<pre>{shown}</pre>\n"
    )


def manifest() -> str:
    """The manifest from the root of the repository, as numplan's own marker names it."""
    root = os.path.realpath(os.environ.get("GITHUB_WORKSPACE", "."))
    folder = Path(root, os.environ.get("WORKING_DIRECTORY") or ".")
    named = os.environ.get("MANIFEST") or os.environ.get("NUMPLAN_MANIFEST")
    name = named or next((one for one in DEFAULT_MANIFESTS if (folder / one).exists()), DEFAULT_MANIFESTS[0])
    path = Path(os.path.realpath(folder / name))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else name


if __name__ == "__main__":
    sys.exit(main())
