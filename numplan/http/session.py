"""Sessions that go nowhere else than they are told to, and bodies that end."""

from typing import Any, Final

import requests

from numplan.http.exchange import OversizeError

_CHUNK: Final = 256 * 1024


class PlainSession(requests.Session):
    """A session that ignores redirects and, where `direct`, the environment's proxies."""

    def __init__(self, *, direct: bool) -> None:
        super().__init__()
        self._direct = direct

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: even with redirects off, requests would follow far enough to read an unbounded body."""
        del resp
        return None

    def merge_environment_settings(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - as requests has it
        """As requests does, but plain http to this machine never goes through a proxy, token and all."""
        settings = super().merge_environment_settings(*args, **named)
        if self._direct:
            settings["proxies"] = {}
        return settings


def whole_body(response: requests.Response, most: int) -> bytes:
    """The body, decompressed. Raises OversizeError beyond `most` bytes, in whatever way it grows."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip"}:
        raise OversizeError(f"the answer is compressed as {encoding[:40]!r}, which was not asked for")
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise OversizeError(f"the answer is larger than {most} bytes")
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            raise OversizeError(f"the answer is larger than {most} bytes")
    return bytes(body)
