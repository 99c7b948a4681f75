"""The control endpoints: what `Emulator` does in Python, over HTTP, for this machine only."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal

import flask
import msgspec

from numplan.emulator.faults.schedule import Scripted
from numplan.emulator.protocol.records import Flow
from numplan.emulator.protocol.replies import JSON, error_reply

if TYPE_CHECKING:
    from numplan.emulator.server import Emulator

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


def control_blueprint(emulator: "Emulator") -> flask.Blueprint:
    """The control endpoints of `emulator`."""
    blueprint = flask.Blueprint("control", __name__, url_prefix=CONTROL_PATH.rstrip("/"))
    blueprint.before_request(_only_this_machine)
    for name, methods in _views(emulator).items():
        for method, view in methods.items():
            blueprint.add_url_rule(f"/{name}", f"{method} {name}", _answering(view), methods=[method])
    return blueprint


def _views(emulator: "Emulator") -> dict[str, dict[str, _View]]:
    """Every control endpoint by name and method."""

    def settings() -> object:
        emulator.configure(**_body(dict[str, Any]))
        return emulator.settings

    return {
        "health": {"GET": dict},
        "account": {"GET": lambda: {"owned": emulator.owned()}},
        "ledger": {"GET": lambda: {"posts": emulator.ledger(), "calls": emulator.calls()}},
        "faults": {
            "GET": lambda: {"pending": [_written(each) for each in emulator.pending_faults()]},
            "POST": lambda: emulator.faults(_fault_list()),
            "DELETE": emulator.clear_faults,
        },
        "stock": {"POST": lambda: _change_stock(emulator, _body(_StockChange))},
        "owned": {"POST": lambda: _change_account(emulator, _body(_AccountChange))},
        "settings": {"GET": lambda: emulator.settings, "POST": settings},
        "reset": {"POST": emulator.reset},
    }


def _change_stock(emulator: "Emulator", change: _StockChange) -> None:
    emulator.add_stock(change.add)
    emulator.remove_stock(change.remove)


def _change_account(emulator: "Emulator", change: _AccountChange) -> None:
    emulator.add_owned(change.add)
    emulator.remove_owned(change.remove, to_stock=change.to_stock)
    for number, assignment in change.assign.items():
        emulator.assign(number, assignment)
    for number, mrc in change.mrc.items():
        emulator.change_charge(number, mrc)


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
