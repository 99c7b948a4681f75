"""HTTP to the API: one call, bounded in time and size; and reading calls, repeated where that is safe. The token is in
no message, log record or repr.
"""

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Final

import msgspec

from numplan.api.endpoint import PATH, Bearer, check_header_text, check_url
from numplan.api.retry import RateLimit, date_of
from numplan.http.client import HttpCaller
from numplan.http.library import requests
from numplan.http.result import CALL_FAILURES, Answer, HttpResult, NoAnswer
from numplan.http.session import whole_body
from numplan.model.errors import AnswerError, UnreachableError

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
        self, url: str, account: str, token: str, *, parallelism: int, timeouts: Timeouts, limit: RateLimit
    ) -> None:
        self.url = check_url(url)
        self.account = check_header_text(account, "NUMPLAN_ACCOUNT_ID")
        self.limit = limit
        self._bearer = Bearer(check_header_text(token, "NUMPLAN_TOKEN"))
        self._timeouts = timeouts
        headers = {"Accept": "application/json", "accountId": account, "Accept-Encoding": "gzip"}
        caller = partial(HttpCaller, self.url, self._bearer, headers, connections=2 * parallelism)
        self._reading, self._writing = caller(fresh=False), caller(fresh=True, early=parallelism)
        self._told = ("", 0.0)  # one value, replaced whole: several threads write and read it
        self._date_of = lru_cache(maxsize=64)(
            date_of
        )  # a `Date` is the same for a second, and asked for often

    def vendors_time(self) -> datetime | None:
        """The vendor's clock now: what the last answer's `Date` said, and the time since; None where it said none."""
        said, at = self._told
        told = self._date_of(said)
        return told and told + timedelta(seconds=time.monotonic() - at)

    def expect(self, posts: int) -> None:
        """So many POSTs are to come, that which is about to begin among them."""
        self._writing.expect(posts)

    def close(self) -> None:
        """Close the kept connections."""
        self._reading.close()
        self._writing.close()

    def get(self, endpoint: str, query: Mapping[str, str], *, rows: int = 1) -> Answer:
        """One reading call that expects about so many rows, repeated after failures, 5xx and 429.

        The answer has any other status. Raises UnreachableError when the retry policy ends or the user interrupts,
        AnswerError for an answer that is too big to be one.
        """
        attempts = self.limit.attempts()
        while True:
            self.limit.hold()
            came = self.call_once("GET", endpoint, query=query, rows=rows)
            match came:
                case Answer(status=429):
                    reason = "the API kept asking to slow down (429)"
                    again = attempts.after_throttle(came.retry_after)
                case Answer() if came.status >= _SERVER_ERROR or came.status in _TOO_SLOW_OR_EARLY:
                    reason = f"the API answered {came.status}"
                    again = attempts.after_failure(came.retry_after)
                case Answer():
                    return came
                case NoAnswer(sent=True, again=False):
                    raise AnswerError(endpoint, came.reason)
                case NoAnswer():
                    reason, again = came.reason, came.again and attempts.after_failure()
            if not again:
                raise UnreachableError(endpoint, reason, hint=_hint(came))

    def call_once(
        self,
        method: str,
        endpoint: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        rows: int = 1,
    ) -> HttpResult:
        """Make one call, once. Raises nothing that a network, a server or a setting can cause."""
        started = time.monotonic()
        came = (self._reading if method == "GET" else self._writing).call(
            method,
            self.url + PATH + endpoint,
            partial(self._read, rows),
            connect=self._timeouts.connect,
            total=self._timeouts.total + rows / _ROWS_PER_SECOND,
            query=query,
            body=body,
        )
        result = came.status if isinstance(came, Answer) else came.reason
        log.debug("%s %s: %s (%d ms)", method, endpoint, result, (time.monotonic() - started) * 1000)
        if isinstance(came, Answer) and came.status != requests.codes.too_many_requests:
            self.limit.exhausted = False
        return came

    def _read(self, rows: int, response: requests.Response) -> Answer:
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


def _hint(came: HttpResult) -> str:
    if isinstance(came, Answer):
        return "Try again later; if it lasts, ask the vendor."
    if not came.again:
        return (
            "Check NUMPLAN_API_URL, the proxy settings, and REQUESTS_CA_BUNDLE: the certificates to accept."
        )
    return "Check the network, the proxy settings and NUMPLAN_API_URL, then try again."
