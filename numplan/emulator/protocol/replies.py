"""Answers as values: what is said, and how it travels."""

import http

import msgspec

OK = "OK"
SUCCEEDED = "The request has succeeded"
JSON = "application/json"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one request; the fields after `headers` are for answers that go wrong."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    declared_length: int | None = None
    """The Content-Length to claim where it is not that of the body."""
    padding: int = 0
    """How many spaces follow the body, made while they are sent."""
    bytes_at_once: int = 0
    """Send this many bytes, pause `pause` seconds, and so on; 0 sends at full speed."""
    pause: float = 0
    interim: tuple[int, ...] = ()
    """Statuses of interim answers that come before this one (RFC 9110, 15.2)."""
    hang_up: bool = False
    """Close the connection without a byte."""
    reset: bool = False
    """Close it with a TCP reset rather than in good order."""


def rows_reply(rows: list[str], total: int | None) -> Reply:
    """A successful answer whose `data` are these JSON texts; no `total` where it is None."""
    counted = "" if total is None else f',"total":{total}'
    body = f'{{"data":[{",".join(rows)}],"message":"{SUCCEEDED}","status":"{OK}"{counted}}}'
    return Reply(body=body.encode())


def outcome_reply(success: dict[str, str], error: dict[str, str], *, keep_empty: bool) -> Reply:
    """A successful answer to a POST: digits and sentence of each number, on the side it belongs to."""
    told = {}
    for side, numbers in (("success", success), ("error", error)):
        if numbers or keep_empty:
            told[side] = {
                "numbers": [{"accessNumber": each, "message": why} for each, why in numbers.items()]
            }
    body = {"data": [told] if told else [], "message": SUCCEEDED, "status": OK}
    return Reply(body=msgspec.json.encode(body))


def error_reply(status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An answer with an error status; `status` in the body is its name, as in `NOT_FOUND`."""
    body = {"data": [], "message": message, "status": _name(status)}
    if status == http.HTTPStatus.UNAUTHORIZED:
        headers = (*headers, ("WWW-Authenticate", "Bearer"))  # RFC 9110, 15.5.2
    return Reply(status=status, body=msgspec.json.encode(body), headers=headers)


def _name(status: int) -> str:
    try:
        return http.HTTPStatus(status).name
    except ValueError:  # a scripted fault may send any status
        return f"STATUS_{status}"
