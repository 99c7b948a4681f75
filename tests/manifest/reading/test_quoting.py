"""How findings speak of what somebody else wrote: never at length, and never of what may be a secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.reading.quoting import described, dotted_path, like_number, one_of, quote


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (None, "nothing"), (True, "true"), (False, "false"), (5, "5"), (2.5, "2.5"), ("a b", '"a b"'),
        ([1], "a list"), ({}, "a mapping"), ("\x1b[2J\n", '"\\x1b[2J\\n"'), ("\u202e", '"\\u202e"'),
    ],
)  # fmt: skip
def test_a_value_is_quoted_in_printable_characters(value, quoted):
    assert quote(value) == quoted


@given(st.text(max_size=200))
def test_a_quoted_text_is_short_and_printable(text):
    quoted = quote(text)
    assert quoted.isprintable()
    assert len(quoted) <= 2 + 60 * len("\\U0010ffff")


def test_a_long_text_is_cut_where_it_can_be_seen():
    assert quote("x" * 61) == '"' + "x" * 59 + '…"'
    assert quote("x" * 60) == '"' + "x" * 60 + '"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+1 (205) 555-0100", '"+1 (205) 555-0100"'),
        ("+1205555010O", '"+1205555010O"'),
        ("x", "a line of 1 character that holds letters"),
        ("sk-12055550100ab", "a line of 16 characters that holds letters"),
        ("12" * 20 + "!?", "a line of 42 characters"),
    ],
)
def test_what_was_not_meant_for_a_number_is_described_without_a_word_of_it(text, said):
    assert like_number(text) == said


def test_a_description_says_what_was_read():
    assert described("1,200", "field") == "a field of 5 characters"
    assert described([1]) == "a list"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("pools", "ny_sales", "count"), "pools.ny_sales.count"),
        (("sets", "s", "numbers", 3), "sets.s.numbers[3]"),
        (("numbers", "a b"), 'numbers."a b"'),
        (("", "x"), '"".x'),
        ((), ""),
    ],
)
def test_a_path_is_written_as_people_write_it(path, text):
    assert dotted_path(path) == text


def test_choices_are_joined_as_in_a_sentence():
    assert (one_of(["a"]), one_of(["a", "b"]), one_of(["a", "b", "c"])) == ("a", "a or b", "a, b or c")
