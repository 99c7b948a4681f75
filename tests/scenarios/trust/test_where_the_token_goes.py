"""The token goes to the vendor's own API, or to the one that NUMPLAN_API_URL names: never on a manifest's word."""

from collections.abc import Callable

import pytest

from numplan.emulator.server import Emulator
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
def elsewhere(desk: Desk, make_desk: Callable[..., Desk]) -> Emulator:
    """An API that the manifest names, and nobody else; it would take the token."""
    other = make_desk().emulator
    desk.stock(A)
    desk.manifest(ONE, head=HEAD.replace("api: {", f"api: {{url: '{other.url}', "))
    return other


def is_called(api: Emulator) -> bool:
    return bool(sum(api.calls().values()))


@pytest.mark.parametrize("remembered", [False, True], ids=["no state", "state of that API"])
def test_an_api_that_only_the_manifest_names_hears_nothing(
    desk: Desk, elsewhere: Emulator, *, remembered: bool
) -> None:
    if remembered:  # what state says is no word of an operator: it may be the pull request's too
        assert desk("apply", "--auto-approve").code == 0
        written = (desk.folder / STATE).read_text()
        (desk.folder / STATE).write_text(written.replace(desk.emulator.url, elsewhere.url))
    before = sorted(desk.folder.iterdir())
    for command in CALLING:
        for variable in (None, "", " "):
            ran = desk(*command.split(), NUMPLAN_API_URL=variable)
            assert ran.code == 1, (command, ran)
            assert "NUMPLAN_API_URL" in ran.err, (command, ran)
    assert not is_called(elsewhere)
    assert sorted(desk.folder.iterdir()) == before


def test_what_calls_nothing_does_not_care(desk: Desk, elsewhere: Emulator) -> None:
    assert desk("apply", "--auto-approve").code == 0
    for command in QUIET:
        ran = desk(*command.split(), NUMPLAN_API_URL=None)
        assert ran.code == 0, (command, ran)
    assert not is_called(elsewhere)


def test_a_saved_plan_sends_it_nowhere_else(desk: Desk, elsewhere: Emulator) -> None:
    assert desk("plan", "--out", "p.plan").code == 0
    ran = desk("apply", "p.plan", NUMPLAN_API_URL=None)
    assert ran.code == 1
    assert "NUMPLAN_API_URL" in ran.err
    assert not is_called(elsewhere)
