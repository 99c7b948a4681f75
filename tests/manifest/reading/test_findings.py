"""Of each place one step speaks, all that is wrong is told in order, and there is an end to it."""

import pytest

from numplan.manifest.reading.findings import Collector, Findings
from numplan.model.diagnostics import LOOKED_FOR, MOST_TOLD, Source, error, told, warning
from numplan.model.errors import ManifestError
from tests.manifest.places import findings, lines, written

HERE, THERE = Source("m", 2, 1), Source("m", 1, 5)


def summaries(found: Findings) -> list[str]:
    return [one.summary for one in found.found]


def test_of_a_place_that_one_step_spoke_of_a_later_one_says_nothing():
    first = Findings().add([error("a", source=HERE), error("b", source=HERE)])
    both = first.add([error("c", source=HERE), error("d", source=THERE)])
    assert summaries(first) == ["a", "b"]
    assert summaries(both) == ["a", "b", "d"]


def test_of_a_silenced_place_nothing_is_said_from_then_on():
    found = Findings().add([error("a", source=HERE)], silenced=[HERE, THERE])
    assert summaries(found.add([error("b", source=THERE)])) == ["a"]
    assert summaries(found) == ["a"]
    assert not Findings().add([], silenced=[HERE])


def test_what_has_no_place_comes_first_and_one_error_refuses_all():
    found = Findings().add([warning("late", source=HERE), warning("early", source=THERE), warning("nowhere")])
    assert [one.summary for one in found.in_order()] == ["nowhere", "early", "late"]
    with pytest.raises(ManifestError) as refused:
        found.add([error("wrong", source=Source("m", 1, 9))]).in_order()
    assert [one.summary for one in refused.value.diagnostics] == ["nowhere", "early", "wrong", "late"]


def test_all_slips_are_reported_at_once_in_the_order_of_their_places(tmp_path):
    manifest = written(
        tmp_path,
        """\
version: 1
acount: 190
api: {url: "ftp://x", batch_size: 0}
defaults: {protect: yes, protect: true}
numbers:
  a: {number: nope, type: Fax}
  b: {number: +12050012202}
sets:
  c: {numbers: [+12050012202], numbers_file: missing.txt}
pools:
  d: {count: 1}
""",
    )
    assert [line.split(" error")[0] for line in lines(manifest)] == [
        "numplan.yaml:2:1:",
        "numplan.yaml:3:12:",
        "numplan.yaml:3:35:",
        "numplan.yaml:4:21:",
        "numplan.yaml:4:26:",
        "numplan.yaml:6:15:",
        "numplan.yaml:6:27:",
        "numplan.yaml:9:17:",
        "numplan.yaml:9:46:",
        "numplan.yaml:11:3:",
    ]


def test_too_many_end_the_reading():
    found = Collector()
    with pytest.raises(ManifestError):
        found += [error("x")] * (LOOKED_FOR + 1)
    assert len(found) == LOOKED_FOR


def test_of_very_many_no_more_are_looked_for(tmp_path):
    path = written(tmp_path, "version: 1\nsets: {a: {numbers: [" + "x," * (LOOKED_FOR + 50) + "]}}\n")
    found = findings(path)
    assert len(found) == LOOKED_FOR
    assert told(found).rest == f"and at least {LOOKED_FOR - MOST_TOLD:,} more"
