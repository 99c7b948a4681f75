"""`state migrate`: the state arrives whole, and what is left behind is taken for it by nobody."""

from pathlib import Path

import msgspec
import pytest

from numplan.model.stored.state_document import decode_state
from tests.cli.desk import Desk, run_of
from tests.services.state_server import Fault, StateServer
from tests.torture.test_failpoints import STATE, STORE

A, B = run_of(16095550101, 2)
TWO = f'numbers: {{support: {{number: "{A}"}}, sales: {{number: "{B}"}}}}\n'


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """A desk with two numbers in a local state."""
    desk.stock(A, B)
    desk.manifest(TWO)
    assert desk("apply", "--auto-approve").code == 0
    return desk


@pytest.fixture
def at(server: StateServer, tmp_path: Path) -> str:
    return f"{server.url}/{tmp_path.name}"


def test_the_state_is_copied_and_the_old_place_marked(ready: Desk, server: StateServer, at: str) -> None:
    before = ready.state
    ran = ready("state", "migrate", "--to", at, "--auto-approve")
    assert ran.code == 0, ran
    assert "2 numbers" in ran.out
    without = msgspec.structs.replace(before, history=None, to_record=())
    assert "keeps no history" in ran.err
    assert decode_state(server.states[at.removeprefix(server.url)], "there") == without
    for command in (["plan"], ["apply", "--auto-approve"], ["state", "list"], ["state", "pull"], ["show"]):
        left = ready(*command)
        assert left.code == 1, left
        assert f"was moved to {at}" in left.err
    assert "No changes" in ready("plan", "--state", at).out
    assert A in ready("show", "--state", at).out
    assert ready("apply", "--auto-approve", "--state", at).code == 0
    assert ready.owned == {A, B}


def test_a_plan_that_was_saved_before_fits_the_new_place(ready: Desk, at: str) -> None:
    ready.manifest(TWO.replace("}}\n", ", labels: {owner: me}}}\n"))
    assert ready("plan", "--out", "tonight.plan").code == 0
    assert ready("state", "migrate", "--to", at, "--auto-approve").code == 0
    assert ready("apply", "tonight.plan").code == 1
    assert ready("apply", "tonight.plan", "--state", at).code == 0


def test_from_a_server_to_a_file_and_the_file_names_itself_wholly(ready: Desk, at: str) -> None:
    assert ready("state", "migrate", "--to", at, "--auto-approve").code == 0
    back = ready("state", "migrate", "--to", "prod.state.json", "--auto-approve", "--state", at)
    assert back.code == 0, back
    assert f"was moved to {ready.folder / 'prod.state.json'}" in ready("plan", "--state", at).err
    assert "No changes" in ready("plan", "--state", "prod.state.json").out


def test_back_to_places_that_were_left_and_emptied(ready: Desk, server: StateServer, at: str) -> None:
    local = ready.folder / "numplan.state.json"
    assert ready("state", "migrate", "--to", at, "--auto-approve").code == 0
    local.unlink()
    back = ready("state", "migrate", "--to", str(local), "--auto-approve", "--state", at)
    assert back.code == 0, back
    del server.states[at.removeprefix(server.url)]
    again = ready("state", "migrate", "--to", at, "--auto-approve")
    assert again.code == 0, again
    assert "No changes" in ready("plan", "--state", at).out


def test_a_move_that_was_interrupted_goes_on(ready: Desk, server: StateServer, at: str) -> None:
    killed = ready.process(
        "state",
        "migrate",
        "--to",
        at,
        "--auto-approve",
        environment={"NUMPLAN_FAILPOINT": "state.before-temp:1:kill"},
    )
    assert killed.code == -9
    path = at.removeprefix(server.url)
    assert path in server.states
    assert len(ready.state.numbers) == 2
    unlocked = ready("state", "unlock", server.locks[path]["ID"], "--auto-approve", "--state", at)
    assert unlocked.code == 0
    assert ready("state", "migrate", "--to", at, "--auto-approve").code == 0
    assert "was moved" in ready("plan").err


@pytest.mark.torture
@pytest.mark.parametrize("action", ["kill", "raise"])
@pytest.mark.parametrize("point", [*STORE, *STATE])
def test_wherever_a_move_was_interrupted_it_goes_on(
    ready: Desk, server: StateServer, at: str, point: str, action: str
) -> None:
    path = at.removeprefix(server.url)
    move = ("state", "migrate", "--to", at, "--auto-approve")
    first = ready.process(*move, environment={"NUMPLAN_FAILPOINT": f"{point}:1:{action}"})
    assert "Traceback" not in first.err
    if path in server.locks:
        unlocked = ready("state", "unlock", server.locks[path]["ID"], "--auto-approve", "--state", at)
        assert unlocked.code == 0
    again = ready(*move)
    assert again.code == 0 or f"was moved to {at}" in again.err, again
    assert "was moved" in ready("plan").err
    assert "No changes" in ready("plan", "--state", at).out
    assert path not in server.locks


def test_a_copy_that_cannot_be_read_back_leaves_the_old_place_as_it_is(
    ready: Desk, server: StateServer, at: str
) -> None:
    server.faults.append(Fault("POST", 200))
    ran = ready("state", "migrate", "--to", at, "--auto-approve")
    assert ran.code == 1
    assert "No changes" in ready("plan").out


def test_a_place_with_another_state_is_left_alone(ready: Desk, at: str, server: StateServer) -> None:
    assert ready("apply", "--auto-approve", "--state", at).code == 0
    stored = server.states[at.removeprefix(server.url)]
    ran = ready("state", "migrate", "--to", at, "--auto-approve")
    assert ran.code == 1
    assert "holds a state already" in ran.err
    assert server.states[at.removeprefix(server.url)] == stored
    assert "No changes" in ready("plan").out


def test_the_same_place_is_no_move(ready: Desk) -> None:
    assert ready("state", "migrate", "--to", "./numplan.state.json", "--auto-approve").code == 64


def test_without_a_yes_nothing_is_moved(ready: Desk, at: str, server: StateServer) -> None:
    assert ready("state", "migrate", "--to", at).code == 9
    assert at.removeprefix(server.url) not in server.states
    assert "No changes" in ready("plan").out
