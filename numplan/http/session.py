"""Sessions that go nowhere else than they are told to, and bodies that end."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

from numplan.http.library import requests
from numplan.http.result import OversizeError

_CHUNK: Final = 256 * 1024


class PlainSession(requests.Session):
    """A session that ignores redirects and, where `direct`, the environment's proxies."""

    def __init__(self, *, direct: bool) -> None:
        super().__init__()
        self._direct = direct
        self._settings: dict[tuple[Any, ...], dict[str, Any]] = {}

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: even with redirects off, requests would follow far enough to read an unbounded body."""
        del resp
        return None

    def merge_environment_settings(
        self,
        url: Any,  # noqa: ANN401 - as requests has it
        proxies: Any,  # noqa: ANN401
        *others: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """As requests does, but plain http never goes through a proxy, token and all, nor what is `direct`. The
        environment is looked at once for each server: it takes as long as all else that a call costs here.
        """
        key = (*urlsplit(url)[:2], *others, *sorted((proxies or {}).items()))
        if key not in self._settings:
            merged = dict(super().merge_environment_settings(url, proxies, *others))
            direct = self._direct or urlsplit(url).scheme == "http"
            self._settings[key] = {**merged, "proxies": {}} if direct else merged
        return dict(self._settings[key])


def whole_body(response: requests.Response, most: int, *, encodings: Sequence[str] = ("gzip",)) -> bytes:
    """The body, decompressed where it is compressed in a way that was asked for, one of `encodings`. Raises
    OversizeError for any other, and beyond `most` bytes, in whatever way it grows.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", *encodings}:
        raise OversizeError(f"the answer is compressed as {encoding[:40]!r}, which was not asked for")
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise OversizeError(f"the answer is larger than {most} bytes")
    body = BytesIO()  # one that grows: chunks in a list, and joined, would take the room twice
    for chunk in response.iter_content(_CHUNK):
        body.write(chunk)
        if body.tell() > most:
            raise OversizeError(f"the answer is larger than {most} bytes")
    return body.getvalue()
