"""A range of numbers through all that is done with a set: bought, explained, selected, moved, forgotten, laid out."""

import json

from tests.cli.desk import Desk, run_of

NUMBERS = run_of(12125550100, 6)
FIRST, LAST = NUMBERS[0], NUMBERS[-1]
BLOCK = f"""\
    sets:
      block:
        ranges:
          - {{first: "{FIRST}", last: "{LAST}"}}
    """


def test_a_range_is_bought_whole_and_then_nothing_is_left_to_do(desk: Desk) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(BLOCK)
    assert desk("validate").code == 0
    assert desk("plan", "--out", "six.plan").code == 0
    assert desk("apply", "six.plan", "--auto-approve").code == 0
    assert desk.owned == set(NUMBERS)
    assert desk("plan", "--detailed-exitcode").code == 0


def test_a_number_is_explained_by_its_range(desk: Desk) -> None:
    desk.stock(*NUMBERS)
    place = desk.manifest(BLOCK)
    told = " ".join(desk("explain", NUMBERS[2]).out.split())
    assert f"Declared by the range {FIRST} to {LAST} at {place.name}:7:9, as set.block: " in told
    declared = json.loads(desk("explain", NUMBERS[2], "--json").out)["declared"]
    assert declared["range"] == {"first": FIRST, "last": LAST}
    assert (declared["line"], declared["column"]) == (7, 9)


def test_what_no_range_declares_is_explained_as_before(desk: Desk) -> None:
    desk.stock(FIRST)
    desk.manifest(f'sets: {{block: {{numbers: ["{FIRST}"]}}}}\n')
    assert "as set.block, numplan.yaml:4:" in desk("explain", FIRST).out
    assert "range" not in json.loads(desk("explain", FIRST, "--json").out)["declared"]


def test_one_number_of_a_range_can_be_selected(desk: Desk) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(BLOCK)
    assert desk("apply", "--auto-approve", "--target", f'set.block["{NUMBERS[3]}"]').code == 0
    assert desk.owned == {NUMBERS[3]}


def test_a_set_of_a_range_moves_with_its_numbers(desk: Desk) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(BLOCK)
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(BLOCK.replace("block:", "renamed:") + "\n    moved: [{from: set.block, to: set.renamed}]\n")
    assert desk("apply", "--auto-approve").code == 0
    assert desk.owned == set(NUMBERS)
    assert {one.resource for one in desk.state.numbers} == {"set.renamed"}


def test_what_leaves_a_range_can_be_forgotten(desk: Desk) -> None:
    desk.stock(*NUMBERS)
    desk.manifest(BLOCK)
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(BLOCK.replace(LAST, NUMBERS[-2]) + f'\n    forget: ["{LAST}"]\n')
    assert desk("apply", "--auto-approve").code == 0
    assert desk.owned == set(NUMBERS)
    assert desk.managed == set(NUMBERS[:-1])


def test_owned_numbers_are_adopted_into_the_range_that_declares_them(desk: Desk) -> None:
    desk.emulator.add_owned(NUMBERS)
    desk.manifest(BLOCK)
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == set(NUMBERS)


def test_adopt_leaves_the_ranges_of_a_manifest_as_they_are(desk: Desk) -> None:
    other = "+12125550999"
    desk.emulator.add_owned([*NUMBERS, other])
    path = desk.manifest(BLOCK)
    assert desk("apply", "--auto-approve").code == 0
    adopted = desk("adopt", "--all", "--auto-approve")
    assert adopted.code == 0, adopted
    assert f'- {{first: "{FIRST}", last: "{LAST}"}}' in path.read_text()
    assert desk.managed == {*NUMBERS, other}


def test_fmt_lays_ranges_out(desk: Desk) -> None:
    path = desk.manifest(
        f"sets:\n  block:\n    ranges:\n    - first: '{FIRST}'\n      last:   {LAST}  # all\n"
    )
    assert desk("fmt").code == 0
    text = path.read_text()
    assert f'    ranges:\n      - first: "{FIRST}"\n        last: "{LAST}"' in text
    assert desk("fmt", "--check").code == 0
