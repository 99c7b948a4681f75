"""Where state lives, from the command line: flags and manifest, locks that outlive their run, runs that meet."""

import os
import re
import signal
import uuid
from itertools import pairwise

import pytest

from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from tests.cli.desk import Desk, run_of, until
from tests.scenarios.test_races import all_at_once, bought, end_of, is_stopped
from tests.services.state_server import GITLAB, Fault, StateServer

A, B, C = run_of(16095550101, 3)
TWO = f'numbers: {{support: {{number: "{A}"}}, sales: {{number: "{B}"}}}}\n'


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A, B, C)
    desk.manifest(TWO)
    return desk


def stored(server: StateServer, path: str) -> State:
    return decode_state(server.states[path], path)


def managed(server: StateServer, path: str) -> set[str]:
    return {str(one.number) for one in stored(server, path).numbers}


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    return f"/{uuid.uuid5(uuid.NAMESPACE_URL, request.node.nodeid).hex}"


@pytest.fixture
def trusted(server: StateServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's word for what the manifest says of the server."""
    monkeypatch.setenv("NUMPLAN_STATE_HOST", server.url.removeprefix("http://"))


@pytest.mark.usefixtures("ready", "trusted")
@pytest.mark.parametrize("root", ["", GITLAB[:-1]], ids=["terraform", "gitlab"])
def test_the_manifest_says_where_state_lives(ready: Desk, server: StateServer, path: str, root: str) -> None:
    at = root + path
    ready.manifest(f"backend: {{type: http, address: {server.url}{at}}}\n{TWO}")
    assert ready("plan", "--out", "tonight.plan").code == 0
    assert at not in server.states
    assert ready("apply", "tonight.plan").code == 0
    assert managed(server, at) == ready.owned == {A, B}
    assert at not in server.locks
    assert not list(ready.folder.glob("*state*"))
    assert "No changes" in ready("plan").out
    assert "number.support" in ready("state", "list").out
    assert ready("state", "pull").out.encode() == server.states[at]
    ready.manifest(f"backend: {{type: http, address: {server.url}{at}}}")
    assert ready("apply", "--auto-approve", "--allow-empty").code == 0
    assert not ready.owned


def test_a_flag_wins_over_the_environment_which_wins_over_the_manifest(
    ready: Desk, server: StateServer, path: str
) -> None:
    ready.manifest(f"backend: {{type: http, address: {server.url}{path}/manifest}}\n{TWO}")
    environment = f"{server.url}{path}/environment"
    assert ready("apply", "--auto-approve", NUMPLAN_STATE=environment).code == 0
    assert set(server.states) >= {f"{path}/environment"}
    assert ready("state", "list", "--state", f"{server.url}{path}/flag", NUMPLAN_STATE=environment).code == 1
    assert f"{path}/manifest" not in server.states


@pytest.mark.usefixtures("ready", "trusted")
def test_looking_into_state_takes_no_more_of_the_manifest_than_its_backend(
    ready: Desk, server: StateServer, path: str
) -> None:
    backend = f"backend: {{type: http, address: {server.url}{path}}}\n"
    ready.manifest(backend + TWO)
    assert ready("apply", "--auto-approve").code == 0
    ready.manifest(backend + "numbers: {support: {numbr: 7}}\n")
    assert ready("plan").code == 1
    assert ready("state", "list").out.splitlines() == ["number.support", "number.sales"]
    ready.manifest("backend: {type: htp}\n" + TWO)
    wrong = ready("state", "list")
    assert wrong.code == 1
    assert 'backend.type: "htp" is not known here' in wrong.err


def test_a_place_below_the_manifests_folder_may_be_named(ready: Desk) -> None:
    (ready.folder / "states").mkdir()
    ready.manifest(f"backend: {{type: local, path: states/prod.state.json}}\n{TWO}")
    assert ready("apply", "--auto-approve").code == 0
    assert (ready.folder / "states/prod.state.json").exists()
    assert ready("plan", "--out", "states/prod.state.json").code == 64


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("ftp://x/y", "not a place for state"),
        ("http://example.com/x", "in the clear"),
        ("https://jane:secret@example.com/x", "NUMPLAN_STATE_PASSWORD"),
        ("postgresql://jane:secret@db/x", "PGPASSWORD"),
        ("s3://bucket", "key"),
        ("s3://bucket/key?acl=public", "option"),
    ],
)
def test_an_url_that_names_no_place_is_refused_and_no_password_shown(
    ready: Desk, flag: str, said: str
) -> None:
    ran = ready("plan", "--state", flag)
    assert ran.code == 1
    assert said in ran.err
    assert "secret" not in ran.out + ran.err


def test_a_locked_state_is_8_and_names_the_holder_and_unlock_ends_it(
    ready: Desk, server: StateServer, path: str
) -> None:
    """Killed between its intents and its purchase; the lock stays, as it must at such a server."""
    at = f"{server.url}{path}"
    killed = ready.process(
        "apply",
        "--auto-approve",
        "--state",
        at,
        environment={
            "NUMPLAN_FAILPOINT": "purchase.after-send:1:kill",
            "CI_JOB_URL": "https://ci.example.test/job/7",
        },
    )
    assert killed.code == -signal.SIGKILL
    refused = ready("apply", "--auto-approve", "--state", at)
    assert refused.code == 8
    assert "https://ci.example.test/job/7" in refused.err
    named = re.search("numplan state unlock ([0-9a-f]{32})", refused.err)
    assert named is not None
    assert ready("state", "unlock", "f" * 32, "--auto-approve", "--state", at).code == 1
    assert ready("state", "unlock", named[1], "--state", at).code == 9
    assert path in server.locks
    unlocked = ready("state", "unlock", named[1], "--auto-approve", "--state", at)
    assert (unlocked.code, unlocked.last) == (
        0,
        "Unlocked. The next apply, or `numplan state settle`, settles what that run left.",
    )
    assert ready("apply", "--auto-approve", "--state", at).code == 0
    assert ready.owned == managed(server, path) == {A, B}
    assert sorted(number for post in ready.posts for number in post.bought) == sorted([A[1:], B[1:]])


def test_a_lock_that_could_not_be_given_back_is_told_and_changes_no_exit_code(
    ready: Desk, server: StateServer, path: str
) -> None:
    at = ("--state", f"{server.url}{path}")
    server.faults += [Fault("UNLOCK", 503)] * 3
    ran = ready("apply", "--auto-approve", *at)
    assert ran.code == 0, ran
    assert "2 purchased" in ran.last
    told = re.search("warning: cannot unlock .* 503.*: numplan state unlock ([0-9a-f]{32})", ran.err)
    assert told is not None, ran.err
    assert server.locks[path]["ID"] == told[1]
    assert ready("state", "unlock", told[1], "--auto-approve", *at).code == 0
    assert ready("apply", "--auto-approve", *at).code == 0


def test_a_local_lock_is_not_broken_but_its_process_named(ready: Desk) -> None:
    from numplan.state.local.backend import LocalBackend

    with LocalBackend(ready.folder / "numplan.state.json").lock("apply") as session:
        ran = ready("state", "unlock", session.run, "--auto-approve")
        assert ran.code == 1
        assert f"pid {os.getpid()}" in ran.err


@pytest.mark.parametrize("failpoint", ["apply.after-intents", "purchase.answered"])
def test_a_stopped_run_whose_lock_was_broken_sends_and_writes_no_more(
    ready: Desk, server: StateServer, path: str, failpoint: str
) -> None:
    """Stopped, it loses its lock to another by `state unlock`, and goes on when that has ended."""
    at = ("--state", f"{server.url}{path}")
    first = ready.spawn(
        "apply", "--auto-approve", *at, environment={"NUMPLAN_FAILPOINT": f"{failpoint}:1:stop"}
    )
    until(lambda: is_stopped(first), f"{failpoint} to be reached")
    refused = ready("apply", "--auto-approve", *at)
    assert refused.code == 8, refused
    lock_id = re.search("lock id ([0-9a-f]{32})", refused.err)
    assert lock_id is not None
    assert ready("state", "unlock", lock_id[1], "--auto-approve", *at).code == 0
    second = ready("apply", "--auto-approve", *at)
    assert second.code == 0, second
    before = stored(server, path)
    os.kill(first.pid, signal.SIGCONT)
    ran = end_of(first)
    assert ran.code in {1, 4, 5}, ran
    assert "Traceback" not in ran.err
    assert stored(server, path) == before, "the run that had lost its lock wrote over the state of the other"
    assert bought(ready) == {A: 1, B: 1}
    assert "No changes" in ready("apply", "--auto-approve", *at).out


def test_of_many_applies_at_once_one_buys(ready: Desk, server: StateServer, path: str) -> None:
    _, ran = all_at_once(
        ready, 4, "apply", "--auto-approve", "--state", f"{server.url}{path}", "--lock-timeout", "60s"
    )
    assert [one.code for one in ran] == [0] * 4, ran
    assert sum("Apply: 2 purchased" in one.out for one in ran) == 1
    assert bought(ready) == {A: 1, B: 1}
    assert managed(server, path) == ready.owned


# -- the same at a database and in an object store


@pytest.fixture
def postgres_url(postgres_port: int, path: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres?state={path[1:]}"


@pytest.fixture
def s3_url(s3_port: int, path: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return f"s3://states{path}/numplan.state.json?region=us-east-1&endpoint=http://127.0.0.1:{s3_port}"


def look_at(url: str) -> State:
    """What is stored at a place."""
    from numplan.cli.workspace.state_location import open_location
    from numplan.model.location.state_location import parse_location

    found = open_location(place := parse_location(url), {}, named=(place,)).read()
    assert found is not None
    return found


@pytest.fixture(params=["postgres_url", "s3_url"])
def shared(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


def test_a_plan_is_saved_and_carried_out_there(ready: Desk, shared: str) -> None:
    assert ready("plan", "--state", shared, "--out", "tonight.plan").code == 0
    assert ready("apply", "tonight.plan", "--state", shared).code == 0
    assert {one.number for one in look_at(shared).numbers} == ready.owned == {A, B}
    assert "No changes" in ready("plan", "--state", shared).out


def test_the_state_moves_from_place_to_place(
    ready: Desk, server: StateServer, path: str, postgres_url: str, s3_url: str
) -> None:
    places = ["numplan.state.json", f"{server.url}{path}", postgres_url, s3_url]
    assert ready("apply", "--auto-approve").code == 0
    for here, there in pairwise(places):
        moved = ready("state", "migrate", "--to", there, "--auto-approve", "--state", here)
        assert moved.code == 0, moved
        assert f"was moved to {there.partition('?')[0]}" in ready("plan", "--state", here).err
        assert "No changes" in ready("plan", "--state", there).out
        pulled = ready("state", "pull", "--state", there)
        (ready.folder / "copy.json").write_text(pulled.out)
        assert ready("state", "push", "copy.json", "--auto-approve", "--state", there).code == 0


@pytest.mark.parametrize("root", ["", GITLAB[:-1]], ids=["terraform", "gitlab"])
def test_an_older_copy_that_was_put_back_buys_nothing_again(
    ready: Desk, server: StateServer, path: str, root: str
) -> None:
    at = ("--state", f"{server.url}{root}{path}")
    ready.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
    assert ready("apply", "--auto-approve", *at).code == 0
    older = server.states[root + path]
    ready.manifest(TWO)
    assert ready("apply", "--auto-approve", *at).code == 0
    (ready.folder / "newest.json").write_text(ready("state", "pull", *at).out)
    server.states[root + path] = older
    for command in (["plan"], ["apply", "--auto-approve"], ["state", "list"]):
        refused = ready(*command, *at)
        assert refused.code == 1
        assert "is not what was last written there" in refused.err
    assert bought(ready) == {A: 1, B: 1}
    pushed = ready("state", "push", "newest.json", "--auto-approve", *at)
    assert pushed.code == 0, pushed
    assert "No changes" in ready("plan", *at).out
    server.states[root + path] = older
    accepted = ready("apply", "--auto-approve", "--accept-older-state", *at)
    assert accepted.code == 0, accepted
    assert bought(ready) == {A: 1, B: 1}
    assert "No changes" in ready("plan", *at).out


def test_a_lost_state_is_not_taken_for_a_beginning(ready: Desk, server: StateServer, path: str) -> None:
    at = ("--state", f"{server.url}{path}")
    assert ready("apply", "--auto-approve", *at).code == 0
    (ready.folder / "copy.json").write_text(ready("state", "pull", *at).out)
    del server.states[path]
    for command in (["apply", "--auto-approve"], ["state", "push", "copy.json", "--auto-approve"]):
        refused = ready(*command, *at)
        assert refused.code == 1
        assert "is gone: serial" in refused.err
    assert bought(ready) == {A: 1, B: 1}
