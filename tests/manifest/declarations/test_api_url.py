"""The API's URL: where a bearer token may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.declarations.api_url import ApiUrlError, parse_api_url
from numplan.model.manifest import DEFAULT_API_URL


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
    assert parse_api_url(text) == url


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
        ("https:///o/", "no host"),
        ("https://:443/", "no host"),
        ("https://example.com:0/", "port 0"),
        ("https://example.com:99999/", "not a URL"),
        ("https://example.com:x/", "not a URL"),
        ("https://[::1/", "not a URL"),
        ("https://user:secret@example.com/", "credentials"),
        ("https://@example.com/", "credentials"),
        ("https://example.com/?a=b", "query"),
        ("https://example.com/?", "query"),
        ("https://example.com/#x", "query or a fragment"),
        ("http://example.com/", "in the clear"),
        ("http://127.0.0.1.example.com/", "in the clear"),
        ("http://localhost.example.com/", "in the clear"),
        ("http://0.0.0.0/", "in the clear"),
    ],
)
def test_other_urls_are_refused_with_the_reason(text, reason):
    with pytest.raises(ApiUrlError, match=reason):
        parse_api_url(text)


@given(st.text() | st.text("htps:/@[]?#.1a").map("https://".__add__))
def test_what_is_accepted_is_stable(text):
    try:
        url = parse_api_url(text)
    except ApiUrlError:
        return
    assert parse_api_url(url) == url
