"""Credentials that a pipeline's own step has signed in for: what the pipelines of `init --ci github` rely on."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from numplan.model.location.state_location import ObjectLocation, parse_location
from numplan.state.shared.objects import ObjectStore
from tests.services.serving import serving


class Listener(NamedTuple):
    url: str
    tokens: list[str | None]


@pytest.fixture
def listener() -> Iterator[Listener]:
    tokens: list[str | None] = []
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with turn:
                tokens.append(self.headers.get("Authorization"))
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield Listener(f"http://127.0.0.1:{port}", tokens)


def at(url: str) -> ObjectLocation:
    place = parse_location(url)
    assert isinstance(place, ObjectLocation)
    return place


def test_google_is_called_with_the_token_of_the_environment(listener: Listener) -> None:
    place = at(f"gs://states/x.json?endpoint={listener.url}")
    assert ObjectStore(place, environment={"GOOGLE_OAUTH_ACCESS_TOKEN": " an-hours-token\n"}).fetch() is None
    assert listener.tokens == ["Bearer an-hours-token"]


def test_azure_is_called_with_the_token_that_its_command_line_has(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "az"
    answer = {
        "accessToken": "a-logins-token",
        "expiresOn": "2036-01-01 00:00:00.000000",
        "expires_on": 2082758400,
        "subscription": "one",
        "tenant": "another",
        "tokenType": "Bearer",
    }
    command.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("AZURE_USE_AZURE_CLI", "true")
    place = at(f"az://states/x.json?account=acme&endpoint={listener.url}/acme")
    assert ObjectStore(place, environment={}).fetch() is None
    assert listener.tokens == ["Bearer a-logins-token"]
