"""A key that an object has twice is refused, wherever it stands and however it is written; nothing else is."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.api import decode, wire_types
from numplan.api.duplicate_keys import may_repeat
from numplan.model.errors import AnswerError
from tests.api.answers import judged, offer_row, ok, owned_row

Pairs = list[tuple[str, Any]]
"""An object as it is written: a key may stand in it twice."""

READERS: dict[str, tuple[Callable[[str, bytes], object], dict[str, Any]]] = {
    "purchased-list": (
        decode.read_owned,
        ok([owned_row("+12050032925"), owned_row("+12050032926")], total=2),
    ),
    "search": (decode.read_offers, ok([offer_row("+16091609123"), offer_row("+16091609124")], total=2)),
    "regions": (
        decode.read_regions,
        ok([{"regionName": "Peru", "types": ["Mobile"]}, {"regionName": "Chile"}]),
    ),
    "purchase-numbers": (decode.read_results, judged(["12050012202"], ["12012334233", "12012334234"])),
}
OPTIONAL = (
    "assignment",
    "assignmentType",
    "customerId",
    "smsRate",
    "voiceRate",
    "state",
    "rate",
    "types",
    "total",
)
TEXTS = st.sampled_from(('":', 'a":"b', ":", '\\":', "x", "é", "{", '"'))
SPACES = st.sampled_from(("", " ", "\t", "\n", "\r\n "))


def pairs(value: Any) -> Any:
    """The same value, with objects as pairs."""
    if isinstance(value, dict):
        return [(key, pairs(inner)) for key, inner in value.items()]
    return tuple(map(pairs, value)) if isinstance(value, list) else value


def objects(value: Any) -> list[Pairs]:
    """All objects in a value of pairs."""
    if isinstance(value, list):
        return [value, *(found for _, inner in value for found in objects(inner))]
    return [found for inner in value for found in objects(inner)] if isinstance(value, tuple) else []


def written(value: Any, draw: Callable[[Any], Any]) -> str:
    """The JSON of pairs: with space anywhere, and letters of keys as escapes now and then."""
    if isinstance(value, list):
        members = (
            f"{key_written(key, draw)}{draw(SPACES)}:{draw(SPACES)}{written(inner, draw)}"
            for key, inner in value
        )
        return "{" + ",".join(members) + draw(SPACES) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(written(inner, draw) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


def key_written(key: str, draw: Callable[[Any], Any]) -> str:
    if key and draw(st.integers(0, 9)) == 0:
        return f'"\\u{ord(key[0]):04x}{key[1:]}"'
    return json.dumps(key)


@given(st.data(), st.sampled_from(sorted(READERS)), st.booleans())
def test_an_answer_is_read_if_and_only_if_no_object_has_a_key_twice(
    data: st.DataObject, endpoint: str, repeated: bool
) -> None:
    read, sample = READERS[endpoint]
    answer = pairs(sample)
    for one in objects(answer):
        one[:] = [(key, value) for key, value in one if key not in OPTIONAL or data.draw(st.booleans())]
        if data.draw(st.integers(0, 3)) == 0:
            one.append(("more", data.draw(TEXTS)))
        if data.draw(st.integers(0, 5)) == 0:
            one.append(("deeper", [("message", data.draw(TEXTS)), ("type", data.draw(TEXTS))]))
    if repeated:
        one = data.draw(st.sampled_from([one for one in objects(answer) if one]))
        key, value = data.draw(st.sampled_from(one))
        one.insert(data.draw(st.integers(0, len(one))), (key, value))
    body = written(answer, data.draw).encode()
    if not repeated:
        read(endpoint, body)
        return
    with pytest.raises(AnswerError, match=r"an object has the key '\w+' twice"):
        read(endpoint, body)


@given(st.data(), st.sampled_from(sorted(READERS)))
def test_no_document_has_more_keys_than_are_counted(data: st.DataObject, endpoint: str) -> None:
    answer = pairs(READERS[endpoint][1])
    body = written(answer, data.draw).encode()
    keys = sum(map(len, objects(answer)))
    assert may_repeat(body, keys - 1)


@pytest.mark.parametrize("endpoint", READERS)
def test_answers_as_the_page_has_them_need_no_look_at_every_key(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `purchased-list` of a hundred thousand rows has it: the look takes as long as all else."""
    read, sample = READERS[endpoint]
    looks: list[bytes] = []
    monkeypatch.setattr(wire_types, "refuse_repeats", looks.append)
    read(endpoint, json.dumps(sample).encode())
    assert looks == []
    read(endpoint, json.dumps(sample | {"remark": "a key that the page does not name"}).encode())
    assert len(looks) == 1
