"""Of a document that is refused its valid part remains, with the places of everything."""

from hypothesis import given, settings

from numplan.manifest.reading.positions import LocatedList, LocatedMap, position_at
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.valid_parts import valid_part
from tests.manifest.schema.values import manifests

NODE = schema_node("manifest")


def located(value):
    """The value as a reader gives it, each part at a place of its own."""
    if isinstance(value, dict):
        block = LocatedMap(("m",))
        for at, (name, inner) in enumerate(value.items()):
            block[name] = located(inner)
            block.positions[name] = (position_at(at, 0), position_at(at, 5))
        return block
    if isinstance(value, list):
        listed = LocatedList(("m",))
        listed.extend(map(located, value))
        listed.positions.extend(position_at(at, 2) for at in range(len(value)))
        return listed
    return value


def test_what_is_wrong_is_left_out_as_closely_as_can_be():
    document = located(
        {
            "version": 1,
            "unknown": 5,
            "currency": "usd",
            "pools": {
                "good": {"count": 1, "country": "US"},
                "odd": {"count": 1, "digits": "8x"},
                "empty": {"count": "many"},
                "9d": {"count": 1},
            },
            "sets": {"s": {"numbers": ["+12055550100", [5]]}},
        }
    )
    kept = valid_part(document, NODE)
    assert kept == {
        "version": 1,
        "pools": {"good": {"count": 1, "country": "US"}, "odd": {"count": 1}},
        "sets": {},
    }
    assert kept.positions == document.positions
    assert kept["pools"].key_source("empty").line == 3
    assert kept["pools"]["good"] is document["pools"]["good"]


def test_of_what_is_no_mapping_nothing_remains():
    assert valid_part("hello", NODE) == {}
    assert valid_part(located(["version"]), NODE) == {}


@settings(max_examples=200, deadline=None)
@given(manifests)
def test_what_remains_is_valid_but_for_what_it_lacks(document):
    kept = valid_part(located(document), NODE)
    assert NODE.check({"version": 1, **kept})
    if NODE.check(document):
        assert kept == document
