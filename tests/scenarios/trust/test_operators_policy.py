"""NUMPLAN_POLICY: whoever runs numplan limits it, whatever the manifest, a flag or a saved plan says."""

import json
from collections.abc import Callable

import pytest

from tests.cli.desk import STATE, Desk, Ran, run_of

MANY = run_of(16095550101, 8)
A, B, C, *_ = MANY
TWO = f'numbers: {{support: {{number: "{A}"}}, sales: {{number: "{B}"}}}}\n'
LISTED = "sets: {dialer: {numbers_file: dialer.csv}}\n"


@pytest.fixture
def policy(desk: Desk) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = desk.folder / "operator.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(*MANY)
    desk.manifest(TWO)
    return desk


def refused_by(ran: Ran) -> str:
    assert ran.code == 6
    return ran.err


def called(desk: Desk) -> dict[str, int]:
    """How often the vendor was called."""
    return dict(desk.emulator.calls())


def test_no_flag_goes_beyond_the_operators_limit(ready, policy):
    limit = policy("max_purchases: 1")
    for flags in ([], ["--max-purchases", "50"], ["--max-purchases", "50", "--new-state", "--allow-empty"]):
        ran = ready("apply", "--auto-approve", *flags, NUMPLAN_POLICY=limit)
        assert "purchases: allowed by the operator's policy alone" in refused_by(ran)
        assert "NUMPLAN_POLICY allows 1" in " ".join(ran.out.split())
    assert ready.left_alone()
    assert ready("apply", "--auto-approve", NUMPLAN_POLICY=policy("max_purchases: 2")).code == 0


def test_nor_does_a_plan_that_was_saved_without_it(ready, policy):
    assert ready("plan", "--max-purchases", "50", "--out", "p.plan").code == 0
    assert ready("apply", "p.plan", NUMPLAN_POLICY=policy("max_purchases: 1")).code == 7
    assert ready.left_alone()
    assert ready("apply", "p.plan", NUMPLAN_POLICY="").code == 0


def test_a_destroy_is_limited_too(ready, policy):
    ready.manifest(f"sets: {{dialer: {{numbers: [{', '.join(MANY[:4])}]}}}}\n")
    assert ready("apply", "--auto-approve").code == 0
    limit = policy('max_release_share: "50%"')
    assert ready("destroy", "--auto-approve", "--max-releases", "4", NUMPLAN_POLICY=limit).code == 6
    assert len(ready.owned) == 4
    assert ready("destroy", "--auto-approve").code == 0


@pytest.mark.parametrize("text", ["max_purchase: 1", "max_purchases: [", "- 1", "", None])
@pytest.mark.parametrize(
    "command",
    [
        ["plan"],
        ["apply", "--auto-approve"],
        ["destroy", "--auto-approve"],
        ["drift"],
        ["explain", "number.support"],
        ["adopt", "--all", "--auto-approve"],
        ["numbers"],
        ["regions"],
        ["search", "--country", "United States"],
        ["find", A],
        ["validate"],
        ["output"],
        ["state", "list"],
        ["state", "settle"],
    ],
    ids=" ".join,
)
def test_a_policy_that_cannot_be_used_stops_every_command_that_it_would_limit(ready, policy, command, text):
    path = str(ready.folder / "nowhere.yaml") if text is None else policy(text)
    before = called(ready)
    ran = ready(*command, NUMPLAN_POLICY=path)
    assert ran.code == 1
    assert path in ran.err
    assert "the policy that NUMPLAN_POLICY names has 1 error" in ran.err
    assert called(ready) == before


@pytest.mark.parametrize("command", [["fmt", "--check"], ["schema", "policy"], ["version"]], ids=" ".join)
def test_commands_that_it_would_not_limit_do_not_ask_for_it(ready, command):
    assert ready(*command, NUMPLAN_POLICY="/nowhere/policy.yaml").code in {0, 3}


def test_validate_tells_machines_what_is_wrong_with_it(ready, policy):
    ran = ready("validate", "--json", NUMPLAN_POLICY=policy("max_purchase: 1"))
    (found,) = json.loads(ran.out)["diagnostics"]
    assert found["path"] == "max_purchase"
    assert ran.code == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("api_urls: ['https://api.integrari.com/*']", "its api_urls list https://api.integrari.com/*"),
        ("api_urls: []", "its api_urls list nothing"),
        ("accounts: [191]", "does not allow work on account 190: its accounts list 191"),
        ("state_places: [/srv/*]", "its state_places list /srv/*"),
    ],
)
@pytest.mark.parametrize(
    "command", [["plan"], ["apply", "--auto-approve"], ["adopt", "--all", "--auto-approve"], ["drift"]]
)
def test_what_is_on_no_list_is_neither_called_nor_opened(ready, policy, command, text, told):
    before = called(ready)
    ran = ready(*command, NUMPLAN_POLICY=policy(text))
    assert ran.code == 1
    assert told in ran.err
    assert ready.left_alone()
    assert called(ready) == before


def test_what_is_on_the_lists_is(ready, policy):
    lists = policy(
        f"api_urls: ['{ready.emulator.url}']\naccounts: ['19?']\nstate_places: ['{ready.folder}/*.state.json']\n"
    )
    assert ready("apply", "--auto-approve", NUMPLAN_POLICY=lists).code == 0
    assert ready.managed == {A, B}
    assert ready("state", "list", NUMPLAN_POLICY=lists).code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["state", "list"],
        ["state", "pull"],
        ["state", "rm", "number.support", "--auto-approve"],
        ["state", "migrate", "--to", "elsewhere.json", "--auto-approve"],
        ["output"],
        ["show"],
        ["numbers", "--unmanaged"],
    ],
    ids=" ".join,
)
def test_no_command_opens_state_elsewhere(ready, policy, command):
    assert ready("apply", "--auto-approve").code == 0
    before = (ready.folder / STATE).read_bytes()
    ran = ready(*command, NUMPLAN_POLICY=policy("state_places: [/srv/*]"))
    assert ran.code == 1
    assert "does not allow state at" in ran.err
    assert (ready.folder / STATE).read_bytes() == before
    assert not (ready.folder / "elsewhere.json").exists()


def test_a_move_of_state_ends_where_it_may_live(ready, policy):
    assert ready("apply", "--auto-approve").code == 0
    here = policy(f"state_places: ['{ready.folder}/{STATE}']")
    assert ready("state", "migrate", "--to", "other.json", "--auto-approve", NUMPLAN_POLICY=here).code == 1
    assert not (ready.folder / "other.json").exists()


def test_a_link_to_another_place_is_followed(ready, policy):
    (ready.folder / "allowed").mkdir()
    (ready.folder / "allowed" / "link.json").symlink_to(ready.folder / "elsewhere.json")
    lists = policy(f"state_places: ['{ready.folder}/allowed/*']")
    assert ready("apply", "--auto-approve", "--state", "allowed/link.json", NUMPLAN_POLICY=lists).code == 1
    assert ready("apply", "--auto-approve", "--state", "allowed/a.json", NUMPLAN_POLICY=lists).code == 0


def test_adopting_keeps_within_it_and_writes_nothing_where_it_does_not(desk, policy):
    desk.emulator.add_owned([A, B])
    before = desk.manifest("policy: {max_purchases: 3}\n").read_bytes()
    ran = desk("adopt", "--all", "--auto-approve", NUMPLAN_POLICY=policy("max_adoptions: 1"))
    assert "2 numbers would be adopted, and NUMPLAN_POLICY allows 1" in " ".join(ran.out.split())
    assert refused_by(ran)
    assert (desk.folder / "numplan.yaml").read_bytes() == before
    assert not (desk.folder / STATE).exists()
    assert desk("adopt", "--all", "--auto-approve", NUMPLAN_POLICY=policy("max_adoptions: 2")).code == 0


def test_a_list_that_was_cut_releases_nothing(ready):
    (ready.folder / "dialer.csv").write_text("\n".join(MANY[:6]))
    ready.manifest(LISTED)
    assert ready("apply", "--auto-approve").code == 0
    (ready.folder / "dialer.csv").write_text(MANY[0])
    ran = ready("apply", "--auto-approve")
    assert "release-share" in refused_by(ran)
    assert "5 of 6 numbers that are managed would be released" in " ".join(ran.out.split())
    assert len(ready.owned) == 6


def test_a_pool_that_grew_while_its_state_was_lost_is_not_bought_again(desk):
    desk.stock(*MANY, *run_of(16095550201, 8))
    desk.manifest("pools: {sales: {count: 4}}\n")
    assert desk("apply", "--auto-approve").code == 0
    for left in desk.folder.glob(f"{STATE}*"):
        left.unlink()
    desk.manifest("pools: {sales: {count: 5}}\n")
    ran = desk("apply", "--auto-approve")
    assert "no-state" in refused_by(ran)
    assert len(desk.owned) == 4
