"""Exit codes and their precedence; an error sends nothing and writes nothing."""

import json
import os
import re
import signal
from collections.abc import Callable

import pytest

from numplan.cli.main import COMMANDS
from tests.cli.desk import HEAD, STATE, Desk, run_of, until

A, B, C, D, E, F, G = run_of(16095550101, 7)
ONE = f'numbers: {{support: {{number: "{A}"}}}}'


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize(
    "environment",
    [
        {"NUMPLAN_TOKEN": None},
        {"NUMPLAN_TOKEN": ""},
        {"NUMPLAN_TOKEN": "two words"},
        {"NUMPLAN_TOKEN": None, "NUMPLAN_TOKEN_FILE": "none"},
        {"NUMPLAN_TOKEN": None, "NUMPLAN_TOKEN_FILE": "."},
        {"NUMPLAN_ACCOUNT_ID": None},
        {"NUMPLAN_API_URL": "http://example.com/o/"},
        {"NUMPLAN_API_URL": "ftp://example.com/"},
        {"NUMPLAN_LOG": "loud"},
        {"NUMPLAN_STATE": "s3://bucket/state"},
        {"NUMPLAN_STATE": "none/state.json"},
        {"NUMPLAN_MANIFEST": "none.yaml"},
        {"NUMPLAN_TOKEN": "another-token-9876543210"},
    ],
)
def test_settings_that_cannot_be_used_are_1(
    desk: Desk, command: str, environment: dict[str, str | None]
) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    ran = desk(command, **environment)
    assert ran.code == 1, ran
    assert "error: " in ran.err
    assert "unforeseen" not in ran.err
    assert desk.left_alone()


@pytest.mark.parametrize(
    "manifest",
    ["", "version: 2", "version: 1\nnumbers: [", "version: 1\nnumbers: {a: {number: 5}}", "\x00", "- 1"],
)
@pytest.mark.parametrize("command", ["validate", "plan", "apply", "destroy"])
def test_a_manifest_that_cannot_be_used_is_1(desk: Desk, command: str, manifest: str) -> None:
    (desk.folder / "numplan.yaml").write_text(manifest)
    ran = desk(command)
    assert ran.code == 1, ran
    assert "numplan.yaml" in ran.err
    assert ran.err.rstrip().endswith("nothing was sent and nothing was written")
    assert desk.left_alone()
    assert sum(desk.emulator.calls().values()) == 0


def test_every_problem_of_a_manifest_is_named_with_its_place(desk: Desk) -> None:
    desk.manifest('numbers:\n  a: {number: "12"}\n  b: {nummer: "+16095550101"}\n')
    ran = desk("validate")
    assert ran.code == 1
    assert "numplan.yaml:5:" in ran.err
    assert "numplan.yaml:6:" in ran.err
    report = json.loads(desk("validate", "--json").out)
    assert report["valid"] is False
    assert report["error_count"] >= 2
    assert desk("validate", "--json").code == 1


def test_no_manifest_is_1_and_says_how_to_begin(desk: Desk) -> None:
    for command in ("validate", "plan", "apply", "destroy"):
        ran = desk(command)
        assert ran.code == 1
        assert "numplan init" in ran.err


def test_the_account_guard_of_the_manifest_is_1(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE, head=f'account: "191"\n{HEAD}')
    for command in ("plan", "apply", "destroy", "numbers"):
        ran = desk(command)
        assert ran.code == 1, ran
        assert "191" in ran.err
    assert sum(desk.emulator.calls().values()) == 0


def test_an_api_that_cannot_be_reached_is_1(desk: Desk) -> None:
    desk.manifest(ONE)
    ran = desk("plan", NUMPLAN_API_URL="http://127.0.0.1:1/o/")
    assert ran.code == 1
    assert "127.0.0.1" in ran.err
    assert ran.out == ""


def test_another_account_or_url_than_the_states_is_1(desk: Desk, make_desk: Callable[..., Desk]) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    assert desk("apply", "--auto-approve").code == 0
    before = (desk.folder / STATE).read_bytes()
    other_account = make_desk(account="191")
    other_url = make_desk()
    for other in (other_account, other_url):
        for command in ("plan", "apply", "destroy"):
            ran = desk(command, **other.variables)
            assert ran.code == 1, ran
            assert "the state belongs to" in ran.err
        assert not other.posts
    assert (desk.folder / STATE).read_bytes() == before


def test_a_country_that_is_not_offered_is_1_and_the_plan_is_shown(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f"{ONE}\npools: {{mars: {{count: 1, country: United Stats}}}}")
    ran = desk("plan", "--out", "p.plan")
    assert ran.code == 1
    assert "did you mean 'United States'?" in " ".join(ran.out.split())
    assert ran.last.startswith("Plan: 1 to purchase")
    assert desk("apply", "--auto-approve").code == 1
    assert desk.left_alone()


@pytest.mark.parametrize(
    ("policy", "flags"),
    [
        ("max_purchases: 1", ["--max-purchases", "2"]),
        ('max_setup_cost: "0.15"', None),
        ('max_monthly_increase: "0.15"', None),
        ('budgets: {monthly: "0.15"}', None),
        ("allowed_countries: [Canada]", None),
        ("allowed_types: [Mobile]", None),
        ("required_labels: [owner]", None),
    ],
)
def test_a_guard_is_6_and_the_plan_is_still_shown_and_saved(
    desk: Desk, policy: str, flags: list[str] | None
) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}"]}}}}\npolicy: {{{policy}}}')
    ran = desk("plan", "--out", "p.plan", "--detailed-exitcode")
    assert ran.code == 6, ran
    assert "Refused by the guard" in ran.out
    assert "allowed by" in ran.out
    assert ran.last.startswith("Plan: 2 to purchase")
    assert (desk.folder / "p.plan").exists()
    assert desk("apply", "--auto-approve").code == 6
    assert desk("apply", "p.plan").code == 6
    assert desk.left_alone()
    if flags:
        assert desk("apply", "--auto-approve", *flags).code == 0


def test_releases_protection_and_emptiness_are_6_until_allowed_by_name(desk: Desk) -> None:
    numbers = [A, B, C, D, E, F, G]
    desk.stock(*numbers)
    entries = ", ".join(f'n{index}: {{number: "{one}"}}' for index, one in enumerate(numbers))
    desk.manifest(f"numbers: {{{entries.replace('}', ', protect: true}', 1)}}}")
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest("numbers: {}")
    bare = desk("apply", "--auto-approve")
    assert bare.code == 6
    for guard in ("empty-manifest", "releases", "protected"):
        assert f"the guard {guard}" in bare.out
    destroyed = desk("destroy", "--auto-approve", "--max-releases", "7")
    assert destroyed.code == 6
    assert "empty-manifest" not in destroyed.out
    assert "--allow-release 'number.n0'" in destroyed.out
    assert len(desk.owned) == 7
    planned = desk("plan", "--destroy", "--max-releases", "7", "--allow-release", "number.n0")
    assert planned.code == 0
    assert desk("destroy", "--auto-approve", "--max-releases", "7", "--allow-release", A).code == 0
    assert desk.owned == set()


def test_to_buy_beside_unmanaged_numbers_is_6_until_it_is_allowed(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest("pools: {sales: {count: 1, state: New Jersey}}")
    assert desk("apply", "--auto-approve").code == 0
    for path in desk.folder.glob(f"{STATE}*"):
        path.unlink()
    ran = desk("apply", "--auto-approve")
    assert ran.code == 6
    assert "--buy-beside-unmanaged" in ran.out
    assert desk("apply", "--auto-approve", "--accept-lost-state", "--accept-older-state").code == 6
    assert desk("apply", "--auto-approve", "--buy-beside-unmanaged").code == 0
    assert len(desk.owned) == 2


def test_an_account_that_shows_nothing_is_6(desk: Desk) -> None:
    numbers = [A, B, C]
    desk.stock(*numbers)
    desk.manifest(
        f"sets: {{dialer: {{numbers: {json.dumps(numbers)}}}}}",
        head=HEAD.replace("0.6", "0.6, hold_minutes: 0"),
    )
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.remove_owned(numbers, to_stock=True)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 6
    assert "--accept-missing" in ran.out
    assert desk.owned == set()
    assert desk("apply", "--auto-approve", "--accept-missing").code == 0
    assert desk.owned == set(numbers)


def test_a_locked_state_is_8_and_names_its_holder(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}"]}}}}')
    desk.fault("stall", "purchase-numbers", seconds=20)
    holder = desk.spawn("apply", "--auto-approve", environment={"CI_JOB_URL": "https://ci.example/jobs/7"})
    until(lambda: desk.posts, "the purchase")
    for arguments in (["apply", "--auto-approve"], ["apply", "--lock-timeout", "200ms"], ["destroy"]):
        ran = desk(*arguments)
        assert ran.code == 8, ran
        assert f"pid {holder.pid}" in ran.err
        assert "https://ci.example/jobs/7" in ran.err
    assert "waiting up to 0.2 s" in desk("apply", "--lock-timeout", "200ms").err
    planned = desk("plan", "--detailed-exitcode")
    assert planned.code in {0, 2}, planned
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert desk("state", "list").code == 0


def test_damaged_state_is_1_and_is_left_as_it_is(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    assert desk("apply", "--auto-approve").code == 0
    state = desk.folder / STATE
    whole = state.read_bytes()
    for damaged in (b"", whole[:-9], whole.replace(b"support", b"sapport"), b"{}"):
        state.write_bytes(damaged)
        for command in ("plan", "apply", "destroy", "show"):
            ran = desk(command)
            assert ran.code == 1, ran
            assert "unforeseen" not in ran.err
        assert state.read_bytes() == damaged
    assert len(desk.posts) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_state_that_cannot_be_written_is_1_before_anything_is_sent(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    desk.folder.chmod(0o500)
    try:
        ran = desk("apply", "--auto-approve")
    finally:
        desk.folder.chmod(0o700)
    assert ran.code == 1, ran
    assert not desk.posts


def test_a_question_that_cannot_be_asked_is_9(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    for flags in ([], ["--no-input"]):
        ran = desk("apply", *flags)
        assert ran.code == 9
        assert "--auto-approve" in ran.err
        assert ran.last.startswith("Plan: 1 to purchase")
    assert desk.left_alone()


def test_nothing_to_do_asks_nothing(desk: Desk) -> None:
    desk.manifest("numbers: {}")
    ran = desk("apply")
    assert ran.code == 0
    assert ran.last.startswith("No changes. Apply: 0 purchased")
    assert desk.left_alone()


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "emulator"])
def test_wrong_usage_is_64_and_one_error_with_a_hint(desk: Desk, command: str) -> None:
    ran = desk(command, "--no-such-option")
    assert ran.code == 64, ran
    first, hint, *rest = ran.err.splitlines()
    assert first.startswith("error: no such option")
    assert hint == f"  `numplan {command} --help` shows its usage"
    assert not rest
    assert ran.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["--nope", "plan"],
        ["plan", "extra"],
        ["plan", "--max-releases", "-1"],
        ["plan", "--max-releases", "many"],
        ["plan", "--parallelism", "0"],
        ["apply", "a.plan", "b.plan"],
        ["apply", "--lock-timeout", "soon"],
        ["apply", "--max-age", "-3h"],
        ["apply", "--max-age", "nan"],
        ["plan", "--chdir", "none"],
        ["--chdir", "none", "version", "extra"],
        ["find"],
        ["find", "12"],
        ["search"],
        ["search", "--country", "Spain", "--size", "0"],
        ["search", "--country", "Spain", "--type", "Sattelite"],
        ["numbers", "--json", "--csv"],
        ["schema", "poem"],
        ["completion", "cmd"],
        ["state"],
        ["state", "nope"],
        ["state", "mv", "number.one"],
        [],
    ],
    ids=" ".join,
)
def test_every_kind_of_wrong_usage_is_64(desk: Desk, arguments: list[str]) -> None:
    ran = desk(*arguments)
    assert ran.code == 64, ran
    assert ran.out == ""
    assert ran.err
    assert "unforeseen" not in ran.err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_explains_every_option_in_80_columns(desk: Desk, command: str) -> None:
    ran = desk(*([command] if command else []), "--help", COLUMNS="80")
    assert ran.code == 0, ran
    assert ran.err == ""
    assert max(map(len, ran.out.splitlines())) <= 80
    options = ran.out.partition("Options:")[2].partition("\n\n")[0]
    unexplained = re.findall(r"^  -.*(?<!  )\n(?=  -|$)", options, re.MULTILINE)
    assert not [line for line in unexplained if "  " not in line.strip()]
