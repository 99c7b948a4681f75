"""A numplan that is loaded already ends as one does that is started."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.desk import Desk

STARTED = (sys.executable, "-m", "numplan")


def ended(numplan: Sequence[str | Path], folder: Path, script: str) -> tuple[int, str]:
    """How a script ended in which `np` is this command, and what it printed."""
    words = " ".join(map(str, numplan))
    environment = {name: text for name, text in os.environ.items() if not name.startswith("NUMPLAN_")}
    ran = subprocess.run(
        ["bash", "-c", f'np() {{ {words} "$@"; }}\n{script}'],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout


@pytest.mark.parametrize(
    "script",
    [
        "np version",
        "np no-such-command",
        'np plan ""',
        "np plan",
        "np init; np validate; mkdir below; cd below; np --chdir .. validate",
        "echo 'numbers: {büro: 1}' > numplan.yaml; np fmt --check numplan.yaml; np validate 2>&1 >/dev/null",
        "np init; NUMPLAN_ACCOUNT_ID='no account' NUMPLAN_TOKEN=secret np plan",
    ],
)
def test_what_it_prints_and_its_code_are_those_of_one_that_is_started(
    tmp_path: Path, loaded_numplan: Path, script: str
) -> None:
    folders = tmp_path / "loaded" / "here", tmp_path / "started" / "here"
    for folder in folders:
        folder.mkdir(parents=True)
    loaded, started = (
        ended(numplan, folder, script)
        for numplan, folder in zip(([loaded_numplan / "numplan"], STARTED), folders, strict=True)
    )
    assert loaded == started
    assert loaded[1]


def test_killed_it_is_killed(desk: Desk, loaded_numplan: Path) -> None:
    desk.stock("+16095550101")
    desk.manifest('numbers: {a: {number: "+16095550101"}}')
    killed = desk.spawn(
        "apply",
        "--auto-approve",
        environment={"NUMPLAN_FAILPOINT": "purchase.answered:1:kill"},
        numplan=[loaded_numplan / "numplan"],
    )
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert desk.owned
    assert desk.state.intents


def test_the_python_beside_it_is_a_python(tmp_path: Path, loaded_numplan: Path) -> None:
    python = [loaded_numplan / "python"]
    assert ended(python, tmp_path, "np -I -m numplan version") == ended(STARTED, tmp_path, "np version")
    assert ended(python, tmp_path, "np -c 'print(1 + 1)'") == (0, "2\n")
