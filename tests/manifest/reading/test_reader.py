"""YAML guesses types; the manifest does not. What is written as text stays that text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.reading.positions import LocatedList, LocatedMap
from numplan.manifest.reading.reader import MAX_DEPTH, read_yaml
from numplan.manifest.schema.node import ANYTHING, Node, schema_node
from numplan.manifest.schema.scalar_kinds import ScalarKind
from numplan.model.errors import ManifestError

NODE = schema_node("manifest")


def read(text, node=NODE):
    document = read_yaml(text.encode(), ("m.yaml",), node)
    assert document.findings == ()
    return document.value


@pytest.mark.parametrize(
    "text",
    [
        "+12050012202", "12050012202", "0441", "0x1F", "0o17", "1e3", "12:30", "190:20:30", "1_000", "1.00", ".5",
        "NO", "no", "yes", "on", "Off", "true", "False", "2024-01-01", "2024-01-01T00:00:00Z", ".inf", ".NaN", "=",
        "US", "+1 (205) 001-2202", "nullable", "-", "-1",
    ],
)  # fmt: skip
def test_an_unquoted_scalar_is_its_own_text_where_text_is_admitted(text):
    entry = (
        read(f"numbers: {{a: {{number: {text}, country: {text}, labels: {{x: {text}}}}}}}")
        if text != "-"
        else {}
    )
    block = read(f"numbers:\n  a:\n    number: {text}\n    country: {text}\n") if text != "-" else {}
    if text == "-":
        assert read("numbers: {a: {number: '-'}}") == {"numbers": {"a": {"number": "-"}}}
        return
    assert entry == {"numbers": {"a": {"number": text, "country": text, "labels": {"x": text}}}}
    assert block == {"numbers": {"a": {"number": text, "country": text}}}


def test_quoted_scalars_and_blocks_are_always_text():
    assert read("a: '1'\nb: \"~\"\nc: |\n  null\n", Node(lambda _: True, ScalarKind.INTEGER)) == {
        "a": "1",
        "b": "~",
        "c": "null\n",
    }


def test_plain_tags_change_nothing_but_str_makes_text():
    assert read("version: !!int 1\npools: !!map {a: {count: !!str 5}}\naccount: ! 7") == {
        "version": 1,
        "pools": {"a": {"count": "5"}},
        "account": "7",
    }


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


def test_depth_is_bounded():
    read("[" * MAX_DEPTH + "]" * MAX_DEPTH, ANYTHING)
    with pytest.raises(ManifestError, match="1 error"):
        read("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), ANYTHING)


documents = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=9), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(documents)
def test_json_reads_as_itself(document):
    if document == "":
        return
    text = json.dumps({"document": document}, ensure_ascii=False)
    assert read(text, ANYTHING) == {"document": document}
    assert read(json.dumps({"document": document}, ensure_ascii=False, indent=2), ANYTHING) == {
        "document": document
    }


@given(documents)
def test_every_value_has_its_place(document):
    def check(value, text_lines):
        if isinstance(value, LocatedMap):
            assert list(value) == list(value.positions)
            for key, (key_mark, _) in value.positions.items():
                line, column = key_mark >> 32, key_mark & 0xFFFFFFFF
                assert text_lines[line][column:].startswith(json.dumps(key, ensure_ascii=False))
                check(value[key], text_lines)
        elif isinstance(value, LocatedList):
            assert len(value) == len(value.positions)
            for inner in value:
                check(inner, text_lines)

    text = json.dumps({"document": document}, ensure_ascii=False, indent=1)
    check(read(text, ANYTHING), text.split("\n"))
