"""What comes of one HTTP call, as a value: an answer with its status, or none and why."""

import http.client
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import urllib3.exceptions

from numplan.http.library import requests

CALL_FAILURES: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # names that no resolver takes, headers that http.client refuses
)


class Answer(msgspec.Struct, frozen=True):
    """A status and a whole body; `retry_after` is that header's text, `phrase` that of an error's status line."""

    status: int
    body: bytes
    retry_after: str | None = None
    phrase: str = ""


class NoAnswer(msgspec.Struct, frozen=True):
    """No answer. `sent`: the server may have seen the request. `again`: asking again may help."""

    reason: str
    sent: bool
    again: bool = True


HttpResult = Answer | NoAnswer


class OversizeError(OSError):
    """A body grew beyond what an answer of its kind can need."""


def describe(failure: BaseException, host: str) -> str:
    """Why a call brought no answer, in plain words and without anything that differs from run to run."""
    causes = list(_causes(failure))
    for kind, words in _WORDS:
        for cause in causes:
            if isinstance(cause, kind):
                return words.format(host=host, cause=_plain(cause, causes))
    for cause in causes:
        if type(cause) is OSError:  # such as a certificate bundle that is not there
            return str(cause)
    return f"the call failed ({type(failure).__name__})"


def is_lasting(failure: BaseException) -> bool:
    """Whether no second try mends it: a certificate that is not accepted, a setting that cannot be used, an
    answer of absurd size.
    """
    if isinstance(
        failure, OversizeError | requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL
    ):
        return True
    # requests raises a bare OSError for a certificate bundle that is not there.
    return type(failure) is OSError or any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(failure)
    )


# The first kind found anywhere in the chain of causes names the failure: precise ones first.
_WORDS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (OversizeError, "{cause}"),
    (ssl.SSLCertVerificationError, "the certificate of {host} was not accepted: {cause}"),
    (requests.exceptions.InvalidSchema, "{cause}"),
    (socket.gaierror, "the name {host} could not be resolved"),
    (urllib3.exceptions.ProxyError, "the proxy could not be used{cause}"),
    (ConnectionRefusedError, "{host} refused the connection"),
    (urllib3.exceptions.NewConnectionError, "no connection to {host} could be made"),
    (urllib3.exceptions.ConnectTimeoutError, "no connection to {host} could be made in time"),
    (TimeoutError, "no complete answer came in time"),
    (urllib3.exceptions.ReadTimeoutError, "no complete answer came in time"),
    (ssl.SSLError, "the TLS connection to {host} failed"),
    (http.client.RemoteDisconnected, "the connection was closed before an answer came"),
    (ConnectionError, "the connection was cut before the whole answer came"),
    (http.client.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.DecodeError, "the answer's compression is broken"),
    (http.client.HTTPException, "the answer was not HTTP"),
    (urllib3.exceptions.ProtocolError, "the answer was cut off"),
    (requests.exceptions.InvalidProxyURL, "the proxy's address cannot be used"),
    (requests.exceptions.InvalidURL, "the API URL cannot be used"),
)


def _plain(cause: BaseException, causes: Sequence[BaseException]) -> str:
    match cause:
        case ssl.SSLCertVerificationError():
            return cause.verify_message
        case urllib3.exceptions.ProxyError():
            refusals = [str(one) for one in causes if type(one) is OSError]
            return f" ({refusals[0]})" if refusals else ""
        case _:
            return str(cause)


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """The failure and all it carries: causes, contexts, and exceptions among the arguments."""
    pending, seen = [failure], set[int]()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        pending.extend(found for found in inner if isinstance(found, BaseException))
