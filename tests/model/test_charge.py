"""Charges: exact, finite, text in documents, and one value for equal texts."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.charge import Charge, Sum, add_up, charge_of, from_document, to_document
from numplan.model.documents.checksum import seal, unseal
from numplan.model.errors import StateError
from numplan.model.stored.state_document import decode_state, encode_state
from tests.builders import managed, state, us


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_charge_is_exact_and_written_as_it_was_read(amount: Decimal) -> None:
    read = charge_of(str(amount))
    assert read == amount
    assert read.as_tuple() == amount.as_tuple()
    assert to_document(read) == str(amount)
    assert charge_of(str(amount)) is read


@pytest.mark.parametrize("text", ["", "x", "1,50", "NaN", "sNaN", "Infinity", "-Infinity", "9" * 50 + "e"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a charge"):
        charge_of(text)


@given(st.lists(st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2, max_value=10**6)))
def test_a_sum_says_how_many_charges_it_lacks(charges: list[Decimal | None]) -> None:
    known = [one for one in charges if one is not None]
    assert add_up(charges) == Sum(sum(known, Decimal(0)), len(charges) - len(known))


def test_a_sum_in_words() -> None:
    assert [str(Sum(Decimal("12.40"), unknown)) for unknown in (0, 2)] == ["12.40", "12.40 and 2 unknown"]


def test_nothing_but_charges_is_read_or_written() -> None:
    with pytest.raises(TypeError):
        from_document(complex, "1")
    with pytest.raises(TypeError):
        to_document(1j)


def test_rows_of_state_share_equal_charges() -> None:
    held = state(*(managed("pool.p", us(place), monthly_charge="0.20") for place in range(2)))
    one, other = decode_state(encode_state(held), "here").numbers
    assert isinstance(one.attributes.monthly_charge, Charge)
    assert one.attributes.monthly_charge is other.attributes.monthly_charge


@pytest.mark.parametrize("charge", [0.2, 1, True, ["0.20"], {}, "cheap"])
def test_a_charge_that_is_not_text_is_refused_with_its_place(charge: object) -> None:
    members = msgspec.json.decode(unseal(encode_state(state(managed("pool.p", us(1))))))
    members["numbers"][0]["attributes"]["monthly_charge"] = charge
    with pytest.raises(StateError, match=r"monthly_charge"):
        decode_state(seal(members), "here")
