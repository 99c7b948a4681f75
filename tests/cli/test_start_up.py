"""What starting costs, and what a wheel carries."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from numplan.cli.main import COMMANDS
from tests.cli.desk import Desk

ROOT = Path(__file__).parents[2]
HEAVY = {"requests", "yaml", "jsonschema", "deepdiff", "msgspec", "rich", "phonenumbers", "flask", "urllib3"}
ELSEWHERE = {"obstore", "psycopg", "boto3"}
HEAVY_OF_PYTHON = {"decimal", "email", "http", "jinja2", "logging", "ssl"}
CARRIES_OUT = (
    "api",
    "engine",
    "state",
    "views",
    "cli.operations",
    "cli.terminal",
    "model.plan",
    "model.state",
)
"""Our own rooms that a command needs to do what it does, and not to say what it is."""


def imported(*arguments: str, **surroundings: Any) -> set[str]:
    """The top-level packages that a command line imports."""
    return {name.partition(".")[0] for name in modules(*arguments, **surroundings)}


def modules(*arguments: str, **surroundings: Any) -> set[str]:
    """The modules that a command line imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "numplan", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        stdin=subprocess.DEVNULL,
        **surroundings,
    )
    return set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))


def too_much(found: set[str]) -> set[str]:
    """What of it takes long and is not needed to tell what a command is, or which words fit."""
    ours = tuple(f"numplan.{room}" for room in CARRIES_OUT)
    packages = {name.partition(".")[0] for name in found} & (HEAVY | HEAVY_OF_PYTHON)
    return packages | {name for name in found if name.startswith(ours)}


def completing(*words: str) -> dict[str, str]:
    """The environment in which bash asks for the last of these words."""
    asked = {"COMP_WORDS": " ".join(("numplan", *words)), "COMP_CWORD": str(len(words))}
    return {**os.environ, "_NUMPLAN_COMPLETE": "bash_complete", **asked}


@pytest.mark.parametrize("arguments", [["version"], ["--help"], ["completion", "bash"]], ids=" ".join)
def test_small_commands_import_nothing_heavy(arguments: list[str]) -> None:
    found = imported(*arguments)
    assert "click" in found
    if arguments != ["completion", "bash"]:
        assert not found & HEAVY


@pytest.mark.parametrize("words", [["plan"], ["state", "mv"], ["adopt"]], ids=" ".join)
def test_help_loads_options_and_nothing_that_carries_out(words: list[str]) -> None:
    found = modules(*words, "--help")
    assert "numplan.cli.settings" in found
    assert not too_much(found)


def test_no_command_needs_what_carries_it_out_to_say_what_it_is() -> None:
    """Of every command there is: whoever asks what it takes need not wait for what it does."""
    walk = (
        "import sys, click\n"
        "from numplan.cli.main import numplan as top\n"
        "def told(group, above):\n"
        "    for name in group.list_commands(above):\n"
        "        command = group.get_command(above, name)\n"
        "        within = click.Context(command, above)\n"
        "        command.get_help(within)\n"
        "        print('told', name)\n"
        "        if isinstance(command, click.Group): told(command, within)\n"
        "told(top, click.Context(top))\n"
        "print(*sys.modules, sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", walk], capture_output=True, text=True, check=True)
    lines = set(done.stdout.splitlines())
    assert {f"told {name}" for name in (*COMMANDS, "mv", "migrate")} <= lines
    assert not too_much({line for line in lines if not line.startswith("told ")})


@pytest.mark.parametrize(
    ("words", "word"), [(["pl"], "plan"), (["plan", "--tar"], "--target"), (["state", "m"], "mv")], ids=str
)
def test_completion_loads_options_and_nothing_that_carries_out(words: list[str], word: str) -> None:
    found = modules(env=completing(*words))
    assert "click.shell_completion" in found
    assert not too_much(found)
    done = subprocess.run(
        [sys.executable, "-m", "numplan"],
        env=completing(*words),
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"plain,{word}" in done.stdout.splitlines()


def test_completion_of_commands_imports_none_of_them() -> None:
    found = modules(env=completing(""))
    assert not {name for name in found if name.startswith("numplan.cli.commands")}


def test_validating_needs_no_http() -> None:
    assert not imported("schema", "manifest") & {"requests", "urllib3", "deepdiff", "rich"}


def test_a_plan_with_a_local_state_loads_no_library_for_another_place(desk: Desk) -> None:
    desk.manifest("numbers: {}")
    found = imported("plan", cwd=desk.folder, env={**os.environ, **desk.variables})
    assert "requests" in found
    assert not found & ELSEWHERE


def test_a_plan_that_finds_nothing_to_do_loads_nothing_for_what_it_does_not_do(desk: Desk) -> None:
    """No words for mistakes, no search, no choice, no purchase, no document, no guess at an encoding."""
    desk.emulator.add_owned(["+12050012201"])
    desk.manifest("numbers: {a: {number: '+12050012201'}}")
    assert desk("apply", "--auto-approve", "--buy-beside-unmanaged").code == 0
    found = modules("plan", "--detailed-exitcode", cwd=desk.folder, env={**os.environ, **desk.variables})
    assert {"requests", "yaml", "msgspec", "numplan.engine.plan.planner"} <= found
    unused = {
        "jsonschema",
        "deepdiff",
        "jinja2",
        "rich",
        "phonenumbers",
        "charset_normalizer.api",
        "numplan.engine.account.pricing",
        "numplan.engine.apply.gate",
        "numplan.engine.apply.settle",
        "numplan.engine.plan.pools",
        "numplan.engine.plan.quotes",
        "numplan.manifest.numbers.number_list",
        "numplan.manifest.validation.messages",
        "numplan.model.location.recipients",
        "numplan.numbering.tidying",
        "numplan.views.html",
        "numplan.views.machine",
        "numplan.views.markdown",
    }
    assert not found & unused


def test_requests_is_imported_in_one_place_which_leaves_out_what_guesses_encodings() -> None:
    line = re.compile(r"^\s*(?:import|from) requests\b", re.MULTILINE)
    found = {path for path in (ROOT / "numplan").rglob("*.py") if line.search(path.read_text())}
    assert found == {ROOT / "numplan" / "http" / "library.py"}


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


END = """
import atexit, sys, threading
from numplan.cli.main import leave
atexit.register(print, "at the end")
{more}
print("told", end="")
leave(7)
"""


@pytest.mark.parametrize(
    "more",
    [
        "",
        "threading.Thread(target=lambda: (threading.Event().wait(0.2), print('worked'))).start()",
        "sys.setprofile(lambda *_: None)",
    ],
    ids=["alone", "a thread is at work", "watched"],
)
def test_leaving_loses_nothing_that_is_to_be_written_or_called(more: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", END.format(more=more)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7
    assert done.stdout.startswith("told")
    assert done.stdout.endswith("at the end\n")
    assert ("worked" in done.stdout) == ("Thread" in more)


def test_leaving_into_a_full_disk_keeps_the_exit_code() -> None:
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-c", END.format(more="")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=full, env=buffered, check=False)
    assert done.returncode == 7
