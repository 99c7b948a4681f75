"""The control endpoints: what `Controls` does in Python, over HTTP, for this machine only."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Literal

import flask
import msgspec

from numplan.emulator.controls import Controls
from numplan.emulator.faults.schedule import Scripted
from numplan.emulator.protocol.records import Flow
from numplan.emulator.protocol.replies import JSON, error_reply

CONTROL_PATH = "/_control/"

_Numbers = list[str | dict[str, Any]]
_View = Callable[[], object]


class _StockChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST stock: numbers to put on sale, and numbers that others have bought."""

    add: _Numbers = []
    remove: list[str] = []


class _AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST owned: what happens to the account outside numplan, in this order."""

    add: _Numbers = []
    remove: list[str] = []
    to_stock: bool = False
    assign: dict[str, Flow | Literal["null", "absent"]] = {}
    mrc: dict[str, str] = {}


class _FaultList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST faults, where they do not come as a bare list."""

    faults: list[dict[str, Any]]


def control_blueprint(controls: Controls) -> flask.Blueprint:
    """The control endpoints of `controls`."""
    blueprint = flask.Blueprint("control", __name__, url_prefix=CONTROL_PATH.rstrip("/"))
    blueprint.before_request(_only_this_machine)
    for name, methods in _views(controls).items():
        for method, view in methods.items():
            blueprint.add_url_rule(f"/{name}", f"{method} {name}", _answering(view), methods=[method])
    return blueprint


def _views(controls: Controls) -> dict[str, dict[str, _View]]:
    """Every control endpoint by name and method."""

    def settings() -> object:
        controls.configure(**_body(dict[str, Any]))
        return controls.settings

    return {
        "health": {"GET": dict},
        "account": {"GET": lambda: {"owned": controls.owned()}},
        "ledger": {"GET": lambda: {"posts": controls.ledger(), "calls": controls.calls()}},
        "faults": {
            "GET": lambda: {"pending": [_written(each) for each in controls.pending_faults()]},
            "POST": lambda: controls.faults(_fault_list()),
            "DELETE": controls.clear_faults,
        },
        "stock": {"POST": lambda: _change_stock(controls, _body(_StockChange))},
        "owned": {"POST": lambda: _change_account(controls, _body(_AccountChange))},
        "settings": {"GET": lambda: controls.settings, "POST": settings},
        "reset": {"POST": controls.reset},
    }


def _change_stock(controls: Controls, change: _StockChange) -> None:
    controls.add_stock(change.add)
    controls.remove_stock(change.remove)


def _change_account(controls: Controls, change: _AccountChange) -> None:
    controls.add_owned(change.add)
    controls.remove_owned(change.remove, to_stock=change.to_stock)
    for number, assignment in change.assign.items():
        controls.assign(number, assignment)
    for number, mrc in change.mrc.items():
        controls.change_charge(number, mrc)


def _fault_list() -> list[dict[str, Any]]:
    body = _body(list[dict[str, Any]] | _FaultList)
    return body.faults if isinstance(body, _FaultList) else body


def _written(scripted: Scripted) -> dict[str, Any]:
    """A scripted fault in the form in which it was posted."""
    written: dict[str, Any] = msgspec.to_builtins(scripted)
    params = written.pop("fault")
    return {"fault": params.pop("fault"), "params": params, **written}


def _body(kind: Any) -> Any:  # noqa: ANN401 - whatever type is asked for
    return msgspec.json.decode(flask.request.get_data() or b"{}", type=kind)


def _answering(view: _View) -> Callable[[], flask.Response]:
    """The view, with its value as JSON and its errors as 400 and 404."""

    def answer() -> flask.Response:
        try:
            value = view()
        except (msgspec.DecodeError, TypeError) as problem:
            return _error(HTTPStatus.BAD_REQUEST, str(problem))
        except KeyError as missing:
            return _error(HTTPStatus.NOT_FOUND, f"The account does not own {missing.args[0]}")
        return flask.Response(msgspec.json.encode({} if value is None else value), content_type=JSON)

    return answer


def _only_this_machine() -> flask.Response | None:
    if ip_address(flask.request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - no address is no loopback
        return None
    return _error(HTTPStatus.FORBIDDEN, "The control endpoints are for this machine only")


def _error(status: HTTPStatus, message: str) -> flask.Response:
    return flask.Response(error_reply(status, message).body, status=status, content_type=JSON)
