"""Terraform's HTTP protocol, as numplan speaks it: what it sends, what it makes of answers, whom it trusts."""

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from numplan.model.errors import SettingError, StateError
from numplan.model.location.state_location import HttpLocation, http_location
from numplan.model.stored.state_document import encode_state
from numplan.state.shared.backend import RemoteBackend
from numplan.state.shared.http import HttpStore
from tests.api.bytewise import Bytewise, http, raw
from tests.fakes import FakeClock
from tests.services.state_server import GITLAB, Fault, StateServer
from tests.state.samples import make_state, next_after

JANE = {"NUMPLAN_STATE_USERNAME": "jane", "NUMPLAN_STATE_PASSWORD": "secrät"}


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    """A path of this test's own."""
    return "/" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]


def backend(server: StateServer, path: str, environment: dict[str, str] | None = None, **keys: Any):
    place = http_location(f"{server.url}{path}", **keys)
    return RemoteBackend(HttpStore(place, environment or {}, pauses=(0.01, 0.01)))


def test_a_run_sends_what_terraform_sends(server: StateServer, path: str):
    server.require("jane", "secrät")
    state = make_state()
    with backend(server, path, JANE).lock("apply") as session:
        lock = server.locks[path]
        session.write(state)
    assert server.states[path] == encode_state(state)
    assert set(lock) == {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}
    assert (lock["ID"], lock["Operation"]) == (session.run, "apply")
    assert [(call.method, call.query) for call in server.calls] == [
        ("LOCK", ""),
        ("LOCK", ""),  # still ours?
        ("GET", ""),  # what is stored
        ("GET", ""),  # still that?
        ("POST", f"ID={session.run}"),
        ("GET", ""),  # is it ours?
        ("UNLOCK", ""),
    ]
    post = next(call for call in server.calls if call.method == "POST")
    digest = base64.b64encode(hashlib.md5(encode_state(state)).digest()).decode()
    assert (post.headers["Content-MD5"], post.headers["Content-Type"]) == (digest, "application/json")


def test_interim_answers_of_a_server_are_passed_over():
    state = make_state()
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
    with Bytewise(raw(early * 2 + http(encode_state(state)))) as server:
        place = http_location(f"http://127.0.0.1:{server.port}/state")
        assert RemoteBackend(HttpStore(place, {}, pauses=(0.01, 0.01))).read() == state


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "deflate", "br", "identity, gzip"])
def test_no_answer_is_taken_that_is_compressed(server: StateServer, path: str, packing: str):
    """A few bytes could become any number of them."""
    with backend(server, path).lock("apply") as session:
        session.write(make_state())
    server.packing = packing
    with pytest.raises(StateError, match="compressed as"):
        backend(server, path).read()
    assert {call.headers["Accept-Encoding"] for call in server.calls} == {"identity"}


def test_gitlab_is_known_by_its_address():
    place = http_location("https://gitlab.example.com/api/v4/projects/17/terraform/state/numbers")
    assert (place.lock_address, place.lock_method, place.unlock_method) == (
        f"{place.address}/lock",
        "POST",
        "DELETE",
    )
    elsewhere = http_location("https://example.com/numbers")
    assert (elsewhere.lock_address, elsewhere.lock_method) == (elsewhere.address, "LOCK")


def test_gitlab_is_sent_the_serial_within_the_state_and_takes_each_once(server: StateServer, path: str):
    at = f"{GITLAB}{path[1:]}"
    first = make_state()
    with backend(server, at).lock("apply") as session:
        session.write(first)
        session.write(next_after(first))
    assert server.serials[at] == {1, 2}
    assert json.loads(server.states[at])["serial"] == 2


def test_methods_and_addresses_of_the_backend_block_are_used(server: StateServer, path: str):
    with backend(server, path, update_method="PUT").lock("apply") as session:
        session.write(make_state())
    assert "PUT" in {call.method for call in server.calls}


@pytest.mark.parametrize("method", ["GET", "LOCK", "POST", "UNLOCK"])
def test_two_answers_of_503_are_borne(server: StateServer, path: str, method: str):
    server.faults += [Fault(method, 503)] * 2
    with backend(server, path).lock("apply") as session:
        session.write(make_state())
    assert backend(server, path).read() is not None
    assert backend(server, path).holder() is None


def test_pauses_are_the_clocks_so_that_an_interruption_ends_them(server: StateServer, path: str):
    clock = FakeClock()
    server.faults += [Fault("GET", 503)] * 2
    assert HttpStore(http_location(f"{server.url}{path}"), {}, clock=clock).fetch() is None
    assert clock.waits == [0.5, 2.0]


def test_a_third_503_is_told_with_how_things_stand(server: StateServer, path: str):
    with backend(server, path).lock("apply") as session:
        server.faults += [Fault("POST", 503)] * 3
        with pytest.raises(StateError, match=r"answered 503.*untouched"):
            session.write(make_state())
        session.write(make_state())


@pytest.mark.parametrize("status", [400, 401, 403, 409, 412, 422, 423, 301, 302])
def test_a_refused_write_is_final_and_told(server: StateServer, path: str, status: int):
    with backend(server, path).lock("apply") as session:
        server.faults.append(Fault("POST", status))
        with pytest.raises(StateError, match=str(status)) as refused:
            session.write(make_state())
        assert "untouched" in refused.value.message
    assert [call.method for call in server.calls].count("POST") == 1
    assert path not in server.states


def test_a_server_that_says_yes_and_keeps_nothing_is_found_out(server: StateServer, path: str):
    with backend(server, path).lock("apply") as session:
        server.faults.append(Fault("POST", 200))
        with pytest.raises(StateError, match="though the server said"):
            session.write(make_state())


def test_a_state_that_another_wrote_without_the_lock_is_not_written_over(server: StateServer, path: str):
    first = make_state()
    with backend(server, path).lock("apply") as session:
        session.write(first)
        server.states[path] = encode_state(next_after(first, lineage="other"))
        with pytest.raises(StateError, match="changed during this run"):
            session.write(next_after(first))


def test_a_server_that_gives_a_lock_out_twice_is_not_trusted(server: StateServer, path: str):
    server.reentrant = True
    with pytest.raises(StateError, match="twice"), backend(server, path).lock("apply") as session:
        session.read()
    assert path not in server.locks


def test_an_address_that_does_not_lock_is_told(server: StateServer, path: str):
    server.faults.append(Fault("LOCK", 405))
    with pytest.raises(StateError, match="does not lock there") as refused, backend(server, path).lock("a"):
        pass
    assert "lock_method" in refused.value.hint


REFUSALS = [
    (401, b'{"message":"401 Unauthorized"}', "refused the credentials (401: 401 Unauthorized)"),
    (403, b"Your IP is not on the list.\n", "refused the credentials (403: Your IP is not on the list.)"),
    (404, b'{"error":{"message":"Project Not Found"}}', "does not lock there (404: Project Not Found)"),
    (404, b"", "does not lock there (404)"),
    (405, b"<html><title>Not here</title></html>", "does not lock there (405: a web page, 'Not here')"),
    (400, b'{"detail":"Lock-Token is missing"}', "answered 400: Lock-Token is missing"),
]


@pytest.mark.parametrize(("status", "body", "words"), REFUSALS)
def test_a_request_to_lock_that_is_refused_locks_nothing_and_says_what_the_server_said(
    server: StateServer, path: str, status: int, body: bytes, words: str
):
    server.faults.append(Fault("LOCK", status, body))
    with pytest.raises(StateError) as refused, backend(server, path).lock("apply"):
        pass
    assert words in refused.value.message
    assert "nothing was locked and nothing was changed" in refused.value.message
    assert [call.method for call in server.calls] == ["LOCK"], "there is no lock to give back"
    assert path not in server.locks


@pytest.mark.parametrize("status", [401, 403, 404])
def test_nor_does_a_look_at_the_lock(server: StateServer, path: str, status: int):
    server.faults.append(Fault("LOCK", status, b'{"message":"go away"}'))
    with pytest.raises(StateError, match=f"{status}: go away"):
        backend(server, path).holder()
    assert [call.method for call in server.calls] == ["LOCK"]


def test_a_request_to_lock_that_failed_is_given_back_for_it_may_have_locked(server: StateServer, path: str):
    server.faults += [Fault("LOCK", 500, b"oops")] * 3
    with (
        pytest.raises(StateError, match="answered 500: oops; nothing was changed"),
        backend(server, path).lock("apply"),
    ):
        pass
    assert [call.method for call in server.calls] == ["LOCK"] * 3 + ["UNLOCK"]


@pytest.mark.parametrize("body", [b"", b"<html>locked</html>", b"[]", b'{"ID": 7}', b'"' + b"x" * 100])
def test_a_holder_without_a_readable_word_is_a_holder(server: StateServer, path: str, body: bytes):
    from datetime import UTC, datetime

    from numplan.state.shared.terraform_lock import decode_lock

    assert decode_lock(body, "here", datetime.now(UTC)) is None
    server.faults += [Fault("LOCK", 423)] * 50
    holder = backend(server, path).holder()
    assert (holder.id, holder.who) == ("", "unknown")


def test_no_password_of_a_netrc_file_is_sent(
    server: StateServer, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login jane password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    backend(server, path).read()
    assert "Authorization" not in server.calls[0].headers


def test_terraforms_own_variables_will_do_and_half_of_the_two_will_not(server: StateServer, path: str):
    server.require("jane", "secret")
    backend(server, path, {"TF_HTTP_USERNAME": "jane", "TF_HTTP_PASSWORD": "secret"}).read()
    with pytest.raises(SettingError, match="NUMPLAN_STATE_PASSWORD is not"):
        backend(server, path, {"NUMPLAN_STATE_USERNAME": "jane"})


def test_a_password_is_in_no_message(server: StateServer, path: str):
    server.require("somebody", "else")
    opened = backend(server, path, JANE)
    with pytest.raises(StateError, match="credentials") as refused:
        opened.read()
    assert (
        "secrät"
        not in f"{refused.value.message} {refused.value.hint} {opened._store.client._caller._session.auth!r}"
    )


# -- the real Terraform, at the same server

CONFIGURATION = """\
terraform {
  backend "http" {
    address        = "%(address)s"
    lock_address   = "%(lock_address)s"
    unlock_address = "%(unlock_address)s"
    lock_method    = "%(lock_method)s"
    unlock_method  = "%(unlock_method)s"
    retry_wait_min = 1
  }
}
resource "terraform_data" "one" { input = "%(word)s" }
"""


def terraform(folder: Path, place: HttpLocation, *arguments: str, word: str = "first"):
    # No registry that these tests may use has it, so that it may be missing even in CI.
    program = shutil.which("terraform") or pytest.skip("terraform is not on the path")
    keys = {name: getattr(place, name) for name in place.__struct_fields__}
    (folder / "main.tf").write_text(CONFIGURATION % {**keys, "word": word})
    return subprocess.run(
        [program, *arguments, "-no-color"],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "TF_HTTP_USERNAME": "jane",
            "TF_HTTP_PASSWORD": "pw",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("root", ["/", GITLAB], ids=["terraform", "gitlab"])
def test_terraform_reads_locks_and_writes_at_the_same_server(
    server: StateServer, path: str, tmp_path: Path, root: str
):
    """So the server is one that Terraform takes for its own, and the protocol is not ours."""
    server.require("jane", "pw")
    at = f"{root}{path[1:]}"
    place = http_location(f"{server.url}{at}")
    assert terraform(tmp_path, place, "init", "-input=false").returncode == 0
    done = terraform(tmp_path, place, "apply", "-auto-approve", "-input=false")
    assert done.returncode == 0, done.stderr
    assert json.loads(server.states[at])["resources"][0]["type"] == "terraform_data"
    methods = [(call.method, call.path) for call in server.calls]
    assert (place.lock_method, place.lock_address.removeprefix(server.url)) in methods
    assert (place.unlock_method, place.unlock_address.removeprefix(server.url)) in methods
    assert at not in server.locks
    # Each respects the other's lock, and names its holder.
    environment = {"TF_HTTP_USERNAME": "jane", "TF_HTTP_PASSWORD": "pw"}
    ours = backend(server, at, environment)
    with ours.lock("destroy") as session:
        refused = terraform(tmp_path, place, "apply", "-auto-approve", "-input=false", word="second")
        assert refused.returncode != 0
        assert session.run in refused.stdout + refused.stderr
        assert "Error acquiring the state lock" in refused.stderr
    assert terraform(tmp_path, place, "apply", "-auto-approve", "-input=false", word="third").returncode == 0
    # What it stores is no state of ours, and is neither taken for one nor written over.
    with pytest.raises(StateError, match="a state of Terraform"):
        ours.read()
    with pytest.raises(StateError), ours.lock("apply") as session:
        session.write(make_state())
    assert b"third" in server.states[at]
