"""A manifest's text as tokens: nothing is lost, and each knows its column."""

from itertools import pairwise

import pytest

from numplan.manifest.edit.tokens import ALIAS, BREAK, COMMENT, MARKER, SCALAR, TokenError, tokenize
from numplan.manifest.schema.node import schema_node

NODE = schema_node("manifest")
TEXT = """\
# ours
---
version: 1  # the form
numbers: {a: {number: +12055550100, protect: true}}
defaults: &d
  labels: {tier: "1", note: 'x'}
pools:
  p:
    <<: *d
    country: |
      US
"""


def test_each_kind_of_token_is_told_apart():
    tokens = tokenize(TEXT, NODE)
    kinds = {token.text: token.kind for token in tokens}
    assert (kinds["# ours"], kinds["---"], kinds["*d"], kinds["&d"]) == (COMMENT, MARKER, ALIAS, "&")
    assert (kinds["version"], kinds["{"], kinds[":"]) == (SCALAR, "{", ":")
    assert sum(token.kind == BREAK for token in tokens) == 10


def test_joined_they_are_the_text_without_its_spaces():
    tokens = tokenize(TEXT, NODE)
    assert "".join("".join(token.text.split()) for token in tokens) == "".join(TEXT.split())
    for token, after in pairwise(tokens):
        if token.kind != BREAK and "\n" not in token.text:
            assert after.column >= token.column + len(token.text)


def test_only_what_the_schema_takes_for_text_is_text():
    texts = {token.text: token.is_text for token in tokenize(TEXT, NODE)}
    assert (texts["1"], texts["true"], texts["+12055550100"], texts["'x'"]) == (False, False, True, True)
    assert not texts["number"]


def test_what_is_not_known_between_scalars_is_no_token():
    with pytest.raises(TokenError, match="stands where it is not expected"):
        tokenize("version: 1\n\ufeff# ours\n", NODE)
