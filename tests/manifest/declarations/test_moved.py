"""`moved` and `forget`, as the manifest says them."""

import pytest

from tests.loading import load_manifest
from tests.manifest.places import lines, written

HEAD = """\
version: 1
defaults: {country: United States}
numbers: {vip: {number: +12050000009}}
sets: {s: {numbers: [+12050000008]}}
pools: {p: {count: 1}, q: {count: 1}}
"""


def test_every_form_arrives(tmp_path):
    manifest = load_manifest(
        written(
            tmp_path,
            HEAD
            + "moved:\n"
            + "  - {from: pool.old, to: pool.p}\n"
            + '  - from: pool.old["+12050000001"]\n    to: pool.q\n'
            + "  - {from: number.former, to: number.vip}\n"
            + 'forget:\n  - +12050000002\n  - pool.gone\n  - pool.p["+12050000003"]\n',
        )
    )
    assert [(one.resource, one.number, one.to) for one in manifest.moved] == [
        ("pool.old", None, "pool.p"),
        ("pool.old", "+12050000001", "pool.q"),
        ("number.former", None, "number.vip"),
    ]
    assert [(one.resource, one.number) for one in manifest.forget] == [
        (None, "+12050000002"),
        ("pool.gone", None),
        ("pool.p", "+12050000003"),
    ]
    assert str(manifest.moved[1].source).endswith("numplan.yaml:8:11")


def test_a_chain_of_names_is_followed_and_empty_blocks_say_nothing(tmp_path):
    chain = "moved: [{from: pool.a, to: pool.b}, {from: pool.b, to: pool.p}]\nforget:\n"
    assert len(load_manifest(written(tmp_path, HEAD + chain)).moved) == 2


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (
            "moved: [{from: pool.a, to: pool.pp}]",
            "6:16: error: moved[0]: moves to pool.pp, which nothing declares",
        ),
        ("moved: [{from: pool.p, to: pool.p}]", "6:16: error: moved[0]: moves pool.p in a circle"),
        (
            "moved: [{from: pool.p, to: pool.q}, {from: pool.q, to: pool.p}]",
            "6:44: error: moved[1]: moves pool.q in a circle",
        ),
        (
            "moved: [{from: pool.a, to: set.s}]",
            "6:16: error: moved[0]: a pool's numbers do not move to set.s",
        ),
        ("moved: [{from: polo.a, to: pool.p}]", '6:16: error: moved[0].from: "polo.a" cannot stand here'),
        ("moved: [{from: pool.a}]", "6:9: error: moved[0]: the key `to` is missing"),
        ("moved: {from: pool.a}", "6:8: error: moved: wants a list, not a mapping"),
        ("forget: [12]", '6:10: error: forget[0]: "12" is neither a phone number nor an address'),
        ("forget: [pool.p]", "6:10: error: forget[0]: pool.p is declared, so it cannot be forgotten"),
        ("forget: [+12050000009]", "6:10: error: forget[0]: +12050000009 is declared at numplan.yaml:3:25"),
        ("forget: [[x]]", "6:10: error: forget[0]: wants text, not a list"),
    ],
)
def test_what_cannot_be_followed_is_told_at_its_place(tmp_path, block, line):
    (found,) = lines(written(tmp_path, HEAD + block + "\n"))
    assert found.startswith(f"numplan.yaml:{line}")
