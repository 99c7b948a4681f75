"""The API's URL: where a bearer token may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.location.api_settings import DEFAULT_API_URL
from numplan.model.location.urls import UrlError, api_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (DEFAULT_API_URL, DEFAULT_API_URL),
        ("https://api.integrari.com/o", "https://api.integrari.com/o/"),
        ("HTTPS://API.Example.COM:8443/Some/Path//", "https://api.example.com:8443/Some/Path/"),
        ("https://example.com", "https://example.com/"),
        ("http://localhost:8080/o", "http://localhost:8080/o/"),
        ("http://127.8.9.1", "http://127.8.9.1/"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_sound_urls_end_in_one_slash(text, url):
    assert api_url(text) == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "made of"),
        ("https://exa mple.com", "made of"),
        ("https://example.com/\n", "made of"),
        ("https://exämple.com/", "made of"),
        ("https://example.com\\@evil.com/", "made of"),
        ("api.integrari.com/o/", "https://"),
        ("ftp://example.com/", "https://"),
        ("//example.com/", "https://"),
        ("https:///o/", "a host"),
        ("https://:443/", "a host"),
        ("https://example.com:0/", "not a URL"),
        ("https://example.com:99999/", "not a URL"),
        ("https://example.com:x/", "not a URL"),
        ("https://[::1/", "not a URL"),
        ("https://user:secret@example.com/", "NUMPLAN_TOKEN"),
        ("https://@example.com/", "NUMPLAN_TOKEN"),
        ("https://example.com/?a=b", "query"),
        ("https://example.com/?", "query"),
        ("https://example.com/#x", "fragment"),
        ("http://example.com/", "in the clear"),
        ("http://127.0.0.1.example.com/", "in the clear"),
        ("http://localhost.example.com/", "in the clear"),
        ("http://0.0.0.0/", "in the clear"),
    ],
)
def test_other_urls_are_refused_with_the_reason(text, reason):
    with pytest.raises(UrlError, match=reason):
        api_url(text)


@given(st.text() | st.text("htps:/@[]?#.1a").map("https://".__add__))
def test_what_is_accepted_is_stable(text):
    try:
        url = api_url(text)
    except UrlError:
        return
    assert api_url(url) == url
