"""No spelling of a secret leaves: as it is, in base64, and escaped as JSON, URLs and HTML have it."""

import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numplan.model import secrets
from numplan.model.errors import NumplanError, StateError

TOKEN = "canary/token+0123=<&>"
LETTERS = st.text([*map(chr, range(0x21, 0x7F)), "é", "ß", "☎"], min_size=8, max_size=40)
WAYS = {
    "as it is": lambda text: text,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "every letter": lambda text: "".join(f"\\u{ord(one):04X}" for one in text),
    "slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "percent": lambda text: quote(text, safe=""),
    "every byte": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "HTML": html.escape,
    "numbers": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "markdown": lambda text: "".join(one if one.isalnum() else f"\\{one}" for one in text),
}


@pytest.fixture(autouse=True)
def nothing_known():
    secrets.forget()
    yield
    secrets.forget()


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=20)
@given(text=LETTERS)
@example(text="password&")
@example(text="password%")
def test_no_way_of_writing_it_shows_it(way, text):
    secrets.forget()
    secrets.know("it", text)
    told = secrets.hidden(f"before {WAYS[way](text)} after")
    assert text not in told
    assert told.replace("\\", "") == "before *** after"
    with pytest.raises(NumplanError, match="would hold it, in line 1"):
        secrets.require_none(f"before {WAYS[way](text)} after".encode(), "this")


@pytest.mark.parametrize("before", ["", "j", "ja", "jan"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
@pytest.mark.parametrize("coded", [base64.b64encode, base64.urlsafe_b64encode])
@settings(max_examples=20)
@given(text=LETTERS)
def test_nor_does_base64_of_what_it_stands_in(before, after, coded, text):
    secrets.forget()
    secrets.know("it", text)
    told = secrets.hidden(coded(f"{before}{text}{after}".encode()).decode())
    assert "***" in told
    assert len(told) <= len("***") + len(before + after) * 2 + 6


def test_the_body_of_an_answer_is_otherwise_as_it_was():
    secret = secrets.Secret("it", TOKEN)
    body = b'{"a": "\xff\xfe", "b": "%s"}'
    assert secret.hidden_in(body % json.dumps(TOKEN)[1:-1].replace("/", "\\/").encode()) == body % b"***"
    assert secret.hidden_in(body) is body


def test_what_is_short_or_unknown_is_left_alone():
    secrets.learn(
        {"NUMPLAN_TOKEN": "Georgia", "NUMPLAN_VAR_x": "anything-at-all", "AWS_ACCESS_KEY_ID": "AKIA12345678"}
    )
    text = "Georgia, anything-at-all, AKIA12345678, 100 %, \\u0041 &amp; %41"
    assert secrets.hidden(text) == text


@pytest.mark.parametrize(
    ("name", "text", "secret"),
    [
        ("NUMPLAN_TOKEN", " the-secret \n", "the-secret"),
        ("NUMPLAN_PLAN_KEY", "first-key-of-two,second-key-of-two", "second-key-of-two"),
        ("NUMPLAN_PLAN_KEY", "first-key-of-two,second-key-of-two", "first-key-of-two"),
        ("NUMPLAN_STATE_PASSWORD", "the-secret", "the-secret"),
        ("TF_HTTP_PASSWORD", "the-secret", "the-secret"),
        ("PGPASSWORD", "the-secret", "the-secret"),
        ("AWS_SECRET_ACCESS_KEY", "the-secret", "the-secret"),
        ("AWS_SESSION_TOKEN", "the-secret", "the-secret"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "the-secret", "the-secret"),
        ("AZURE_STORAGE_SAS_TOKEN", "the-secret", "the-secret"),
        ("AZURE_CLIENT_SECRET", "the-secret", "the-secret"),
        ("GOOGLE_SERVICE_ACCOUNT_KEY", "the-secret", "the-secret"),
        ("HTTPS_PROXY", "http://jane:the%2Dsecret@proxy:3128", "the-secret"),
        ("NUMPLAN_STATE", "https://jane:the-secret@state.example/x", "the-secret"),
        ("NUMPLAN_STATE", "postgresql://db/x?password=the-secret&a=b", "the-secret"),
    ],
)
def test_which_variables_hold_secrets(name, text, secret):
    secrets.learn({name: text})
    assert secrets.hidden(f"<{secret}>") == "<***>"


def test_arguments_may_hold_a_password():
    secrets.learn({}, ["--state", "https://jane:the-secret@state.example/x"])
    assert secrets.hidden("the-secret") == "***"


def test_a_key_file_is_hidden_line_by_line():
    line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
    secrets.learn(
        {"GOOGLE_SERVICE_ACCOUNT_KEY": f'{{"private_key": "-----BEGIN PRIVATE KEY-----\\n{line}\\n"}}'}
    )
    assert secrets.hidden(f"bad key: {line}") == "bad key: ***"


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"numbers": [{"labels": {"owner": f"x {TOKEN}"}}]}, "numbers[0].labels.owner"),
        ({"a": {TOKEN: 1}}, "the names in a"),
        ({"a": [1, {"b": base64.b64encode(TOKEN.encode()).decode()}]}, "a[1].b"),
    ],
)
def test_a_document_that_would_hold_one_is_refused_by_field(document, where):
    secrets.learn({"NUMPLAN_TOKEN": TOKEN})
    with pytest.raises(StateError) as refused:
        secrets.require_none(json.dumps(document).encode(), "the state", StateError)
    assert f"the state would hold the API token, in {where}: it was not written" in refused.value.message
    assert TOKEN not in refused.value.message + refused.value.hint


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["\n", "\\", "\\u0041", "\\x41", "%41", "%2541", "&amp;", "&#65;", "&amp;#x41;", "&lt;"]
            ),
            st.text(max_size=5),
        ),
        max_size=30,
    ).map("".join)
)
def test_escapes_are_undone_line_by_line_as_in_the_whole(text):
    assert secrets._bare(text) == secrets._ESCAPES.sub(secrets._meant, text)
