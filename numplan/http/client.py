"""One call to one server: never redirected, no cookies kept, nothing raised that a network can cause."""

import http.cookiejar
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import urllib3

from numplan import __version__
from numplan.http.adapter import Adapter, this_call
from numplan.http.early import Early
from numplan.http.library import requests
from numplan.http.result import CALL_FAILURES, Answer, HttpResult, NoAnswer, describe, is_lasting
from numplan.http.session import PlainSession
from numplan.model.location.hosts import is_loopback


class HttpCaller:
    """Calls to the server of a URL; safe from several threads. Nothing is sent before the first call.

    `auth` also keeps requests from reading `~/.netrc`; proxies and certificate bundles come from the environment as
    with any use of requests. Where `fresh`, every call has a connection of its own: on one kept alive, a server that
    is just closing it leaves us not knowing whether the call was carried out. Up to `early` of them are opened while
    the calls before are under way, where it is told what is to come.
    """

    def __init__(
        self,
        url: str,
        auth: requests.auth.AuthBase,
        headers: Mapping[str, str],
        *,
        connections: int,
        fresh: bool,
        early: int = 0,
    ) -> None:
        parts = urlsplit(url)
        self._host = parts.netloc
        self._session = PlainSession(direct=is_loopback(parts.hostname or ""))
        self._session.auth = auth
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": f"numplan/{__version__}", **headers})
        if fresh:
            self._session.headers["Connection"] = "close"
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._early = Early(early if fresh else 0)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, Adapter(connections, fresh=self._early if fresh else None))

    def call(
        self,
        method: str,
        url: str,
        read: Callable[[requests.Response], Answer],
        *,
        connect: float,
        total: float,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResult:
        """Make one call, once. `read` makes the answer of a response whose body is still to come, and bounds it;
        `connect` and `total` are seconds: for a connection, and from connecting to the answer's last byte. A body is
        JSON. Raises nothing that a network, a server or a setting can cause.
        """
        this_call.request_sent = False
        kind = {"Content-Type": "application/json"} if body is not None else {}
        try:
            with self._session.request(
                method,
                url,
                params=query,
                data=body,
                headers={**kind, **(headers or {})},
                timeout=urllib3.Timeout(connect=connect, total=total),  # type: ignore[arg-type]  # see Adapter
                allow_redirects=False,
                stream=True,
            ) as response:
                return read(response)
        except CALL_FAILURES as failure:
            return NoAnswer(
                describe(failure, self._host), sent=this_call.request_sent, again=not is_lasting(failure)
            )

    def expect(self, calls: int) -> None:
        """So many calls are to come, that which is about to begin among them. Where none is, no connection waits."""
        self._early.expect(calls)

    def close(self) -> None:
        """Close the kept connections, and those that wait for a call."""
        self._early.close()
        self._session.close()
