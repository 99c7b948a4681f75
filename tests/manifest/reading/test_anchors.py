"""What an anchor names may be said again, under the schema of the place that says it."""

import pytest

from numplan.manifest.reading.reader import read_yaml
from numplan.manifest.schema.node import ANYTHING, schema_node
from numplan.model.errors import ManifestError

NODE = schema_node("manifest")


def read(text, node=NODE):
    content = read_yaml(text.encode(), ("m.yaml",), node)
    assert content.findings == ()
    return content.value


def test_an_alias_is_read_under_the_node_of_its_own_place():
    assert read("version: &n 190\naccount: *n") == {"version": 190, "account": "190"}
    assert read("defaults: {labels: &l {tier: 1}}\nnumbers: {a: {labels: *l}}") == {
        "defaults": {"labels": {"tier": "1"}},
        "numbers": {"a": {"labels": {"tier": "1"}}},
    }


def test_an_alias_means_the_latest_anchor_above_it():
    assert read("[&a x, &a y, *a, &b [*a, &a z], *b, *a]", ANYTHING) == [
        "x",
        "y",
        "y",
        ["y", "z"],
        ["y", "z"],
        "z",
    ]


def test_keys_may_be_anchored():
    assert read("&k a: &v b\nc: *v\nd: *k\n", ANYTHING) == {"a": "b", "c": "b", "d": "a"}


def test_an_alias_stands_where_it_is_written_and_its_parts_where_they_are():
    value = read("a: &x\n  b: 1\nc: *x\n", ANYTHING)
    assert value.positions["c"][1] >> 32 == 2
    assert value["c"].positions["b"][0] >> 32 == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[*a]", 'the alias "*a" names no anchor above it'),
        ("[&a [*a]]", 'the alias "*a" lies inside what it names'),
        ("&a " + "[" * 51 + "]" * 51, "is nested more than 50 deep"),
    ],
)
def test_an_anchor_that_cannot_be_followed_ends_the_reading(text, said):
    with pytest.raises(ManifestError) as refused:
        read(text, ANYTHING)
    assert said in refused.value.diagnostics[-1].summary


def test_few_lines_do_not_stand_for_billions_of_values(monkeypatch):
    monkeypatch.setattr("numplan.manifest.reading.anchors.MAX_REPLAYED", 20)
    assert len(read("[&a [x, x, x], *a, *a, *a]", ANYTHING)) == 4
    with pytest.raises(ManifestError, match="1 error") as refused:
        read("[&a [x, x, x], *a, *a, *a, *a, *a]", ANYTHING)
    assert "aliases repeat more than 20 pieces" in refused.value.diagnostics[0].summary
