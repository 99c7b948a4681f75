"""A number is declared once in the whole manifest, in whichever way, and knows where."""

import pytest

from numplan.model.diagnostics import Source
from tests.loading import load_manifest
from tests.manifest.places import ONE_SET, lines, written

V = "version: 1\n"


def test_a_number_declared_twice_names_both_places(tmp_path):
    manifest = written(
        tmp_path, V + "numbers:\n  a: {number: +12050012202}\nsets:\n  b: {numbers: [+1 205-001 2202]}\n"
    )
    (line,) = lines(manifest)
    assert line == (
        "numplan.yaml:5:17: error: sets.b.numbers[0]: +12050012202 is already declared at numplan.yaml:3:15"
        " (a number is declared once in the whole manifest)"
    )


def test_a_number_in_file_and_manifest_names_both_places(tmp_path):
    written(tmp_path, "+12050012202\n", "dialer.txt")
    (line,) = lines(
        written(tmp_path, ONE_SET.format(name="dialer.txt") + "numbers: {a: {number: +12050012202}}\n")
    )
    assert line.startswith("dialer.txt:1:1: error:")
    assert "already declared at numplan.yaml:5:23" in line


def test_numbers_of_the_list_come_before_those_of_the_file(tmp_path):
    written(tmp_path, "\ufeff+12050012203\n", "more.txt")
    manifest = load_manifest(
        written(tmp_path, ONE_SET.format(name="more.txt") + "    numbers: [+12050012202]\n")
    )
    (dialer,) = manifest.sets
    assert dialer.numbers == ("+12050012202", "+12050012203")
    assert dialer.sources[1] == Source(str(tmp_path / "more.txt"), 1, 1)


def test_numbers_of_a_set_come_from_both_their_places(tmp_path):
    written(tmp_path, "# ours\n+12050012203\n", "more.txt")
    manifest = written(
        tmp_path,
        'version: 1\nsets:\n  s: {numbers: ["+12050012202"], numbers_file: more.txt}\n  t: {numbers: []}\n',
    )
    loaded = load_manifest(manifest)
    assert [*loaded.sets[0].sources] == [
        Source(str(manifest), 3, 17),
        Source(str(tmp_path / "more.txt"), 2, 1),
    ]
    assert [one.source for one in loaded.explicit()] == [*loaded.sets[0].sources]


@pytest.mark.parametrize(
    "text",
    [
        'version: 1\nsets: {s: {numbers: &a ["+12050012202"]}, t: {numbers: *a}}\n',
        '{version: 1, sets: {s: {numbers: &a ["+12050012202"]}, t: {numbers: *a}}}\n',
        '{version: 1, sets: {s: {numbers: [&a "+12050012202", *a]}}}\n',
        '{version: 1, numbers: {n: {number: &a "+12050012202"}, m: {number: *a}}}\n',
    ],
)
def test_a_number_that_an_alias_repeats_is_declared_twice_at_one_place(tmp_path, text):
    """Even in the first line, where the marks of two places are the same object."""
    assert "is already declared at" in "\n".join(lines(written(tmp_path, text)))
