"""YAML guesses types; the manifest does not. What is written as text stays that text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.reading import reader
from numplan.manifest.reading.positions import LocatedList, LocatedMap
from numplan.manifest.reading.reader import MAX_DEPTH, read_yaml
from numplan.manifest.schema.node import ANYTHING, Node, schema_node
from numplan.manifest.schema.scalar_kinds import ScalarKind
from numplan.model.errors import ManifestError
from tests.manifest.places import lines, written

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


def test_more_values_than_a_million_are_an_error_that_names_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_VALUES", 10)
    monkeypatch.setattr("numplan.manifest.folder.MAX_VALUES", 10)
    path = written(tmp_path, "version: 1\nsets: {a: {numbers: [" + "+12055550100," * 10 + "]}}\n")
    (line,) = lines(path)
    assert "holds more than 10 values" in line
    assert "numbers_file" in line


def test_a_million_values_is_what_is_allowed():
    assert reader.MAX_VALUES == 1_000_000
