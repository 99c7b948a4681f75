"""HTTP to the API: one call, bounded in time and size; and reading calls, repeated where that is safe.

Redirects are never followed (urllib3 would send the body and the token again, elsewhere), cookies are not
kept, and proxies and certificate bundles come from the environment as with any use of requests. The token is
in no message, log record or repr.
"""

import http.cookiejar
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3

from numplan import __version__
from numplan.api.endpoint import PATH, Bearer, check_header_text, check_url
from numplan.api.retry import Pauses, date_of
from numplan.http.adapter import Adapter, departure
from numplan.http.result import (
    CALL_FAILURES,
    Answer,
    Lost,
    describe,
    is_lasting,
)
from numplan.http.session import PlainSession, whole_body
from numplan.model.errors import AnswerError, UnreachableError
from numplan.model.location.hosts import is_loopback

log = logging.getLogger("numplan.api")

_BODY_BASE: Final = 4 * 1024 * 1024
_BODY_PER_ROW: Final = 4 * 1024
_BODY_MOST: Final = 512 * 1024 * 1024
_ROWS_PER_SECOND: Final = 1000
_SERVER_ERROR: Final = 500
_TOO_SLOW_OR_EARLY: Final = frozenset({408, 425})


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds. `connect` is for each connection; `total` is for a whole call, from connecting to the answer's
    last byte, and grows by one for every thousand rows asked for.
    """

    connect: float = 10.0
    total: float = 60.0


class Transport:
    """The account's HTTP line to the API. Safe to use from several threads.

    Raises SettingError for a URL, account or token that cannot be used.
    """

    def __init__(
        self, url: str, account: str, token: str, *, parallelism: int, timeouts: Timeouts, pauses: Pauses
    ) -> None:
        self.url = check_url(url)
        self.account = check_header_text(account, "NUMPLAN_ACCOUNT_ID")
        self.pauses = pauses
        self._bearer = Bearer(check_header_text(token, "NUMPLAN_TOKEN"))
        self._timeouts = timeouts
        self._host = urlsplit(self.url).netloc
        headers = {"User-Agent": f"numplan/{__version__}", "Accept": "application/json", "accountId": account}
        headers["Accept-Encoding"] = "gzip"
        self._reading = self._session(headers, Adapter(2 * parallelism, fresh=False))
        # A POST gets a connection of its own: on one kept alive, a server that is just closing it leaves us
        # not knowing whether the call was carried out.
        headers["Connection"] = "close"
        self._posting = self._session(headers, Adapter(2 * parallelism, fresh=True))
        self._told = ("", 0.0)  # one value, replaced whole: several threads write and read it

    def _session(self, headers: Mapping[str, str], adapter: Adapter) -> PlainSession:
        session = PlainSession(direct=is_loopback(urlsplit(self.url).hostname or ""))
        session.auth = self._bearer
        session.headers.clear()
        session.headers.update(headers)
        session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def vendors_time(self) -> datetime | None:
        """The vendor's clock now: what the last answer's `Date` said, and the time since; None where it said none."""
        said, at = self._told
        told = date_of(said)
        return told and told + timedelta(seconds=time.monotonic() - at)

    def close(self) -> None:
        """Close the kept connections."""
        self._reading.close()
        self._posting.close()

    def get(self, endpoint: str, query: Mapping[str, str], *, rows: int = 1) -> Answer:
        """One reading call that expects about so many rows, repeated after failures, 5xx and 429.

        The answer has any other status. Raises UnreachableError when patience ends or the user interrupts,
        AnswerError for an answer that is too big to be one.
        """
        attempts = self.pauses.attempts()
        while True:
            self.pauses.hold()
            came = self.exchange("GET", endpoint, query=query, rows=rows)
            match came:
                case Answer(status=429):
                    reason, again = (
                        "the API kept asking to slow down (429)",
                        attempts.after_throttle(came.retry_after),
                    )
                case Answer() if came.status >= _SERVER_ERROR or came.status in _TOO_SLOW_OR_EARLY:
                    reason = f"the API answered {came.status}"
                    again = attempts.after_failure(came.retry_after)
                case Answer():
                    return came
                case Lost(departed=True, again=False):
                    raise AnswerError(endpoint, came.reason)
                case Lost():
                    reason, again = came.reason, came.again and attempts.after_failure()
            if not again:
                raise UnreachableError(endpoint, reason, hint=_hint(came))

    def exchange(
        self,
        method: str,
        endpoint: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        rows: int = 1,
    ) -> Answer | Lost:
        """Make one call, once. Raises nothing that a network, a server or a setting can cause."""
        session = self._reading if method == "GET" else self._posting
        started = time.monotonic()
        departure.made = False
        outcome: Answer | Lost
        try:
            with session.request(
                method,
                self.url + PATH + endpoint,
                params=query,
                data=body,
                headers={"Content-Type": "application/json"} if body is not None else None,
                timeout=self._timeout(rows),  # type: ignore[arg-type]  # the adapter documents this form
                allow_redirects=False,
                stream=True,
            ) as response:
                outcome = self._read(response, rows)
        except CALL_FAILURES as failure:
            outcome = Lost(
                describe(failure, self._host),
                departed=departure.made,
                again=not is_lasting(failure),
            )
        _note(method, endpoint, outcome, time.monotonic() - started)
        if isinstance(outcome, Answer) and outcome.status != requests.codes.too_many_requests:
            self.pauses.exhausted = False
        return outcome

    def _timeout(self, rows: int) -> urllib3.Timeout:
        return urllib3.Timeout(
            connect=self._timeouts.connect, total=self._timeouts.total + rows / _ROWS_PER_SECOND
        )

    def _read(self, response: requests.Response, rows: int) -> Answer:
        try:
            body = whole_body(response, min(_BODY_BASE + rows * _BODY_PER_ROW, _BODY_MOST))
        except CALL_FAILURES:
            if response.status_code == requests.codes.ok:
                raise
            body = b""  # the status alone says what became of the call
        self._told = (response.headers.get("Date") or "", time.monotonic())
        phrase = response.reason if response.status_code >= requests.codes.bad_request else ""
        return Answer(
            response.status_code,
            self._bearer.redact(body),
            response.headers.get("Retry-After"),
            self._bearer.redact((phrase or "").encode()).decode(errors="replace"),
        )


def _note(method: str, endpoint: str, outcome: Answer | Lost, seconds: float) -> None:
    match outcome:
        case Answer():
            result = str(outcome.status)
        case Lost():
            result = outcome.reason
    log.debug("%s %s: %s (%d ms)", method, endpoint, result, seconds * 1000)


def _hint(came: Answer | Lost) -> str:
    if isinstance(came, Answer):
        return "Try again later; if it lasts, ask the vendor."
    if not came.again:
        return (
            "Check NUMPLAN_API_URL, the proxy settings, and REQUESTS_CA_BUNDLE: the certificates to accept."
        )
    return "Check the network, the proxy settings and NUMPLAN_API_URL, then try again."
