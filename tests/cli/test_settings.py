"""A flag wins over the environment, which wins over the manifest."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from numplan.cli.settings import Settings, _seconds
from numplan.model.location.api_settings import DEFAULT_API_URL
from tests.cli.desk import HEAD, STATE, TOKEN, Desk, run_of

A, B = run_of(16095550101, 2)
ONE = f'numbers: {{support: {{number: "{A}"}}}}'


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A, B)
    desk.manifest(ONE)
    return desk


def test_options_may_stand_before_the_command_or_after_it(ready: Desk) -> None:
    ready.manifest(f'numbers: {{sales: {{number: "{B}"}}}}', name="other.yaml")
    for arguments in (
        ["-f", "other.yaml", "plan"],
        ["plan", "-f", "other.yaml"],
        ["plan", "--manifest", "other.yaml"],
        ["-f", "none.yaml", "plan", "-f", "other.yaml"],
        ["--no-color", "--no-input", "--parallelism", "2", "--manifest=other.yaml", "plan"],
    ):
        ran = ready(*arguments)
        assert ran.code == 0, ran
        assert B in ran.out
        assert A not in ran.out


def test_flag_then_environment_then_default_for_the_manifest(ready: Desk) -> None:
    ready.manifest(f'numbers: {{sales: {{number: "{B}"}}}}', name="other.yaml")
    assert A in ready("plan").out
    assert B in ready("plan", NUMPLAN_MANIFEST="other.yaml").out
    assert A in ready("plan", "-f", "numplan.yaml", NUMPLAN_MANIFEST="other.yaml").out


def test_flag_then_environment_then_default_for_the_state(ready: Desk) -> None:
    assert ready("apply", "--auto-approve", "--state", "flag.json", NUMPLAN_STATE="variable.json").code == 0
    assert (ready.folder / "flag.json").exists()
    assert not (ready.folder / "variable.json").exists()
    assert ready("state", "list", NUMPLAN_STATE="flag.json").out == "number.support\n"
    assert ready("--state", "flag.json", "state", "list").out == "number.support\n"
    assert ready("state", "list").code == 1
    assert ready("plan", "--detailed-exitcode", "--state", "flag.json").code == 0
    assert not (ready.folder / STATE).exists()


def test_chdir_comes_first(ready: Desk, tmp_path: Path) -> None:
    inner = ready.folder / "inner"
    inner.mkdir()
    (inner / "numplan.yaml").write_text(HEAD + f'numbers: {{sales: {{number: "{B}"}}}}')
    for arguments in (["--chdir", "inner", "apply"], ["apply", "--chdir", "inner"]):
        assert ready(*arguments, "--auto-approve").code == 0
    assert (inner / STATE).exists()
    assert not (ready.folder / STATE).exists()
    assert ready("--chdir", "inner", "plan", "--out", "p.plan").code == 0
    assert (inner / "p.plan").exists()
    assert ready("--chdir", str(tmp_path / "none"), "plan").code == 64


def test_state_lies_beside_its_manifest(ready: Desk) -> None:
    inner = ready.folder / "inner"
    inner.mkdir()
    (inner / "voice.yaml").write_text(HEAD + f'numbers: {{sales: {{number: "{B}"}}}}')
    assert ready("apply", "--auto-approve", "-f", "inner/voice.yaml").code == 0
    assert (inner / STATE).exists()


def test_the_token_may_stand_in_a_file(ready: Desk) -> None:
    secret = ready.folder / "secret"
    secret.write_text(f"  {TOKEN}\n")
    assert ready("plan", NUMPLAN_TOKEN=None, NUMPLAN_TOKEN_FILE="secret").code == 0
    assert ready("plan", NUMPLAN_TOKEN="wrong-token-123", NUMPLAN_TOKEN_FILE="secret").code == 1
    assert ready("plan", NUMPLAN_TOKEN_FILE="none").code == 0  # the variable itself wins
    for content in (b"", b"\xff\xfe", f"{TOKEN}\n{TOKEN}".encode()):
        secret.write_bytes(content)
        ran = ready("plan", NUMPLAN_TOKEN=None, NUMPLAN_TOKEN_FILE="secret")
        assert ran.code == 1
        assert "NUMPLAN_TOKEN" in ran.err
        assert TOKEN not in ran.err


def test_the_url_of_the_environment_wins_over_the_manifests(
    ready: Desk, make_desk: Callable[..., Desk]
) -> None:
    other = make_desk()
    other.stock(A)
    ready.manifest(ONE, head=HEAD.replace("api: {", f'api: {{url: "{other.emulator.url}", '))
    ran = ready("plan")
    assert ran.code == 0
    assert f"NUMPLAN_API_URL wins: calls go to {ready.emulator.url}" in ran.err
    assert not sum(other.emulator.calls().values())
    assert "NUMPLAN_API_URL" not in ready("plan", NUMPLAN_API_URL=other.emulator.url).err
    assert sum(other.emulator.calls().values())


def test_the_vendors_own_url_in_the_manifest_is_one_that_the_environment_may_differ_from(ready: Desk) -> None:
    ready.manifest(ONE, head=HEAD.replace("api: {", f"api: {{url: '{DEFAULT_API_URL}', "))
    ran = ready("plan")
    assert ran.code == 0
    assert f"the manifest's api.url is {DEFAULT_API_URL}" in ran.err


def test_the_account_of_the_manifest_does_where_the_environment_names_none(ready: Desk) -> None:
    ready.manifest(ONE, head=f'account: "{ready.emulator.account}"\n{HEAD}')
    assert ready("plan", NUMPLAN_ACCOUNT_ID=None).code == 0


def test_reading_commands_need_no_manifest(desk: Desk) -> None:
    desk.stock(A)
    for command in (["numbers"], ["regions"], ["find", A], ["search", "--country", "United States"]):
        ran = desk(*command)
        assert ran.code == 0, ran
    assert desk("numbers").out == "nothing found\n"


def test_a_manifest_here_that_is_broken_is_an_error_for_reading_commands_too(desk: Desk) -> None:
    (desk.folder / "numplan.yaml").write_text("version: [")
    assert desk("numbers").code == 1


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("250ms", timedelta(milliseconds=250)),
        ("1.5h", timedelta(minutes=90)),
        (" 10 ", timedelta(seconds=10)),
        ("0", timedelta(0)),
    ],
)
def test_spans_of_time(text: str, span: timedelta) -> None:
    assert _seconds(text) == span.total_seconds()


@pytest.mark.parametrize("text", ["", "s", "-1s", "nan", "inf", "1e99d", "1 fortnight", "1h30m"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever sentence float has for it
        _seconds(text)


@pytest.mark.parametrize(
    ("environment", "asks"),
    [
        ({}, True),
        ({"CI": "true"}, False),
        ({"CI": "false"}, True),
        ({"CI": "0"}, True),
        ({"CI": ""}, True),
        ({"NUMPLAN_NO_INPUT": "1"}, False),
    ],
)
def test_where_a_question_may_be_put(environment: dict[str, str], *, asks: bool) -> None:
    assert Settings({}, environment).may_ask is asks
