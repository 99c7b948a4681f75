"""Other states on the account, at each kind of place: read while they are locked, and refused in words where they
cannot be believed.
"""

import json
import socket
from collections.abc import Callable

import msgspec
import pytest

from numplan.cli.workspace.state_location import open_location
from numplan.model.location.state_location import parse_location
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state, encode_state
from numplan.state.backend import Backend
from tests.cli.desk import TOKEN, Desk, Ran, run_of
from tests.services.places import Service

THEIRS, FREE = run_of(16465550101, 2), run_of(16465550201, 3)


class Neighbours:
    """Two desks on one account: `emea`, whose state is at a service, and `lab`, which names it."""

    def __init__(self, service: Service, emea: Desk, lab: Desk) -> None:
        self.url = service.url(emea.folder.parent.name.replace("_", "-") + "-emea")
        self.environment = {
            **service.environment,
            "NUMPLAN_STATE_HOST": f"127.0.0.1:{service.port}",
            "XDG_CACHE_HOME": str(lab.folder / "cache"),
        }
        self.emea, self.lab = emea, lab

    def backend(self) -> Backend:
        place = parse_location(self.url)
        return open_location(place, self.environment, named=(place,))

    def state(self) -> State:
        """What stands in their place."""
        found = self.backend().read()
        assert found is not None
        return found

    def plan(self) -> Ran:
        return self.lab("plan", **self.environment)

    def put(self, state: State) -> None:
        """Another document in their place."""
        backend = self.backend()
        with backend.lock("test") as session:
            stored = session.read()
            session.write(
                decode_state(
                    encode_state(_with(state, serial=(stored.serial if stored else 0) + 1)), "the test"
                )
            )


def _with(state: State, **changes: object) -> State:
    return msgspec.structs.replace(state, **changes)


@pytest.fixture(params=["s3", "postgres", "http"])
def pair(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    desk: Desk,
    make_desk: Callable[..., Desk],
) -> Neighbours:
    kind = request.param
    port = (
        request.getfixturevalue("running_state_server").server_port
        if kind == "http"
        else request.getfixturevalue(f"{kind}_port")
    )
    lab = make_desk(token=TOKEN)
    lab.emulator.stop()
    lab.emulator = desk.emulator
    service = Service(kind, port, tmp_path_factory.mktemp("account") / "account.json")
    found = Neighbours(service, desk, lab)
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    desk.stock(*THEIRS, *FREE)
    desk.manifest(f"sets: {{dialer: {{numbers: {json.dumps(THEIRS)}}}}}\n")
    assert desk("apply", "--auto-approve", "--state", found.url, **found.environment).code == 0
    lab.manifest(
        f'other_states:\n  emea: "{found.url}"\npools: {{sales: {{count: 2, digits: "646555", adopt: true}}}}\n'
    )
    return found


def refused(pair: Neighbours, *words: str) -> None:
    """A plan ends with 1, and names the entry, its line, and why."""
    ran = pair.plan()
    assert ran.code == 1, ran.out
    for word in ("other_states.emea: ", "numplan.yaml:5:", *words):
        assert word in ran.err, ran.err
    assert "Traceback" not in ran.err


def test_it_is_read_while_its_own_run_holds_the_lock(pair: Neighbours) -> None:
    with pair.backend().lock("apply"):
        ran = pair.plan()
    assert ran.code == 0, ran.err
    assert "Of other states on this account, left to them: emea 2" in ran.out
    assert not any(f'pool.sales["{number}"]' in ran.out for number in THEIRS)


def test_where_there_is_none(pair: Neighbours) -> None:
    text = (pair.lab.folder / "numplan.yaml").read_text()
    (pair.lab.folder / "numplan.yaml").write_text(text.replace("-emea", "-nobody"))
    refused(pair, "there is no state at")


def test_one_of_another_account(pair: Neighbours) -> None:
    pair.put(_with(pair.state(), account="191"))
    refused(pair, "it belongs to account 191, and this run uses")


def test_ones_own(pair: Neighbours) -> None:
    state = pair.state()
    (pair.lab.folder / "numplan.state.json").write_bytes(encode_state(state))
    refused(pair, "it is this manifest's own state")


def test_an_older_copy_than_was_read_before(pair: Neighbours) -> None:
    first = pair.state()
    pair.put(first)
    newer = pair.state()
    assert pair.plan().code == 0
    for cached in (pair.lab.folder / "cache").rglob("*"):
        if cached.is_file() and f'"serial":{newer.serial}' in (text := cached.read_text().replace(": ", ":")):
            cached.write_text(text.replace(f'"serial":{newer.serial}', f'"serial":{newer.serial + 5}'))
    refused(pair, "is older than what was last written there")


def test_one_that_was_migrated_away(pair: Neighbours) -> None:
    moved = pair.emea(
        "state",
        "migrate",
        "--state",
        pair.url,
        "--to",
        "numplan.state.json",
        "--auto-approve",
        **pair.environment,
    )
    assert moved.code == 0, moved.err
    refused(pair)


def test_one_whose_service_does_not_answer(pair: Neighbours) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    path = pair.lab.folder / "numplan.yaml"
    used = pair.environment["NUMPLAN_STATE_HOST"].rpartition(":")[2]
    path.write_text(path.read_text().replace(f":{used}", f":{port}").replace(f"%3A{used}", f"%3A{port}"))
    pair.environment = {**pair.environment, "NUMPLAN_STATE_HOST": f"127.0.0.1:{port}"}
    ran = pair.plan()
    assert ran.code == 1, ran.out
    assert "other_states.emea" in ran.err
    assert "Traceback" not in ran.err
