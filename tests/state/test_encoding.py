"""States that are encoded one after the other: the same bytes, and no secret in any of them."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model import secrets
from numplan.model.charge import Charge
from numplan.model.errors import StateError
from numplan.model.state import State
from numplan.model.stored.state_document import encode_state
from numplan.state import encoding
from numplan.state.encoding import StateEncoder
from tests.builders import buying, managed, state, us
from tests.strategies import states

SECRET = "a-secret-of-some-length"


@pytest.fixture(autouse=True)
def no_secrets():
    secrets.forget()
    yield
    secrets.forget()


def evolved(first: State, second: State, how: int) -> State:
    """A state that holds some of the very values of the first, in their order or another, and some of the second."""
    rows = (*first.numbers[how % 3 :], *second.numbers[: how % 4])
    intents = (*second.intents[how % 2 :], *first.intents)
    return msgspec.structs.replace(
        first, numbers=rows[::-1] if how % 5 == 0 else rows, intents=intents, serial=how + 1
    )


@given(
    st.lists(
        st.tuples(states().filter(lambda one: one is not None), st.integers(0, 60)), min_size=1, max_size=6
    )
)
def test_the_bytes_are_those_of_a_state_that_is_encoded_by_itself(history):
    encoder = StateEncoder()
    before = history[0][0]
    for drawn, how in history:
        before = evolved(before, drawn, how)
        assert encoder.document(before) == encode_state(before)


def test_values_that_are_equal_and_written_otherwise_are_told_apart():
    cheap = managed("a", us(1))
    encoder = StateEncoder()
    for written in ("0.50", "0.5"):
        attributes = msgspec.structs.replace(cheap.attributes, monthly_charge=Charge(written))
        one = state(msgspec.structs.replace(cheap, attributes=attributes))
        assert encoder.document(one) == encode_state(one)


def test_what_did_not_change_is_not_encoded_again(monkeypatch):
    encoded = []
    real = encoding.rows_of
    monkeypatch.setattr(encoding, "rows_of", lambda values: encoded.extend(values) or real(values))
    rows = [managed("a", us(place)) for place in range(50)]
    encoder = StateEncoder()
    encoder.document(state(*rows))
    encoded.clear()
    more = managed("b", us(99))
    encoder.document(state(*rows[10:], more, serial=5))
    assert [one for one in encoded if isinstance(one, type(more))] == [more]


@pytest.mark.parametrize("place", ["resource of a number", "doubt of an intent", "account"])
def test_a_document_that_would_hold_a_secret_is_refused_whenever_it_comes(place):
    secrets.know("the API token", SECRET)
    clean = state(managed("a", us(1)))
    encoder = StateEncoder()
    encoder.document(clean)
    match place:
        case "resource of a number":
            spoilt = msgspec.structs.replace(clean.numbers[0], resource=f"set.{SECRET}")
            dirty = msgspec.structs.replace(clean, numbers=(*clean.numbers, spoilt))
        case "doubt of an intent":
            intent = msgspec.structs.replace(buying(clean.numbers[0]), doubt=f"said {SECRET}")
            dirty = msgspec.structs.replace(clean, intents=(intent,))
        case _:
            dirty = msgspec.structs.replace(clean, account=SECRET)
    for _ in range(2):  # what was refused is not believed the second time
        with pytest.raises(StateError, match="the state would hold the API token"):
            encoder.document(dirty)
    assert encoder.document(clean) == encode_state(clean)


def test_a_secret_that_is_learned_later_is_looked_for_in_what_was_there_before():
    intent = msgspec.structs.replace(buying(managed("a", us(1))), doubt=f"said {SECRET}")
    one = state(intent)
    encoder = StateEncoder()
    assert SECRET in json.loads(encoder.document(one))["intents"][0]["doubt"]
    secrets.know("the API token", SECRET)
    with pytest.raises(StateError, match="the state would hold the API token"):
        encoder.document(msgspec.structs.replace(one, serial=5))
