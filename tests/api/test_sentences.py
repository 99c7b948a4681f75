"""The vendor's own words, wherever an answer that is no 200 has them."""

import json

import pytest

from numplan.api.sentences import sentence_of, sentences_about
from numplan.http.result import Answer
from numplan.model.number import E164
from tests.api.bytewise import Bytewise, raw, reply
from tests.api.conftest import TOKEN, MakeClient
from tests.fakes import nothing_barred

ONE, TWO = E164("+12050012202"), E164("+12050012203")
POOR = "Insufficient balance"


def answer(body: object, status: int = 402, phrase: str = "") -> Answer:
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), None, phrase)


def named(number: str, said: str) -> dict[str, object]:
    return {"error": {"numbers": [{"accessNumber": number, "message": said}]}}


@pytest.mark.parametrize(
    "body",
    [
        {"message": POOR},
        {"status": "ERROR", "data": None, "message": f"  {POOR}\r\n"},
        {"error": POOR},
        {"error": {"code": 7, "message": POOR}},
        {"errors": [{"code": 7, "detail": POOR}]},
        {"title": POOR, "type": "about:blank"},
        {"message": None, "error_description": POOR},
        POOR,
        POOR.encode(),
    ],
)
def test_a_sentence_is_found_where_vendors_put_it(body: object) -> None:
    assert sentence_of(answer(body)) == POOR


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Insufficient balance</html>", b"{", b"\xff\xfe", b"[" * 99999, {"message": 7}, [], None, 7],
)
def test_where_there_is_none_nothing_is_said(body: object) -> None:
    assert sentence_of(answer(body)) == ""
    assert sentences_about(answer(body)) == {}


def test_a_sentence_is_one_line_of_bounded_length() -> None:
    said = sentence_of(answer({"message": "a\x1b[31m\n::error::" + "b " * 9999}))
    assert said.startswith("a [31m ::error::b b")
    assert len(said) == 300


@pytest.mark.parametrize(
    ("status", "phrase", "said"),
    [
        (402, POOR, POOR),
        (402, "Payment Required", ""),
        (403, "forbidden", ""),
        (413, "Payload Too Large", ""),
        (422, "Unprocessable Content", ""),
        (422, "Unprocessable Entity", ""),
        (599, "No Such Number", "No Such Number"),
        (402, "Nope", ""),
    ],
)
def test_a_status_line_says_something_where_its_phrase_is_the_vendors_own(
    status: int, phrase: str, said: str
) -> None:
    assert sentence_of(answer(b"", status, phrase)) == said
    assert sentence_of(answer({"message": "the body"}, status, phrase)) == "the body"


def test_each_number_has_its_own_sentence() -> None:
    body = {"data": [named("12050012202", "taken"), named(TWO, "barred"), {}, 7, named("none", "odd")]}
    assert sentences_about(answer(body)) == {ONE: "taken", TWO: "barred"}


@pytest.mark.parametrize("status", [402, 500, 200])
def test_an_outcome_quotes_what_is_said_of_the_call_and_of_the_number(
    status: int, make_client: MakeClient
) -> None:
    body = {"status": "ERROR", "message": POOR, "data": [named("12050012202", "0.10 is missing")]}
    with Bytewise(reply(body, status)) as server:
        outcomes = make_client(server.url).purchase([ONE, TWO], 169, nothing_barred)
    for number, outcome in outcomes.items():
        assert POOR in outcome.reason
        assert ("0.10 is missing" in outcome.reason) == (number == ONE)


def test_an_answer_that_judges_no_number_is_quoted(make_client: MakeClient) -> None:
    with Bytewise(reply({"status": "OK", "message": POOR, "data": []})) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert outcome.reason == f"the API named no number under success or error ({POOR})"


def test_a_token_in_a_status_line_is_not_told(make_client: MakeClient) -> None:
    line = f"HTTP/1.1 402 No money for {TOKEN}\r\nContent-Length: 0\r\n\r\n".encode()
    with Bytewise(raw(line)) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert "No money for" in outcome.reason
    assert TOKEN not in outcome.reason
