"""Interim answers (RFC 9110, 15.2) that come before the real one: passed over, for reading calls and for POSTs."""

import pytest

from numplan.api.retry import RetryPolicy
from numplan.model.account import Offer
from numplan.model.errors import AnswerError, UnreachableError
from numplan.model.number import E164
from numplan.model.outcome import Succeeded, Unknown
from tests.api.answers import judged, offer_row, ok
from tests.api.bytewise import Bytewise, Line, Step, http, raw
from tests.api.conftest import MakeClient
from tests.fakes import nothing_barred

NUMBER = E164("+16091609123")
FOUND = http(ok([offer_row()], total=1))
BOUGHT = http(judged(success=["16091609123"]))
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nX: y\r\n\r\n"
BEFORE = {
    "103": HINTS,
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "199": b"HTTP/1.1 199 Whatever\r\nRetry-After: 3600\r\n\r\n",
    "several": HINTS + b"HTTP/1.1 102 Processing\r\n\r\n" + b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS,
}


@pytest.mark.parametrize("kind", BEFORE)
def test_the_real_answer_is_read(kind: str, make_client: MakeClient) -> None:
    for pieces in ((BEFORE[kind] + FOUND,), (BEFORE[kind], FOUND)):
        with Bytewise(raw(*pieces, pause=0.01)) as server:
            assert isinstance(make_client(server.url).find(NUMBER), Offer)
        assert len(server.seen) == 1


@pytest.mark.parametrize("kind", BEFORE)
def test_a_purchase_is_judged_by_the_real_answer(kind: str, make_client: MakeClient) -> None:
    with Bytewise(raw(BEFORE[kind] + BOUGHT)) as server:
        assert isinstance(make_client(server.url).purchase([NUMBER], 169, nothing_barred)[NUMBER], Succeeded)
    assert len(server.seen) == 1


def test_a_purchase_without_a_real_answer_is_unknown_and_sent_once(make_client: MakeClient) -> None:
    for step in (raw(HINTS), raw(HINTS[:-2]), raw(HINTS * 500), raw(HINTS + BOUGHT[:-9])):
        with Bytewise(step) as server:
            assert isinstance(
                make_client(server.url, total=2.0).purchase([NUMBER], 169, nothing_barred)[NUMBER], Unknown
            )
        assert len(server.seen) == 1


def test_interim_answers_without_end_are_cut_short(make_client: MakeClient) -> None:
    def endless(line: Line) -> None:
        while True:
            line.write(HINTS * 100)

    steps: tuple[Step, ...] = (endless,)
    with Bytewise(*steps) as server, pytest.raises(UnreachableError):
        make_client(server.url, total=5.0, retry_policy=RetryPolicy(failures=1)).find(NUMBER)


def test_the_whole_answer_has_its_time_interim_ones_included(make_client: MakeClient) -> None:
    slow = raw(*[HINTS] * 50, pause=0.05)
    with Bytewise(slow) as server, pytest.raises(UnreachableError, match="no complete answer came in time"):
        make_client(server.url, total=0.3, retry_policy=RetryPolicy(failures=1)).find(NUMBER)


def test_another_protocol_is_no_interim_answer(make_client: MakeClient) -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"
    with Bytewise(raw(switch)) as server, pytest.raises(AnswerError, match="answered 101"):
        make_client(server.url).find(NUMBER)


def test_a_kept_connection_goes_on_after_them(make_client: MakeClient) -> None:
    def step(line: Line) -> None:
        line.keep = True
        line.write(HINTS + FOUND)

    with Bytewise(step) as server:
        client = make_client(server.url)
        assert [isinstance(client.find(NUMBER), Offer) for _ in range(3)] == [True, True, True]
    assert server.accepted == 1
