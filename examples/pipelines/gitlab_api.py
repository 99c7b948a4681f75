"""GitLab's API on this machine: the notes of merge requests, and the states that it keeps for a project."""

import base64
import json
import re
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pipelines.local_server import LocalServer, Said

PROJECT: Final = "7"
JOB_TOKEN: Final = "glcbt-a-jobs-own-token"  # noqa: S105 - of this server alone
TOKEN: Final = "glpat-a-project-access-token"  # noqa: S105 - of this server alone
BOT: Final = 4711
"""The user that a project access token is."""
_NOTES: Final = re.compile(rf"/api/v4/projects/{PROJECT}/merge_requests/(\d+)/notes")
_NOTE: Final = re.compile(rf"/api/v4/projects/{PROJECT}/merge_requests/(\d+)/notes/(\d+)")
_STATE: Final = re.compile(rf"/api/v4/projects/{PROJECT}/terraform/state/([^/]+?)(/lock)?")
_JOB: Final = "Basic " + base64.b64encode(f"gitlab-ci-token:{JOB_TOKEN}".encode()).decode()


class GitLabApi(LocalServer):
    """A server on a local port, from `with` to its end. `answers` are given to notes, each once, before its own."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[dict[str, Any]] = []
        self.states: dict[str, bytes] = {}
        self.locks: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        """What GitLab gives its jobs as CI_API_V4_URL."""
        return f"{self.origin}/api/v4"

    def add(self, merge_request: int, body: str, author: int) -> dict[str, Any]:
        """Put a note there, as somebody."""
        note = {"id": 301 + len(self.notes), "request": merge_request, "author": {"id": author}, "body": body}
        self.notes.append(note)
        return note

    def by(self, author: int = BOT) -> list[str]:
        """What a user has written, as it reads now."""
        return [one["body"] for one in self.notes if one["author"]["id"] == author]

    def answer(self, call: BaseHTTPRequestHandler, body: bytes) -> Said:
        """Answer one call as GitLab does."""
        self.calls.append(f"{call.command} {call.path}")
        address = urlsplit(call.path)
        if found := _STATE.fullmatch(address.path):
            return Said(*self._state(call, found[1], bool(found[2]), address.query, body))
        status, told = self._of_notes(call, address.path, parse_qs(address.query), body)
        return Said(status, json.dumps(told).encode())

    def _of_notes(
        self, call: BaseHTTPRequestHandler, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, Any]:
        if self.answers:
            return self.answers.pop(0), {"message": "as it was told to"}
        if call.headers.get("PRIVATE-TOKEN") != TOKEN:
            return 401, {"message": "401 Unauthorized"}
        if path == "/api/v4/user":
            return 200, {"id": BOT}
        text = json.loads(body)["body"] if body else ""
        if found := _NOTES.fullmatch(path):
            if call.command == "POST":
                return 201, self.add(int(found[1]), text, BOT)
            there = [one for one in self.notes if one["request"] == int(found[1])]
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, there[(page - 1) * size : page * size]
        if found := _NOTE.fullmatch(path):
            for one in self.notes:
                if one["id"] == int(found[2]) and one["author"]["id"] == BOT:
                    one["body"] = text
                    return 200, one
        return 404, {"message": "404 Not found"}

    def _state(
        self, call: BaseHTTPRequestHandler, name: str, lock: bool, query: str, body: bytes
    ) -> tuple[int, bytes]:
        if call.headers.get("Authorization") != _JOB:
            return 401, b'{"message":"401 Unauthorized"}'
        held = self.locks.get(name)
        match call.command, lock:
            case "GET", False:
                return (200, self.states[name]) if name in self.states else (404, b"")
            case "POST", True if held is None:
                self.locks[name] = json.loads(body)
                return 200, b""
            case "DELETE", True if held is None or held["ID"] == json.loads(body)["ID"]:
                self.locks.pop(name, None)
                return 200, b""
            case _, True:
                return 409, json.dumps(held).encode()
            case "POST", False if (held or {"ID": ""})["ID"] == parse_qs(query).get("ID", [""])[0]:
                self.states[name] = body
                return 200, b""
        return 409, b""
