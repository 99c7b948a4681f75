"""Documents whose seal fits and whose body no numplan wrote: refused in words, whatever is in them."""

import hashlib

import msgspec
import pytest

from numplan.model.documents.checksum import seal, unseal
from numplan.model.errors import StalePlanError, StateError
from numplan.model.stored.plan_document import decode_plan
from numplan.model.stored.state_document import decode_state, encode_state
from tests.builders import buried, buying, managed, state, us
from tests.model.test_documents import PLAN, STATE

READERS = pytest.mark.parametrize(
    ("decode", "document", "refusal"),
    [(decode_state, STATE, StateError), (decode_plan, PLAN, StalePlanError)],
    ids=["state", "plan"],
)


def close(body: bytes) -> bytes:
    """A body under a checksum that fits."""
    digest = hashlib.sha256(body).hexdigest().encode()
    return body + b',\n"checksum":"sha256:' + digest + b'"\n}\n'


@READERS
@pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\x80", b"\xc3"])
def test_bytes_that_are_no_text_are_refused(decode, document, refusal, text):
    members = unseal(document).removesuffix(b"}")
    with pytest.raises(refusal, match="it is not UTF-8 text: byte"):
        decode(close(members.replace(b"United States", text)), "here")
    with pytest.raises(refusal, match="it is not UTF-8 text: byte"):
        decode(close(members + b',"' + text + b'":1'), "here")


@READERS
@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 50_000 + b"]" * 50_000])
def test_deep_nesting_is_refused(decode, document, refusal, deep):
    members = unseal(document).removesuffix(b"}")
    with pytest.raises(refusal, match="unknown field `more`"):
        decode(close(members + b',"more":' + deep), "here")
    with pytest.raises(refusal, match="it is nested too deeply"):
        decode(close(members.replace(b'"version"', b'"more":' + deep + b',"version"', 1)), "here")


@pytest.mark.parametrize("deep", [b"[" * 200_000, b"[" * 50_000 + b"]" * 50_000])
def test_deep_nesting_within_a_member_is_refused(deep):
    """Some members take unknown fields, which are read over."""
    members = unseal(PLAN).removesuffix(b"}")
    with pytest.raises(StalePlanError):
        decode_plan(close(members.replace(b'"cost":{', b'"cost":{"more":' + deep + b",", 1)), "here")


@READERS
def test_a_document_of_two_versions_is_refused(decode, document, refusal):
    members = unseal(document).removesuffix(b"}")
    with pytest.raises(refusal, match="version 2 and of version 3 at once"):
        decode(close(members + b',"version":3'), "here")


@pytest.mark.parametrize("charge", ["NaN", "sNaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", ["setup_charge", "monthly_charge"])
def test_a_charge_that_is_no_number_is_refused(charge, place):
    row = managed("pool.p", us(1), **{place: charge})
    for held in (state(row), state(buying(row)), state(buried(row))):
        with pytest.raises(StateError, match="is not a charge"):
            decode_state(encode_state(held), "here")


def test_a_time_that_names_no_zone_is_refused():
    members = msgspec.json.decode(unseal(STATE))
    members["intents"][0]["written_at"] = "2026-01-02T03:04:05"
    with pytest.raises(StateError, match="written_at"):
        decode_state(seal(members), "here")


def test_a_refusal_quotes_no_more_of_the_document_than_fits_on_a_page():
    with pytest.raises(StateError) as refused:
        decode_state(seal({**msgspec.json.decode(unseal(STATE)), "k" * 100_000: 1}), "here")
    assert len(refused.value.message) < 1000
