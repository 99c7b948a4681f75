"""Where numbers are declared: each has its own place, told only when somebody asks."""

import pytest

from numplan.manifest.reading.positions import Places, mark_at
from numplan.model.diagnostics import Source
from tests.loading import load_manifest
from tests.manifest.places import lines, written


def test_places_are_a_sequence_of_sources():
    places = Places(("a", "b"), [mark_at(0, 0), mark_at(6, 4, 1)])
    assert (len(places), places[0], places[-1]) == (2, Source("a", 1, 1), Source("b", 7, 5))
    assert [*places[1:]] == [Source("b", 7, 5)]
    assert places == (Source("a", 1, 1), Source("b", 7, 5))
    assert places != places[1:]
    assert hash(places) == hash(Places(("a", "b"), (mark_at(0, 0), mark_at(6, 4, 1))))


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
