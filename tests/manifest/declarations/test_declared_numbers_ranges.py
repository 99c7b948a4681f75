"""Ranges of a set: each number in one is explicit, and stands where its range does."""

import pytest

from numplan.manifest.declarations import declared_numbers
from numplan.manifest.declarations.plausibility import plausibility
from numplan.model.diagnostics import Source
from tests.loading import load_manifest
from tests.manifest.places import findings, lines, require_slip, written

HEAD = "version: 1\ndefaults: {country: Germany}\n"
RANGE = '{first: "+49301234500", last: "+49301234509"}'


def ranges(*those: str) -> str:
    return HEAD + "sets:\n  berlin:\n    ranges:\n" + "".join(f"      - {one}\n" for one in those)


def test_each_number_of_a_range_is_declared_where_the_range_is(tmp_path):
    manifest = written(tmp_path, ranges(RANGE))
    (berlin,) = load_manifest(manifest).sets
    place = Source(str(manifest), 6, 9)
    assert berlin.numbers == tuple(f"+4930123450{one}" for one in range(10))
    assert [*berlin.sources] == [place] * 10
    (span,) = berlin.ranges
    assert (span.first, span.last, span.source) == ("+49301234500", "+49301234509", place)


def test_ranges_are_added_to_the_list_and_the_file(tmp_path):
    written(tmp_path, "+49301234400\n", "more.txt")
    text = ranges(RANGE) + '    numbers: ["+49301234300"]\n    numbers_file: more.txt\n'
    (berlin,) = load_manifest(written(tmp_path, text)).sets
    assert berlin.numbers[:3] == ("+49301234300", "+49301234400", "+49301234500")
    assert len(berlin.numbers) == 12
    assert berlin.range_of("+49301234400") is None
    assert berlin.range_of("+49301234505") == berlin.ranges[0]


@pytest.mark.parametrize(
    "text", ["{first: 030 1234500, last: (030) 1234509}", "{first: +49 (0)30 1234500, last: 49301234509}"]
)
def test_both_ends_are_read_as_every_number_is(tmp_path, text):
    (berlin,) = load_manifest(written(tmp_path, ranges(text))).sets
    assert berlin.numbers == tuple(f"+4930123450{one}" for one in range(10))


def test_an_entrys_own_country_decides_how_they_are_read(tmp_path):
    text = ranges("{first: 020 7183 8750, last: 020 7183 8751}") + "    country: United Kingdom\n"
    (berlin,) = load_manifest(written(tmp_path, text)).sets
    assert berlin.numbers == ("+442071838750", "+442071838751")


def test_variables_stand_in_ranges(tmp_path):
    text = ranges("{first: '${var.stem}00', last: '${var.stem}09'}") + (
        'variables: {stem: {default: "+493012345"}}\n'
    )
    (berlin,) = load_manifest(written(tmp_path, text)).sets
    assert len(berlin.numbers) == 10


@pytest.mark.parametrize(
    ("text", "place", "path", "summary", "hint"),
    [
        (
            '{first: "+49301234509", last: "+49301234500"}',
            "6:9",
            "sets.berlin.ranges[0]",
            "+49301234509 to +49301234500 is not a range of numbers",
            "its first number comes after its last",
        ),
        (
            '{first: "+49301234500", last: "+44301234509"}',
            "6:9",
            "sets.berlin.ranges[0]",
            "is not a range of numbers",
            "different calling codes",
        ),
        (
            '{first: "+49301234500", last: "+493012345090"}',
            "6:9",
            "sets.berlin.ranges[0]",
            "is not a range of numbers",
            "its first number has 11 digits, its last 12",
        ),
        (
            '{first: "+49301234500", last: "+49301244500"}',
            "6:9",
            "sets.berlin.ranges[0]",
            "is not a range of numbers",
            "a range has 10,000 at most",
        ),
        (
            '{first: ["+49301234500"], last: "+49301234500"}',
            "6:17",
            "sets.berlin.ranges[0].first",
            "wants text, not a list",
            "",
        ),
        (
            '{first: "x", last: "+49301234500"}',
            "6:17",
            "sets.berlin.ranges[0].first",
            '"x" is not a phone number',
            "is a letter",
        ),
        (
            '{first: "+49301234500"}',
            "6:9",
            "sets.berlin.ranges[0]",
            "the key `last` is missing",
            "write `last:` and its value",
        ),
        (
            '{first: "+49301234500", last: "+49301234509", step: 2}',
            "6:55",
            "sets.berlin.ranges[0].step",
            'unknown key "step"',
            "known here: first, last",
        ),
    ],
)
def test_what_is_wrong_with_a_range_is_told_at_its_place(tmp_path, text, place, path, summary, hint):
    require_slip(written(tmp_path, ranges(text)), place, path, summary, hint)


@pytest.mark.parametrize(
    ("more", "place", "told"),
    [
        (
            '  other: {numbers: ["+49301234503"]}\n',
            "numplan.yaml:7:21: error: sets.other.numbers[0]",
            "+49301234503 is already declared at numplan.yaml:6:9 (",
        ),
        (
            'numbers: {a: {number: "+49301234503"}}\n',
            "numplan.yaml:6:9: error: sets.berlin.ranges[0]",
            "+49301234503 is already declared at numplan.yaml:7:23 (",
        ),
        (
            '      - {first: "+49301234508", last: "+49301234512"}\n',
            "numplan.yaml:7:9: error: sets.berlin.ranges[1]",
            "+49301234508 is already declared at numplan.yaml:6:9, and 1 more number of this range too (",
        ),
        (
            f"      - {RANGE}\n",
            "numplan.yaml:7:9: error: sets.berlin.ranges[1]",
            "+49301234500 is already declared at numplan.yaml:6:9, and 9 more numbers of this range too (",
        ),
    ],
)
def test_an_overlap_names_both_places(tmp_path, more, place, told):
    (line,) = lines(written(tmp_path, ranges(RANGE) + more))
    assert line.startswith(f"{place}: {told}")


def test_what_a_range_declares_cannot_be_forgotten(tmp_path):
    (line,) = lines(written(tmp_path, ranges(RANGE) + 'forget: ["+49301234505"]\n'))
    assert "numplan.yaml:6:9" in line


def test_a_few_lines_cannot_stand_for_more_numbers_than_could_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(declared_numbers, "MOST_IN_RANGES", 25)
    those = [f'{{first: "+4930123{at}00", last: "+4930123{at}09"}}' for at in range(10, 15)]
    (line,) = lines(written(tmp_path, ranges(*those)))
    assert line.startswith(
        "numplan.yaml:8:9: error: sets.berlin.ranges[2]: with this range, ranges have more than"
    )


def test_doubts_about_many_numbers_of_a_range_are_one_warning(tmp_path):
    manifest = load_manifest(written(tmp_path, ranges('{first: "+492000000", last: "+492000999"}')))
    (told,) = plausibility(manifest)
    assert "and 999 more like it" in told.summary
    assert told.source == manifest.sets[0].ranges[0].source


def test_a_range_elsewhere_than_its_country_is_an_error(tmp_path):
    manifest = load_manifest(written(tmp_path, ranges('{first: "+442071838750", last: "+442071838759"}')))
    (told,) = plausibility(manifest)
    assert told.severity == "error"
    assert "not a number of Germany" in told.summary


def test_an_empty_list_of_ranges_declares_nothing(tmp_path):
    (found,) = findings(written(tmp_path, HEAD + "sets: {berlin: {ranges: []}}\n"))
    assert found.summary == "the manifest declares no numbers"
