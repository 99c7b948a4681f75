"""The first and the last day of an entry."""

from datetime import date

import pytest

from numplan.manifest.declarations.days import ended
from tests.loading import load_manifest
from tests.manifest.places import lines, written

HEAD = "version: 1\ndefaults: {country: US}\n"
WRITE_A_DAY = "write a day of the years 2000 to 2999 without a time, such as 2026-12-31"


def told(tmp_path, body: str) -> list[str]:
    return [line.partition(":")[2] for line in lines(written(tmp_path, HEAD + body))]


@pytest.mark.parametrize(
    "entry",
    [
        "numbers: {x: {number: '+12050012202', from: 2026-12-01, until: 2026-12-31}}\n",
        "sets: {x: {numbers: ['+12050012202'], from: 2026-12-01, until: '2026-12-31'}}\n",
        "pools: {x: {count: 1, from: 2026-12-01, until: 2026-12-31}}\n",
    ],
)
def test_every_kind_of_entry_may_have_days(tmp_path, entry):
    (found,) = load_manifest(written(tmp_path, HEAD + entry)).entries()
    assert (found.terms.begins, found.terms.ends) == (date(2026, 12, 1), date(2026, 12, 31))


def test_an_entry_without_days_shares_the_terms_of_the_defaults(tmp_path):
    body = "pools:\n  x: {count: 1}\n  y: {count: 1}\n  z: {count: 1, until: 2026-12-31}\n"
    x, y, z = load_manifest(written(tmp_path, HEAD + body)).pools
    assert x.terms is y.terms
    assert x.terms.ends is None
    assert z.terms.ends == date(2026, 12, 31)


def test_a_day_may_be_a_variable(tmp_path):
    body = "pools: {x: {count: 1, until: '${var.last}'}}\nvariables: {last: {default: '2026-12-31'}}\n"
    (found,) = load_manifest(written(tmp_path, HEAD + body)).pools
    assert found.terms.ends == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["2026-12-31T10:00", "2026-12-31 10:00", "31.12.2026", "1999-12-31", "soon"])
def test_what_is_no_day_is_told_to_be_written_as_one(tmp_path, text):
    (line,) = told(tmp_path, f"pools: {{x: {{count: 1, until: '{text}'}}}}\n")
    assert line.startswith("3:30: error: pools.x.until: ")
    assert WRITE_A_DAY in line


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            "until: 2026-02-30",
            '3:30: error: pools.x.until: "2026-02-30" is no day of the calendar (write a day that exists)',
        ),
        (
            "until: 2026-11-30, from: 2026-12-01",
            "3:30: error: pools.x.until: it ends on 2026-11-30, before it begins on 2026-12-01 (both days count)",
        ),
        (
            "until: 2026-11-30, protect: true",
            (
                "3:30: error: pools.x.until: it has a last day, and it says protect: true (what is protected never "
                "ends: remove until, or write protect: false here)"
            ),
        ),
    ],
)
def test_days_that_cannot_be_meant_are_an_error_at_their_place(tmp_path, keys, sentence):
    assert told(tmp_path, f"pools: {{x: {{count: 1, {keys}}}}}\n") == [sentence]


def test_what_the_defaults_protect_cannot_end_unless_the_entry_says_otherwise(tmp_path):
    head = "version: 1\ndefaults: {country: US, protect: true}\n"
    (line,) = lines(written(tmp_path, head + "pools: {x: {count: 1, until: 2026-11-30}}\n"))
    assert "defaults say protect: true" in line
    body = "pools: {x: {count: 1, until: 2026-11-30, protect: false}}\n"
    assert lines(written(tmp_path, head + body)) == []


def test_one_day_is_the_first_and_the_last(tmp_path):
    assert told(tmp_path, "pools: {x: {count: 1, from: 2026-12-01, until: 2026-12-01}}\n") == []


def test_defaults_have_no_days(tmp_path):
    (line,) = lines(written(tmp_path, "version: 1\ndefaults: {until: 2026-12-31}\n"))
    assert "defaults" in line
    assert "error" in line


def test_an_entry_is_warned_of_once_its_last_day_is_over(tmp_path):
    body = "pools:\n  x: {count: 1, until: 2026-12-31}\nnumbers: {y: {number: '+12050012202', from: 2027-01-01}}\n"
    manifest = load_manifest(written(tmp_path, HEAD + body))
    assert [*ended(manifest, date(2026, 12, 31))] == []
    (found,) = ended(manifest, date(2027, 1, 1))
    assert found.severity == "warning"
    assert found.path == "pools.x"
    assert str(found).endswith(
        "warning: pools.x: ended on 2026-12-31 (remove the block once its numbers are gone)"
    )
