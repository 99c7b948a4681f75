"""A stored document is read as it was written, or not at all."""

from contextlib import suppress

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.model.documents.checksum import seal
from numplan.model.errors import StateError
from numplan.model.stored.state_document import decode_state, encode_state
from numplan.state.local.backend import LocalBackend
from numplan.state.schema import DOCUMENTS, schema_of
from tests.state.samples import make_state, plant, states

SMALL = encode_state(make_state(numbers=1, write_id="w"))
VALIDATOR = jsonschema.Draft202012Validator(schema_of(*DOCUMENTS["state.schema.json"]))


@given(states)
def test_decoding_undoes_encoding_and_encoding_again_makes_the_same_bytes(state):
    written = encode_state(state)
    read = decode_state(written, "here")
    assert read == state
    assert encode_state(read) == written


@settings(deadline=None)
@given(states)
def test_every_document_fits_the_schema(state):
    VALIDATOR.validate(msgspec.json.decode(encode_state(state)))


def test_every_prefix_is_refused(path):
    backend = LocalBackend(path)
    for length in range(len(SMALL)):
        path.write_bytes(SMALL[:length])
        with pytest.raises(StateError):
            backend.read()


def test_every_flipped_byte_is_refused():
    for place in range(len(SMALL)):
        for mask in (0x01, 0x20, 0x80, 0xFF):
            changed = bytearray(SMALL)
            changed[place] ^= mask
            with pytest.raises(StateError):
                decode_state(bytes(changed), "here")


def test_every_flipped_bit_is_refused_in_a_file(path):
    backend = LocalBackend(path)
    for place in range(0, len(SMALL), 7):
        changed = bytearray(SMALL)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(bytes(changed))
        with pytest.raises(StateError):
            backend.read()


def test_anything_after_the_end_is_refused():
    for tail in (b"\n", b" ", b"\0", SMALL):
        with pytest.raises(StateError):
            decode_state(SMALL + tail, "here")


@given(st.binary(max_size=200))
def test_noise_is_refused(noise):
    with pytest.raises(StateError):
        decode_state(noise, "here")


@given(
    st.dictionaries(
        st.sampled_from(
            ["version", "serial", "lineage", "account", "api_url", "numplan", "write_id", "numbers", "more"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
def test_a_sealed_document_of_other_shape_is_refused_or_read(members):
    """The seal is no proof of form: whatever is sealed, no other exception comes out."""
    try:
        document = seal(members)
    except UnicodeEncodeError:
        return
    with suppress(StateError):
        decode_state(document, "here")


def test_a_newer_version_asks_for_an_upgrade(path):
    document = seal({"version": 3, "serial": 1, "shape": "unknown"})
    path.write_bytes(document)
    with pytest.raises(StateError, match="newer numplan") as refused:
        LocalBackend(path).read()
    assert "upgrade" in refused.value.hint


def test_a_state_put_there_without_a_lock_file_is_read(path):
    state = make_state(5)
    plant(path, state)
    assert LocalBackend(path).read() == state
