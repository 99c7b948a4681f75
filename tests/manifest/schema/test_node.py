"""The compiled schema: it admits what jsonschema admits, and compiles nothing that it does not know."""

import pytest
from hypothesis import given, settings

from numplan.manifest.schema.node import ANYTHING, NOTHING, Compiler, compiler, schema_node
from numplan.manifest.schema.scalar_kinds import ScalarKind
from numplan.manifest.schema.shipped import schema
from numplan.manifest.validation.violations import validator
from tests.manifest.schema.values import manifests


def node_of(here, **definitions):
    return Compiler({"$defs": definitions}).node(here)


@settings(max_examples=400, deadline=None)
@given(manifests)
def test_the_check_says_what_jsonschema_says(document):
    assert schema_node("manifest").check(document) == validator().is_valid(document)


@pytest.mark.parametrize(
    ("here", "keyword"),
    [
        ({"type": "object", "minProperties": 1}, "minProperties"),
        ({"items": {"uniqueItems": True}}, "uniqueItems"),
        ({"anyOf": [{"type": "string"}, {"format": "uri"}]}, "format"),
    ],
)
def test_a_keyword_without_a_check_is_refused(here, keyword):
    with pytest.raises(LookupError, match=keyword):
        node_of(here)


def test_a_rule_beside_a_reference_is_refused_and_words_for_people_are_not():
    name = {"type": "string", "maxLength": 3}
    assert node_of({"$ref": "#/$defs/name", "title": "Name"}, name=name).check("abc")
    with pytest.raises(LookupError, match="maxLength"):
        node_of({"$ref": "#/$defs/name", "maxLength": 2}, name=name)


def test_what_a_reference_names_is_compiled_once():
    entry = schema_node("manifest").fields["pools"].rest
    assert entry is compiler("manifest").node(schema("manifest")["$defs"]["pool_entry"])
    assert entry.fields["max_setup_charge"] is entry.fields["max_monthly_charge"]


def test_each_place_has_its_node():
    node = node_of(
        {
            "properties": {"count": {"type": "integer"}},
            "additionalProperties": {"items": {"type": ["string", "boolean"]}},
            "propertyNames": {"pattern": "^[a-z]+$"},
        }
    )
    assert node.fields["count"].kind is ScalarKind.INTEGER
    assert node.rest.element.kind is ScalarKind.TEXT
    assert (node.names.check("a"), node.names.check("a\n"), node.names.check("A")) == (True, False, False)
    assert (node.check({"a": ["x", True]}), node.check({"a": [1]}), node.check({"A": []})) == (
        True,
        False,
        False,
    )


def test_beyond_what_the_schema_knows_all_is_text_and_what_it_forbids_is_never_valid():
    closed = node_of({"properties": {}, "additionalProperties": False})
    assert closed.rest is NOTHING
    assert closed.fields.get("x", closed.rest).rest.element.kind is ScalarKind.TEXT
    assert (closed.check({}), closed.check({"x": 1}), closed.check("not a mapping")) == (True, False, True)
    assert node_of({}).element is ANYTHING
