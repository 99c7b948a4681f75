"""A document is held against its schema in one step, and goes on with what is valid of it."""

from pathlib import Path

import pytest

from numplan.manifest.reading.document import Document
from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.reader import read_yaml
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.validate import validate
from numplan.model.diagnostics import Source, error


def document_of(text, findings=None, kind="manifest"):
    content = read_yaml(text.encode(), ("m",), schema_node(kind))
    return Document(Path("m"), Path(), ("m",), {}, content.value, content.references, findings or Findings())


def test_a_valid_document_goes_on_as_it_is():
    document = document_of("version: 1\npools: {p: {count: 1, country: US, type: toll free}}\n")
    valid = validate(document)
    assert valid.root is document.root
    assert not valid.findings
    assert valid.root["pools"]["p"]["type"] == "Toll-Free"


def test_of_a_place_that_was_spoken_of_nothing_more_is_said():
    known = Findings().add([error("it is known", source=Source("m", 2, 11))])
    valid = validate(document_of("version: 1\ncurrency: usd\naccount: 1 90\n", known))
    assert [one.summary for one in valid.findings.found] == ["it is known", '"1 90" cannot stand here']
    assert valid.root == {"version": 1}


@pytest.mark.parametrize(("kind", "root"), [("manifest", {}), ("policy", {"max_purchases": 2})])
def test_each_kind_of_document_has_its_schema(kind, root):
    valid = validate(document_of("max_purchases: 2\nversion: x\n", kind=kind), kind)
    assert valid.findings
    assert valid.root == root
