"""Faults on a finished answer."""

import json
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any, assert_never

import msgspec

from numplan.emulator.faults.faults import (
    AnswerFault,
    Cut,
    Drip,
    DuplicateKeys,
    Empty,
    Html,
    Huge,
    Interim,
    LoseReply,
    Nan,
    NotOk,
    OddRow,
    Redirect,
    Status,
    TooMany,
    WrongType,
)
from numplan.emulator.protocol.replies import JSON, Reply, error_reply

_PAGE = (
    b"<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please stand by</h1></body></html>"
)
_NAMES = ("accessNumber", "number", "regionName")
_AGAIN = "\N{BULLET}again"  # marks a key until the text is made, where it then stands a second time


def spoil(reply: Reply, fault: AnswerFault) -> Reply:
    """The reply as a server with this fault sends it."""
    match fault:
        case Status():
            return _with_status(fault)
        case TooMany():
            return error_reply(429, "Too many requests", _retry_after(fault))
        case Html(status=status):
            return Reply(status=status, body=_PAGE, content_type="text/html; charset=utf-8")
        case Empty(status=status):
            return Reply(status=status)
        case Redirect(status=status, location=location):
            return error_reply(status, "Look elsewhere", (("Location", location),))
        case Interim(status=status, times=times):
            return msgspec.structs.replace(reply, interim=(*reply.interim, *[status] * times))
        case NotOk() | WrongType() | OddRow() | Nan() | DuplicateKeys():
            return _with_json(reply, fault)
        case Cut(at=at, how=how):
            whole = len(reply.body)
            declared = None if how == "length" else whole
            return msgspec.structs.replace(reply, body=reply.body[:at], declared_length=declared)
        case Huge(bytes=size, claimed=True):
            return msgspec.structs.replace(reply, declared_length=size)
        case Huge(bytes=size):
            return msgspec.structs.replace(reply, padding=max(0, size - len(reply.body)))
        case Drip(seconds=seconds, bytes=size):
            return msgspec.structs.replace(reply, bytes_at_once=size, pause=seconds)
        case LoseReply(reset=reset):
            return Reply(hang_up=True, reset=reset)
        case _ as unknown:
            assert_never(unknown)


def _with_status(fault: Status) -> Reply:
    match fault.form:
        case "json":
            return error_reply(fault.status, fault.message)
        case "html":
            return Reply(status=fault.status, body=_PAGE, content_type="text/html; charset=utf-8")
        case "empty":
            return Reply(status=fault.status)


def _retry_after(fault: TooMany) -> tuple[tuple[str, str], ...]:
    match fault.retry_after:
        case "seconds":
            value = str(fault.seconds)
        case "date":
            value = formatdate(time.time() + fault.seconds, usegmt=True)
        case "nonsense":
            value = "in a little while"
        case "none":
            return ()
    return (("Retry-After", value),)


def _with_json(reply: Reply, fault: NotOk | WrongType | OddRow | Nan | DuplicateKeys) -> Reply:
    if reply.content_type != JSON or not reply.body:
        return reply
    try:
        content = json.loads(reply.body)
    except ValueError:  # another fault has cut it already
        return reply
    match fault:
        case NotOk(status=status, message=message):
            content |= {"status": status, "message": message}
        case WrongType(field=field, value=value, row=row):
            _change(content, row, field, lambda owner: owner.update({field: value}))
        case OddRow():
            content["data"] = [_odd(each, fault) for each in content["data"]]
        case Nan(field=field, row=row):
            _change(content, row, field, lambda owner: owner.update({field: float("nan")}))
        case DuplicateKeys(field=field, value=value, row=row):
            _change(content, row, field, lambda owner: owner.update({field + _AGAIN: value}))
    text = json.dumps(content, ensure_ascii=False).replace(_AGAIN, "")
    return msgspec.structs.replace(reply, body=text.encode())


def _odd(row: Any, fault: OddRow) -> Any:  # noqa: ANN401
    """A row of `data`, spoilt if it is one of those that the fault names."""
    names = {str(row.get(key, "")) for key in _NAMES} if isinstance(row, dict) else set()
    named = {name.removeprefix("+") for name in fault.of}
    if fault.of and named.isdisjoint(name.removeprefix("+") for name in names):
        return row
    if not fault.field:
        return fault.value
    if not isinstance(row, dict):
        return row
    if fault.missing:
        return {key: value for key, value in row.items() if key != fault.field}
    return {**row, fault.field: fault.value}


def _change(content: Any, row: int | None, field: str, change: Callable[[dict[str, Any]], None]) -> None:  # noqa: ANN401
    """Apply `change` to each object that has `field`: in one row of `data`, or anywhere."""
    if row is not None:
        content = content["data"][row : row + 1]
    for node in content.values() if isinstance(content, dict) else content:
        if isinstance(node, dict | list):
            _change(node, None, field, change)
    if isinstance(content, dict) and field in content:
        change(content)
