"""Which servers may be called without TLS."""

from collections.abc import Iterator

import pytest

from numplan.model.errors import SettingError
from numplan.model.location.plain_http import allow
from numplan.model.location.urls import UrlError, api_url


@pytest.fixture(autouse=True)
def _nothing_afterwards() -> Iterator[None]:
    yield
    allow("")


@pytest.mark.parametrize(
    "url",
    [
        "http://emulator:8190/o/",
        "http://EMULATOR.:8190/o/",
        "http://minio.example.com/",
        "http://[fd00::1]:9000/",
        "http://127.0.0.1:1/",
    ],
)
def test_what_is_named_with_its_port_may_be_called(url: str) -> None:
    allow(" Emulator:8190 ,minio.example.com:80,[fd00:0::1]:9000,")
    assert api_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://emulator:8191/",
        "http://emulator/",
        "http://emulator.evil.example:8190/",
        "http://xemulator:8190/",
        "http://10.0.0.1:8190/",
        "http://minio.example.com:8080/",
    ],
)
def test_nothing_else_may_be(url: str) -> None:
    allow("emulator:8190,minio.example.com:80")
    with pytest.raises(UrlError, match=r"in the clear.* NUMPLAN_PLAIN_HTTP"):
        api_url(url)


@pytest.mark.parametrize(
    "text",
    ["emulator", "*:80", "http://emulator:8190", "emulator:0", "emulator:65536", "a:1 b:2", ":80", "a:"],
)
def test_an_entry_that_is_no_host_and_port_is_an_error_and_allows_nothing(text: str) -> None:
    allow("emulator:8190")
    with pytest.raises(SettingError, match="NUMPLAN_PLAIN_HTTP has an entry that is no host:port"):
        allow(f"minio:9000,{text}")
    for url in ("http://emulator:8190/", "http://minio:9000/"):
        with pytest.raises(UrlError):
            api_url(url)
