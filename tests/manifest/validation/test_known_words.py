"""Types and categories are known in any case and spacing, wherever they stand."""

import pytest

from numplan.manifest.reading.reader import read_yaml
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.known_words import in_known_words
from tests.loading import load_manifest
from tests.manifest.places import lines, written


def test_every_place_of_a_type_or_a_category_takes_it_as_people_write_it(tmp_path):
    manifest = load_manifest(
        written(
            tmp_path,
            """\
version: 1
defaults: {type: TOLL FREE, category: voice}
numbers: {n: {number: +12055550100, type: geographic}}
sets: {s: {numbers: [], category: voice+sms}}
pools: {p: {count: 1, country: US, type: non geographic}}
policy: {allowed_types: [tollfree, Geographic]}
""",
        )
    )
    (number,), (dialer,), (pool,) = manifest.numbers, manifest.sets, manifest.pools
    assert (number.terms.type, number.terms.category) == ("Geographic", "Voice")
    assert (dialer.terms.type, dialer.terms.category) == ("Toll-Free", "Voice+SMS")
    assert pool.terms.type == "Non-Geographic"
    assert manifest.policy.allowed_types == ("Toll-Free", "Geographic")


def test_a_word_that_is_none_of_them_stays_for_the_schema_to_refuse(tmp_path):
    (line,) = lines(written(tmp_path, "version: 1\ndefaults: {type: Fax}\n"))
    assert 'defaults.type: "Fax" is not known here' in line


@pytest.mark.parametrize(
    "text", ["hello", "[a]", "defaults: [a]", "numbers: {n: x}", "policy: {allowed_types: [[a]]}"]
)
def test_what_has_another_form_is_left_as_it_is(text):
    content, again = (read_yaml(text.encode(), ("m",), schema_node("manifest")) for _ in range(2))
    in_known_words(content.value)
    assert content.value == again.value
