"""A folder as one manifest."""

import os

import pytest

from numplan.manifest.load import read_manifest
from numplan.model.errors import ManifestError
from tests.loading import load_manifest
from tests.manifest.places import written

HEAD = "version: 1\ndefaults: {country: United States, labels: {owner: voice}}\n"


def fleet(folder, **files):
    """A folder of YAML files."""
    for name, text in files.items():
        written(folder, text, f"{name}.yaml")
    return folder


def lines(folder):
    try:
        found = read_manifest(folder)[1]
    except ManifestError as failure:
        found = failure.diagnostics
    return [str(one).replace(f"{folder}/", "") for one in found]


def test_every_file_in_it_is_a_part_and_what_one_says_holds_for_all(tmp_path):
    fleet(
        tmp_path,
        a=HEAD + "variables: {n: {default: 2, type: number}}\n",
        b="numbers: {x: {number: +12050000001}}\npools: {p: {count: '${var.n}'}}\n",
        c="numbers: {y: {number: +12050000002}}\npools:\n",
    )
    written(tmp_path, '{"sets": {"s": {"numbers": ["+12050000003"]}}}', "d.json")
    written(tmp_path, "pools: {q: {count: 1}}\n", "e.yml")
    manifest = load_manifest(tmp_path)
    assert manifest.path == str(tmp_path)
    assert [one.name for one in manifest.numbers] == ["x", "y"]
    assert [(one.name, one.count) for one in manifest.pools] == [("p", 2), ("q", 1)]
    assert {one.terms.labels["owner"] for one in (*manifest.numbers, *manifest.sets, *manifest.pools)} == {
        "voice"
    }
    assert str(manifest.numbers[1].source) == f"{tmp_path}/c.yaml:1:11"
    assert str(manifest.sets[0].sources[0]) == f"{tmp_path}/d.json:1:29"


def test_variables_reach_every_place_of_every_file(tmp_path):
    fleet(
        tmp_path,
        a="account: ${var.x}\nforget: ['+120${var.x}00001']\nnumbers: {a: {number: '+120${var.x}00002'}}\n",
        b="version: 1\nvariables: {x: {default: 50}}\ncurrency: US${var.d}\nforget: ['+120${var.x}00003']\n",
        c="variables: {d: {default: D}}\nforget: ['+120${var.x}00004']\nsets: {s: {numbers: ['+120${var.x}00005']}}\n",
    )
    manifest = load_manifest(tmp_path)
    assert (manifest.account, manifest.currency) == ("50", "USD")
    assert [one.number for one in manifest.forget] == ["+1205000001", "+1205000003", "+1205000004"]
    assert [one.number for one in manifest.explicit()] == ["+1205000002", "+1205000005"]


def test_what_is_no_manifest_by_its_name_is_no_part(tmp_path):
    fleet(tmp_path, a=HEAD)
    for name in ("numplan.state.json", "staging.state.json", ".hidden.yaml", "list.csv", "README.md"):
        written(tmp_path, "{not: a manifest", name)
    (tmp_path / "below").mkdir()
    written(tmp_path / "below", "{not: a manifest", "below.yaml")
    assert load_manifest(tmp_path).declares_nothing


def test_a_file_of_numbers_may_lie_below(tmp_path):
    (tmp_path / "lists").mkdir()
    written(tmp_path / "lists", "+12050000001\n", "s.txt")
    fleet(tmp_path, a=HEAD, b="sets: {s: {numbers_file: lists/s.txt}}\n")
    assert load_manifest(tmp_path).sets[0].numbers == ("+12050000001",)


def test_an_entry_or_a_block_given_twice_names_both_places(tmp_path):
    fleet(
        tmp_path,
        a=HEAD + "numbers: {x: {number: +12050000001}}\n",
        b="version: 1\ndefaults: {}\nnumbers: {x: {number: +12050000002}, z: {number: +12050000001}}\n",
    )
    found = [line.partition(" (")[0] for line in lines(tmp_path)]
    assert found == [
        "b.yaml:2:1: error: defaults: is already given at a.yaml:2:1",
        "b.yaml:3:11: error: numbers.x: is already given at a.yaml:3:11",
        "b.yaml:3:50: error: numbers.z.number: +12050000001 is already declared at a.yaml:3:23",
    ]


def test_everything_wrong_is_told_of_every_file(tmp_path):
    fleet(
        tmp_path,
        a=HEAD + "polls: {}\n",
        b="version: 2\npools: {p: {count: many}}\n",
        c="numbers: [x]\n",
        d="numbers: {y: {number: 1}}\n",
        e="- x\n",
    )
    found = lines(tmp_path)
    for start in (
        "a.yaml:3:1: error: polls: unknown key",
        "b.yaml:1:10: error: version: 2 is not known here",
        "b.yaml:2:20: error: pools.p.count: wants a whole number",
        "c.yaml:1:10: error: numbers: wants a mapping, not a list",
        "e.yaml:1:1: error: wants a mapping, not a list",
    ):
        assert any(line.startswith(start) for line in found), (start, found)


def test_every_file_that_cannot_be_read_is_told(tmp_path):
    fleet(tmp_path, a=HEAD, b="x: [\n", c="x: {\n", d="")
    (tmp_path / "e.yaml").mkdir()
    os.mkfifo(tmp_path / "f.yaml")
    found = lines(tmp_path)
    for name in ("b.yaml", "c.yaml", "d.yaml", "e.yaml", "f.yaml"):
        assert any(name in line for line in found), name


def test_a_version_must_stand_somewhere(tmp_path):
    fleet(tmp_path, a="pools: {}\n", b="numbers: {}\n")
    assert lines(tmp_path) == ["a.yaml:1:1: error: the key `version` is missing (write `version: 1`)"]


def test_a_link_that_leads_out_is_refused(tmp_path):
    folder = tmp_path / "fleet"
    folder.mkdir()
    fleet(folder, a=HEAD)
    (folder / "b.yaml").symlink_to(written(tmp_path, "pools: {}\n", "outside.yaml"))
    assert any("leads out of the manifest's folder" in line for line in lines(folder))


@pytest.mark.parametrize("change", ["other bytes", "another file", "another name"])
def test_the_digest_covers_every_file(tmp_path, change):
    fleet(tmp_path, a=HEAD, b="pools: {}\n")
    before = load_manifest(tmp_path).digest
    match change:
        case "other bytes":
            written(tmp_path, "pools: {} #\n", "b.yaml")
        case "another file":
            written(tmp_path, "sets: {}\n", "c.yaml")
        case _:
            (tmp_path / "b.yaml").rename(tmp_path / "c.yaml")
    assert load_manifest(tmp_path).digest != before
