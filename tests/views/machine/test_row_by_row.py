"""A document that is written row by row is the document that is written whole."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from numplan.views.common.sanitize import escaped
from numplan.views.machine.row_by_row import Rows, pieces

VALUES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=4), st.just([{"a": 1}]))
ROWS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=2), max_size=5)
DOCUMENTS = st.recursive(
    st.one_of(VALUES, ROWS.map(tuple)),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def in_rows(value: Any) -> Any:
    match value:
        case tuple():
            return Rows(iter(value))
        case dict():
            return {name: in_rows(one) for name, one in value.items()}
        case _:
            return value


@given(st.dictionaries(st.text(max_size=3), DOCUMENTS, max_size=4))
def test_it_is_the_document_that_is_written_whole(document):
    assert "".join(pieces(in_rows(document))) == escaped(msgspec.json.encode(document).decode())


def test_many_rows_come_in_pieces_that_end_between_them():
    rows = [{"at": at} for at in range(1700)]
    written = list(pieces({"before": 1, "rows": Rows(iter(rows)), "after": [2]}))
    assert json.loads("".join(written)) == {"before": 1, "rows": rows, "after": [2]}
    assert max(map(len, written)) < len("".join(written)) / 3
    assert all(piece[-1] in "[]{}:,}" for piece in written if "at" in piece)
