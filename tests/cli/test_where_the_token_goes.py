"""The token goes to the vendor's own API, or to the one that NUMPLAN_API_URL names: never on a manifest's word."""

import socket
from collections.abc import Iterator

import pytest

from tests.cli.desk import HEAD, STATE, Desk, run_of

(A,) = run_of(16095550101, 1)
ONE = f'numbers: {{support: {{number: "{A}"}}}}'
CALLING = (
    "plan",
    "plan --refresh-only",
    "apply --auto-approve",
    "destroy --auto-approve",
    "drift",
    f"explain {A}",
    "adopt --all --auto-approve",
    "adopt --all --manifest-only --auto-approve",
    "state settle",
    "numbers",
    "regions",
    f"find {A}",
    "search --country Germany",
)
QUIET = ("validate", "fmt", "state list", "output", "show", "schema", "version")


@pytest.fixture
def elsewhere(desk: Desk) -> Iterator[socket.socket]:
    """A listener that the manifest, and nobody else, calls the API."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        desk.stock(A)
        url = f"http://127.0.0.1:{other.getsockname()[1]}/o/"
        desk.manifest(ONE, head=HEAD.replace("api: {", f"api: {{url: '{url}', "))
        yield other


def is_called(listener: socket.socket) -> bool:
    listener.settimeout(0.1)
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("remembered", [False, True], ids=["no state", "state of that API"])
def test_an_api_that_only_the_manifest_names_hears_nothing(
    desk: Desk, elsewhere: socket.socket, *, remembered: bool
) -> None:
    if remembered:  # what state says is no word of an operator: it may be the pull request's too
        assert desk("apply", "--auto-approve").code == 0
        written = (desk.folder / STATE).read_text()
        port = elsewhere.getsockname()[1]
        (desk.folder / STATE).write_text(written.replace(desk.emulator.url, f"http://127.0.0.1:{port}/o/"))
    before = sorted(desk.folder.iterdir())
    for command in CALLING:
        for variable in (None, "", " "):
            ran = desk(*command.split(), NUMPLAN_API_URL=variable)
            assert ran.code == 1, (command, ran)
            assert "NUMPLAN_API_URL" in ran.err, (command, ran)
    assert not is_called(elsewhere)
    assert sorted(desk.folder.iterdir()) == before


def test_what_calls_nothing_does_not_care(desk: Desk, elsewhere: socket.socket) -> None:
    assert desk("apply", "--auto-approve").code == 0
    for command in QUIET:
        ran = desk(*command.split(), NUMPLAN_API_URL=None)
        assert ran.code == 0, (command, ran)
    assert not is_called(elsewhere)


def test_a_saved_plan_sends_it_nowhere_else(desk: Desk, elsewhere: socket.socket) -> None:
    assert desk("plan", "--out", "p.plan").code == 0
    ran = desk("apply", "p.plan", NUMPLAN_API_URL=None)
    assert ran.code == 1
    assert "NUMPLAN_API_URL" in ran.err
    assert not is_called(elsewhere)
