"""GitHub's API on this machine: comments of pull requests, files of the default branch, what is known of a run."""

import json
import re
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pipelines.local_server import LocalServer, Said

_LIST: Final = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d+)/comments")
_RUN: Final = re.compile(r"/repos/([^/]+/[^/]+)/actions/runs/(\w+)")
_FILE: Final = re.compile(r"/repos/([^/]+/[^/]+)/contents/(.+)")
_COMMITS: Final = re.compile(r"/repos/([^/]+/[^/]+)/commits")
_ONE: Final = re.compile(r"/repos/([^/]+/[^/]+)/issues/comments/(\d+)")
LIMIT: Final = 65_536
BOT: Final = "github-actions[bot]"
TOKEN: Final = "ghs-a-jobs-own-token"  # noqa: S105 - of this server alone


class Comments(LocalServer):
    """A server on a local port, from `with` to its end. `calls` are those about comments; `answers` are given to these,
    each once, before its own.
    """

    def __init__(self, *, may_write: bool = True, largest_page: int = 100) -> None:
        """`may_write`: whether the token has `pull-requests: write`."""
        super().__init__()
        self.kept: list[dict[str, Any]] = []
        self.runs: dict[str, dict[str, Any]] = {}
        self.files: dict[str, str] = {}
        """Of the default branch, as far as anybody asks for them."""
        self.may_read = True
        """Whether the token has `contents: read`."""
        self.calls: list[str] = []
        self.answers: list[int] = []
        self.may_write = may_write
        self.largest_page = largest_page

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.origin

    def add(self, pull_request: int, body: str, author: str) -> dict[str, Any]:
        """Put a comment there, as somebody."""
        number = len(self.kept) + 1001
        comment = {
            "id": number,
            "pull_request": pull_request,
            "user": {"login": author},
            "body": body,
            "html_url": f"https://github.example/pull/{pull_request}#issuecomment-{number}",
        }
        self.kept.append(comment)
        return comment

    def by(self, author: str = BOT) -> list[str]:
        """What an account has written, as it reads now."""
        return [one["body"] for one in self.kept if one["user"]["login"] == author]

    def answer(self, call: BaseHTTPRequestHandler, body: bytes) -> Said:
        """Answer one call as GitHub does."""
        if "/issues/" in call.path:
            self.calls.append(f"{call.command} {call.path}")
        status, answer, headers = self._decide(call, json.loads(body)["body"] if body else "")
        document = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        return Said(status, document, {**headers, "Content-Type": "application/json"})

    def _decide(self, call: BaseHTTPRequestHandler, body: str) -> tuple[int, Any, dict[str, str]]:
        address = urlsplit(call.path)
        if self.answers and "/issues/" in call.path:
            return self.answers.pop(0), {"message": "as it was told to"}, {"Location": "http://127.0.0.1:9/"}
        if call.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}, {}
        if call.command != "GET" and not self.may_write:
            return 403, {"message": "Resource not accessible by integration"}, {}
        if len(body) > LIMIT:
            return 422, {"message": f"Body is too long (maximum is {LIMIT} characters)"}, {}
        if found := _LIST.fullmatch(address.path):
            if call.command == "POST":
                return 201, self.add(int(found[2]), body, BOT), {}
            return self._page(int(found[2]), parse_qs(address.query))
        if (found := _RUN.fullmatch(address.path)) and found[2] in self.runs:
            return 200, self.runs[found[2]], {}
        if not self.may_read and "/issues/" not in address.path:
            return 404, {"message": "Not Found"}, {}
        if (found := _FILE.fullmatch(address.path)) and found[2] in self.files:
            return 200, self.files[found[2]], {}
        if _COMMITS.fullmatch(address.path):
            return 200, [], {}
        if found := _ONE.fullmatch(address.path):
            for one in self.kept:
                if one["id"] == int(found[2]):
                    one["body"] = body
                    return 200, one, {}
        return 404, {"message": "Not Found"}, {}

    def _page(self, pull_request: int, query: dict[str, list[str]]) -> tuple[int, Any, dict[str, str]]:
        there = [one for one in self.kept if one["pull_request"] == pull_request]
        size = min(int(query.get("per_page", ["30"])[0]), self.largest_page)
        page = int(query.get("page", ["1"])[0])
        more = page * size < len(there)
        link = f'<{self.url}/next?page={page + 1}>; rel="next"'
        return 200, there[(page - 1) * size : page * size], {"Link": link} if more else {}
