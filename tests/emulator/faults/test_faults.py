"""Each fault as a plain HTTP client meets it, and what was really done."""

import json
import socket
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from numplan.emulator.faults.faults import LoseReply
from numplan.emulator.faults.schedule import Scripted
from tests.emulator.conftest import SIX, Api, Clock, Start, sides


def script(api: Api, fault: str, endpoint: str = "*", **rest: Any) -> None:
    schedule = {key: rest.pop(key) for key in ("nth", "count", "probability", "seed") if key in rest}
    api.emulator.faults([{"fault": fault, "endpoint": endpoint, "params": rest, **schedule}])


def held(api: Api) -> list[str]:
    return [each.number[1:] for each in api.emulator.owned()]


def raw_answer(api: Api, request: bytes) -> bytes:
    """All bytes that come back until the connection ends."""
    with socket.create_connection(("127.0.0.1", api.emulator.port), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def raw_purchase(number: str) -> bytes:
    body = json.dumps({"numbers": [number]}).encode()
    return (
        b"POST /o/virtual-numbers/v1.0/purchase-numbers HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer emulator-token\r\naccountId: 190\r\nContent-Type: application/json\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


# --- which calls are struck


def test_a_fault_strikes_the_nth_call_of_its_endpoint_and_count_of_them(api: Api) -> None:
    script(api, "status", "search", nth=2, count=2)
    seen = [api.get("search", country="X", size=1).status_code for _ in range(5)]
    assert seen == [200, 503, 503, 200, 200]
    assert api.get("regions").status_code == 200


def test_count_zero_strikes_without_end_until_cleared(api: Api) -> None:
    script(api, "status", "regions", count=0, status=500)
    assert {api.get("regions").status_code for _ in range(5)} == {500}
    api.emulator.clear_faults()
    assert api.get("regions").status_code == 200


def test_chance_is_repeatable(api: Api) -> None:
    runs = []
    for _ in range(2):
        api.emulator.clear_faults()
        script(api, "status", "regions", probability=0.5, seed=4)
        runs.append([api.get("regions").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_a_star_counts_calls_of_every_endpoint(api: Api) -> None:
    script(api, "status", nth=2)
    assert api.get("regions").status_code == 200
    assert api.get("purchased-list", size=1).status_code == 503


def test_faults_can_be_values(api: Api) -> None:
    api.emulator.faults([Scripted(fault=LoseReply(), endpoint="regions")])
    with pytest.raises(requests.ConnectionError):
        api.get("regions")


# --- connections


@pytest.mark.parametrize("reset", [False, True])
def test_a_lost_reply_sends_no_byte_and_the_purchase_stands(api: Api, reset: bool) -> None:
    script(api, "lose_reply", "purchase-numbers", reset=reset)
    with pytest.raises(requests.ConnectionError):
        api.buy(SIX[0])
    assert held(api) == [SIX[0]]


def test_a_lost_reply_ends_the_connection_in_order_or_with_a_reset(api: Api) -> None:
    script(api, "lose_reply", "purchase-numbers", reset=False)
    assert raw_answer(api, raw_purchase(SIX[0])) == b""
    script(api, "lose_reply", "purchase-numbers", reset=True)
    with pytest.raises(ConnectionResetError):
        raw_answer(api, raw_purchase(SIX[1]))


def test_a_lost_request_sends_no_byte_and_does_nothing(api: Api) -> None:
    script(api, "lose_request", "purchase-numbers")
    assert raw_answer(api, raw_purchase(SIX[0])) == b""
    assert held(api) == []
    (post,) = api.emulator.ledger()
    assert (post.numbers, post.committed_at, post.status) == ((SIX[0],), None, None)


def test_a_late_commit_happens_once_its_time_has_come(start: Start) -> None:
    clock = Clock()
    api = start(clock)
    api.emulator.add_stock(SIX)
    script(api, "late_commit", "purchase-numbers", seconds=30)
    with pytest.raises(requests.ConnectionError):
        api.buy(SIX[0])
    clock.now += 29
    assert api.listed() == []
    assert api.get("find-number", number=SIX[0]).json()["total"] == 1
    clock.now += 2
    assert api.listed() == ["+" + SIX[0]]
    assert api.emulator.ledger()[0].committed_at == 1031.0


def test_a_late_commit_happens_after_so_many_calls(api: Api) -> None:
    script(api, "late_commit", "purchase-numbers", requests=2, status=504)
    assert api.buy(SIX[0]).status_code == 504
    assert [api.listed(), api.listed(), api.listed()] == [[], [], ["+" + SIX[0]]]


def test_a_late_purchase_loses_to_one_made_meanwhile(api: Api) -> None:
    script(api, "late_commit", "purchase-numbers", requests=2)
    with pytest.raises(requests.ConnectionError):
        api.buy(SIX[0], trunk=1)
    api.buy(SIX[0], trunk=2)
    api.get("regions")
    assert [each.trunk for each in api.emulator.owned()] == [2]
    assert api.emulator.ledger()[0].bought == ()


def test_a_late_release(start: Start) -> None:
    api = start()
    api.emulator.add_owned(SIX)
    script(api, "late_commit", "release-numbers", requests=1)
    with pytest.raises(requests.ConnectionError):
        api.release(SIX[0])
    assert "+" + SIX[0] in api.listed()
    assert "+" + SIX[0] not in api.listed()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_stall_outlasts_the_clients_patience(api: Api, when: str) -> None:
    script(api, "stall", "purchase-numbers", seconds=0.6, when=when)
    with pytest.raises(requests.Timeout):
        api.post("purchase-numbers", {"numbers": [SIX[0]]}, timeout=0.2)
    assert held(api) == ([SIX[0]] if when == "after" else [])
    time.sleep(0.8)
    assert held(api) == [SIX[0]]


def test_a_stalled_call_does_not_hold_up_the_end() -> None:
    from numplan.emulator.server import Emulator, EmulatorSettings

    with Emulator(EmulatorSettings(stock=0)) as emulator:
        emulator.faults([{"fault": "stall", "params": {"seconds": 60}}])
        with pytest.raises(requests.Timeout):
            Api(emulator).session.get(emulator.url + "virtual-numbers/v1.0/regions", timeout=0.1)
        began = time.perf_counter()
    assert time.perf_counter() - began < 1


def test_a_drip_comes_byte_by_byte(api: Api) -> None:
    script(api, "drip", "regions", seconds=0.01)
    began = time.perf_counter()
    response = api.session.get(api.address("regions"), stream=True, timeout=5)
    first = response.raw.read(1)
    assert time.perf_counter() - began < 0.5
    rest = response.content
    assert time.perf_counter() - began > 0.01 * len(first + rest) * 0.9
    assert json.loads(first + rest)["status"] == "OK"


def test_latency_delays_every_call(start: Start) -> None:
    api = start(latency_ms=120)
    began = time.perf_counter()
    api.get("regions")
    api.get("regions")
    assert time.perf_counter() - began > 0.24


def test_each_connection_takes_as_long_as_its_handshakes_before_its_first_call(start: Start) -> None:
    api = start(handshake_ms=150)
    began = time.perf_counter()
    api.get("regions")
    first = time.perf_counter() - began
    api.get("regions")  # on the same connection
    assert first > 0.15
    assert time.perf_counter() - began - first < 0.15


# --- statuses


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500, 502, 503, 504])
def test_an_error_status_before_the_commit(api: Api, status: int) -> None:
    script(api, "status", "purchase-numbers", status=status)
    response = api.buy(SIX[0])
    assert (response.status_code, held(api)) == (status, [])


@pytest.mark.parametrize(
    ("form", "kind"), [("json", "application/json"), ("html", "text/html; charset=utf-8")]
)
def test_an_error_status_after_the_commit(api: Api, form: str, kind: str) -> None:
    script(api, "status", "purchase-numbers", status=502, commit=True, form=form)
    response = api.buy(SIX[0])
    assert (response.status_code, response.headers["Content-Type"], held(api)) == (502, kind, [SIX[0]])


def test_too_many_requests_with_each_form_of_retry_after(api: Api) -> None:
    for nth, form in enumerate(("seconds", "date", "nonsense", "none"), 1):
        script(api, "too_many", "purchase-numbers", retry_after=form, seconds=7, nth=nth)
    answers = [api.buy(SIX[0]) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {429}
    seconds, date, nonsense, none = (answer.headers.get("Retry-After") for answer in answers)
    assert seconds == "7"
    assert 4 < parsedate_to_datetime(date).timestamp() - time.time() < 9
    with pytest.raises(ValueError, match="Invalid date"):
        parsedate_to_datetime(nonsense)
    assert none is None
    assert held(api) == []


@pytest.mark.parametrize("commit", [True, False])
def test_a_200_that_is_not_ok(api: Api, commit: bool) -> None:
    script(api, "not_ok", "purchase-numbers", commit=commit)
    response = api.buy(SIX[0])
    assert (response.status_code, response.json()["status"]) == (200, "ERROR")
    assert held(api) == ([SIX[0]] if commit else [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_nothing(api: Api, status: int) -> None:
    script(api, "redirect", "purchase-numbers", status=status, location="http://127.0.0.1:9/elsewhere")
    response = api.buy(SIX[0])
    assert (response.status_code, response.headers["Location"]) == (status, "http://127.0.0.1:9/elsewhere")
    assert held(api) == []


# --- bodies


def test_html_with_200(api: Api) -> None:
    script(api, "html", "purchase-numbers")
    response = api.buy(SIX[0])
    assert (response.status_code, response.text[:15], held(api)) == (200, "<!DOCTYPE html>", [SIX[0]])


@pytest.mark.parametrize("status", [204, 200])
def test_an_empty_body(api: Api, status: int) -> None:
    script(api, "empty", "purchase-numbers", status=status)
    response = api.buy(SIX[0])
    assert (response.status_code, response.content, held(api)) == (status, b"", [SIX[0]])
    assert api.get("regions").status_code == 200


def test_json_cut_at_a_byte_with_a_content_length_that_agrees(api: Api) -> None:
    script(api, "cut", "purchase-numbers", at=20)
    response = api.buy(SIX[0])
    assert response.content == b'{"data":[{"success":'
    assert held(api) == [SIX[0]]


def test_json_cut_with_the_connection(api: Api) -> None:
    script(api, "cut", "purchase-numbers", at=-3, how="connection")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.buy(SIX[0])
    assert held(api) == [SIX[0]]


def test_nan_in_a_field(start: Start) -> None:
    api = start(owned=2)
    script(api, "nan", "purchased-list", field="mrc", row=1)
    text = api.get("purchased-list", size=5).text
    assert text.count("NaN") == 1
    assert '"mrc": NaN' in text


def test_a_field_of_another_type(start: Start) -> None:
    api = start(owned=3)
    script(api, "wrong_type", "purchased-list", field="accessNumber", value={"surprise": [1]}, row=1)
    script(api, "wrong_type", "purchased-list", field="total", value="3")
    rows = api.get("purchased-list", size=5).json()["data"]
    assert [row["accessNumber"] for row in rows] == ["+12050032925", {"surprise": [1]}, "+16096294671"]
    assert api.get("purchased-list", size=5).json()["total"] == 3


def test_odd_rows_wherever_they_stand(start: Start) -> None:
    api = start(owned=3)
    first, second, third = (row["accessNumber"] for row in api.get("purchased-list", size=5).json()["data"])
    script(api, "odd_row", "purchased-list", count=0, of=[first, third[1:]], field="mrc", value="N/A")
    script(api, "odd_row", "purchased-list", count=0, of=[second], field="country", missing=True)
    script(api, "odd_row", "purchased-list", count=0, of=[third])
    answer = api.get("purchased-list", size=5).json()
    assert [row and (row["mrc"], "country" in row) for row in answer["data"]] == [
        ("N/A", True),
        ("0.10", False),
        None,
    ]
    assert answer["total"] == 3
    [row] = api.get("purchased-list", size=5, accessNumber=first[1:]).json()["data"]
    assert row["mrc"] == "N/A"
    script(api, "odd_row", "regions", field="regionName", value=5)
    assert {row["regionName"] for row in api.get("regions").json()["data"]} == {5}


def test_interim_answers_come_before_the_real_one(api: Api) -> None:
    script(api, "interim", "purchase-numbers", times=2)
    script(api, "interim", "purchase-numbers", status=102)
    came = raw_answer(api, raw_purchase(SIX[0]).replace(b"Host:", b"Connection: close\r\nHost:"))
    heads = [line for line in came.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert [head.split()[1] for head in heads] == [b"103", b"103", b"102", b"200"]
    assert held(api) == [SIX[0]]


def test_duplicate_keys(start: Start) -> None:
    api = start(owned=3)
    script(api, "duplicate_keys", "purchased-list", field="total", value=0)
    text = api.get("purchased-list", size=5).text
    assert '"total": 3, "total": 0' in text


def test_an_absurdly_large_body(api: Api) -> None:
    script(api, "huge", "regions", bytes=30_000_000)
    response = api.get("regions")
    assert len(response.content) == 30_000_000
    assert response.json()["status"] == "OK"


def test_an_absurd_content_length(api: Api) -> None:
    script(api, "huge", "regions", bytes=10**12, claimed=True)
    response = api.session.get(api.address("regions"), stream=True, timeout=5)
    assert response.headers["Content-Length"] == str(10**12)
    response.close()


# --- listings


def test_a_short_listing_says_in_total_that_rows_are_missing(start: Start) -> None:
    api = start(owned=6)
    script(api, "short_listing", "purchased-list", every=3, numbers=["+12050032925"], keep=2)
    answer = api.get("purchased-list", size=50).json()
    assert (len(answer["data"]), answer["total"]) == (2, 6)
    assert "+12050032925" not in {row["accessNumber"] for row in answer["data"]}


def test_a_lying_listing_does_not(start: Start) -> None:
    api = start(owned=6)
    script(api, "lying_listing", "purchased-list", keep=4)
    answer = api.get("purchased-list", size=50).json()
    assert (len(answer["data"]), answer["total"]) == (4, 4)


@pytest.mark.parametrize(("says", "total"), [("zero", 0), ("true", 6)])
def test_an_empty_listing(start: Start, says: str, total: int) -> None:
    api = start(owned=6)
    script(api, "empty_listing", "purchased-list", total=says)
    answer = api.get("purchased-list", size=50)
    assert (answer.status_code, answer.json()["data"], answer.json()["total"]) == (200, [], total)


def test_look_ups_of_one_number_stay_true_unless_asked_otherwise(start: Start) -> None:
    api = start(owned=6)
    script(api, "empty_listing", "purchased-list", count=0)
    assert api.listed(accessNumber="12050032925") == ["+12050032925"]
    script(api, "empty_listing", "purchased-list", count=0, lookups=True)
    assert api.listed(accessNumber="12050032925") == []


def test_duplicated_rows(start: Start) -> None:
    api = start(owned=4)
    script(api, "duplicate_rows", "purchased-list", every=2)
    answer = api.get("purchased-list", size=50).json()
    assert (len(answer["data"]), answer["total"]) == (6, 4)


def test_a_listing_that_changes_between_calls(start: Start) -> None:
    api = start(owned=30)
    script(api, "changing_listing", "purchased-list", count=0)
    first, second = api.listed(), api.listed()
    assert first != second
    assert set(first) | set(second) <= {each.number for each in api.emulator.owned()}


def test_a_listing_lags_behind_a_purchase_by_seconds(start: Start) -> None:
    clock = Clock()
    api = start(clock)
    api.emulator.add_stock(SIX)
    script(api, "lag", "purchase-numbers", seconds=5)
    api.buy(SIX[0])
    api.buy(SIX[1])
    assert api.listed() == ["+" + SIX[1]]
    assert api.listed(accessNumber=SIX[0]) == []
    assert held(api) == [SIX[0], SIX[1]]
    clock.now += 5
    assert api.listed(accessNumber=SIX[0]) == ["+" + SIX[0]]


def test_a_listing_lags_behind_every_purchase_by_calls(start: Start) -> None:
    api = start(lag_listings=2)
    api.emulator.add_stock(SIX)
    api.listed()
    api.buy(SIX[0])
    assert [api.listed(), api.listed(accessNumber=SIX[0]), api.listed()] == [[], [], ["+" + SIX[0]]]


def test_numbers_vanish_outside(start: Start) -> None:
    api = start()
    api.emulator.add_owned(SIX)
    script(api, "vanish", "purchased-list", numbers=[SIX[3]])
    assert api.listed() == ["+" + each for each in (*SIX[:3], *SIX[4:])]
    api.emulator.faults([{"fault": "vanish", "endpoint": "regions", "params": {"count": 2}}])
    api.get("regions")
    assert held(api) == [SIX[2], SIX[4], SIX[5]]


# --- the numbers of a POST


def test_a_number_taken_by_another_is_refused_and_gone(api: Api) -> None:
    script(api, "taken", "purchase-numbers", numbers=[SIX[1]])
    assert sides(api.buy(*SIX[:3])) == ([SIX[0], SIX[2]], [SIX[1]])
    assert not api.emulator.is_for_sale(SIX[1])


def test_every_kth_number_is_refused(api: Api) -> None:
    script(api, "refuse", "purchase-numbers", every=2, message="No thanks")
    response = api.buy(*SIX)
    assert sides(response) == (SIX[::2], SIX[1::2])
    assert response.json()["data"][0]["error"]["numbers"][0]["message"] == "No thanks"
    assert held(api) == SIX[::2]
    assert api.emulator.is_for_sale(SIX[1])


def test_a_refusal_may_hide_a_purchase(api: Api) -> None:
    script(api, "refuse", "purchase-numbers", numbers=[SIX[0]], really=True)
    assert sides(api.buy(*SIX[:2])) == ([SIX[1]], [SIX[0]])
    assert held(api) == SIX[:2]


@pytest.mark.parametrize("really", [True, False])
def test_numbers_in_both_lists(api: Api, really: bool) -> None:
    script(api, "in_both", "purchase-numbers", numbers=[SIX[0]], really=really)
    assert sides(api.buy(*SIX[:2])) == ([SIX[1], SIX[0]] if not really else SIX[:2], [SIX[0]])
    assert held(api) == (SIX[:2] if really else [SIX[1]])


@pytest.mark.parametrize("really", [True, False])
def test_numbers_in_neither_list(api: Api, really: bool) -> None:
    script(api, "in_neither", "purchase-numbers", numbers=[SIX[0]], really=really)
    assert sides(api.buy(*SIX[:2])) == ([SIX[1]], [])
    assert held(api) == (SIX[:2] if really else [SIX[1]])


def test_no_list_at_all(api: Api) -> None:
    script(api, "in_neither", "purchase-numbers")
    assert api.buy(*SIX).json()["data"] == []


def test_a_success_that_never_was(api: Api) -> None:
    script(api, "false_success", "purchase-numbers", numbers=[SIX[0]])
    assert set(sides(api.buy(*SIX[:2]))[0]) == set(SIX[:2])
    assert held(api) == [SIX[1]]


@pytest.mark.parametrize("side", ["success", "error"])
def test_numbers_nobody_asked_for(api: Api, side: str) -> None:
    script(api, "unasked", "purchase-numbers", numbers=["+4930123456"], side=side)
    success, error = sides(api.buy(SIX[0]))
    assert "4930123456" in (success if side == "success" else error)
    assert held(api) == [SIX[0]]


def test_numbers_nobody_asked_for_are_bought(api: Api) -> None:
    script(api, "unasked", "purchase-numbers", numbers=["+" + SIX[1]], really=True)
    assert set(sides(api.buy(SIX[0]))[0]) == set(SIX[:2])
    assert held(api) == SIX[:2]
    assert api.emulator.ledger()[-1].bought == tuple(SIX[:2])


def test_outcome_faults_strike_releases_too(start: Start) -> None:
    api = start()
    api.emulator.add_owned(SIX)
    script(api, "refuse", "release-numbers", every=3)
    assert sides(api.release(*SIX)) == ([SIX[0], SIX[1], SIX[3], SIX[4]], [SIX[2], SIX[5]])
    assert held(api) == [SIX[2], SIX[5]]


def test_faults_combine(api: Api) -> None:
    script(api, "refuse", "purchase-numbers", numbers=[SIX[0]])
    script(api, "cut", "purchase-numbers", at=30)
    assert len(api.buy(*SIX[:2]).content) == 30
    assert held(api) == [SIX[1]]


def test_a_listing_lags_behind_a_release(start: Start) -> None:
    clock = Clock()
    api = start(clock)
    api.emulator.add_owned(SIX[:3])
    script(api, "lag", "release-numbers", seconds=5)
    script(api, "lag", "release-numbers", listings=2, nth=2)
    api.release(SIX[0])
    api.release(SIX[1])
    assert held(api) == [SIX[2]]
    everything, without_first = ["+" + each for each in SIX[:3]], ["+" + each for each in SIX[1:3]]
    assert api.listed() == everything
    clock.now += 5
    assert api.listed() == without_first
    assert api.listed() == ["+" + SIX[2]]
    assert sides(api.release(SIX[0])) == ([], [SIX[0]])
