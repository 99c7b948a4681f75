"""What starting costs, and what a wheel carries."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk

ROOT = Path(__file__).parents[2]
HEAVY = {"requests", "yaml", "jsonschema", "deepdiff", "msgspec", "rich", "phonenumbers", "flask", "urllib3"}
ELSEWHERE = {"obstore", "psycopg", "boto3"}


def imported(*arguments: str, **surroundings: Any) -> set[str]:
    """The top-level packages that a command line imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "numplan", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        stdin=subprocess.DEVNULL,
        **surroundings,
    )
    return {name.partition(".")[0] for name in re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE)}


@pytest.mark.parametrize("arguments", [["version"], ["--help"], ["completion", "bash"]], ids=" ".join)
def test_small_commands_import_nothing_heavy(arguments: list[str]) -> None:
    found = imported(*arguments)
    assert "click" in found
    if arguments != ["completion", "bash"]:
        assert not found & HEAVY


def test_validating_needs_no_http() -> None:
    assert not imported("schema", "manifest") & {"requests", "urllib3", "deepdiff", "rich"}


def test_a_plan_with_a_local_state_loads_no_library_for_another_place(desk: Desk) -> None:
    desk.manifest("numbers: {}")
    found = imported("plan", cwd=desk.folder, env={**os.environ, **desk.variables})
    assert "requests" in found
    assert not found & ELSEWHERE


def test_a_place_whose_library_is_missing_names_the_extra(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.manifest("numbers: {}")
    for library, url, extra in (
        ("psycopg", "postgresql://db.example.com/x", "postgres"),
        ("obstore", "s3://bucket/key", "object-store"),
    ):
        monkeypatch.setitem(sys.modules, library, None)
        monkeypatch.delitem(
            sys.modules, f"numplan.state.shared.{extra.replace('object-store', 'objects')}", False
        )
        ran = desk("plan", "--state", url)
        assert ran.code == 1
        assert f"pip install 'numplan[{extra}]'" in ran.err


def test_version_says_which() -> None:
    from numplan import __version__

    done = subprocess.run(
        [sys.executable, "-m", "numplan", "version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"numplan {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_and_completes(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "numplan", "completion", shell], capture_output=True, text=True, check=True
    )
    assert "_NUMPLAN_COMPLETE" in done.stdout
    completed = subprocess.run(
        [sys.executable, "-m", "numplan"],
        env={
            **os.environ,
            "_NUMPLAN_COMPLETE": "bash_complete",
            "COMP_WORDS": "numplan pl",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "plan" in completed.stdout
