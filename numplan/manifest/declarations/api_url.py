"""The API's base URL: a bearer token goes there, so it must not travel in the clear."""

import re
from typing import Final
from urllib.parse import urlsplit

from numplan.model.location.hosts import is_loopback

_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


class ApiUrlError(ValueError):
    """A text cannot be the API's base URL; the message says why, in words for a user."""


def parse_api_url(text: str) -> str:
    """A base URL that ends in one slash: https, or http on loopback; no credentials, query or fragment.

    Raises ApiUrlError for anything else.
    """
    if not _PRINTABLE.fullmatch(text) or "\\" in text:
        raise ApiUrlError("a URL is made of ASCII characters without spaces")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ApiUrlError("this is not a URL") from None
    if parts.scheme not in {"https", "http"}:
        raise ApiUrlError("the API's URL starts with https://")
    if not host or port == 0:
        raise ApiUrlError("the URL names no host" if not host else "no server listens on port 0")
    if "@" in parts.netloc:
        raise ApiUrlError("the URL must not hold credentials; the token comes from NUMPLAN_TOKEN")
    if "?" in text or "#" in text:
        raise ApiUrlError("the URL must not hold a query or a fragment")
    if parts.scheme == "http" and not is_loopback(host):
        raise ApiUrlError("http would send the token in the clear; use https (http is for this machine only)")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}/"
