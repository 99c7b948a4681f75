"""The web application: the six endpoints under the vendor's paths."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import flask
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from numplan.emulator.controls import Controls
from numplan.emulator.protocol.replies import error_reply
from numplan.emulator.protocol.requests import Request
from numplan.emulator.service import ENDPOINTS, Service
from numplan.emulator.settings import EmulatorSettings
from numplan.emulator.web.control import CONTROL_PATH, control_blueprint
from numplan.emulator.web.waitress_server import to_response

__all__ = ["API_PATH", "BASE_PATH", "CONTROL_PATH", "make_app"]

BASE_PATH = "/o/"
API_PATH = BASE_PATH + "virtual-numbers/v1.0/"


def make_app(
    service: Service,
    pause: Callable[[float], None],
    controls: Controls | None,
    calendar: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> flask.Flask:
    """The application that answers for `service`, with the control endpoints of `controls` if given.

    `pause` is how an answer waits between its pieces, `calendar` what its `Date` says.
    """
    app = flask.Flask(__name__, static_folder=None)
    for endpoint, method in ENDPOINTS.items():
        app.add_url_rule(
            API_PATH + endpoint,
            endpoint,
            _view(service, endpoint, pause, calendar),
            methods=[method],
            provide_automatic_options=False,
        )
    if controls is not None:
        app.register_blueprint(control_blueprint(controls))
    app.register_error_handler(HTTPException, _http_error)
    return app


def _view(
    service: Service, endpoint: str, pause: Callable[[float], None], calendar: Callable[[], datetime]
) -> Callable[[], flask.Response]:
    def answer() -> flask.Response:
        response = to_response(service.call(endpoint, _request()), flask.request.environ, pause)
        response.headers.setdefault("Date", _date(calendar(), service.settings))
        return response

    return answer


def _date(now: datetime, settings: EmulatorSettings) -> str:
    """The time of an answer as a header says it, or no time: without any header the server would add its own."""
    return (
        http_date(now + timedelta(seconds=settings.date_shift_seconds)) if settings.date_told else "unknown"
    )


def _request() -> Request:
    given = flask.request
    return Request(
        authorization=given.headers.get("Authorization"),
        account=given.headers.get("accountId"),
        query=given.args.to_dict(flat=False),
        content_type=given.headers.get("Content-Type", ""),
        body=given.get_data(),
    )


def _http_error(error: HTTPException) -> flask.Response:
    """Errors outside the endpoints, such as an unknown path, in the API's own JSON."""
    reply = error_reply(error.code or 500, error.description or "")
    response = flask.Response(reply.body, status=reply.status, content_type=reply.content_type)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
