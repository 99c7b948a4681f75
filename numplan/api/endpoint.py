"""Where the API is and who calls it, checked before anything is sent there."""

from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from numplan.http.library import requests
from numplan.model.errors import SettingError
from numplan.model.location.urls import VISIBLE, UrlError, api_url
from numplan.model.secrets import BEARER, LEAST, Secret

PATH: Final = "virtual-numbers/v1.0/"
_ROOT: Final = "o"


class Bearer(requests.auth.AuthBase):
    """The token, on each request. An explicit auth object also keeps requests from reading `~/.netrc`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._secret = Secret(BEARER, token) if len(token) >= LEAST else None

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        r.headers["Authorization"] = f"Bearer {self._token}"
        return r

    def __repr__(self) -> str:
        return "Bearer(***)"

    def redact(self, body: bytes) -> bytes:
        """The body of an answer without the token, however it is spelled: a server that echoes its request must not
        carry it into messages, plans or state.
        """
        return self._secret.hidden_in(body) if self._secret else body


def check_url(url: str) -> str:
    """The base URL, as `api_url` gives it. Raises SettingError for one to which no token may travel."""
    try:
        return api_url(url.strip())
    except UrlError as problem:
        raise SettingError(f"the API URL cannot be used: {problem}", hint=_HINT) from None


def where_else(url: str) -> str:
    """What is odd about a base URL, as `check_url` gives it, at which nothing was found; and what to do."""
    steps = urlsplit(url).path.strip("/").split("/")
    own = PATH.split("/")[0]
    if own in steps:
        base = url[: url.index(f"/{own}/") + 1]
        return f"NUMPLAN_API_URL already ends with the path of a call, which is added to it: set it to {base}"
    if repeated := next((one for one, after in pairwise(steps) if one == after), ""):
        return f"/{repeated}/ stands twice in NUMPLAN_API_URL"
    if _ROOT not in steps:
        return f"NUMPLAN_API_URL has no /{_ROOT}/, with which the vendor's own ends: perhaps {url}{_ROOT}/"
    return "check NUMPLAN_API_URL: another server may answer there"


def check_header_text(text: str, variable: str) -> str:
    """The text, if it can travel in a header. Raises SettingError, which never shows it."""
    if not text:
        raise SettingError(f"{variable} is empty", hint=f"set {variable}")
    if not VISIBLE.fullmatch(text):
        raise SettingError(
            f"{variable} holds spaces, line breaks or other characters that no HTTP header can carry",
            hint=f"set {variable} again, without quotes or a line break",
        )
    return text


_HINT = "Set NUMPLAN_API_URL to something like https://api.integrari.com/o/."
