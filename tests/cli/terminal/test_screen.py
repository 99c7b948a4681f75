"""Whatever output meets, an apply is carried out and recorded; what was lost is said."""

import os
import re
import socket
import subprocess

import pytest

from tests.cli.desk import HEAD, NUMPLAN, STATE, Desk, Ran, run_of

NUMBERS = run_of(16095550101, 12)
ALL = f"sets: {{dialer: {{numbers: {NUMBERS}}}}}".replace("'", '"')
SMALL = HEAD.replace("batch_size: 50", "batch_size: 3, parallelism: 1")


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Twelve numbers to be bought, in four calls."""
    desk.stock(*NUMBERS)
    desk.manifest(ALL, head=SMALL)
    return desk


def shell(desk: Desk, script: str, **environment: str) -> Ran:
    """Run a shell script with `numplan` in it; the code is numplan's, written to a file."""
    numplan = desk.folder / "np"
    numplan.write_text(f'#!/bin/sh\n{" ".join(NUMPLAN)} "$@"\necho $? > code\n')
    numplan.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=desk.folder,
        env={**os.environ, **desk.variables, **environment},
        capture_output=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    code = int((desk.folder / "code").read_text())
    return Ran(code, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def bought(desk: Desk) -> bool:
    """Whether the whole apply was carried out and recorded."""
    return desk.owned == desk.managed == {*NUMBERS} and not desk.state.intents


def test_a_reader_that_leaves_does_not_abort_an_apply(ready: Desk) -> None:
    ran = shell(ready, "./np apply --auto-approve | head -1")
    assert ran.code == 0, ran
    assert ran.out.startswith("numplan.yaml, account 190: 12 to purchase")
    assert "standard output could not be written: Broken pipe" in ran.err
    assert "Apply: 12 purchased" in ran.err
    assert bought(ready)


def test_no_reader_at_all_does_not_abort_an_apply(ready: Desk) -> None:
    ran = shell(ready, "./np apply --auto-approve 2>&1 | true")
    assert ran.code == 0, ran
    assert bought(ready)


def test_a_full_device_does_not_abort_an_apply(ready: Desk) -> None:
    ran = shell(ready, "./np apply --auto-approve > /dev/full")
    assert ran.code == 0, ran
    assert "No space left on device" in ran.err
    assert "Apply: 12 purchased" in ran.err
    assert bought(ready)


def test_both_streams_full_do_not_abort_an_apply(ready: Desk) -> None:
    ran = shell(ready, "./np apply --auto-approve > /dev/full 2> /dev/full")
    assert ran.code == 0, ran
    assert bought(ready)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_abort_an_apply(ready: Desk, closed: str) -> None:
    ran = shell(ready, f"./np apply --auto-approve {closed}")
    assert ran.code == 0, ran
    assert bought(ready)
    assert "Traceback" not in ran.err


def test_closed_streams_and_a_question_are_9(ready: Desk) -> None:
    assert shell(ready, "./np apply <&- >&- 2>&-").code == 9
    assert ready.left_alone()


@pytest.mark.parametrize(
    "command",
    [
        "plan",
        "show",
        "state list",
        "numbers",
        "numbers --json",
        "regions --csv",
        "schema",
        "version",
        "--help",
        "completion bash",
        "validate",
        "validate --json",
    ],
)
def test_a_result_that_is_lost_to_a_full_device_is_1(ready: Desk, command: str) -> None:
    assert ready("apply", "--auto-approve").code == 0
    ran = shell(ready, f"./np {command} > /dev/full")
    assert ran.code == 1, ran
    assert "No space left on device" in ran.err
    assert "unforeseen" not in ran.err
    assert "Traceback" not in ran.err
    assert "Exception ignored" not in ran.err


@pytest.mark.parametrize("command", ["plan", "show", "numbers --json", "schema", "--help", "version"])
def test_a_reader_that_leaves_is_no_error_for_others(ready: Desk, command: str) -> None:
    assert ready("apply", "--auto-approve").code == 0
    ran = shell(ready, f"./np {command} | true")
    assert ran.err == ""


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"COLUMNS": "20"},
        {"COLUMNS": "nonsense", "LINES": "-1"},
        {"TERM": "unknown"},
    ],
)
def test_any_encoding_and_width_will_do(ready: Desk, environment: dict[str, str]) -> None:
    ready.emulator.add_owned(
        [{"number": "+16095559999", "assignment": {"flow_id": "1", "flow_name": "Zürich ☎"}}]
    )
    ready.manifest(ALL + '\nnumbers: {büro: {number: "+16095559999"}}'.replace("ü", "ue"), head=SMALL)
    ran = ready.process("apply", "--auto-approve", environment=environment)
    assert ran.code == 0, ran
    ready.manifest(ALL, head=SMALL)
    blocked = ready.process("plan", environment=environment)
    assert blocked.code == 0, blocked
    assert "rich" in blocked.out
    assert "Traceback" not in ran.err + blocked.err


def test_output_to_a_file_has_no_escape_codes(ready: Desk) -> None:
    for arguments in (["plan"], ["apply", "--auto-approve"], ["show"], ["--help"], ["plan", "--nope"]):
        ran = ready.process(*arguments, environment={"TERM": "xterm-256color", "FORCE_COLOR": "1"})
        assert "\x1b" not in ran.out + ran.err


def lines_of(*rans: Ran) -> list[str]:
    return [line for ran in rans for line in (ran.out + ran.err).splitlines()]


def test_reports_keep_to_80_columns_but_for_the_figures(ready: Desk) -> None:
    ready.emulator.add_owned(
        [{"number": "+16095559999", "assignment": {"flow_id": "1", "flow_name": "Door"}}]
    )
    ready.manifest(ALL + '\nnumbers: {support: {number: "+16095559999", labels: {owner: voice}}}', head=SMALL)
    first = ready("apply", "--auto-approve")
    assert first.code == 0
    ready.manifest(
        f"{ALL.replace(NUMBERS[0], NUMBERS[1]).replace(NUMBERS[1], '+16095550199', 1)}\npolicy: {{max_releases: 0}}",
        head=SMALL,
    )
    second = ready("plan")
    third = ready("show")
    for line in lines_of(first, second, third):
        assert len(line) <= 80 or re.match(
            r"(No changes\. )?(Plan|Apply): |serial |(\S+: )?(warning|error): ", line
        ), line


def test_a_full_disk_for_the_plan_file_is_1_and_leaves_nothing(ready: Desk) -> None:
    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    ran = ready.process("plan", "--out", "p.plan", before=limit)
    assert ran.code == 1, ran
    assert "the plan file p.plan cannot be written: File too large" in ran.err
    assert {path.name for path in ready.folder.iterdir()} == {"numplan.yaml"}


def test_a_full_disk_for_the_state_sends_nothing(ready: Desk) -> None:
    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

    ran = ready.process("apply", "--auto-approve", before=limit)
    assert ran.code == 1, ran
    assert not ready.posts
    assert not (ready.folder / STATE).exists()
    assert ready("apply", "--auto-approve").code == 0


def test_the_first_run_needs_no_home_and_no_user(ready: Desk) -> None:
    ran = ready.process("plan", environment={"HOME": "/nonexistent", "USER": "", "LOGNAME": ""})
    assert ran.code == 0, ran


def test_init_never_overwrites(desk: Desk) -> None:
    assert desk("init").code == 0
    manifest = desk.folder / "numplan.yaml"
    ignored = (desk.folder / ".gitignore").read_text()
    manifest.write_text("mine")
    ran = desk("init")
    assert ran.code == 1
    assert manifest.read_text() == "mine"
    manifest.unlink()
    assert desk("init").code == 0
    assert (desk.folder / ".gitignore").read_text() == ignored
    manifest.unlink()
    manifest.symlink_to("/etc/passwd")
    assert desk("init").code == 1


def test_init_keeps_what_gitignore_holds(desk: Desk) -> None:
    (desk.folder / ".gitignore").write_text("*.log")
    assert desk("init").code == 0
    assert (desk.folder / ".gitignore").read_text().splitlines()[0] == "*.log"
    assert desk("validate").code == 0


def test_init_where_nothing_can_be_written_is_1(desk: Desk) -> None:
    (desk.folder / ".gitignore").mkdir()
    ran = desk("init")
    assert ran.code == 1
    assert "unforeseen" not in ran.err


def test_what_is_wrong_with_the_state_is_said_though_the_api_hangs(desk: Desk) -> None:
    """The state is read while the account is asked: an error there need not wait for an answer."""
    desk.manifest(ALL)
    (desk.folder / STATE).write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call, and answers nothing
        api = f"http://127.0.0.1:{silent.getsockname()[1]}/o/"
        ran = shell(desk, "./np plan", NUMPLAN_API_URL=api)
    assert ran.code == 1
    assert "numplan.state.json cannot be used as state" in ran.err
