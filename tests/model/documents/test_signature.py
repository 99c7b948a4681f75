"""Plans that are sealed with a key: who wrote them can be told, and nothing of them changes unseen."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.errors import StalePlanError
from numplan.model.stored.plan_document import decode_plan, encode_plan
from tests.builders import manifest, plan, pool, us
from tests.fakes import FakeVendor

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 64


def made():
    vendor = FakeVendor()
    vendor.put_on_sale(us(1))
    return plan(manifest(pool("p", 1)), vendor)


MADE = made()
SEALED = encode_plan(MADE, ONE)


def checked(document: bytes) -> bytes:
    """The document with a checksum that fits."""
    body = document[: document.rindex(b',\n"checksum"')]
    return body + b',\n"checksum":"sha256:' + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'


@pytest.mark.parametrize("keys", [(ONE,), (ONE, TWO), (TWO, ONE), (TWO, THREE, ONE)])
def test_any_key_of_several_opens_what_it_sealed(keys):
    assert decode_plan(SEALED, "p", keys) == MADE


def test_the_first_key_seals_so_that_keys_can_be_changed():
    assert decode_plan(encode_plan(MADE, TWO), "p", (TWO, ONE)) == MADE
    with pytest.raises(StalePlanError, match="none of the keys"):
        decode_plan(encode_plan(MADE, TWO), "p", (ONE,))


def test_whoever_only_reads_needs_no_key():
    assert decode_plan(SEALED, "p") == MADE == decode_plan(encode_plan(MADE), "p")


def test_a_sealed_plan_needs_the_key_and_the_variable_is_named():
    with pytest.raises(StalePlanError, match="none is set here") as refused:
        decode_plan(SEALED, "p", ())
    assert "NUMPLAN_PLAN_KEY" in refused.value.hint


def test_where_there_is_a_key_a_plan_without_a_seal_is_refused():
    with pytest.raises(StalePlanError, match="not sealed"):
        decode_plan(encode_plan(MADE), "p", (ONE,))


def test_a_seal_that_was_cut_out_is_missed():
    members = SEALED[: SEALED.index(b',\n"hmac"')] + SEALED[SEALED.index(b',\n"checksum"') :]
    with pytest.raises(StalePlanError, match="not sealed"):
        decode_plan(checked(members), "p", (ONE,))


@given(st.integers(0, SEALED.index(b',\n"checksum"') - 1), st.integers(1, 255))
def test_no_byte_changes_unseen_though_the_checksum_fits(place: int, change: int):
    edited = bytearray(SEALED)
    edited[place] ^= change
    with pytest.raises(StalePlanError):
        decode_plan(checked(bytes(edited)), "p", (ONE,))


def test_the_key_is_in_no_byte_of_the_document():
    assert ONE.encode() not in SEALED
