"""Show the plan on a merge request of GitLab's: one note for each manifest, updated from then on.

The pipeline of `init --ci gitlab` runs this module after the plan, with the path of its Markdown and the manifest's
folder. Only a note of the token's own user whose first line is the manifest's marker is ever updated. Whatever goes
wrong is told and no more: the plan decides the job.
"""

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from numplan.files.read import FileError, read_straight
from numplan.http.client import HttpCaller
from numplan.http.library import requests
from numplan.http.result import Answer, NoAnswer
from numplan.http.session import whole_body
from numplan.manifest.files.names import FILE_NAMES
from numplan.model.errors import NumplanError, SettingError
from numplan.model.location import plain_http
from numplan.model.location.urls import UrlError, safe_url
from numplan.views.markdown import marker

TOKEN: Final = "NUMPLAN_GITLAB_TOKEN"  # noqa: S105 - its name
PAGE: Final = 100
_MOST_PAGES: Final = 100
_SIZE: Final = 20_000_000
_TRIES: Final = 3
_OK: Final = (200, 201)
_REFUSED: Final = (401, 403, 404)
_MARKER: Final = re.compile(r"<!-- numplan: [^\n]* -->")
_ACTION: Final = re.compile(r"^([^\S\n]*)/", re.MULTILINE)


class NoteError(NumplanError):
    """The note could not be written; the message says why."""


class _Token(requests.auth.AuthBase):
    """The token on each request; also keeps requests from reading `~/.netrc`."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["PRIVATE-TOKEN"] = self._token
        return r


class Notes:
    """The notes of one merge request. Raises SettingError for an address that the token may not go to."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        root = environment.get("CI_API_V4_URL", "").rstrip("/")
        try:
            safe_url(root, f"the token comes from {TOKEN}")
        except UrlError as problem:
            raise SettingError(f"CI_API_V4_URL cannot be used: {problem}") from None
        project, request = (environment.get(name, "") for name in ("CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"))
        if not (project.isdecimal() and request.isdecimal()):
            raise SettingError("CI_PROJECT_ID and CI_MERGE_REQUEST_IID name no merge request")
        self._root = root
        self._notes = f"{root}/projects/{project}/merge_requests/{request}/notes"
        self._caller = HttpCaller(
            root, _Token(environment.get(TOKEN, "").strip()), {}, connections=1, fresh=True
        )

    def publish(self, text: str) -> None:
        """Update our note, or write one. Raises NoteError."""
        why = ""
        for attempt in range(_TRIES):
            time.sleep(attempt)
            try:
                # Looked for again each time: a note whose answer was lost is there, and is not written twice.
                ours = self._ours(text.partition("\n")[0])
                if ours is None:
                    self._call("POST", self._notes, text)
                else:
                    self._call("PUT", f"{self._notes}/{ours}", text)
            except _AgainError as problem:
                why = str(problem)
            else:
                return
        raise NoteError(f"{why}, {_TRIES} times")

    def _ours(self, first: str) -> int | None:
        me = self._call("GET", f"{self._root}/user")
        for note in self._all():
            author = note.get("author")
            mine = isinstance(author, dict) and isinstance(me, dict) and author.get("id") == me.get("id")
            if mine and str(note.get("body") or "").partition("\n")[0].rstrip() == first:
                return int(note["id"])
        return None

    def _all(self) -> Iterator[dict[str, Any]]:
        for page in range(1, _MOST_PAGES + 1):
            query = {"per_page": str(PAGE), "page": str(page), "sort": "asc", "order_by": "created_at"}
            found = self._call("GET", self._notes, query=query)
            if not isinstance(found, list):
                raise _AgainError("GitLab's API gave no list of notes")
            yield from (one for one in found if isinstance(one, dict))
            if len(found) < PAGE:
                return

    def _call(
        self, method: str, url: str, text: str | None = None, *, query: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        body = None if text is None else msgspec.json.encode({"body": text})
        came = self._caller.call(method, url, _read, connect=10, total=30, query=query, body=body)
        match came:
            case NoAnswer(reason=reason):
                raise _AgainError(reason)
            case Answer(status=status) if status in _REFUSED:
                raise NoteError(
                    f"GitLab answered {status}; {TOKEN} is a project access token with the scope `api` and the role "
                    "Reporter or higher"
                )
            case Answer(status=status) if status not in _OK:
                raise _AgainError(f"GitLab answered {status}")
            case Answer(body=told):
                try:
                    return msgspec.json.decode(told)
                except (msgspec.MsgspecError, UnicodeError, RecursionError):
                    raise _AgainError("GitLab's API gave no JSON") from None


class _AgainError(Exception):
    """A call failed in a way that may be over by the next one."""


def note_of(page: Path, folder: str, environment: Mapping[str, str]) -> str:
    """The plan as the note shows it, or that there is none, and where it comes from. Nothing in it is one of the
    commands that GitLab reads at the beginning of a line.
    """
    job, commit = environment.get("CI_JOB_URL", ""), environment.get("CI_COMMIT_SHORT_SHA", "")
    source = f"\n<sub>[This job]({job}), commit {commit}, {environment.get('CI_JOB_STATUS', '')}.</sub>\n"
    try:
        text = read_straight(page).decode()
    except (FileError, UnicodeError):
        # In the place of an older plan, so that nobody takes that for this commit's.
        text = (
            f"{marker(_manifest(folder, environment))}\n"
            "### numplan: no plan could be made\n\nNothing was changed. The job's log says why.\n"
        )
    if not _MARKER.fullmatch(text.partition("\n")[0].rstrip()):
        raise NoteError("the plan's text has no marker on its first line")
    return _ACTION.sub(r"\1&#47;", text) + source


def _manifest(folder: str, environment: Mapping[str, str]) -> str:
    """The manifest from the root of the repository, as the plan's own marker names it."""
    root = environment.get("CI_PROJECT_DIR", ".")
    there = (name for name in FILE_NAMES if Path(root, folder, name).exists())
    name = environment.get("NUMPLAN_MANIFEST") or next(there, FILE_NAMES[0])
    return os.path.normpath(Path(folder, name))


def _read(response: requests.Response) -> Answer:
    return Answer(response.status_code, whole_body(response, _SIZE))


def main(page: str, folder: str) -> None:
    """Write the note where there is a token and a merge request for it."""
    environment = os.environ
    if not environment.get(TOKEN, "").strip() or not environment.get("CI_MERGE_REQUEST_IID"):
        return
    try:
        plain_http.allow(environment.get(plain_http.VARIABLE, ""))
        Notes(environment).publish(note_of(Path(page), folder, environment))
    except NumplanError as problem:
        sys.stdout.write(f"The plan was not posted as a comment: {problem}\n")
    else:
        sys.stdout.write("The plan is a comment on the merge request.\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] or ".")
