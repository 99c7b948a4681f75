"""URLs to which credentials travel, and the hosts in them."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from numplan.model.location import plain_http
from numplan.model.location.hosts import canonical_host, is_loopback

VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_HTTP: Final = 80


class UrlError(ValueError):
    """A text is no URL that can be called; the message says why, in words for a user, and repeats none of it."""


def split_url(text: str) -> SplitResult:
    """The parts of a URL; ports are not looked at. Raises UrlError."""
    if not VISIBLE.fullmatch(text) or "\\" in text:
        raise UrlError("a URL is made of ASCII characters without spaces")
    try:
        return urlsplit(text)
    except ValueError:
        raise UrlError("this is not a URL") from None


def safe_url(text: str, instead: str) -> SplitResult:
    """The parts of a URL to which credentials may travel, and in which there are none: https, or http to this machine
    or to a server that NUMPLAN_PLAIN_HTTP names. `instead` says where credentials are taken from. Raises UrlError.
    """
    parts = split_url(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise UrlError("this is not a URL")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise UrlError("the URL starts with https:// and a host")
    if "@" in parts.netloc:
        raise UrlError(f"the URL must not hold a user or a password; {instead}")
    if "#" in text:
        raise UrlError("the URL must not hold a fragment")
    if parts.scheme == "http" and not (
        is_loopback(parts.hostname) or plain_http.is_allowed(canonical_host(parts.hostname), port or _HTTP)
    ):
        raise UrlError(
            "plain http would send credentials in the clear; use https (http is for this machine only, and for a "
            f"host:port in {plain_http.VARIABLE})"
        )
    return parts


def api_url(text: str) -> str:
    """The API's base URL, with scheme and host in lower case and one `/` at its end. Raises UrlError."""
    parts = safe_url(text, "the token comes from NUMPLAN_TOKEN")
    if "?" in text:
        raise UrlError("the URL must not hold a query")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}/"
