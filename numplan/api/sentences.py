"""The vendor's own sentences in an answer that is no 200: about the whole call, and about single numbers.

The vendor's page does not say how errors look, so nothing here is evidence; it is what a person is told. Each is one
line of bounded length, without control characters.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from numplan.api.row_by_row import answered_number
from numplan.api.wire_types import quoted
from numplan.http.result import Answer
from numplan.model.number import E164

_KEYS: Final = ("message", "error", "error_description", "detail", "description", "title", "reason", "errors")
"""Where the sentence about a call may stand, most telling first."""
_DEPTH: Final = 3
_OTHER_NAMES: Final[Mapping[int, frozenset[str]]] = {
    413: frozenset(("payload too large", "content too large")),
    422: frozenset(("unprocessable entity", "unprocessable content")),
}
"""Phrases of older and newer editions of HTTP than the library's."""


def sentence_of(came: Answer) -> str:
    """What the vendor says of the call: in its body, or in the phrase of its status line; empty where nowhere."""
    said = _sentence(_document(came.body), _DEPTH)
    return said or own_phrase(came.status, came.phrase)


def sentences_about(came: Answer) -> Mapping[E164, str]:
    """What the vendor says of numbers that it names under `error`, each where it says anything."""
    return {number: said for number, said in _named(_document(came.body)) if said}


def own_phrase(status: int, phrase: str) -> str:
    """The phrase of a status line, where it is a sentence and not what every server sends with this status."""
    said = quoted(phrase)
    return said if " " in said and said.casefold() not in _usual(status) else ""


def _usual(status: int) -> frozenset[str]:
    standard = {one.phrase.casefold() for one in HTTPStatus if one.value == status}
    return _OTHER_NAMES.get(status, frozenset()) | standard


def _document(body: bytes) -> Any:  # noqa: ANN401 - JSON of any kind
    """The body as JSON, or as the sentence that it is."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _plain_text(body)


def _plain_text(body: bytes) -> str:
    """A body that is neither JSON nor markup, as a sentence."""
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        return ""
    return "" if text.startswith(("<", "{", "[")) else quoted(text)


def _sentence(value: object, depth: int) -> str:
    """The first text that JSON has under one of the keys."""
    if isinstance(value, str):
        return quoted(value)
    if depth and isinstance(value, list):
        return next(filter(None, (_sentence(one, depth - 1) for one in value[:1])), "")
    if depth and isinstance(value, dict):
        found = (_sentence(value.get(key), depth - 1) for key in _KEYS)
        return next(filter(None, found), "")
    return ""


def _named(document: object) -> Iterator[tuple[E164, str]]:
    """Numbers and sentences of `data[].error.numbers[]`; what has another form is passed over."""
    for part in _list(_of(document, "data")):
        for verdict in _list(_of(_of(part, "error"), "numbers")):
            number, said = answered_number(_of(verdict, "accessNumber")), _of(verdict, "message")
            if number is not None and isinstance(said, str):
                yield number, quoted(said)


def _of(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
