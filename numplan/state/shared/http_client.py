"""Calls to a server that keeps state: bounded, repeated where Terraform repeats them, and never redirected."""

import base64
import hashlib
import http.cookiejar
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import requests
import requests.auth
import urllib3

from numplan import __version__
from numplan.http.adapter import Adapter, departure
from numplan.http.result import CALL_FAILURES, Answer, Lost, describe, is_lasting
from numplan.http.session import PlainSession, whole_body
from numplan.model.errors import SettingError
from numplan.model.location.hosts import is_loopback
from numplan.state.atomic_files import SIZE_LIMIT

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


class HttpLine:
    """Calls to the addresses of one state; safe from several threads. Nothing is sent before the first call."""

    def __init__(self, address: str, credentials: Credentials, *, pauses: Sequence[float] = PAUSES) -> None:
        self._host = urlsplit(address).netloc
        self._pauses = tuple(pauses)
        self._session = PlainSession(direct=is_loopback(urlsplit(address).hostname or ""))
        self._session.auth = credentials
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": f"numplan/{__version__}", "Accept-Encoding": "identity"})
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            # On a connection kept alive, a server that is just closing it leaves us not knowing what came of it.
            self._session.mount(scheme, Adapter(8, fresh=True))

    def call(
        self, method: str, url: str, *, body: bytes | None = None, query: Mapping[str, str] | None = None
    ) -> Answer | Lost:
        """Make one call, and again after a pause where it brought no answer or one of 5xx."""
        for pause in (*self._pauses, None):
            came = self._once(method, url, body, query)
            log.debug("%s %s: %s", method, url, came.status if isinstance(came, Answer) else came.reason)
            settled = came.status < _SERVER_ERROR if isinstance(came, Answer) else not came.again
            if settled or pause is None:
                break
            time.sleep(pause)
        return came

    def _once(
        self, method: str, url: str, body: bytes | None, query: Mapping[str, str] | None
    ) -> Answer | Lost:
        headers = {"Connection": "close"}
        if body is not None:
            digest = hashlib.md5(body, usedforsecurity=False).digest()
            headers |= {"Content-Type": "application/json", "Content-MD5": base64.b64encode(digest).decode()}
        departure.made = False
        seconds = _TOTAL + len(body or b"") / _BYTES_PER_SECOND
        try:
            with self._session.request(
                method,
                url,
                params=query,
                data=body,
                headers=headers,
                timeout=urllib3.Timeout(connect=_CONNECT, total=seconds),  # type: ignore[arg-type]  # see Adapter
                allow_redirects=False,
                stream=True,
            ) as response:
                ok = response.status_code == requests.codes.ok
                most = SIZE_LIMIT if ok else _ERROR_BODY_MOST
                return Answer(response.status_code, whole_body(response, most, encodings=()))
        except CALL_FAILURES as failure:
            return Lost(describe(failure, self._host), departed=departure.made, again=not is_lasting(failure))
