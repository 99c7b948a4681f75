"""`numplan state list|show|mv|rm|pull|push`: what is looked at, and what is mended."""

import json

import pytest

from numplan.model.stored.state_document import decode_state
from numplan.state.local.backend import LocalBackend
from tests.cli.desk import STATE, run_of

MEMBERS = run_of(16465550101, 3)
MANIFEST = """\
numbers: {hotline: {number: "+16095550101", protect: true}}
pools: {sales: {count: 3, digits: "646555"}}
"""


@pytest.fixture
def fleet(desk):
    """A desk that manages four numbers."""
    desk.stock("+16095550101", *MEMBERS)
    desk.manifest(MANIFEST)
    assert desk("apply", "--auto-approve").code == 0
    return desk


def backups(desk):
    """The copies that mending left, as states."""
    return [decode_state(path.read_bytes(), str(path)) for path in desk.folder.glob(f"{STATE}.*-*.backup")]


def test_patterns_choose_what_is_listed_and_shown(fleet):
    assert fleet("state", "list", "pool.*").out.split() == [f'pool.sales["{one}"]' for one in MEMBERS]
    assert fleet("state", "list", "*101", "number.*").out.count("\n") == 2
    shown = fleet("state", "show", "+1646*")
    assert shown.out.count("number          +1646555") == 3
    assert fleet("state", "list", "pool.x*").code == 1
    assert fleet("state", "show", "sales").code == 64


def test_a_renamed_pool_keeps_its_numbers_once_state_knows(fleet):
    fleet.manifest(MANIFEST.replace("sales", "ny_sales"))
    posts = len(fleet.posts)
    before = fleet.state
    moved = fleet("state", "mv", "pool.sales", "pool.ny_sales", "--auto-approve")
    assert moved.code == 0, moved
    assert f'pool.sales["{MEMBERS[0]}"] -> pool.ny_sales["{MEMBERS[0]}"]' in moved.out
    assert moved.last.startswith("State: serial ")
    assert backups(fleet) == [before]
    assert fleet("plan", "--detailed-exitcode").code == 0
    assert len(fleet.posts) == posts


def test_what_is_taken_out_stays_in_the_account(fleet):
    before, owned = fleet.state, fleet.owned
    removed = fleet("state", "rm", "pool.*", "--auto-approve")
    assert removed.code == 0, removed
    assert fleet.managed == {"+16095550101"}
    assert fleet.owned == owned
    assert backups(fleet) == [before]
    fleet.manifest('numbers: {hotline: {number: "+16095550101", protect: true}}\n')
    assert fleet("plan", "--detailed-exitcode").code == 0


def test_what_is_pulled_is_what_is_stored(fleet):
    pulled = fleet("state", "pull")
    assert pulled.out.encode() == (fleet.folder / STATE).read_bytes()


def test_a_mended_copy_without_its_checksum_is_pushed(fleet):
    before = fleet.state
    copy = json.loads(fleet("state", "pull").out)
    del copy["checksum"]
    copy["numbers"] = [one for one in copy["numbers"] if one["resource"] == "number.hotline"]
    (fleet.folder / "mended.json").write_text(json.dumps(copy, indent=4))
    pushed = fleet("state", "push", "mended.json", "--auto-approve")
    assert pushed.code == 0, pushed
    assert "0 numbers more, 3 fewer, 0 changed" in pushed.out
    assert fleet.managed == {"+16095550101"}
    assert fleet.state.serial == before.serial + 1
    assert backups(fleet) == [before]


def test_a_state_of_another_account_is_mended_by_a_push(fleet):
    other = {"NUMPLAN_ACCOUNT_ID": fleet.emulator.account, "NUMPLAN_API_URL": "http://127.0.0.1:9/o/"}
    assert "the state belongs to API" in fleet("plan", **other).err
    copy = json.loads(fleet("state", "pull").out)
    del copy["checksum"]
    copy["api_url"] = "http://127.0.0.1:9/o/"
    (fleet.folder / "mended.json").write_text(json.dumps(copy))
    assert fleet("state", "push", "mended.json", "--auto-approve").code == 0
    assert "the state belongs to" not in fleet("plan", **other).err


REFUSED = [
    ({"lineage": "another"}, "has lineage another"),
    ({"serial": 1}, "serial 1, but the stored state already has serial"),
    ({"checksum": "sha256:" + "0" * 64}, "take its member `checksum` out"),
    ({"version": 99, "checksum": None}, "newer numplan"),
    ({"numbers": [{"number": "+1"}]}, "cannot be used as state"),
]
MENDING = [("mv", "pool.sales", "pool.new"), ("rm", "pool.sales"), ("push", STATE)]


def test_what_must_not_take_its_place_is_refused(fleet):
    before = (fleet.folder / STATE).read_bytes()
    for change, why in REFUSED:
        copy = {**json.loads(before), "checksum": None, **change}
        copy = {name: value for name, value in copy.items() if value is not None}
        (fleet.folder / "other.json").write_text(json.dumps(copy))
        refused = fleet("state", "push", "other.json", "--auto-approve")
        assert refused.code == 1
        assert why in refused.err
    for cut in (0, 1, 100, -2):
        (fleet.folder / "cut.json").write_bytes(before[:cut])
        assert fleet("state", "push", "cut.json", "--auto-approve").code == 1
    assert (fleet.folder / STATE).read_bytes() == before
    assert not backups(fleet)


def test_without_a_yes_nothing_changes(fleet):
    before = (fleet.folder / STATE).read_bytes()
    for arguments in MENDING:
        asked = fleet("state", *arguments)
        assert asked.code == 9
        assert "--auto-approve" in asked.err
    assert (fleet.folder / STATE).read_bytes() == before
    assert not backups(fleet)


def test_a_locked_state_is_not_mended(fleet):
    with LocalBackend(fleet.folder / STATE).lock("apply"):
        for arguments in MENDING:
            assert fleet("state", *arguments, "--auto-approve").code == 8


def test_without_a_state_there_is_nothing_to_mend(desk):
    for arguments in (*MENDING[:2], ("pull",)):
        approved = () if arguments == ("pull",) else ("--auto-approve",)
        refused = desk("state", *arguments, *approved)
        assert refused.code == 1
        assert "there is no state at" in refused.err


def test_a_protected_number_that_is_taken_out_and_adopted_is_protected_still(fleet):
    hotline = "+16095550101"
    assert fleet("state", "rm", hotline, "--auto-approve").code == 0
    fleet.manifest("")
    assert fleet("adopt", "--number", hotline, "--auto-approve").code == 0
    fleet.manifest("")
    refused = fleet("apply", "--auto-approve", "--allow-empty")
    assert refused.code == 6
    assert "guard protected" in refused.err
    assert hotline in fleet.owned
