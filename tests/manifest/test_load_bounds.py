"""However much is wrong, little is told, and the rest is counted. (Time is for `make bench`.)"""

import json

import pytest

from benchmarks.wrong import KINDS, write_wrong
from numplan.model.diagnostics import MOST_BYTES, MOST_TOLD, error, told
from numplan.model.text.spelling import Meant, nearest

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


def test_words_that_were_meant_are_looked_for_a_few_times():
    meant = Meant()
    assert [meant.nearest("nam", ["name"]) for _ in range(11)] == ["name"] * 10 + [None]


def test_among_very_many_words_those_alike_at_their_beginning_are_looked_at():
    assert nearest("name", ["mane", *(f"x{at}" for at in range(2000)), "nome"]) == "nome"
