"""Entries added to a manifest: what is there stays, byte for byte."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numplan.manifest.edit.insert import Addition, extended, manifest_of, remark, scalar
from numplan.model.account import Offer
from numplan.model.errors import NumplanError
from numplan.model.number import E164
from tests.loading import load_manifest

NEW = Addition(
    "numbers", "new", {"number": "+16095550199", "labels": {"owner": "a: b"}}, {"+16095550199": "flow x"}
)
MORE = Addition("sets", "more", {"country": "Canada", "numbers": ["+14165550101", "+14165550102"]})
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)


def offer(number: str, **facts: str) -> Offer:
    words = {
        "country": "United States",
        "state": "New York",
        "city": "",
        "type": "Geographic",
        "category": "Voice",
    }
    charges = {"setup_charge": Decimal(1), "monthly_charge": Decimal(2)}
    return Offer(number=E164(number), **{**words, **facts}, **charges)  # type: ignore[arg-type]


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=4))
@settings(max_examples=50)
@example(
    [
        ("##[error]x", "::set-output name=a::b", "##vso[task.x]"),
        ("Local\n- x: y", "a # b\n::error::", "\x1b[31m\u202e"),
    ]
)
@example([("A-1", "", ""), ("A-2", "", ""), ("'\"${var.x}", "{a: [b]}", "&x *y !z")])
def test_what_a_vendor_says_of_offers_steers_nothing(facts):
    offers = [
        offer(f"+1609555{at:04}", type=kind, state=state, city=city)
        for at, (kind, state, city) in enumerate(facts)
    ]
    text = manifest_of(offers, "United States")
    told = yaml.safe_load(text)
    sets = told.get("sets") or {}
    assert set(told) <= {"version", "sets"}
    assert {number for one in sets.values() for number in one["numbers"]} == {one.number for one in offers}
    assert {one["type"].replace("$${", "${") for one in sets.values()} == {
        one.type.replace("$${", "${") for one in offers
    }
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert not re.search(r"^\s*::|##", text, re.MULTILINE)


def declared(path: Path) -> dict[str, str]:
    return {one.number: one.resource for one in load_manifest(path).explicit()}


BEFORE = {
    "no block": "version: 1\n",
    "no end of line": "version: 1",
    "empty braces": "version: 1\nnumbers: {}   # ours\n# after\nsets: {}\n",
    "nothing": "version: 1\nnumbers:  # ours\n#  old:\n#    number: 1\nsets:\n",
    "null": "version: 1\nnumbers: ~\nsets: null\npools: {}\n",
    "entries": "version: 1\nnumbers:\n    a:\n        number: '+16095550101' # a\n    # the end\n\nsets: {}\n# last\n",
    "flow entries": "version: 1\nnumbers: {a: {number: '+16095550101'} , }\nsets: {b: {numbers: ['+16095550102']}}\n",
    "flow on lines": "version: 1\nnumbers: {\n  a: {number: '+16095550101'}\n}\npools: {}\n",
    "entries last": "version: 1\nsets:\n  b:\n    numbers:\n    - '+16095550102'",
    "windows": "version: 1\r\nnumbers:\r\n  a: {number: '+16095550101'}\r\n# end\r\n",
    "marked": "\ufeffversion: 1\nnumbers: {a: {number: '+16095550101'}}\n",
    "json": '{"version": 1, "numbers": {"a": {"number": "+16095550101"}}, "policy": {"max_releases": 3}}',
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_wherever_the_blocks_are_the_entries_get_in_and_nothing_else_changes(before, tmp_path):
    path = tmp_path / "numplan.yaml"
    path.write_bytes(before.encode())
    held = declared(path)
    after = extended(before, [NEW, MORE], "numplan.yaml")
    path.write_bytes(after.encode())
    assert declared(path) == {
        **held,
        "+16095550199": "number.new",
        "+14165550101": "set.more",
        "+14165550102": "set.more",
    }
    assert load_manifest(path).numbers[-1].terms.labels == {"owner": "a: b"}
    if not before.startswith("{"):
        left = iter(after)
        kept = before.replace("{}", "").replace("~", "").replace("null", "").rstrip().replace(" ", "")
        assert all(letter in left for letter in kept), "a letter of it is gone"
        assert ("\r\n" in before) == ("\r\n" in after)


def test_lines_that_are_there_stay_as_they_are():
    before = BEFORE["entries"]
    after = extended(before, [NEW, MORE], "numplan.yaml")
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.replace("sets: {}", "sets:").splitlines())
    assert (
        '    new:\n      number: "+16095550199"  # flow x\n      labels: {owner: "a: b"}\n    # the end\n'
        in after
    )


def test_what_is_no_mapping_of_blocks_is_left_alone():
    with pytest.raises(NumplanError, match="nothing can be added"):
        extended("{version: 1, # one\n numbers: {}}", [NEW], "numplan.yaml")


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_any_text_is_written_so_that_it_reads_as_itself(text):
    """By PyYAML, and by our own reader, which replaces what begins with ${."""
    written = scalar(text)
    assert "\n" not in written
    assert yaml.safe_load(f"a: {written}") == {"a": text.replace("${", "$${")}
    assert yaml.safe_load(f"a: [{written}, b]") == {"a": [text.replace("${", "$${"), "b"]}


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_a_remark_stays_on_its_line(text):
    said = remark(text)
    assert yaml.safe_load(f"a: b  # {said}\nc: d") == {"a": "b", "c": "d"}
    assert len(said) <= 60
