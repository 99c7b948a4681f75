"""Settings that numplan refuses before anything is sent."""

import pytest

from numplan.api.client import Client
from numplan.api.endpoint import Bearer, check_header_text, check_url
from numplan.model.errors import SettingError
from tests.api.clock import FakeClock


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.integrari.com/o/", "https://api.integrari.com/o/"),
        ("https://API.Integrari.com/o", "https://api.integrari.com/o/"),
        ("HTTPS://api.integrari.com:8443", "https://api.integrari.com:8443/"),
        ("http://127.0.0.1:8190/o/", "http://127.0.0.1:8190/o/"),
        ("http://localhost/", "http://localhost/"),
        ("http://[::1]:80/o", "http://[::1]:80/o/"),
    ],
)
def test_urls_that_serve(given: str, kept: str) -> None:
    assert check_url(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.integrari.com/o/",
        "ftp://api.integrari.com/",
        "file:///etc/passwd",
        "http://api.integrari.com/o/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://0.0.0.0/",
        "https://user:secret@api.integrari.com/",
        "https://api.integrari.com/o/?x=1",
        "https://api.integrari.com/o/#x",
        "https://",
        "https://[::1",
        "https://host:port/",
        "https://api.integrari.com/o o/",
    ],
)
def test_urls_that_are_refused(given: str) -> None:
    with pytest.raises(SettingError) as caught:
        check_url(given)
    assert "secret" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("token", ["", "two words", "line\n", "\u2019quoted\u2019", "tab\t", "nul\0"])
def test_tokens_that_no_header_can_carry_are_refused_unseen(token: str) -> None:
    with pytest.raises(SettingError) as caught:
        Client("https://api.integrari.com/o/", "190", token, FakeClock())
    assert "NUMPLAN_TOKEN" in str(caught.value)
    assert not token or token not in str(caught.value)


def test_an_account_id_is_checked_too() -> None:
    with pytest.raises(SettingError, match="NUMPLAN_ACCOUNT_ID"):
        check_header_text("1\r\nX: y", "NUMPLAN_ACCOUNT_ID")


def test_the_token_has_no_repr() -> None:
    assert "secret" not in repr(Bearer("secret"))
    client = Client("https://api.integrari.com/o/", "190", "secret-token", FakeClock())
    assert repr(client) == "Client('https://api.integrari.com/o/', '190')"
    assert (client.url, client.account) == ("https://api.integrari.com/o/", "190")
