"""What goes wrong where a number's life meets a refusal, a lag, a selection or a second edit in the same change."""

import json

import pytest

from numplan.emulator.server import Flow
from tests.cli.desk import Desk, run_of

APPLY = ("apply", "--auto-approve")
OLD, NEW = run_of(16465550101, 3), run_of(16465550201, 6)
POOL = 'pools: {{p: {{count: {count}, digits: "646555", {more}}}}}\n'


def pool(count: int, more: str = "release_after: 30d", head: str = "") -> str:
    return head + POOL.format(count=count, more=more)


@pytest.fixture
def fleet(desk: Desk) -> Desk:
    """Three members that wait for 30 days once they are wanted no more, and others for sale."""
    desk.stock(*OLD)
    desk.manifest(pool(3))
    assert desk(*APPLY).code == 0
    assert desk.owned == set(OLD)
    desk.stock(*NEW)
    return desk


def test_a_substitute_waits_as_what_it_stands_in_for_would_have(desk: Desk) -> None:
    desk.stock(*OLD)
    desk.manifest(pool(1, "release_after: 30d, protect: true, labels: {owner: sales}"))
    desk.fault("refuse", "purchase-numbers", numbers=[OLD[0][1:]])
    assert desk(*APPLY).code == 0
    (member,) = desk.state.numbers
    assert member.number != OLD[0]
    known = member.attributes
    assert (known.release_after, known.protect, known.labels) == (30, True, {"owner": "sales"})
    desk.manifest("pools: {}\n")
    assert "To release" not in desk("plan").out


@pytest.mark.parametrize("flag", [(), ("--target", OLD[0])])
def test_a_member_leaves_only_once_its_successor_is_bought(fleet: Desk, flag: tuple[str, ...]) -> None:
    fleet.manifest(pool(3, head=f'retire: [{{number: "{OLD[0]}", reason: spam label}}]\n'))
    fleet.fault("refuse", "purchase-numbers", every=1, count=99)
    assert fleet(*APPLY, *flag).code in {1, 4}
    assert not any(one.attributes.leaving_at for one in fleet.state.numbers)
    fleet.emulator.clear_faults()
    assert fleet(*APPLY, *flag).code == 0
    leaving = [one.number for one in fleet.state.numbers if one.attributes.leaving_at]
    assert leaving == [OLD[0]]
    assert len(fleet.owned) == 4
    assert fleet("plan", "--detailed-exitcode").code == 0


def test_a_substitute_for_a_successor_lets_the_member_go(fleet: Desk) -> None:
    fleet.manifest(pool(3, head=f'retire: [{{number: "{OLD[0]}"}}]\n'))
    fleet.fault("refuse", "purchase-numbers", numbers=[NEW[0][1:]])
    assert fleet(*APPLY).code == 0
    assert [one.number for one in fleet.state.numbers if one.attributes.leaving_at] == [OLD[0]]
    assert NEW[1] in fleet.managed


def test_a_part_of_an_exchange_cannot_be_selected(fleet: Desk) -> None:
    fleet.manifest(pool(3, head=f'retire: [{{number: "{OLD[0]}"}}]\n'))
    held = fleet("plan", "--exclude", OLD[0], "--detailed-exitcode").out
    assert "To update" not in held
    assert "To purchase" not in held


def test_a_file_that_retires_most_of_what_is_managed_is_refused_though_it_would_wait(fleet: Desk) -> None:
    (fleet.folder / "flagged.csv").write_text("number,reason\n" + "".join(f"{one},spam\n" for one in OLD))
    fleet.manifest(pool(3, head="retire_file: flagged.csv\n"))
    ran = fleet(*APPLY)
    assert ran.code == 6
    assert "release-share" in ran.out + ran.err
    assert fleet("plan", "--replace", "*").code == 6
    assert fleet("plan", "--max-releases", "3").code == 0


def test_a_span_that_the_edit_brings_which_ends_the_entry_counts(desk: Desk) -> None:
    desk.stock(*OLD)
    desk.manifest(pool(2, "adopt: false"))
    assert desk(*APPLY).code == 0
    desk.manifest(pool(2, "until: 2026-01-31, release_after: 30d"))
    made = desk("plan").out
    assert "To release" not in made
    assert "2 leaving" in made


def test_a_block_that_ended_and_was_left_behind_does_not_make_an_empty_manifest_a_full_one(
    desk: Desk,
) -> None:
    desk.stock(*OLD)
    desk.manifest(pool(2, "adopt: false"))
    assert desk(*APPLY).code == 0
    desk.manifest('pools: {old: {count: 2, digits: "212", until: 2026-01-31}}\n')
    ran = desk(*APPLY)
    assert ran.code == 6
    assert "empty-manifest" in ran.out + ran.err


def test_a_leaving_number_in_a_flow_is_in_no_output(fleet: Desk) -> None:
    outputs = "outputs: {all: '${pool.p.numbers}'}\n"
    fleet.manifest(pool(2, head=outputs))
    assert fleet(*APPLY).code == 0
    (gone,) = [one.number for one in fleet.state.numbers if one.attributes.leaving_at]
    fleet.emulator.assign(gone, Flow(flow_id="7", flow_name="Night"))
    ran = fleet("plan", "--release-now", "*", "--json-out", "plan.json")
    changed = json.loads((fleet.folder / "plan.json").read_text())["output_changes"]
    assert ran.code == 0
    assert "blocked" in ran.out
    assert changed.get("all", {"actions": ["no-op"]})["actions"] == ["no-op"]


@pytest.mark.parametrize(
    "entry", ["pools: {{p: {{count: 1, digits: '{}', adopt: true}}}}", "numbers: {{x: {{number: '+{}'}}}}"]
)
@pytest.mark.parametrize("rebuy", ["0d", "90d"])
def test_what_was_released_just_now_is_not_adopted_from_a_listing_that_shows_it_still(
    desk: Desk, entry: str, rebuy: str
) -> None:
    number = OLD[0]
    policy = f"policy: {{rebuy_after: {rebuy}}}\n"
    desk.stock(number)
    desk.manifest(f"{policy}numbers: {{x: {{number: '{number}'}}}}\n")
    assert desk(*APPLY).code == 0
    desk.manifest(f"{policy}pools: {{p: {{count: 0}}}}\n")
    desk.fault("lag", "release-numbers", seconds=600)
    assert desk(*APPLY, "--allow-empty").code == 0
    desk.manifest(policy + entry.format(number[1:]) + "\n")
    made = desk("plan").out
    assert "to adopt" not in made.replace("0 to adopt", "")
    assert "To take over" not in made
