"""However much is wrong, little is told, and the rest is counted. (Time is for `make bench`.)"""

import json

import pytest

from benchmarks.wrong import KINDS, write_wrong
from numplan.manifest.declarations.circles import circles
from numplan.manifest.reading import reader
from numplan.manifest.reading.findings import Collector
from numplan.model.diagnostics import LOOKED_FOR, MOST_BYTES, MOST_TOLD, error, told
from numplan.model.errors import ManifestError
from numplan.model.text.spelling import Meant, nearest
from tests.manifest.places import findings, lines, written

ONE = {"one numbers file in many sets": 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [150, 300])
def test_a_hundred_findings_are_told_and_the_rest_is_counted(kind, count, desk):
    write_wrong(desk.folder, kind, count)
    ran = desk("validate")
    assert ran.code == 1
    said = ran.err.splitlines()
    report = json.loads(desk("validate", "--json").out)
    if kind in ONE:
        assert (len(said), report["error_count"], report["omitted_count"]) == (2, 1, 0)
        return
    assert len(said) == MOST_TOLD + 2
    assert count - 2 <= report["error_count"] <= 2 * count
    assert said[-2] == f"and {report['error_count'] - MOST_TOLD:,} more"
    assert len(report["diagnostics"]) == MOST_TOLD
    assert report["omitted_count"] == report["error_count"] - MOST_TOLD
    assert sum("did you mean" in line for line in said) <= 10
    stream = [json.loads(line) for line in desk("plan", "--json").out.splitlines()]
    assert sum(one["type"] == "diagnostic" for one in stream) == MOST_TOLD + 1


def test_of_very_many_no_more_are_looked_for(tmp_path):
    path = written(tmp_path, "version: 1\nsets: {a: {numbers: [" + "x," * (LOOKED_FOR + 50) + "]}}\n")
    found = findings(path)
    assert len(found) == LOOKED_FOR
    assert told(found).rest == f"and at least {LOOKED_FOR - MOST_TOLD:,} more"


def test_what_is_told_has_a_size():
    first = told([error("x" * 9_000)] * 90)
    assert sum(len(str(one)) for one in first.findings) <= MOST_BYTES
    assert first.more == 90 - len(first.findings) > 0


def test_errors_are_told_before_warnings():
    many = [*findings_of("warning", 200), *findings_of("error", 3)]
    assert [one.severity for one in told(many).findings[:4]] == ["error", "error", "error", "warning"]


def findings_of(severity, count):
    from numplan.model.diagnostics import Diagnostic

    return [Diagnostic(severity=severity, summary=f"{at}") for at in range(count)]


def test_too_many_end_the_reading():
    found = Collector()
    with pytest.raises(ManifestError):
        found += [error("x")] * (LOOKED_FOR + 1)
    assert len(found) == LOOKED_FOR


def test_words_that_were_meant_are_looked_for_a_few_times():
    meant = Meant()
    assert [meant.nearest("nam", ["name"]) for _ in range(11)] == ["name"] * 10 + [None]


def test_among_very_many_words_those_alike_at_their_beginning_are_looked_at():
    assert nearest("name", ["mane", *(f"x{at}" for at in range(2000)), "nome"]) == "nome"


def test_more_values_than_a_million_are_an_error_that_names_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_VALUES", 10)
    monkeypatch.setattr("numplan.manifest.folder.MAX_VALUES", 10)
    path = written(tmp_path, "version: 1\nsets: {a: {numbers: [" + "+12055550100," * 10 + "]}}\n")
    (line,) = lines(path)
    assert "holds more than 10 values" in line
    assert "numbers_file" in line


def test_all_files_of_a_folder_count_together(tmp_path, monkeypatch):
    monkeypatch.setattr("numplan.manifest.folder.MAX_VALUES", 10)
    written(tmp_path, "version: 1\nnumbers: {a: {number: +12055550100}}\n", "a.yaml")
    written(tmp_path, "numbers: {b: {number: +12055550101}, c: {number: +12055550102}}\n", "b.yaml")
    (line,) = lines(tmp_path)
    assert "b.yaml:1:50: error: numbers.c.number: holds more than" in line


def test_a_million_values_is_what_is_allowed():
    assert reader.MAX_VALUES == 1_000_000


def test_a_numbers_file_is_named_once_however_it_is_spelled(tmp_path):
    written(tmp_path, "+12055550100\nx\n", "n.txt")
    (tmp_path / "link.txt").symlink_to("n.txt")
    names = ("n.txt", "./n.txt", "link.txt")
    sets = "".join(f"  s{at}: {{numbers_file: {name}}}\n" for at, name in enumerate(names))
    found = lines(written(tmp_path, f"version: 1\nsets:\n{sets}"))
    assert len(found) == 2
    assert (
        "numplan.yaml:4:22: error: sets.s1.numbers_file: this numbers file is named 3 times, first at"
        in found[1]
    )
    assert "n.txt:2:1: error: a line of 1 character" in found[0]


def test_labels_that_are_merged_have_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr("numplan.manifest.declarations.declarations.MAX_LABELS", 5)
    entries = "".join(f"  n{at}: {{number: +1205555010{at}, labels: {{x: y}}}}\n" for at in range(3))
    (line,) = lines(
        written(tmp_path, f"version: 1\ndefaults: {{labels: {{a: b, c: d}}}}\nnumbers:\n{entries}")
    )
    assert "defaults.labels: with those of `defaults`, entries have more than 5 labels" in line


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("ab bc cd", set()),
        ("ab bc ca", {2}),
        ("aa", {0}),
        ("ab ba bc cd dc", {1, 4}),
        ("ab bc cb ba", {3}),
        ("ab AB", set()),
    ],
)
def test_circles_are_found(steps, expected):
    assert circles([(*step, True) for step in steps.split()]) == expected


def test_a_part_goes_in_a_circle_only_with_the_whole():
    assert circles([("a", "b", True), ("b", "a", False)]) == {1}
    assert circles([("a", "b", True), ("a", "b", False)]) == set()
    assert circles([("a", "b", True), ("b", "a", True), ("a", "b", False)]) == {1, 2}
    assert circles([(f"p{at}", f"p{at + 1}", True) for at in range(50_000)]) == set()
