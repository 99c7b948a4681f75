"""Calls to a server that keeps state: bounded, repeated where Terraform repeats them, and never redirected."""

import base64
import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from numplan.engine.ports import Clock
from numplan.http.client import HttpCaller
from numplan.http.library import requests
from numplan.http.result import Answer, HttpResult
from numplan.http.session import whole_body
from numplan.model.errors import SettingError
from numplan.state.backend import SIZE_LIMIT

log = logging.getLogger("numplan.state")

PAUSES: Final = (0.5, 2.0)
"""Seconds before a call is made again, after no answer or one of 5xx."""

_CONNECT: Final = 10.0
_TOTAL: Final = 60.0
_BYTES_PER_SECOND: Final = 1_000_000
_SERVER_ERROR: Final = 500
_ERROR_BODY_MOST: Final = 1 << 16
_VARIABLES: Final = (
    ("NUMPLAN_STATE_USERNAME", "NUMPLAN_STATE_PASSWORD"),
    ("TF_HTTP_USERNAME", "TF_HTTP_PASSWORD"),
)


class Credentials(requests.auth.AuthBase):
    """A user and a password, sent at once; or neither. Keeps requests from reading `~/.netrc` either way.

    Raises SettingError for half of the two.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._basic: requests.auth.HTTPBasicAuth | None = None
        for names in _VARIABLES:
            given = [environment.get(name, "") for name in names]
            if any(given) and not all(given):
                missing, there = names if not given[0] else names[::-1]
                raise SettingError(f"{there} is set and {missing} is not", hint="set both, or neither")
            if all(given):
                user, password = (one.encode() for one in given)
                self._basic = requests.auth.HTTPBasicAuth(user, password)
                break

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put them on a request."""
        return self._basic(r) if self._basic else r

    def __repr__(self) -> str:
        return "Credentials(***)"


class StateClient:
    """Calls to the addresses of one state; safe from several threads. Nothing is sent before the first call."""

    def __init__(
        self, address: str, credentials: Credentials, clock: Clock, *, pauses: Sequence[float] = PAUSES
    ) -> None:
        self._clock = clock
        self._pauses = tuple(pauses)
        headers = {"Accept-Encoding": "identity"}
        self._caller = HttpCaller(address, credentials, headers, connections=8, fresh=True)

    def call(
        self, method: str, url: str, *, body: bytes | None = None, query: Mapping[str, str] | None = None
    ) -> HttpResult:
        """Make one call, and again after a pause where it brought no answer or one of 5xx. A wish to stop ends a
        pause, and no attempt is left out for it: what was bought by then is still to be recorded.
        """
        headers = {}
        if body is not None:
            digest = hashlib.md5(body, usedforsecurity=False).digest()
            headers["Content-MD5"] = base64.b64encode(digest).decode()
        total = _TOTAL + len(body or b"") / _BYTES_PER_SECOND
        for pause in (*self._pauses, None):
            came = self._caller.call(
                method, url, _read, connect=_CONNECT, total=total, query=query, body=body, headers=headers
            )
            log.debug("%s %s: %s", method, url, came.status if isinstance(came, Answer) else came.reason)
            again = came.status >= _SERVER_ERROR if isinstance(came, Answer) else came.again
            if not again or pause is None:
                break
            self._clock.wait(pause)
        return came


def _read(response: requests.Response) -> Answer:
    most = SIZE_LIMIT if response.status_code == requests.codes.ok else _ERROR_BODY_MOST
    return Answer(response.status_code, whole_body(response, most, encodings=()))
