"""What an answer looks like, whoever wrote it."""

import json
from typing import Any

from numplan.api.probe import Seen
from numplan.api.shapes import shape_of

ROW = {
    "accessNumber": "+12125550100",
    "country": "United States",
    "numberType": "Geographic",
    "mrc": "0.10",
    "nrc": 1,
}


def shape(*rows: Any, **more: Any):
    body = json.dumps({"data": [*rows], "status": "OK", "message": "", "total": len(rows), **more}).encode()
    return shape_of(Seen("purchased-list", {"size": "10"}, 200, 0.1, body))


def test_fields_are_told_with_their_types_and_what_is_new_or_missing():
    found = shape(
        ROW, ROW | {"mood": None, "mrc": 1.5, "assignment": {"type": "Flow Builder", "color": "red"}}
    )
    assert found.unknown == ("assignment.color", "mood")
    assert found.kinds["mrc"] == ("number", "text")
    assert found.kinds["mood"] == ("null",)
    assert "smsRate" in found.missing
    assert (found.rows, found.total, found.fault) == (2, 2, "")


def test_a_field_beside_the_rows_is_new_too():
    assert shape(ROW, nextPage="x").unknown == ("nextPage",)


def test_numbers_types_and_countries_are_told_as_they_are_written():
    found = shape(ROW, ROW | {"accessNumber": "12125550101", "numberType": "TOLL_FREE", "country": "US"})
    assert found.forms == ("plus", "digits")
    assert found.types == ("Geographic", "TOLL_FREE")
    assert found.countries == ("United States", "US")


def test_rows_that_cannot_be_read_are_told_and_still_counted():
    found = shape(ROW, ROW | {"country": None}, "nonsense")
    assert found.rows == 3
    assert [one.row for one in found.unreadable] == [2, 3]


def test_an_answer_that_cannot_be_read_has_a_fault_and_nothing_else():
    for body in (b"<html>", b"{}", b'{"data": 1, "status": "OK"}', b'{"data": [], "status": "ERROR"}'):
        found = shape_of(Seen("purchased-list", {}, 200, 0.1, body))
        assert found.fault
        assert found.rows == 0


def test_what_numplan_does_not_read_may_be_beyond_all_bounds():
    for value in ("9" * 5000, "[" * 5000 + "]" * 5000):
        body = json.dumps({"data": [ROW], "status": "OK", "message": "", "total": 1}).encode()
        odd = body.replace(b'"nrc": 1', b'"nrc": 1, "mood": ' + value.encode())
        assert shape_of(Seen("purchased-list", {"size": "10"}, 200, 0.1, odd)).rows in {0, 1}
