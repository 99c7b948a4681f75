"""What the schema refuses is found, every piece of it, and told in words."""

from pathlib import Path

from hypothesis import given, settings

from numplan.manifest.reading.document import Document
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.violations import violations
from tests.manifest.places import lines, written
from tests.manifest.schema.values import manifests


@settings(max_examples=400, deadline=None)
@given(manifests)
def test_what_is_refused_is_explained(document):
    assert bool(violations(Document(Path("m"), Path(), ("m",), {}, document))) != schema_node(
        "manifest"
    ).check(document)


def test_of_a_value_of_the_wrong_type_its_other_faults_are_not_told(tmp_path):
    (line,) = lines(written(tmp_path, "version: 1\npools: {p: {country: US, count: '-1'}}\n"))
    assert 'pools.p.count: wants a whole number, not "-1"' in line


def test_among_valid_members_each_that_is_not_is_found(tmp_path):
    numbers = "+12055550100, [1], +12055550101, {a: b}"
    found = lines(written(tmp_path, f"version: 1\nsets: {{s: {{numbers: [{numbers}]}}}}\n"))
    assert [line.partition("error: ")[2].partition(":")[0] for line in found] == [
        "sets.s.numbers[1]",
        "sets.s.numbers[3]",
    ]
