"""The token is in no exception, repr, outcome, log record or request but its own header."""

import logging
import traceback

import pytest

from numplan.api.retry import RetryPolicy
from numplan.model.account import Criteria
from numplan.model.errors import ApiError
from numplan.model.number import E164
from tests.api.answers import judged, offer_row, ok
from tests.api.bytewise import Bytewise, Line, Step, hang_up, http, reply, reset
from tests.api.conftest import TOKEN, MakeClient
from tests.fakes import nothing_barred

NUMBER = E164("+12050012202")


def echo(status: int) -> Step:
    """A server that sends back what it got, header and all, as a debug page would."""

    def step(line: Line) -> None:
        said = f"not like this: {line.seen.headers}"
        line.write(http({"message": said, "status": said, "data": [], TOKEN: 1, "x": TOKEN}, status))

    return step


def echo_refusal(line: Line) -> None:
    answer = judged(error=["12050012202"])
    answer["data"][0]["error"]["numbers"][0]["message"] = str(line.seen.headers)
    line.write(http(answer))


STEPS: dict[str, Step] = {
    **{f"echo {status}": echo(status) for status in (200, 301, 400, 401, 404, 429, 500)},
    "echo in a refusal": echo_refusal,
    "echo of a row": reply(ok([offer_row(country=TOKEN, number=TOKEN)])),
    "nothing": hang_up,
    "reset": reset,
}


@pytest.mark.parametrize("kind", STEPS)
def test_the_token_stays_secret(
    kind: str, make_client: MakeClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with Bytewise(STEPS[kind]) as server:
        client = make_client(server.url, total=1, retry_policy=RetryPolicy(failures=2, throttles=2))
        for call in (
            lambda: client.purchased(expected=1),
            lambda: client.search(Criteria("United States"), wanted=1),
            lambda: client.find(NUMBER),
            lambda: client.look_up(NUMBER),
            client.regions,
            lambda: client.purchase([NUMBER], 1, nothing_barred),
            lambda: client.release([NUMBER], nothing_barred),
        ):
            try:
                told.append(repr(call()))
            except ApiError as error:
                told += [str(error), repr(error), repr(error.args), error.hint]
                told += traceback.format_exception(error)
        told += [repr(client), repr(vars(client)), repr(vars(client._transport))]
    assert server.seen
    assert all(seen.headers["authorization"] == f"Bearer {TOKEN}" for seen in server.seen)
    told += [record.getMessage() for record in caplog.records]
    told += [*capfd.readouterr()]
    assert not [text for text in told if TOKEN in text]


def test_debug_logs_tell_method_endpoint_status_and_time(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="numplan.api")
    with Bytewise(reply(ok([]))) as server:
        make_client(server.url).find(NUMBER)
    [record] = [record for record in caplog.records if record.name == "numplan.api"]
    assert record.getMessage().startswith("GET find-number: 200 (")
