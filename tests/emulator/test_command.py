"""`numplan emulator` as a process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from numplan.cli.main import numplan

COMMAND = [sys.executable, "-c", "from numplan.cli.commands.emulator import emulator; emulator()"]


@pytest.fixture
def spawn() -> Iterator[object]:
    processes: list[subprocess.Popen[str]] = []

    def run(*options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ},
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_what_a_shell_needs_and_ends_cleanly(spawn, number: signal.Signals) -> None:
    process = spawn("--port", "0", "--stock", "10", "--token", "abc def", "--account", "7", "--control")
    lines = [process.stdout.readline() for _ in range(4)]
    url = lines[1].removeprefix("export NUMPLAN_API_URL=").strip()
    assert url in lines[0]
    assert lines[2:] == ["export NUMPLAN_TOKEN='abc def'\n", "export NUMPLAN_ACCOUNT_ID=7\n"]
    headers = {"Authorization": "Bearer abc def", "accountId": "7"}
    assert requests.get(url + "virtual-numbers/v1.0/regions", headers=headers, timeout=5).status_code == 200
    assert requests.get(url.replace("/o/", "/_control/health"), timeout=5).status_code == 200
    process.send_signal(number)
    assert process.wait(timeout=5) == 0
    assert process.stderr.read() == ""


@pytest.mark.parametrize(("flag", "again"), [((), True), (("--released-gone",), False)])
def test_a_released_number_is_for_sale_again_unless_a_switch_says_otherwise(
    spawn, flag: tuple[str, ...], again: bool
) -> None:
    process = spawn("--port", "0", "--stock", "10", *flag)
    base = process.stdout.readline().split()[-1] + "virtual-numbers/v1.0/"
    headers = {"Authorization": "Bearer emulator-token", "accountId": "190"}
    body = {"numbers": ["16091609123"]}
    for call in ("purchase-numbers", "release-numbers"):
        assert requests.post(base + call, json=body, headers=headers, timeout=5).status_code == 200
    told = requests.get(base + "find-number?number=16091609123", headers=headers, timeout=5).json()
    assert bool(told["data"]) is again


def test_a_killed_emulator_has_kept_every_purchase_in_its_file(spawn, tmp_path: Path) -> None:
    options = ("--port", "0", "--stock", "10", "--database", str(tmp_path / "vendor.sqlite"), "--control")
    first = spawn(*options)
    base = first.stdout.readline().split()[-1]
    headers = {"Authorization": "Bearer emulator-token", "accountId": "190"}
    body = {"sipTrunkId": 169, "numbers": ["16091609123"]}
    requests.post(base + "virtual-numbers/v1.0/purchase-numbers", json=body, headers=headers, timeout=5)
    first.kill()
    first.wait()
    second = spawn(*options)
    base = second.stdout.readline().split()[-1]
    account = requests.get(base.replace("/o/", "/_control/account"), timeout=5).json()
    assert account == {"owned": [{"number": "+16091609123", "trunk": 169, "bought_at": 1}]}


def test_a_port_in_use_is_a_plain_error(spawn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = spawn("--port", str(taken.getsockname()[1]), "--stock", "0")
        assert process.wait(timeout=10) == 1
        message = process.stderr.read()
    assert message.startswith("Error: can't listen on 127.0.0.1:")
    assert "Traceback" not in message


def test_a_file_that_is_no_database_is_a_plain_error(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Not a database at all, just some text that is long enough to be read as a header." * 20)
    result = CliRunner().invoke(numplan, ["emulator", "--port", "0", "--database", str(file)])
    assert (result.exit_code, result.output.startswith("Error: can't use the database")) == (1, True)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("numplan.emulator", "flask"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "flask", None)
    result = CliRunner().invoke(numplan, ["emulator"])
    assert (result.exit_code, result.output) == (
        1,
        "Error: numplan emulator needs its extra: pip install 'numplan[emulator]'\n",
    )


def test_control_is_refused_beyond_this_machine() -> None:
    result = CliRunner().invoke(numplan, ["emulator", "--host", "0.0.0.0", "--control"])
    assert result.exit_code == 2
    assert "--control is for this machine alone" in result.output
