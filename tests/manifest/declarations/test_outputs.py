"""Outputs as the manifest declares them."""

import pytest

from numplan.model.outputs import NumbersOf
from tests.loading import load_manifest
from tests.manifest.places import lines, written

HEAD = """\
version: 1
variables: {env: {default: staging}}
defaults: {country: United States}
numbers: {vip: {number: +12050000009}}
sets: {s: {numbers: [+12050000008]}}
pools: {p: {count: 1}}
outputs:
"""


def test_text_numbers_and_lists_arrive(tmp_path):
    block = """\
  plain: just text
  vip: ${number.vip.number}
  uri: "sip:${number.vip.number}@${var.env}.example/$${x}"
  listed: "${set.s.numbers}"
  chosen: ${pool.p.numbers}
"""
    found = {one.name: one.parts for one in load_manifest(written(tmp_path, HEAD + block)).outputs}
    vip = NumbersOf("number.vip")
    assert found == {
        "plain": ("just text",),
        "vip": (vip,),
        "uri": ("sip:", vip, "@", "staging", ".example/", "${", "x}"),
        "listed": (NumbersOf("set.s"),),
        "chosen": (NumbersOf("pool.p"),),
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("${number.vlp.number}", "nothing declares number.vlp (did you mean `number.vip`?)"),
        ("${pool.vip.numbers}", "nothing declares pool.vip"),
        ("a ${pool.p.numbers}", "the numbers of pool.p are a list, which stands alone"),
        ("${set.s.number}", "set.s has no field number"),
        ("${var.nope}", "no variable is named nope"),
        ("${number.vip.number", "is not closed"),
    ],
)
def test_what_cannot_be_worked_out_is_told_at_its_place(tmp_path, value, words):
    (line,) = lines(written(tmp_path, f"{HEAD}  x: '{value}'\n"))
    assert line.startswith("numplan.yaml:8:6: error: outputs.x: ")
    assert words in line
